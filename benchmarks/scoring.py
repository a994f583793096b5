"""Agreement between findings and gold annotations, by the guideline's own units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from policymine.text.sentences import sentences

Item = Mapping[str, Any]
HALF = 0.5
SIGNS = str.maketrans("，：；！？（）", ",:;!?()", " \n\t\u3000“”\"'‘’")


@dataclass
class Score:
    """Counts of gold, predicted and matched items, and how often a field of a matched pair is right."""

    gold: int = 0
    found: int = 0
    hit: int = 0
    fields: dict[str, list[int]] = field(default_factory=dict)

    def add(self, gold: int, found: int, hit: int) -> None:
        """Counts one document."""
        self.gold += gold
        self.found += found
        self.hit += hit

    def note(self, name: str, right: bool) -> None:
        """Counts one field of one pair."""
        counts = self.fields.setdefault(name, [0, 0])
        counts[0] += right
        counts[1] += 1

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.hit / (self.gold + self.found) if self.gold + self.found else 1.0

    @property
    def precision(self) -> float:
        """The share of what was found that is right."""
        return self.hit / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """The share of the gold that was found."""
        return self.hit / self.gold if self.gold else 0.0


def plain(text: str | None) -> str | None:
    """A text without the differences that do not count: width of punctuation, white space, quotation marks."""
    return text.translate(SIGNS) if text is not None else None


def shared(a: Item, b: Item) -> int:
    """How many characters two spans share."""
    overlap: int = min(a["end"], b["end"]) - max(a["start"], b["start"])
    return max(0, overlap)


def likeness(a: Item, b: Item) -> float:
    """Intersection over union of two spans."""
    both = shared(a, b)
    return both / (a["end"] - a["start"] + b["end"] - b["start"] - both) if both else 0.0


def matched(gold: Sequence[Item], found: Sequence[Item], *, least: float = HALF) -> list[tuple[Item, Item]]:
    """One-to-one pairs of spans that are alike, the most alike first."""
    near = [(likeness(g, f), i, j) for i, g in enumerate(gold) for j, f in enumerate(found) if shared(g, f)]
    pairs, used_gold, used_found = [], set(), set()
    for value, i, j in sorted(near, reverse=True):
        if value >= least and i not in used_gold and j not in used_found:
            pairs.append((gold[i], found[j]))
            used_gold.add(i)
            used_found.add(j)
    return pairs


def score(gold: Mapping[str, Any], found: Mapping[str, Sequence[Item]], scores: dict[str, Score]) -> None:
    """Adds one document to the scores."""
    _directives(gold, found["directives"], scores)
    for name, kind in (("times", "timex"), ("quantities", "quantities"), ("references", "references")):
        pairs = matched(gold[kind], found[name])
        scores[name].add(len(gold[kind]), len(found[name]), len(pairs))
        for a, b in pairs:
            for key in _COMPARED[name]:
                scores[name].note(key, _same(a.get(key), b.get(key)))
    for slogan_kind in ("numeric", "motto"):
        g = [s for s in gold["slogans"] if s["kind"] == slogan_kind]
        f = [s for s in found["slogans"] if s["kind"] == slogan_kind]
        pairs = matched(g, f)
        scores[f"slogans {slogan_kind}"].add(len(g), len(f), len(pairs))
        for a, b in pairs:
            if a["expansion"]:
                members = [plain(m) for m in b.get("expansion") or ()]
                scores[f"slogans {slogan_kind}"].note("expansion", [plain(m) for m in a["expansion"]] == members)


_COMPARED = {"times": ("type", "value", "mod", "role"), "quantities": ("value", "value_to", "unit", "mod"), "references": ()}


def _same(a: Any, b: Any) -> bool:
    try:
        return a == b or (a is not None and b is not None and Decimal(str(a)) == Decimal(str(b)))
    except ArithmeticError:
        return False


def _directives(gold: Mapping[str, Any], found: Sequence[Item], scores: dict[str, Score]) -> None:
    wanted = gold["directives"]
    spans = [{"start": s.start, "end": s.end} for s in sentences(gold["text"])]
    holds = [(_any(s, wanted), _any(s, found)) for s in spans]
    scores["directive sentences"].add(
        sum(g for g, _ in holds), sum(f for _, f in holds), sum(g and f for g, f in holds)
    )  # fmt: skip
    pairs = matched(wanted, found)
    scores["directives"].add(len(wanted), len(found), len(pairs))
    scores["directives exact"].add(len(wanted), len(found), len(matched(wanted, found, least=0.999)))
    for a, b in pairs:
        for key in ("modality", "operational"):
            scores["directives"].note(key, a[key] == b.get(key))
        for key in ("cue", "condition", "penalty"):
            if key == "cue" or a[key] or b.get(key):
                scores["directives"].note(key, plain(a[key]) == plain(b.get(key)))
        _names("bearers", (x["text"] for x in a["bearers"]), (x["text"] for x in b.get("bearers", ())), scores)
        _names("deadlines", a["deadlines"], (x["text"] for x in b.get("deadlines", ())), scores)


def _any(sentence: Item, items: Iterable[Item]) -> bool:
    return any(shared(sentence, item) >= min(4, item["end"] - item["start"]) for item in items)


def _names(name: str, gold: Iterable[str], found: Iterable[str], scores: dict[str, Score]) -> None:
    g, f = Counter(map(plain, gold)), Counter(map(plain, found))
    scores[name].add(g.total(), f.total(), (g & f).total())
