"""`times` and `quantities`: try a phrase at the terminal and see why it is read as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any

import typer

from policymine.cli.reading import is_when
from policymine.cli.rendering import decimal_text
from policymine.cli.surface import Surface, surface_of
from policymine.extraction.quantities import finding as amounts
from policymine.extraction.references.finding import find_references
from policymine.extraction.slogans.finding import find_slogans
from policymine.extraction.times import finding as moments
from policymine.extraction.times.scan import scanned
from policymine.model import Interval, Issue, Quantity, Span, TimeExpression
from policymine.rules import load, rule_files

Text = Annotated[str, typer.Argument(help="A phrase, sentence or paragraph.", metavar="TEXT")]
IssuedOn = Annotated[str | None, typer.Option(help="Date of the paper: 2022, 2022-01, 2022-01-17 or with a time.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one reading a line.")]
NEIGHBOURS = 12
"""Characters of the sentence shown to either side of a reading: enough to see what its role was decided from."""
MODS = {
    "BEFORE": "ends before it", "ON_OR_BEFORE": "ends with it", "AFTER": "begins after it", "ON_OR_AFTER": "begins with it",
    "EQUAL_OR_LESS": "at most", "EQUAL_OR_MORE": "at least", "LESS": "less than", "MORE": "more than", "APPROX": "about",
    "START": "its beginning", "MID": "its middle", "END": "its end", "ORDINAL": "a place in an order",
}  # fmt: skip
LABELS = {"resolved_against": "against", "sentence": "read in"}
ROLES = {
    "deadline": "to be done by then", "frequency": "how often", "period": "while it holds",
    "threshold": "a limit that things are measured by", "reference": "only mentioned",
}  # fmt: skip


def add_commands(app: typer.Typer) -> None:
    """Adds `times` and `quantities`."""
    app.command()(times)
    app.command()(quantities)


def times(context: typer.Context, text: Text, issued_on: IssuedOn = None, as_json: AsJson = False) -> None:
    """Read the times in a phrase and explain each reading; nothing is stored."""
    surface = surface_of(context)
    against = checked_date(issued_on)
    read = moments.read_times(text, issued_on=against)
    readings = [_time(found, text, against) for found in read.found]
    _print(readings, read.issues, text, surface=surface, as_json=as_json, nothing="no time expression")


def quantities(context: typer.Context, text: Text, issued_on: IssuedOn = None, as_json: AsJson = False) -> None:
    """Read the amounts in a phrase and explain each reading; nothing is stored."""
    surface = surface_of(context)
    against = checked_date(issued_on)
    taken = dict(_taken(text, against))
    readings = [_quantity(found, text) for found in amounts.find_quantities(text, taken=list(taken))]
    if not as_json:
        for span, why in taken.items():
            surface.say(f"left out {span.of(text)!r} ({span.start}–{span.end}): {why}, no amount")
    _print(readings, amounts.find_issues(text), text, surface=surface, as_json=as_json, nothing="no amount")


def checked_date(issued_on: str | None) -> str | None:
    """The date if there is such a day; a wrong one is a wrong command line.

    >>> checked_date("2022-01")
    '2022-01'
    """
    if issued_on is None:
        return None
    if not is_when(issued_on):
        message = f"{issued_on!r} is no date: write 2022, 2022-01, 2022-01-17 or 2022-01-17T08:30:00"
        raise typer.BadParameter(message, param_hint="--issued-on")
    return issued_on


def _taken(text: str, issued_on: str | None) -> Iterator[tuple[Span, str]]:
    """What the numerals of other stations mean, as the pipeline sets them aside before it reads amounts."""
    for what, found in (
        ("a time", moments.find_times(text, issued_on=issued_on)), ("a slogan", find_slogans(text)),
        ("a cited paper", find_references(text)),
    ):  # fmt: skip
        yield from ((finding.span, what) for finding in found)


def _time(found: TimeExpression, text: str, issued_on: str | None) -> dict[str, Any]:
    return {
        "text": found.text, "start": found.span.start, "end": found.span.end, "type": found.type, "value": found.value,
        "mod": found.mod, "role": found.role, "interval": _interval(found.interval), "anchor": found.anchor,
        "rrule": found.rrule, "rule": found.rule, "why": why(found.rule, scanned(found.text)),
        "sentence": _sentence(found.span, text), "resolved_against": issued_on,
    }  # fmt: skip


def _quantity(found: Quantity, text: str) -> dict[str, Any]:
    return {
        "text": found.text, "start": found.span.start, "end": found.span.end, "value": decimal_text(found.value),
        "value_to": decimal_text(found.value_to), "unit": found.unit, "mod": found.mod, "subject": found.subject,
        "base": found.base, "rule": found.rule, "why": why(found.rule, scanned(found.text)),
        "sentence": _sentence(found.span, text),
    }  # fmt: skip


def _interval(interval: Interval | None) -> dict[str, str | None] | None:
    if interval is None:
        return None
    sides = {"begin": interval.begin, "end": interval.end}
    return {name: side.isoformat() if side else None for name, side in sides.items()}


def _sentence(span: Span, text: str) -> str:
    before, behind = text[max(0, span.start - NEIGHBOURS) : span.start], text[span.end : span.end + NEIGHBOURS]
    return f"{before}〔{span.of(text)}〕{behind}"


def why(rule: str, plain: str) -> str:
    """Why a rule reads what it reads: its own reason, or for a word of the lexicon the word and what it stands for.

    >>> why("times.duration", "30日内")
    'a number with a unit of time, and what bounds or shifts it'
    >>> why("times.moment-word", "月内报送")
    'the word 月内: rel_month 0'
    """
    stem = rule.partition(".")[0]
    reasons = {entry.id: entry.why for entry in load(_packages()[stem], stem)}
    if rule in reasons:
        return reasons[rule]
    kind = rule.removeprefix(f"{stem}.").removesuffix("-word")
    held = [(word, says) for (of, word), says in _words().items() if of == kind and word in plain]
    if held:
        word, says = max(held, key=lambda entry: len(entry[0]))
        return f"the word {word}: {says}"
    return "a feast or solar term, its day looked up in the calendar"


@cache
def _packages() -> Mapping[str, str]:
    """The package that holds the rule file of a stem."""
    return {stem: package for package, stem in rule_files("policymine.extraction")}


@cache
def _words() -> Mapping[tuple[str, str], str]:
    """What the words of times.toml stand for, in the file's own fields."""
    said: dict[tuple[str, str], str] = {}
    for entry in load("policymine.extraction.times", "times").lexicons["word"]:
        fields = {key: value for key, value in entry.items() if key not in ("kind", "words", "unless_before", "unless_after")}
        meaning = ", ".join(f"{key} {value}" for key, value in fields.items()) or "a season without a date of its own"
        said |= {(entry["kind"], word): meaning for word in entry["words"]}
    return said


def _print(
    readings: list[dict[str, Any]], issues: tuple[Issue, ...], text: str, *, surface: Surface, as_json: bool, nothing: str
) -> None:
    """The readings with the issues of the phrase; as JSON only the readings are data."""
    for reading in readings:
        if as_json:
            surface.data(reading)
        else:
            surface.out.print("\n".join(_lines(reading)), markup=False, highlight=False)
    for issue in issues:
        place = f" ({issue.where.start}–{issue.where.end})" if issue.where else ""
        surface.say(f"{issue.code}{place}: {issue.message}; {issue.hint}")
    if not readings:
        surface.say(f"{nothing} in {text[:60]!r}")


def _lines(reading: Mapping[str, Any]) -> Iterator[str]:
    yield f"{reading['text']}  {reading['start']}–{reading['end']}"
    for name, value in reading.items():
        if name in ("text", "start", "end", "why") or (value is None and name not in ("value", "resolved_against")):
            continue
        yield f"  {LABELS.get(name, name):<9} {_said(name, value, reading)}"


def _said(name: str, value: Any, reading: Mapping[str, Any]) -> str:
    if name == "interval":
        return f"[{value['begin'] or '…'}, {value['end'] or '…'})"
    if name == "value" and value is None:
        return "unknown"
    if name == "mod":
        return f"{value}: {MODS[value]}"
    if name == "role":
        return f"{value}: {ROLES[value]}"
    if name == "rule":
        return f"{value}: {reading['why']}"
    if name == "resolved_against":
        return f"issued on {value}" if value else "no date of issue: what it leaves open stays X"
    return str(value)
