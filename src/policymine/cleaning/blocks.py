"""Where the paper stands on a web page: the element that holds the running text, and what the elements around it are.

A page is a tree of elements. Running text gathers in one of them; links, labels and short lines gather in the others. From the
root down we follow the child that holds most of the running text, as long as it holds nearly all of its parent's; what stands
beside it under names such as `nav`, `share` or `footer`, or is mostly links, is furniture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from policymine.cleaning.lines import Line, Marks
from policymine.rules import RuleSet, load

LEAF = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "tr", "blockquote", "pre", "dd", "dt", "br"})
KEEP = 0.62
"""Share of its parent's running text that a child must hold to be followed."""
POSTS = 2
MOST_OF = 0.5
"""A page is a thread when so many posts hold so much of its running text."""
LEAST_PROSE = 40
"""Characters of running text below which a page holds no paper."""
NUMBER = re.compile(r"\[\d+\](?=[#./]|$)")
"""The number of an element among its like, behind its tag."""


@cache
def rules() -> RuleSet:
    """The rules of blocks.toml."""
    return load("policymine.cleaning", "blocks")


class MainText(NamedTuple):
    """Path of the element that holds the running text, the indexes of the lines that belong to it, whether it is a thread."""

    path: str
    lines: frozenset[int]
    thread: bool = False


def find_main(lines: Sequence[Line]) -> MainText | None:
    """The element that holds the running text of a page; None when the page is all links and labels."""
    weights = [_weight(line) for line in lines]
    if posts := _thread(lines, weights):
        return MainText("", posts, thread=True)
    if sum(weights) < LEAST_PROSE and not any(_lone_sentence(line) for line in lines):
        return None
    element = _fullest(_elements(lines, weights))
    while element is not None and element.path:
        best = _fullest(element)
        if best is None or best.weight < KEEP * element.weight or _leaf(best.path) or _one_of_many(best, element.children):
            break
        element = best
    path = element.path if element is not None else ""
    inside = frozenset(line.index for line in lines if line.block is not None and _under(line.block.path, path))
    return MainText(path, inside)


class _Element:
    """An element with all the running text in it and the elements straight below that hold lines, in order."""

    __slots__ = ("children", "path", "weight")

    def __init__(self, path: str) -> None:
        self.path, self.weight = path, 0.0
        self.children: list[_Element] = []


def _fullest(element: _Element) -> _Element | None:
    """The child that holds most running text, the first of several."""
    return max(element.children, key=lambda child: child.weight, default=None)


def _elements(lines: Sequence[Line], weights: Sequence[float]) -> _Element:
    """The tree of the elements that hold lines; a line that is a leaf counts for the element over it."""
    held: dict[str, float] = {}
    for line, weight in zip(lines, weights, strict=True):
        if line.block is not None:
            path = line.block.path
            if line.block.tag in LEAF:
                path = path.rpartition("/")[0] or path
            held[path] = held.get(path, 0.0) + weight
    root = _Element("")
    known: dict[str, tuple[_Element, ...]] = {}
    for path, weight in held.items():
        for element in _ancestry(path, root, known):
            element.weight += weight
    return root


def _ancestry(path: str, root: _Element, known: dict[str, tuple[_Element, ...]]) -> tuple[_Element, ...]:
    """The element of a path and those above it, the outermost first; new ones are put under `root` and into `known`."""
    found = known.get(path)
    if found is None:
        outer, inner, _ = path.rpartition("/")
        above = _ancestry(outer, root, known) if inner else ()
        element = _Element(path)
        (above[-1] if above else root).children.append(element)
        found = known[path] = (*above, element)
    return found


def mark_furniture(lines: Sequence[Line], main: MainText, marks: Marks) -> None:
    """Marks every line outside the main element, and the furniture inside it, with the kind that its place suggests."""
    first = min(main.lines, default=0)
    for line in lines:
        if not marks.free(line):
            continue
        path = line.block.path if line.block else ""
        if line.index not in main.lines:
            place = _kind_by_name(path) or _kind_by_place(line, before=line.index < first)
            marks.take(line, place, f"noise.outside.{place}", confidence=0.9)
        elif (kind := _kind_by_name(path[len(main.path) :])) and not line.prose:
            marks.take(line, kind, f"noise.element.{kind}", confidence=0.8)
        elif line.block and line.block.link_density > 0.5 and re.match("广告(?![:：法管])", line.view):
            marks.take(line, "ad", "noise.linked-advert", confidence=0.8)
        elif not line.prose and len(line.view) > 1 and _in_list_of_links(lines, line):
            marks.take(line, "related_links", "noise.list-of-links", confidence=0.8)


def _thread(lines: Sequence[Line], weights: Sequence[float]) -> frozenset[int]:
    """The lines that members of a forum wrote, where they hold most of the page's running text; empty on other pages."""
    written = [
        (line, weight) for line, weight in zip(lines, weights, strict=True) if line.block and _named(line.block.path).post
    ]
    bodies = {line.index: body for line, _ in written if line.block and (body := _post(line.block.path))}
    if len(set(bodies.values())) < POSTS:
        return frozenset()
    posted = sum(weight for line, weight in written if line.index in bodies)
    if posted < MOST_OF * sum(weights) or sum(len(line.view) for line, _ in written if line.index in bodies) < LEAST_PROSE:
        return frozenset()
    return frozenset(bodies)


def _post(path: str) -> str:
    """The path down to the element that holds what one member wrote; empty outside of such elements."""
    if not _named(path).post:
        return ""
    found = rules()["blocks.post"].find.search(path)
    return path[: found.end()] if found else ""


def _lone_sentence(line: Line) -> bool:
    """Whether a line of a nearly empty page is a sentence all the same: a short notice is a paper too."""
    linked = line.block is not None and line.block.link_density > 0.2
    return (
        line.view.endswith("。") and len(line.view) >= 8 and not linked and _factor(line.block.path if line.block else "") >= 1
    )


def _one_of_many(best: _Element, siblings: Iterable[_Element]) -> bool:
    """Whether an element is one of a row of its like, as sections of a paper or the posts of a thread are."""
    sign = _signature(best.path)
    alike = [other.weight for other in siblings if other is not best and _signature(other.path) == sign]
    return len(alike) >= 2 and sum(alike) >= 0.2 * best.weight


def _signature(path: str) -> str:
    """Tag and classes of an element, its number and id left out."""
    return re.sub(r"\[\d+\]|#[^.]*", "", path.rpartition("/")[2])


def _weight(line: Line) -> float:
    """How much running text a line is: characters outside links, whole when it has sentences, a little otherwise."""
    block, view = line.block, line.view
    if block is None:
        return 0.0
    own = len(view) * (1 - block.link_density) * _named(block.path).factor
    if line.prose or (marks := view.count(",") + view.count("。") + view.count("、")) >= 2:
        return own
    return own * (0.3 if marks and len(view) > 15 else 0.03)


def _leaf(path: str) -> bool:
    return re.split(r"[\[#.]", path.rpartition("/")[2], maxsplit=1)[0] in LEAF


def _under(path: str, ancestor: str) -> bool:
    return path == ancestor or path.startswith(ancestor + "/")


class _Named(NamedTuple):
    """What the names of elements on a path say: which furniture it is, how much speaks for running text, whether a post."""

    kind: str | None
    factor: float
    post: bool


def _kind_by_name(path: str) -> str | None:
    return _named(path).kind


def _factor(path: str) -> float:
    return _named(path).factor


@lru_cache(maxsize=4096)
def _named(path: str) -> _Named:
    """What the names on a path say; the numbers of elements say nothing, and most paths differ in nothing else."""
    return _told(NUMBER.sub("", path))


@lru_cache(maxsize=4096)
def _told(path: str) -> _Named:
    post = rules()["blocks.post"].find.search(path)
    below = path[post.end() :] if post else path
    kind = next((str(rule.gives["kind"]) for rule in rules() if "kind" in rule.gives and rule.find.search(below)), None)
    factor = 0.1 if kind not in (None, "nav_breadcrumb") else 1.0
    for rule in rules():
        if "weight" in rule.gives and (found := rule.find.findall(path)):
            weight = float(rule.gives["weight"])
            factor *= weight ** min(len(found), 3) if weight > 1 else weight
    return _Named(kind, factor, post is not None)


def _kind_by_place(line: Line, *, before: bool) -> str:
    linked = line.block is not None and line.block.link_density > 0.5
    if before:
        return "nav_breadcrumb" if linked else "page_meta"
    return "related_links" if linked else "site_footer"


def _in_list_of_links(lines: Sequence[Line], line: Line) -> bool:
    """Whether a line and its neighbours are links: one linked line may be a cited paper, three are a list."""
    if line.block is None or line.block.link_density <= 0.6:
        return False
    near = lines[max(line.index - 2, 0) : line.index + 3]
    return sum(1 for other in near if other.block and other.block.link_density > 0.6) >= 3
