"""What each page of the sample site yields, held against what its authors wrote down."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from policymine.pipeline import MinedPage, mine
from policymine.sources.reading import read_bytes

SITE = Path(__file__).parent.parent / "corpora" / "sample_site"
PAGES = tomllib.loads((SITE / "_expected.toml").read_text(encoding="utf-8"))["page"]
WITH_DOCUMENTS = [page for page in PAGES if page.get("document")]


def read(path: str) -> MinedPage:
    body = (SITE / path.lstrip("/")).read_bytes()
    return mine(read_bytes(body, source="sample", url=f"http://sample.invalid{path}", media_type=None))


def squeeze(text: str) -> str:
    return re.sub(r"\s|\([a-zü-ǜāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚ\s]+\)", "", text)


@pytest.fixture(scope="module")
def mined() -> dict[str, MinedPage]:
    return {page["path"]: read(page["path"]) for page in WITH_DOCUMENTS}


@pytest.mark.parametrize("page", WITH_DOCUMENTS, ids=lambda page: page["path"])
def test_documents_of_a_page(page: dict[str, Any], mined: dict[str, MinedPage]) -> None:
    found = mined[page["path"]].documents
    assert len(found) == len(page["document"])
    for wanted, entry in zip(page["document"], found, strict=True):
        document = entry.document
        if wanted.get("set_aside"):
            assert document.set_aside is not None
            assert not any(entry.findings.of(kind) for kind in ("directives", "times", "quantities", "slogans"))
            continue
        assert document.set_aside is None
        assert document.card.kind == wanted["kind"]
        raw = squeeze(mined[page["path"]].clean.page.text[slice(*document.origin)])
        assert raw.startswith(squeeze(wanted["starts"])), raw[:40]
        assert raw.endswith(squeeze(wanted["ends"])), raw[-40:]
        if wanted.get("truncated"):
            assert document.truncated
        assert (document.duplicate_of is not None) == ("duplicate_of" in wanted and _same_page(wanted, page))


def _same_page(wanted: dict[str, Any], page: dict[str, Any]) -> bool:
    return str(wanted["duplicate_of"]).startswith(page["path"] + "#")


def test_every_kind_of_finding_is_on_the_site(mined: dict[str, MinedPage]) -> None:
    findings = [entry.findings for page in mined.values() for entry in page.documents]
    directives = [d for f in findings for d in f.directives]
    assert {d.modality for d in directives} == {"obligation", "prohibition", "permission", "recommendation", "sanction"}
    assert {b.role for d in directives for b in d.bearers} == {"lead", "support", "responsible"}
    assert any(d.penalty for d in directives)
    assert any(d.condition for d in directives)
    assert {d.operational for d in directives} == {True, False}
    assert {t.role for f in findings for t in f.times} == {"deadline", "frequency", "period", "threshold", "reference"}
    assert {t.type for f in findings for t in f.times} == {"DATE", "TIME", "DURATION", "SET"}
    assert {q.mod for f in findings for q in f.quantities} >= {None, "APPROX", "MORE", "LESS", "EQUAL_OR_MORE", "EQUAL_OR_LESS"}
    assert {s.kind for f in findings for s in f.slogans} == {"numeric", "motto"}
    assert any(r.number for f in findings for r in f.references)


def test_the_kinds_of_noise_are_cut(mined: dict[str, MinedPage]) -> None:
    cut = {c.kind for page in mined.values() for c in page.clean.cuts}
    assert cut >= {
        "spam_title", "nav_breadcrumb", "page_meta", "editor_intro", "dup_title", "related_links", "spam_link_farm",
        "credit_line", "metadata_table", "access_cut", "watermark", "membership", "widget", "site_footer", "layout",
        "pinyin_injection", "stray_space", "html_residue", "heading",
    }  # fmt: skip


def test_titles_and_dates_are_mostly_right(mined: dict[str, MinedPage]) -> None:
    right = {"title": 0, "issued_on": 0, "level": 0}
    total = 0
    for page in WITH_DOCUMENTS:
        for wanted, entry in zip(page["document"], mined[page["path"]].documents, strict=True):
            if not wanted.get("set_aside"):
                total += 1
                for field in right:
                    right[field] += getattr(entry.document.card, field) == wanted.get(field)
    assert {field for field, count in right.items() if count / total < 0.6} == set(), (right, total)
