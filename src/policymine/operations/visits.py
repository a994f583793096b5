"""What a visit of a source comes to: its account for the report, and its own page of lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from policymine.operations.ending import account
from policymine.operations.night import Night, read_work
from policymine.operations.report import SourceReport
from policymine.sources.crawl import Fetched
from policymine.sources.journal import REACHED
from policymine.sources.source import Source
from policymine.text.outgoing import for_markdown

STOPS: Mapping[str, str] = {
    "budget": "当日请求额度已用完",
    "hours": "已到抓取时段末",
    "time-limit": "超过时间上限",
    "gave-up": "连续多个地址失败",
    "retry-after": "站点要求暂停访问",
    "crashed": "抓取进程中断",
}
"""Why a visit ended before it had seen everything, for operators."""
BROKEN = ("time-limit", "gave-up", "retry-after", "crashed")
"""Ends that a person should look at; a budget or an hour that is over is as it should be."""
MOST_LINES = 200


def account_visit(source: Source, work: Path, *, last_success: str | None) -> SourceReport:
    """One source's figures. Papers that rest tonight stand too; less than the source promises is a failure."""
    fetched = [*read_work(work), *_visit_of(work).resting]
    standing = sum(f.outcome in REACHED for f in fetched if f.kind != "list")
    full = replace(source, pages_min=0, pages_max=max(standing, source.pages_max))
    made = account(full, [f for f in fetched if f.kind in ("paper", "attachment", "list")], last_success=last_success)
    error = made.error
    stopped = _visit_of(work).stopped
    if stopped in BROKEN:
        error = STOPS[stopped]
    elif not source.pages_min <= standing <= source.pages_max and stopped not in ("budget", "hours"):
        error = f"取得 {standing} 页,应在 {source.pages_min}–{source.pages_max} 页之间"
    return replace(made, error=error, planned=made.planned - sum(f.outcome in ("resting", "waiting") for f in fetched))


class _Visit(NamedTuple):
    """Why a visit stopped, the links that no rule of its source explains, and the papers that rested."""

    stopped: str
    unexplained: tuple[str, ...]
    resting: tuple[Fetched, ...]


def _visit_of(work: Path) -> _Visit:
    path = work.with_suffix(".visit")
    if not path.exists():
        return _Visit("", (), ())
    first, *resting = read_work(path)
    return _Visit(first.code, first.missing, tuple(resting))


def source_page(source: Source, work: Path | None, *, error: str | None = None) -> str:
    """A source's night as Markdown, in Chinese: counts by outcome and code, every address that gave nothing, signals."""
    lines = [f"# 来源 {source.id}: {for_markdown(source.title)}", ""]
    if work is None:
        return "\n".join([*lines, f"异常: {for_markdown(error or '')}"])
    stopped, unexplained, resting = _visit_of(work)
    fetched = [*read_work(work), *resting]
    if stopped:
        lines += [f"提前结束: {STOPS.get(stopped, stopped)}", ""]
    lines += ["| 结果 | 代码 | 地址数 |", "| --- | --- | ---: |"]
    counts = Counter((f.outcome, f.code) for f in fetched)
    lines += [f"| {outcome} | {code or '—'} | {count} |" for (outcome, code), count in sorted(counts.items())]
    lines += _section(
        "没有取得的地址",
        [
            f"`{f.code}` {for_markdown(f.url)}: {for_markdown(f.error or '')}"
            for f in fetched
            if f.code and f.outcome != "waiting"
        ],
    )
    lines += _section("缺少应有内容的页面", [for_markdown(f"{f.url}: {', '.join(f.missing)}") for f in fetched if f.missing])
    lines += _section("来源文件没有说明的链接", [for_markdown(url) for url in unexplained])
    return "\n".join(lines)


def _section(title: str, entries: Sequence[str]) -> list[str]:
    if not entries:
        return []
    more = [f"- …… 共 {len(entries)} 条"] if len(entries) > MOST_LINES else []
    return ["", f"## {title} ({len(entries)})", "", *(f"- {entry}" for entry in entries[:MOST_LINES]), *more]


def write_source_page(night: Night, source: Source, page: str) -> Path:
    """Leaves a source's page beside the run reports and returns its path."""
    path = night.settings.reports / f"run-{night.run_id}.{source.id}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path
