"""Training of the block model from what the project holds: lines written for it, the sample pages, the annotated papers.

Lines of pages take the labels that the rules give them; with these alone the model would only repeat the rules, so what it is
good for is measured rule by rule: a model that never saw the lines of one rule is asked for them.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from policymine.cleaning.block_features import Place, features, neighbours, place_of
from policymine.cleaning.block_model import CERTAIN, NAME
from policymine.cleaning.labels import label_page
from policymine.cleaning.lines import Line, Marks, lines_of, view_of
from policymine.cleaning.noise import zones_of
from policymine.cleaning.repairs import repair
from policymine.errors import AnnotationError, LayoutError
from policymine.sources.reading import read_bytes
from policymine.text import Alignment, Span

UNTOLD = frozenset({"heading", "dup_title", "watermark", "metadata_table"})
"""Kinds that other parts of the station see to: neither noise beside the text nor content."""
STRENGTH, RAREST, SEED = 5.0, 4, 20260117
FOLDS = 5
EVEN = 0.7
"""How far lines that stand on many pages are kept from outweighing the others: 1 makes all lines equal."""
PLACES: dict[str, tuple[Place, ...]] = {
    "related_links": ("behind",),
    "share_footer": ("behind",),
    "site_footer": ("behind",),
}


class Example(NamedTuple):
    """A line with its features, its kind (None is content), and the rule that said so (empty: written by hand)."""

    view: str
    row: tuple[str, ...]
    kind: str | None
    rule: str = ""


def examples(corpora: Path) -> list[Example]:
    """All training lines of a folder that holds block_lines.jsonl, sample_site, gold_cleaning and gold.

    Raises:
        AnnotationError: there is no block_lines.jsonl in it.
    """
    written = corpora / "block_lines.jsonl"
    if not written.is_file():
        raise AnnotationError(str(written), "not found", "point to the folder corpora of a checkout")
    found = list(_written(written))
    paths = [*corpora.glob("sample_site/**/*.html"), *corpora.glob("gold_cleaning/*.txt"), *corpora.glob("gold/*.txt")]
    for path in sorted(paths):
        found += _of_page(path)
    return found


def _written(path: Path) -> Iterator[Example]:
    """Lines written by hand, in the places where such lines stand."""
    for row in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(row)
        view = view_of(entry["text"])
        line = Line(0, Span(0, len(view)), view)
        kind: str | None = entry["kind"]
        if kind is None:
            for place in ("before", "inside", "behind"):
                for over, under in ((False, False), (True, False), (False, True)):
                    yield Example(view, tuple(features(line, place, over=over, under=under)), None)
        else:
            for place in PLACES.get(kind, ("before", "behind")):
                for over, under in ((True, True), (True, False), (False, True)):
                    yield Example(view, tuple(features(line, place, over=over, under=under)), kind)


def _of_page(path: Path) -> Iterator[Example]:
    """The lines of a page with the labels that the rules give them."""
    media = "text/html" if path.suffix == ".html" else "text/plain"
    try:
        page = read_bytes(path.read_bytes(), source="training", url=path.name, media_type=media)
    except LayoutError:  # the sample site holds an empty page, too
        return
    repaired = repair(Alignment.of(page.text)).alignment
    lines = lines_of(page, repaired)
    labels = label_page(page, lines, length=len(repaired.text), by_model=False)
    by_span = {mark.span: mark for mark in labels.marks}
    marks = Marks(whole={line.index: by_span[line.span] for line in lines if line.span in by_span})
    zones = zones_of(lines, marks)
    for position, line in enumerate(lines):
        mark = marks.whole.get(line.index)
        if mark is None or mark.kind not in UNTOLD:
            over, under = neighbours(lines, position, marks)
            row = tuple(features(line, place_of(line, zones), over=over, under=under))
            yield Example(line.view, row, mark.kind if mark else None, mark.rule if mark else "")


class Sheet:
    """Training lines as a matrix, made once: rows are lines, columns the features that at least RAREST lines have."""

    def __init__(self, rows: Sequence[Example]) -> None:
        import numpy as np

        counts = Counter(name for row in rows for name in row.row)
        self.rows = rows
        self.vocabulary = tuple(sorted(name for name, count in counts.items() if count >= RAREST))
        self.matrix = _matrix(rows, self.vocabulary)
        self.noise = np.array([row.kind is not None for row in rows])
        shares = Counter((row.view, row.kind is None) for row in rows)
        self.weights = np.array([shares[row.view, row.kind is None] ** -EVEN for row in rows])

    def fit(self, chosen: Sequence[int]) -> Any:
        """The judge of noise learnt from some rows; the same rows in the same order give the same weights."""
        from sklearn.linear_model import LogisticRegression

        judge = LogisticRegression(C=STRENGTH, solver="liblinear", dual=True, max_iter=2000, random_state=SEED)
        return judge.fit(self.matrix[chosen], self.noise[chosen], sample_weight=self.weights[chosen])

    def fit_kinds(self) -> Any:
        """The judge of kinds, learnt from all lines of noise."""
        from sklearn.linear_model import LogisticRegression

        marked = [index for index, row in enumerate(self.rows) if row.kind is not None]
        kinds = LogisticRegression(C=STRENGTH, solver="lbfgs", max_iter=300, random_state=SEED)
        return kinds.fit(self.matrix[marked], [self.rows[index].kind for index in marked])

    def taken(self, learnt: Sequence[int], asked: Sequence[int]) -> list[bool]:
        """Which of some rows are cut by a judge that learnt from others."""
        return [bool(chance >= CERTAIN) for chance in self.fit(learnt).predict_proba(self.matrix[asked])[:, 1]]


def _matrix(rows: Iterable[Example], vocabulary: Sequence[str]) -> Any:
    import numpy as np
    from scipy.sparse import csr_matrix

    known = {name: index for index, name in enumerate(vocabulary)}
    columns = [sorted({known[name] for name in row.row if name in known}) for row in rows]
    starts = np.cumsum([0, *map(len, columns)], dtype=np.int32)
    indices = np.array([index for row in columns for index in row], dtype=np.int32)
    return csr_matrix((np.ones(len(indices)), indices, starts), shape=(len(columns), len(vocabulary)))


def unseen_rules(sheet: Sheet, *, least: int = 4) -> dict[str, tuple[int, float]]:
    """For each rule: its lines, and the share of them that a model finds which was trained without them."""
    by_rule: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(sheet.rows):
        if row.rule:
            by_rule[row.rule].append(index)
    found = {}
    for rule, own in sorted(by_rule.items()):
        if len(own) >= least:
            views = {sheet.rows[index].view for index in own}
            learnt = [index for index, row in enumerate(sheet.rows) if row.kind is None or row.view not in views]
            found[rule] = (len(own), sum(sheet.taken(learnt, own)) / len(own))
    return found


def out_of_fold(sheet: Sheet) -> tuple[int, int, int, int]:
    """Noise lines, those found, lines of content, those taken for noise; no line was seen in training, wherever it stands."""
    fold = {view: number % FOLDS for number, view in enumerate(sorted({row.view for row in sheet.rows}))}
    noise = found = content = wrong = 0
    for part in range(FOLDS):
        learnt = [index for index, row in enumerate(sheet.rows) if fold[row.view] != part]
        asked = [index for index, row in enumerate(sheet.rows) if fold[row.view] == part]
        for index, taken in zip(asked, sheet.taken(learnt, asked), strict=True):
            marked = sheet.rows[index].kind is not None
            noise, content = noise + marked, content + (not marked)
            found, wrong = found + (marked and taken), wrong + (taken and not marked)
    return noise, found, content, wrong


def train_blocks(corpora: Path, into: Path) -> Mapping[str, float | int]:
    """Trains on a folder of corpora, writes model, vocabulary and model card to `into`, returns the figures.

    Raises:
        AnnotationError: the folder holds no lines.
    """
    from skops import io

    sheet = Sheet(examples(corpora))
    noise, found, content, wrong = out_of_fold(sheet)
    by_rule = unseen_rules(sheet)
    lines = sum(count for count, _ in by_rule.values())
    figures: dict[str, float | int] = {
        "block_lines": len(sheet.rows),
        "block_recall": round(int(found) / max(1, noise), 3),
        "block_content_lines": content,
        "block_content_taken": int(wrong),
        "block_recall_unseen_rules": round(float(sum(n * share for n, share in by_rule.values())) / max(1, lines), 3),
    }
    into.mkdir(parents=True, exist_ok=True)
    io.dump({"noise": sheet.fit(list(range(len(sheet.rows)))), "kinds": sheet.fit_kinds()}, into / f"{NAME}.skops")
    vocabulary = json.dumps({"features": list(sheet.vocabulary)}, ensure_ascii=False, indent=0)
    (into / f"{NAME}.json").write_text(vocabulary + "\n", encoding="utf-8")
    (into / "model_card.md").write_text(_card(figures, by_rule), encoding="utf-8")
    return figures


def _card(figures: Mapping[str, float | int], by_rule: Mapping[str, tuple[int, float]]) -> str:
    rows = "\n".join(
        f"| `{rule}` | {count} | {share:.2f} |"
        for rule, (count, share) in sorted(by_rule.items(), key=lambda pair: -pair[1][0])
    )
    return CARD.format(**figures, certain=CERTAIN, rows=rows)


CARD = """# Model of block labels

`blocks` tells whether a line beside the running text of a page is noise, and of which kind. Two logistic regressions
(scikit-learn, L2) over characters, form, place and neighbours of the line; cleaning/block_features.py makes them.

**Data**: {block_lines} lines: corpora/block_lines.jsonl (written for this), the pages of corpora/sample_site and
corpora/gold_cleaning with the labels that the rules give, the papers of corpora/gold as content.
**Figures** at the chance of {certain} from which a line is cut. Lines that the model had not seen anywhere: {block_recall} of
the noise found, {block_content_taken} of {block_content_lines} lines of content taken for noise. Lines of a rule that the
model had not seen any line of: {block_recall_unseen_rules} found.

| rule left out | lines | found |
| --- | --- | --- |
{rows}

**Limits**: it is asked only for short lines outside the running text that no rule knows; editors' introductions read like
content and are left to the rules. Retrain with `policymine train`.
"""
