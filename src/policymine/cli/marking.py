"""A cleaned page with every change shown where it was made and the rule that made it: for a terminal, for a pipe, as HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from rich.text import Text

from policymine.model import CleanPage, Document
from policymine.text import Span

STYLE = (
    "body{font:16px/1.8 sans-serif;max-width:60em;margin:1em auto;padding:0 1em;color-scheme:light dark}"
    "pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere}del{color:#b00020;background:#b0002018}"
    "ins{color:#1b7f3b;background:#1b7f3b18;text-decoration:none}code{font-size:.65em;opacity:.7;margin:0 .2em}"
    "mark{background:#e6a70066;color:inherit}h2{font-size:1em;border-top:2px solid;opacity:.8}td{padding:0 1em 0 0}"
)
UNSEEN = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n\r"} | {0x7F: "\u2421"}
"""Control characters as the signs that stand for them."""


class Change(NamedTuple):
    """One change of the raw text: `text` stands where `span` stood (empty for a cut); `review` asks a person to look."""

    span: Span
    text: str
    kind: str
    rule: str
    review: bool = False


class Piece(NamedTuple):
    """A stretch of raw text that stayed (`change` is None) or was changed; `named` when the rule is told behind it."""

    raw: str
    change: Change | None = None
    named: bool = False


def changes_of(page: CleanPage) -> list[Change]:
    """Every cut and repair of a page in reading order; white space between papers is no change worth showing."""
    between = ("layout", "layout.space")
    cuts = [Change(c.raw_span, "", c.kind, c.rule, c.review) for c in page.cuts if (c.kind, c.rule) != between]
    return sorted([*cuts, *(Change(r.raw_span, r.text, r.kind, r.rule) for r in page.repairs)])


def pieces_of(page: CleanPage) -> Iterator[Piece]:
    """The raw text in pieces; where one rule made several changes on a line, the last of them names it."""
    raw, at, changes = page.page.text, 0, changes_of(page)
    for number, change in enumerate(changes):
        if change.span.start > at:
            yield Piece(raw[at : change.span.start])
        follower = changes[number + 1] if number + 1 < len(changes) else None
        again = (
            follower is not None
            and follower.rule == change.rule
            and "\n" not in raw[change.span.end : follower.span.start]
            and "\n" not in change.span.of(raw)
        )
        yield Piece(change.span.of(raw), change, not again)
        at = change.span.end
    if at < len(raw):
        yield Piece(raw[at:])


def as_terminal(page: CleanPage, *, plain: bool) -> Text:
    """The page with cuts struck through and repairs behind what they replace; `plain` marks them by signs, as wdiff does.

    Args:
        page: the cleaned page.
        plain: for a pipe or a file, where neither colour nor strokes arrive.
    """
    out = Text()
    for piece in pieces_of(page):
        if (change := piece.change) is None:
            out.append(piece.raw)
            continue
        out.append(f"[-{piece.raw}-]" if plain else piece.raw, style="red strike" if not change.text else "yellow strike")
        if change.text:
            out.append(f"{{+{change.text}+}}" if plain else f"→{change.text}", style="green")
        if piece.named:
            out.append(f"⟦{_label(change)}⟧", style="bold magenta" if change.review else "dim")
    for document in page.documents:
        out.append(f"\n{_about(document)}", style="bold")
        for issue in document.issues:
            where = f" “{issue.where.of(document.text)[:20]}”" if issue.where else ""
            out.append(f"\n  {issue.code}{where}: {issue.message}", style="dim")
    return out


def as_html(page: CleanPage) -> str:
    """The same view as one HTML file that needs no other: escaped, without scripts, with a table of the rules."""
    body = "".join(_html(piece) for piece in pieces_of(page))
    rules = Counter((change.rule, change.kind) for change in changes_of(page))
    rows = "".join(
        f"<tr><td>{escape(rule)}</td><td>{escape(kind)}</td><td>{count}</td></tr>"
        for (rule, kind), count in sorted(rules.items(), key=lambda entry: (-entry[1], entry[0]))
    )
    papers = "".join(f"<h2>{_safe(_about(document))}</h2>{_unknowns(document)}" for document in page.documents)
    return (
        '<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8">'
        f"<title>{_safe(page.page.url)}</title><style>{STYLE}</style></head><body>"
        f"<p>{_safe(page.page.url)} · {len(page.page.text)} · {escape(page.page.encoding)} · {page.script}</p>"
        f"<pre>{body}</pre>{papers}<table><tr><th>rule</th><th>kind</th><th>changes</th></tr>{rows}</table></body></html>\n"
    )


def _html(piece: Piece) -> str:
    change = piece.change
    if change is None:
        return _safe(piece.raw)
    label = escape(_label(change), quote=True)
    out = f'<del title="{label}">{_safe(piece.raw)}</del>'
    if change.text:
        out += f'<ins title="{label}">{_safe(change.text)}</ins>'
    return out + (f"<code>{label}</code>" if piece.named else "")


def _unknowns(document: Document) -> str:
    """What a person should look at in a document, each with the words it stands on."""
    rows = "".join(
        f"<li>{escape(issue.code)}: {_safe(issue.message)}"
        + (f" <mark>{_safe(issue.where.of(document.text)[:40])}</mark>" if issue.where else "")
        + (f" — {_safe(issue.hint)}" if issue.hint else "")
        + "</li>"
        for issue in document.issues
    )
    return f"<ul>{rows}</ul>" if rows else ""


def _about(document: Document) -> str:
    state = document.set_aside or ("duplicate" if document.duplicate_of else "truncated" if document.truncated else "whole")
    return f"document {document.ordinal + 1} ({state}) {document.hints.get('title', '')}".rstrip()


def _label(change: Change) -> str:
    return f"{change.kind} · {change.rule}" + (" · review" if change.review else "")


def _safe(text: str) -> str:
    """Text for HTML: escaped, control characters as their signs, lone surrogates as U+FFFD."""
    return escape(text.translate(UNSEEN).encode("utf-16", "surrogatepass").decode("utf-16", "replace"), quote=True)
