"""Charts with Chinese labels, drawn by Altair; data are counted in the database, filtered like search."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from policymine.errors import SettingsError, StorageError
from policymine.research.codebook import columns
from policymine.research.frames import require
from policymine.research.selection import Selection
from policymine.table.filters import day_ended
from policymine.table.query import QueryError, parse
from policymine.table.schema import directives
from policymine.table.search import finding

FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback",
    "Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB",
)  # fmt: skip
FONT_FILES = (
    "NotoSansCJK", "NotoSansSC", "SourceHanSans", "wqy-", "DroidSansFallback", "msyh", "simhei", "PingFang", "Hiragino",
)  # fmt: skip
FONT_FOLDERS = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/System/Library/Fonts",
    "C:/Windows/Fonts",
)  # fmt: skip
MOST_LINES = 12
"""Slogans and sectors beyond the most frequent ones are left out of a picture."""
Points = list[dict[str, Any]]


def draw_chart(kind: str, selection: Selection, path: Path, *, title: str | None = None, font: Path | None = None) -> int:
    """Draws a chart into an .svg or .png file, whole or not at all.

    Args:
        kind: a key of `CHARTS`.
        selection: the directives it is about.
        path: the file; its ending decides the format.
        title: above the chart; the kind's own by default.
        font: a font file with Chinese characters, where the system has none.

    Returns:
        How many points were drawn.

    Raises:
        QueryError: an unknown kind or ending, or nothing to draw.
        SettingsError: a picture needs a font with Chinese characters and none is there.
        StorageError: the disk refused.
    """
    if kind not in CHARTS:
        raise QueryError("chart", kind, f"is unknown; there are {', '.join(CHARTS)}")
    if path.suffix not in (".svg", ".png"):
        raise QueryError("output", path.name, "ends neither in .svg nor in .png")
    count, build, heading = CHARTS[kind]
    points = count(selection)
    if not points:
        raise QueryError("chart", kind, "finds nothing to draw; widen the filters")
    chart = build(require("altair"), points).properties(title=title or heading)
    chart = chart.configure(font=", ".join(FONTS)).configure_title(fontSize=16).configure_axis(labelLimit=200)
    picture = _rendered(chart.to_dict(), path.suffix, font=font)
    fresh = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(picture)
        fresh.replace(path)
    except OSError as problem:
        fresh.unlink(missing_ok=True)
        raise StorageError(str(path), "", f"cannot be written ({problem.strerror}); nothing was left half-written") from problem
    return len(points)


def _rendered(described: Mapping[str, Any], ending: str, *, font: Path | None) -> bytes:
    """The picture. An SVG keeps its labels as text for the reader's fonts; a PNG needs the font now."""
    convert = require("vl_convert")
    if ending == ".svg":
        return str(convert.vegalite_to_svg(described)).encode()
    chosen = font or find_font()
    if chosen is None or not chosen.is_file():
        cure = "no font with Chinese characters is installed; install fonts-noto-cjk, name one with --font, or draw an .svg"
        raise SettingsError("font", str(font or ""), cure)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, chosen.name).symlink_to(chosen.resolve())
        convert.register_font_directory(folder)
        return bytes(convert.vegalite_to_png(described, scale=2))


def find_font() -> Path | None:
    """A font file with Chinese characters in one of the usual folders."""
    for folder in FONT_FOLDERS:
        there = Path(folder).expanduser()
        found = (
            [path for path in sorted(there.rglob("*")) if path.suffix.lower() in (".ttc", ".ttf", ".otf")]
            if there.is_dir()
            else []
        )
        for stem in FONT_FILES:
            for path in found:
                if path.name.lower().startswith(stem.lower()) and "serif" not in path.name.lower():
                    return path
    return None


def _counted(selection: Selection, *names: str) -> Iterable[tuple[Any, ...]]:
    """Combinations of column values with their counts, over the directives of a selection."""
    c = directives.c
    chosen = [sa.func.substr(c[name[:-2]], 1, int(name[-1])).label(name) if name[-2] == ":" else c[name] for name in names]
    with selection.table.reading(run=selection.run) as now:
        found = finding(selection.table, parse(selection.query), selection.filters, now=now)
        query = sa.select(*chosen, sa.func.count()).select_from(found.rows).where(found.condition).group_by(*chosen)
        return [tuple(row) for row in now.connection.execute(query)]


def _labels(name: str) -> Mapping[str, str]:
    return next(column.values for column in columns() if column.name == name)


def _modalities(selection: Selection) -> Points:
    labels = _labels("modality")
    counts = _counted(selection, "issued_on:7", "modality")
    return [{"month": f"{month}-01", "modality": labels[m], "count": n} for month, m, n in counts if month and len(month) == 7]


def _slogans(selection: Selection) -> Points:
    lives: dict[str, Counter[str]] = {}
    for day, listed, count in _counted(selection, "issued_on:7", "slogans"):
        for slogan in filter(None, (listed or "").split("；")) if day and len(day) == 7 else ():
            lives.setdefault(slogan, Counter())[f"{day}-01"] += count
    chosen = sorted(lives, key=lambda slogan: (-lives[slogan].total(), slogan))[:MOST_LINES]
    return [{"slogan": s, "month": month, "count": n} for s in chosen for month, n in sorted(lives[s].items())]


def _sectors(selection: Selection) -> Points:
    labels = _labels("level")
    counts: Counter[tuple[str, str]] = Counter()
    for listed, level, count in _counted(selection, "sector_list", "level"):
        for sector in filter(None, (listed or "").split("；")):
            counts[sector, labels.get(level, "不详")] += count
    totals: Counter[str] = Counter()
    for (sector, _), count in counts.items():
        totals[sector] += count
    kept = {sector for sector, _ in totals.most_common(MOST_LINES * 2)}
    return [{"sector": s, "level": level, "count": n} for (s, level), n in sorted(counts.items()) if s in kept]


def _deadlines(selection: Selection) -> Points:
    days: Counter[str] = Counter()
    for end, count in _counted(selection, "deadline_end"):
        if end:
            days[day_ended(end)] += count
    return [{"day": day, "count": n} for day, n in sorted(days.items())]


def _coverage(selection: Selection) -> Points:
    counts = _counted(selection, "source", "issued_on:4")
    titles = selection.terms.titles
    return [{"source": titles.get(source, source), "year": year or "不详", "count": n} for source, year, n in counts]


def _draw_modalities(alt: Any, points: Sequence[Mapping[str, Any]]) -> Any:
    order = list(_labels("modality").values())
    return _base(alt, points).mark_bar().encode(
        x=alt.X("yearmonth(month):T", title="月份", axis=alt.Axis(format="%Y-%m")), y=alt.Y("sum(count):Q", title="条数"),
        color=alt.Color("modality:N", title="情态", sort=order),
    )  # fmt: skip


def _draw_slogans(alt: Any, points: Sequence[Mapping[str, Any]]) -> Any:
    base = _base(alt, points).encode(y=alt.Y("slogan:N", title="口号", sort="-x"))
    lives = base.mark_line(opacity=0.5).encode(
        x=alt.X("month:T", title="月份", axis=alt.Axis(format="%Y-%m")), detail="slogan:N"
    )
    return lives + base.mark_circle().encode(x="month:T", size=alt.Size("count:Q", title="出现次数"))


def _draw_sectors(alt: Any, points: Sequence[Mapping[str, Any]]) -> Any:
    order = [*_labels("level").values(), "不详"]
    return _base(alt, points).mark_rect().encode(
        x=alt.X("level:N", title="层级", sort=order), y=alt.Y("sector:N", title="行业领域"),
        color=alt.Color("count:Q", title="条数"),
    )  # fmt: skip


def _draw_deadlines(alt: Any, points: Sequence[Mapping[str, Any]]) -> Any:
    return _base(alt, points).mark_rect().encode(
        x=alt.X("date(day):O", title="日"), y=alt.Y("yearmonth(day):O", title="月份", axis=alt.Axis(format="%Y-%m")),
        color=alt.Color("sum(count):Q", title="到期条数"),
    )  # fmt: skip


def _draw_coverage(alt: Any, points: Sequence[Mapping[str, Any]]) -> Any:
    return _base(alt, points).mark_rect().encode(
        x=alt.X("year:O", title="年份"), y=alt.Y("source:N", title="来源"), color=alt.Color("count:Q", title="条数"),
    )  # fmt: skip


def _base(alt: Any, points: Sequence[Mapping[str, Any]]) -> Any:
    return alt.Chart({"values": list(points)}).properties(width=640)


Count = Callable[[Selection], Points]
Build = Callable[[Any, Points], Any]
CHARTS: Mapping[str, tuple[Count, Build, str]] = {
    "modality": (_modalities, _draw_modalities, "每月要求条数(按情态)"),
    "slogans": (_slogans, _draw_slogans, "口号生命线"),
    "sectors": (_sectors, _draw_sectors, "行业领域与层级"),
    "deadlines": (_deadlines, _draw_deadlines, "时限日历"),
    "coverage": (_coverage, _draw_coverage, "来源与年份覆盖"),
}
"""How each kind of chart counts, how it is drawn, and its title."""
