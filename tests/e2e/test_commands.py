"""Commands, their JSON, their exit codes, and what bad input does to them."""

import json
import zipfile
from pathlib import Path

import pytest

from .conftest import ROOT, Run

SITE = ROOT / "corpora" / "sample_site"
SPEECH = SITE / "jianghua" / "t20220119_101.html"
DAMAGED = SITE / "fanwen" / "fanti_3307.html"
DOCUMENT_KEYS = {
    "schema", "source", "page_id", "document_id", "ordinal", "raw_start", "raw_end", "duplicate_of", "truncated", "title",
    "kind", "issued_on", "region", "level", "issuer", "number", "speaker", "audience", "sectors", "set_aside", "text",
    "directives", "times", "quantities", "slogans", "references", "issues",
}  # fmt: skip
KINDS = ("directives", "times", "quantities", "slogans", "references")


def test_help_lists_every_command(run: Run) -> None:
    shown = run("--help")
    assert shown.code == 0
    for command in ("clean", "extract", "ingest", "nightly", "remine", "train", "search", "show", "explain", "sources",
                    "annotate", "doctor"):  # fmt: skip
        assert f" {command} " in shown.out, command


@pytest.mark.parametrize("page", [SPEECH, DAMAGED, SITE / "fanwen" / "huibian_3301.html"], ids=lambda p: p.stem)
def test_clean_accounts_for_every_character(run: Run, page: Path) -> None:
    (found,) = run("clean", "--json", "--with-text", page).objects
    assert found["schema"] == "policymine.page/1"
    raw = found["raw_text"]
    covered = [0] * len(raw)
    for document in found["documents"]:
        for index in range(document["raw_start"], document["raw_end"]):
            covered[index] += 1
    for cut in found["noise"]:
        assert raw[cut["raw_start"] : cut["raw_end"]] == cut["text"]
        inline = any(d["raw_start"] <= cut["raw_start"] < d["raw_end"] for d in found["documents"])
        for index in range(cut["raw_start"], cut["raw_end"]):
            covered[index] += 0 if inline else 1
    assert set(covered) == {1}
    for repair in found["repairs"]:
        assert raw[repair["raw_start"] : repair["raw_end"]] == repair["raw_text"]


def test_extract_quotes_its_source(run: Run) -> None:
    ran = run("extract", "--json", SPEECH, DAMAGED)
    assert ran.code == 0
    assert len(ran.objects) >= 2
    pages = {d["source"]: d["raw_text"] for d in run("clean", "--json", "--with-text", SPEECH, DAMAGED).objects}
    for document in ran.objects:
        assert set(document) == DOCUMENT_KEYS
        raw = pages[document["source"]]
        assert document["directives"]
        for kind in KINDS:
            for item in document[kind]:
                assert document["text"][item["start"] : item["end"]] == item["text"]
                assert raw[item["raw_start"] : item["raw_end"]] == item["raw_text"]
                assert document["raw_start"] <= item["raw_start"] < item["raw_end"] <= document["raw_end"]


def test_extract_jsonl_takes_clean_texts(run: Run, folder: Path) -> None:
    lines = [
        {"id": "a", "text": "请于次月5日前报送。", "issued_on": "2022-01-17"},
        {"id": "b", "text": "各镇要在月底前完成排查。", "issued_on": "2022-02"},
        {"id": "c", "text": "行分隔符\u2028也在文中,要逐一整改。", "issued_on": None},
    ]
    path = folder / "texts.jsonl"
    path.write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines) + '{"id": "bad"}\n', encoding="utf-8"
    )
    ran = run("extract", "--json", "--format", "jsonl", path)
    assert ran.code == 4  # one line is bad, the others are there
    assert [d["source"] for d in ran.objects] == ["a", "b", "c"]
    assert "line 4" in ran.err
    assert ran.objects[1]["times"][0]["interval"]["end"] == "2022-03-01T00:00:00"
    assert ran.objects[1]["issued_on"] == "2022-02"


def test_a_wrong_date_is_a_usage_error(run: Run) -> None:
    ran = run("extract", "--json", "--issued-on", "17.1.2022", SPEECH)
    assert ran.code == 2
    assert "2022-01-17" in ran.err


def test_ingest_search_show_explain(run: Run) -> None:
    assert run("ingest", SPEECH, DAMAGED).code == 0
    hits = run("search", "--json", "安全").objects
    assert hits
    assert all("安全" in hit["text"] for hit in hits)
    row = hits[0]["id"]
    shown = run("show", "--json", row).objects[0]
    assert shown["sentence"][slice(*shown["place"])] == shown["text"] == hits[0]["text"]
    explained = run("explain", "--json", row).objects[0]
    assert explained["page"]["body_sha256"]
    assert explained["raw_text"] == shown["raw_text"]
    assert row in run("search", "安全").out
    assert shown["text"] in run("show", row).out.replace("\n", "")
    again = run("ingest", "--json", SPEECH).objects[0]
    assert (again["new"], again["changed"], again["withdrawn"]) == (0, 0, 0)


def test_search_without_a_table_names_the_cure(run: Run, tmp_path: Path) -> None:
    ran = run("--database", f"sqlite:///{tmp_path}/none.db", "search", "安全")
    assert ran.code == 8
    assert "policymine ingest" in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_an_unknown_id_is_a_usage_error(run: Run) -> None:
    ran = run("show", "0123456789abcdef")
    assert ran.code == 2
    assert len(ran.err.strip().splitlines()) == 1


BAD = {
    "empty.txt": b"",
    "blank.txt": b" \n\n ",
    "binary.txt": b"SQLite format 3\0" + bytes(range(256)) * 4 + bytes(4096),
    "old.doc": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600,
    "torn.pdf": b"%PDF-1.4\n1 0 obj\n<<",
    "nothing.html": b"<html><body></body></html>",
}


def test_bad_files_are_one_line_each_and_cost_no_good_one(run: Run, folder: Path) -> None:
    bad = folder / "bad"
    bad.mkdir()
    for name, body in BAD.items():
        (bad / name).write_bytes(body)
    with zipfile.ZipFile(bad / "no.docx", "w") as archive:
        archive.writestr("hello.txt", "x")
    files = [*sorted(bad.iterdir()), folder / "missing.txt", SPEECH]
    ran = run("extract", "--json", *files)
    assert ran.code == 4
    assert [Path(d["source"]).name for d in ran.objects] == [SPEECH.name]
    lines = ran.err.strip().splitlines()
    assert len(lines) == len(files) - 1
    for path in files[:-1]:
        assert any(path.name in line for line in lines), path


def test_a_broken_settings_file_names_the_key(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "x.toml"
    config.write_text("chunk = 'many'\n", encoding="utf-8")
    ran = run("--config", config, "search", "安全")
    assert ran.code == 3
    assert "chunk" in ran.err


def test_sources_and_doctor(run: Run) -> None:
    assert [source["id"] for source in run("sources", "list", "--json").objects if source["enabled"]] == ["sample"]
    assert run("sources", "check").code == 0
    states = {entry["what"]: entry["state"] for entry in run("doctor", "--json").objects}
    assert states["rules"] == states["model"] == states["database"] == states["archive"] == "ok"


def test_a_broken_source_file_is_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('id = "x"\ntitle = "某站"\nbase = "ftp://x"\nstart = ["/"]\npapers = ["("]\n', encoding="utf-8")
    ran = run("sources", "check", path)
    assert ran.code == 3
    assert "base" in ran.err


def test_annotate_check_sees_a_shifted_offset(run: Run, tmp_path: Path) -> None:
    gold = json.loads(next((ROOT / "corpora" / "gold").glob("*.json")).read_text(encoding="utf-8"))
    (tmp_path / "good.json").write_text(json.dumps(gold), encoding="utf-8")
    assert run("annotate", "check", tmp_path).code == 0
    gold["directives"][0]["start"] += 1  # the planted fault
    (tmp_path / "good.json").write_text(json.dumps(gold), encoding="utf-8")
    ran = run("annotate", "check", tmp_path)
    assert ran.code == 4
    assert "directives 0" in ran.err
