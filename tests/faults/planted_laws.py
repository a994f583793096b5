"""Faults planted in pages, rules and source files: each breaks one condition of a law or a loader, and no other one."""

from __future__ import annotations

import ast
import inspect
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

from policymine import partition, rules
from policymine.errors import PolicymineError
from policymine.model import Alignment, Bearer, CleanPage, Cut, Edit, MinedDocument, Repair, Row, Span
from policymine.pipeline import MinedPage, mine
from policymine.sources.reading import read_bytes
from policymine.table import laws
from policymine.table.rows import rows_of
from policymine.text import alignment

PAPER = (
    "首页 > 通报\n\n关于两起火灾的通报\n\n各镇要严格落实“四个一律”(即:一律停产、一律处罚、一律追责、一律通报)。"
    "县应急局要在3月15日前完成排\u200b查。逾期不报的,一律通报批评。\n\n上一篇:防汛"
)
GUARDS: dict[ModuleType, frozenset[str]] = {
    laws: frozenset({"_refuse", "_check_row", "_inside", "_quote"}),
    partition: frozenset({"_check_pieces", "_disjoint", "_sides", "_same"}),
    rules: frozenset({"_rule", "_prove", "_parts", "_insert"}),
    alignment: frozenset(),
}
"""The modules whose every refusal is planted against, and their functions that refuse."""


class Fault(NamedTuple):
    """What breaks it, where, and what the refusal says."""

    name: str
    plant: Callable[[], object]
    says: str


@cache
def page() -> MinedPage:
    """A page that keeps every law, with a cut, an inline cut, a slogan with its members, bearers and deadlines."""
    return mine(read_bytes(PAPER.encode(), source="planted", url="planted.txt", media_type="text/plain"))


@cache
def rows() -> tuple[Row, ...]:
    """Its rows."""
    return tuple(rows_of(page().clean.page, page().documents[0]))


def changed_page(**fields: Any) -> CleanPage:
    """The cleaned page with other fields."""
    return replace(page().clean, **fields)


def changed_document(check: Callable[[CleanPage], None], **fields: Any) -> Callable[[], None]:
    """A check of the page with its first document changed."""
    clean = page().clean
    return lambda: check(replace(clean, documents=(replace(clean.documents[0], **fields), *clean.documents[1:])))


def pieces(change: Callable[[list[Any]], list[Any]], check: Callable[[CleanPage], None]) -> Callable[[], None]:
    """A check of the page with other pieces in its first document."""
    found = page().clean.documents[0].alignment
    return changed_document(check, alignment=_with_pieces(found, tuple(change(list(found.pieces)))))


def _with_pieces(found: Alignment, changed: tuple[Any, ...]) -> Alignment:
    made = object.__new__(Alignment)
    for name in Alignment.__slots__:
        object.__setattr__(made, name, getattr(found, name, None))
    object.__setattr__(made, "rows", changed)
    return made


def shifted(span: Span, by: int = 1) -> Span:
    """A span moved by some characters."""
    return Span(span.start + by, span.end + by)


def row(kind: str, **fields: Any) -> Callable[[], None]:
    """A check of the first row of a kind with some fields changed; `finding` changes the finding by keywords."""
    found = next(entry for entry in rows() if entry.kind == kind)
    if "finding" in fields:
        finding = replace(found.finding, **fields.pop("finding"))
        fields["finding"] = finding
    return lambda: laws.check_rows(page().clean.page, page().documents[0], rows=[replace(found, **fields)])


def document_rows(*, with_rows: bool = True, **fields: Any) -> Callable[[], None]:
    """A check of the rows of the first document with that document changed."""
    entry = page().documents[0]
    other = MinedDocument(replace(entry.document, **fields), entry.findings)
    return lambda: laws.check_rows(page().clean.page, other, rows=rows() if with_rows else ())


def longer(found: list[Any]) -> list[Any]:
    """The first kept piece made longer than its raw text."""
    at = next(number for number, piece in enumerate(found) if piece.edit is None)
    text = PAPER[found[at].raw_start : found[at].raw_end + 1]
    return [*found[:at], found[at]._replace(text=text), *found[at + 1 :]]


def other(found: list[Any]) -> list[Any]:
    """The first kept piece with another text of the same length."""
    at = next(number for number, piece in enumerate(found) if piece.edit is None)
    return [*found[:at], found[at]._replace(text="囗" * len(found[at].text)), *found[at + 1 :]]


def law_faults() -> tuple[Fault, ...]:
    """Faults against Origin and Quote, and against the page as a whole, as the table checks them at every store."""
    clean, entry = page().clean, page().documents[0]
    directive = next(r for r in rows() if r.kind == "directives" and r.finding.deadlines)  # type: ignore[union-attr]
    slogan = next(r for r in rows() if r.kind == "slogans" and r.finding.members)  # type: ignore[union-attr]
    documents = page().documents

    def of_row(found: Row, **finding: Any) -> Callable[[], None]:
        changed = replace(found, finding=replace(found.finding, **finding))
        return lambda: laws.check_rows(clean.page, entry, rows=[changed])

    late = directive.finding.deadlines[0]  # type: ignore[union-attr]
    return (
        Fault("an offset shifted by one", row("directives", span=shifted(directive.span)), "stands there"),
        Fault("a raw offset shifted by one", row("directives", raw_span=shifted(directive.raw_span)), "raw: Quote"),
        Fault("a span behind the text", row("directives", span=shifted(directive.span, 10_000)), "lies outside"),
        Fault("an empty quotation", row("directives", text=""), "says ''"),
        Fault("a finding of another row", row("directives", finding={"text": "别的"}), "row and its finding differ"),
        Fault("a row of another page", row("directives", id="0" * 16), "its id is not that of its place"),
        Fault(
            "a quotation from another place",
            lambda: laws.check_rows(clean.page, entry, rows=[_elsewhere()]),
            "did not come from raw",
        ),
        Fault(
            "a bearer that stands elsewhere",
            of_row(directive, bearers=(Bearer("县教育局", "lead", span=Span(0, 4)),)),
            "bearer: ",
        ),
        Fault(
            "a deadline shifted by one", of_row(directive, deadlines=(replace(late, span=shifted(late.span)),)), "deadline: "
        ),
        Fault("a member outside the text", of_row(slogan, members=(Span(9_000, 9_001),)), "member: "),
        Fault("cleaned from another text", document_rows(alignment=Alignment.of("别的文件")), "cleaned from another raw text"),
        Fault("a document of another page", document_rows(page_id="0" * 16), "belongs to page"),
        Fault("findings in what is set aside", document_rows(set_aside="fiction"), "yields no findings"),
        Fault(
            "evidence outside the text",
            document_rows(with_rows=False, card=replace(entry.document.card, evidence={"title": Span(9_000, 9_001)})),
            "evidence of title",
        ),
        Fault("a document lost on the way", lambda: laws.check_documents(clean, documents[1:]), "not those of the page"),
        Fault(
            "a document cleaned otherwise",
            lambda: laws.check_documents(clean, (replace(documents[0], document=_otherwise()), *documents[1:])),
            "cleaned otherwise",
        ),
        Fault(
            "two findings in one place",
            lambda: laws.check_identities(clean.page, (rows()[0], replace(rows()[0]))),
            "the same stretch",
        ),
    )


def _elsewhere() -> Row:
    """A row that quotes both texts rightly, but whose clean span did not come from its raw one."""
    found = rows()[0]
    document = page().documents[0].document
    letters = [at for at, letter in enumerate(document.text) if document.text.count(letter) > 1]
    here = letters[0]
    there = document.text.index(document.text[here], here + 1)
    raw = document.alignment.to_raw(Span(there, there + 1))
    finding = replace(found.finding, span=Span(here, here + 1), text=document.text[here])
    return replace(found, finding=finding, span=finding.span, text=finding.text, raw_span=raw, raw_text=raw.of(PAPER))


def _otherwise() -> Any:
    document = page().documents[0].document
    return replace(document, alignment=Alignment.of(PAPER, document.origin))


def partition_faults() -> tuple[Fault, ...]:
    """Faults against Partition and Origin, as the cleaning station checks them."""
    clean = page().clean
    document, check = clean.documents[0], partition.check_partition
    block = clean.cuts[0].raw_span
    repairs = (*clean.repairs, Repair(Span(document.origin.start, document.origin.start + 1), "x", "planted", "x.y", 1.0))
    twin = replace(document, ordinal=1)
    inline = next(cut for cut in clean.cuts if document.origin.contains(cut.raw_span))
    crossing = Cut(Span(block.start, document.origin.start + 1), "ad", "x.y")
    rest = tuple(cut for cut in clean.cuts if not cut.raw_span.overlaps(crossing.raw_span))
    return (
        Fault("a gap between pieces", pieces(lambda p: p[1:], check), "leave a gap"),
        Fault("a piece that quotes another text", pieces(other, check), "does not quote the raw text"),
        Fault("a piece longer than its raw text", pieces(longer, check), "another length"),
        Fault("pieces that end too early", pieces(lambda p: p[:-1], check), "end too early or late"),
        Fault("two cuts on one character", lambda: check(changed_page(cuts=(*clean.cuts, clean.cuts[0]))), "two cuts share"),
        Fault("two documents on one character", lambda: check(changed_page(documents=(document, twin))), "two documents share"),
        Fault(
            "two repairs on one character", lambda: check(changed_page(repairs=(*repairs, repairs[-1]))), "two repairs share"
        ),
        Fault("a cut over the edge", lambda: check(changed_page(cuts=(crossing, *rest))), "crosses the edge"),
        Fault(
            "an inline cut that nobody names",
            lambda: check(changed_page(cuts=tuple(cut for cut in clean.cuts if cut is not inline))),
            "deleted without a cut",
        ),
        Fault("a repair that nobody made", lambda: check(changed_page(repairs=repairs)), "replaced without a repair"),
        Fault(
            "a block in no document and no cut", lambda: check(changed_page(cuts=clean.cuts[1:])), "in no document and no cut"
        ),
        Fault(
            "a block cut shorter than it is",
            lambda: check(
                changed_page(cuts=(replace(clean.cuts[0], raw_span=Span(block.start, block.end - 1)), *clean.cuts[1:]))
            ),
            "in no document and no cut",
        ),
    )


def alignment_faults() -> tuple[Fault, ...]:
    """Edits and questions outside a text."""
    whole = Alignment.of("各镇要报送。")
    inside = Edit(Span(1, 3), "", "x.y")
    return (
        Fault("edits that overlap", lambda: whole.edit([inside, Edit(Span(2, 4), "", "x.y")]), "disjoint"),
        Fault("an edit outside", lambda: whole.edit([Edit(Span(4, 40), "", "x.y")]), "disjoint"),
        Fault("a question outside", lambda: whole.to_raw(Span(2, 60)), "at least one character inside"),
    )


RULE = {"id": '"demo.must"', "find": "'必须'", "yes": '["各镇〔必须〕落实"]', "no": '["各镇要落实"]', "why": '"the word"'}


def rule_file(**changes: str | None) -> str:
    """A rule file of one rule, with some of its keys changed or left out."""
    return "[[rule]]\n" + "\n".join(f"{key} = {value}" for key, value in {**RULE, **changes}.items() if value is not None)


def rule_faults() -> tuple[Fault, ...]:
    """Rule files that contradict themselves."""

    def of(content: str) -> Callable[[], object]:
        return lambda: rules.parse(content, stem="demo")

    return (
        Fault("broken TOML", of("[[rule]"), "mend the TOML"),
        Fault("a rule without a counter-example", of(rule_file(no=None)), "lacks 'no'"),
        Fault("a rule without an example", of(rule_file(yes=None)), "lacks 'yes'"),
        Fault("a rule without a reason", of(rule_file(why=None)), "lacks 'why'"),
        Fault("an unknown key", of(rule_file(colour='"red"')), "unknown keys"),
        Fault("an id of another file", of(rule_file(id='"other.must"')), "start with 'demo'"),
        Fault("an id that stands twice", of(rule_file() + "\n" + rule_file()), "stands twice"),
        Fault("a pattern that does not compile", of(rule_file(find="'必须('")), "does not compile"),
        Fault("a pattern that matches nothing at all", of(rule_file(find="'必须|'")), "matches the empty text"),
        Fault("a part that is not there", of(rule_file(find="'{nowhere}必须'")), "no part 'nowhere'"),
        Fault("an example that is not matched", of(rule_file(yes='["各镇必〔须落〕实"]')), "mend the pattern or the example"),
        Fault("a counter-example that is matched", of(rule_file(no='["各镇必须落实"]')), "which it must not"),
        Fault("an example without what its rule needs", of(rule_file(needs="'严禁'")), "mend the pattern or the example"),
        Fault("a need of a part that is not there", of(rule_file(needs="'{nowhere}'")), "no part 'nowhere'"),
        Fault("a need that every text meets", of(rule_file(needs="'必?'")), "matches the empty text"),
        Fault(
            "a rule that is asked for and not there", lambda: rules.parse(rule_file(), stem="demo")["no"], "no rule of this id"
        ),
        Fault("a part of a part that is not there", of("[parts]\na = '{b}'\n" + rule_file()), "no part 'b' above it"),
        Fault("parts that are no texts", of("[parts]\na = 1\n" + rule_file()), "something else than texts"),
        Fault("a rule that is no table", of('rule = ["x"]'), "is no table"),
        *(
            Fault(f"{key} of the wrong kind", of(rule_file(**{key: "3"})), f"demo.must {key}: is 3")
            for key in ("find", "needs", "yes", "no", "why", "gives", "flags")
        ),
    )


def refused(fault: Fault) -> PolicymineError:
    """The refusal of a fault; the plant must be refused by name."""
    try:
        fault.plant()
    except PolicymineError as problem:
        return problem
    raise AssertionError(f"{fault.name}: nobody noticed")


def sites(module: ModuleType) -> list[tuple[int, int]]:
    """The stretches of lines of a module where it refuses: its raises, and its calls of the functions that do."""
    tree = ast.parse(inspect.getsource(module))
    found = []
    for node in ast.walk(tree):
        guard = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GUARDS[module]
        if isinstance(node, ast.Raise) or guard:
            found.append((node.lineno, node.end_lineno or node.lineno))
    return sorted(set(found))


def reached(module: ModuleType, problem: BaseException) -> set[tuple[int, int]]:
    """The sites of a module that a refusal came through."""
    frames = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == module.__file__]
    return {site for site in sites(module) for line in frames if line and site[0] <= line <= site[1]}
