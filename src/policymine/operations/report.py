"""The report of a run: what came, what was made of it, whether it may be published, what to do next.

One `Report` is what the database keeps, what `--json` prints, and what the Markdown and HTML pages (in Chinese, for operators)
show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from typing import Any, Literal

from jinja2 import Environment

from policymine.model import FINDING_KINDS
from policymine.operations.staging import PageNote
from policymine.settings import Settings
from policymine.text.outgoing import for_markdown

Status = Literal["published", "nothing_new", "gate_failed"]
NIGHTS = 7
"""How many earlier nights a night is compared with; drift is judged from the seventh on."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source's night. `failed` counts addresses that gave no page, `error` says why the whole source failed."""

    id: str
    title: str
    planned: int = 0
    fetched: int = 0
    unchanged: int = 0
    failed: int = 0
    forbidden: int = 0
    last_success: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of publishing: its name, whether it held, and the figures."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a run has to say. Times in seconds, texts in characters; `means` are of the last seven published nights."""

    run_id: int
    kind: str
    status: Status
    started: str
    seconds: float
    sources: tuple[SourceReport, ...] = ()
    pages: int = 0
    documents: int = 0
    characters: int = 0
    cut_share: float = 0.0
    findings: Mapping[str, int] = field(default_factory=dict)
    means: Mapping[str, float] = field(default_factory=dict)
    totals: Mapping[str, int] = field(default_factory=dict)
    set_aside: Mapping[str, int] = field(default_factory=dict)
    cuts: Mapping[str, int] = field(default_factory=dict)
    rules: Mapping[str, int] = field(default_factory=dict)
    new_rules: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    quarantine: tuple[tuple[str, str], ...] = ()
    gates: tuple[Gate, ...] = ()
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    slowest: tuple[tuple[str, float], ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    next_steps: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return asdict(self)

    @property
    def failed_sources(self) -> tuple[SourceReport, ...]:
        """The sources that gave nothing or less than they promise."""
        return tuple(source for source in self.sources if source.error)


def report_of(content: Mapping[str, Any]) -> Report:
    """The report that plain data says, as the database keeps it."""
    pairs = {name: tuple((first, second) for first, second in content[name]) for name in ("refused", "quarantine", "slowest")}
    nested = {
        "sources": tuple(SourceReport(**source) for source in content["sources"]),
        "gates": tuple(Gate(**gate) for gate in content["gates"]),
        **{name: tuple(content[name]) for name in ("new_rules", "next_steps")},
    }
    return Report(**{**content, **pairs, **nested})


def summarise(notes: Sequence[PageNote], *, earlier: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The figures of a run out of the notes on its pages, beside those of earlier reports."""
    mined = [note for note in notes if not note.failed and not note.refused]
    rules = _sum(note.rules for note in mined)
    known = {rule for report in earlier for rule in report.get("rules", {})}
    raw = sum(note.raw for note in mined)
    return {
        "pages": len(mined),
        "documents": sum(note.documents for note in mined),
        "characters": raw,
        "cut_share": round(sum(note.cut for note in mined) / raw, 4) if raw else 0.0,
        "findings": {kind: sum(note.findings.get(kind, 0) for note in mined) for kind in FINDING_KINDS},
        "means": _means(earlier),
        "set_aside": dict(_sum(note.set_aside for note in mined).most_common()),
        "cuts": dict(_sum(note.cuts for note in mined).most_common()),
        "rules": dict(rules.most_common()),
        "new_rules": tuple(sorted(set(rules) - known)) if earlier else (),
        "refused": tuple((note.url, note.refused) for note in notes if note.refused),
        "quarantine": tuple((note.url, note.failed) for note in notes if note.failed),
        "slowest": tuple((n.url, round(n.seconds, 3)) for n in sorted(mined, key=lambda n: -n.seconds)[:10]),
    }


def _sum(counts: Any) -> Counter[str]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return total


def _means(earlier: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Mean findings of earlier nights that mined something."""
    nights = [report for report in earlier if report.get("pages")][:NIGHTS]
    if not nights:
        return {}
    return {kind: round(sum(r["findings"].get(kind, 0) for r in nights) / len(nights), 1) for kind in FINDING_KINDS}


def judge(notes: Sequence[PageNote], *, settings: Settings, earlier: Sequence[Mapping[str, Any]]) -> tuple[Gate, ...]:
    """The gates of a run. Pages that are set aside or refused by name are no quarantine; drift waits for seven nights."""
    laws = [note for note in notes if note.law]
    failed = [note for note in notes if note.failed]
    tried = [note for note in notes if not note.refused]
    share = len(failed) / len(tried) if tried else 0.0
    gates = [
        Gate("laws", not laws, f"{len(laws)} 个页面违反守恒、来源或引文定律" + (f",第一个: {laws[0].url}" if laws else "")),
        Gate("quarantine", share <= settings.max_quarantine, f"{share:.1%} 的页面处理失败,上限 {settings.max_quarantine:.0%}"),
    ]
    nights = [report for report in earlier if report.get("pages")]
    if len(nights) >= NIGHTS and tried:
        gates.append(_drift(notes, nights[:NIGHTS], settings=settings))
    return tuple(gates)


def _drift(notes: Sequence[PageNote], nights: Sequence[Mapping[str, Any]], *, settings: Settings) -> Gate:
    """Whether directives per thousand characters are near the mean of seven nights."""
    usual = [r["findings"]["directives"] / r["characters"] * 1000 for r in nights if r["characters"]]
    mean = sum(usual) / len(usual) if usual else 0.0
    raw = sum(note.raw for note in notes)
    tonight = sum(note.findings.get("directives", 0) for note in notes) / raw * 1000 if raw else 0.0
    distance = abs(tonight - mean) / mean if mean else 0.0
    return Gate("drift", distance <= settings.drift, f"每千字指令 {tonight:.2f} 条,七夜平均 {mean:.2f} 条,偏离 {distance:.0%}")


def next_steps(report: Report, *, database: str) -> tuple[str, ...]:
    """What the operator could look at now, most urgent first."""
    steps = [f"来源 {s.id} 异常: {s.error};运行 policymine sources check 查看" for s in report.failed_sources]
    steps += [f"门禁 {gate.name} 未通过,昨夜数据保持不变: {gate.detail}" for gate in report.gates if not gate.passed]
    if report.quarantine:
        steps.append(f"{len(report.quarantine)} 个页面处理失败,见「隔离」一节,加 -v 重跑可看详情")
    if report.status == "published":
        steps.append("查询: policymine search 隐患 --modality obligation")
        steps.append("逐条核对: policymine show 编号;policymine explain 编号")
    if report.status == "nothing_new":
        steps.append("没有新内容;规则改动后运行 policymine remine")
    return (*steps, f"知识表: {database}")


def _template(name: str) -> str:
    content: str = files("policymine.operations").joinpath(name).read_text(encoding="utf-8")
    return content


def markdown(report: Report) -> str:
    """The report as Markdown, in Chinese."""
    environment = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=False)
    environment.filters["cell"] = lambda value: for_markdown(str(value))
    return environment.from_string(_template("report.md.jinja")).render(r=report, **_WORDS)


def html_page(report: Report) -> str:
    """The report as one self-contained HTML page, in Chinese; everything from pages is escaped."""
    environment = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True)
    return environment.from_string(_template("report.html.jinja")).render(r=report, **_WORDS)


_WORDS: dict[str, Any] = {
    "status_words": {"published": "已发布", "nothing_new": "没有新内容", "gate_failed": "门禁未通过,未发布"},
    "kind_words": {
        "directives": "指令", "times": "时间", "quantities": "数量", "slogans": "口号", "references": "引用",
        "pages": "页面", "documents": "文件", "issues": "疑点",
    },
}  # fmt: skip
