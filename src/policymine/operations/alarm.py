"""The alarm: what an operator must hear of although nobody looks, such as a night that did not start.

It is run by a timer of its own, so that it speaks also when the scheduler of the nights does not.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import SecretStr

from policymine.errors import PolicymineError, SettingsError
from policymine.operations.night import open_table
from policymine.settings import Settings
from policymine.sources.schedule import CHINA
from policymine.table.store import RunRecord

TITLE = "policymine: 夜间任务需要查看"
FEW = 60
"""Runs that are looked at: more than a month of nights."""
logger = logging.getLogger(__name__)


class Alarm(NamedTuple):
    """One thing that is not as it should be: a short code and a sentence in Chinese that says what to do."""

    code: str
    text: str


def alarms(settings: Settings, *, now: datetime) -> tuple[Alarm, ...]:
    """What the operator should hear of: no night, a night that hangs or was not published, sources that stay away."""
    try:
        with open_table(settings, create=False) as table:
            runs = table.runs(kind="nightly", limit=FEW)
    except PolicymineError as problem:
        return (Alarm("table", f"知识表打不开: {problem}"),)
    return tuple(_judged(runs, now=now, hours=settings.night_hours))


def _judged(runs: Sequence[RunRecord], *, now: datetime, hours: float) -> Iterator[Alarm]:
    if not runs:
        yield Alarm("no-night", "还没有运行过夜间任务;检查定时器,或运行 policymine nightly")
        return
    last = runs[0]
    age = now - datetime.fromisoformat(last.started)
    if age > timedelta(hours=hours):
        began = datetime.fromisoformat(last.started).astimezone(CHINA)
        text = f"已有 {age.total_seconds() / 3600:.0f} 小时没有开始新的夜间任务(上次 {began:%Y-%m-%d %H:%M});"
        yield Alarm("no-night", f"{text}检查定时器,补跑: policymine nightly")
    if last.status == "staged" and age > timedelta(hours=hours / 2):
        yield Alarm("unfinished", f"第 {last.id} 次任务没有结束;再运行 policymine nightly 会接着做完")
    ended = next((run for run in runs if run.status != "staged"), None)
    report = ended.report if ended is not None and ended.report else {}
    if report.get("status") == "gate_failed":
        gates = "、".join(gate["name"] for gate in report["gates"] if not gate["passed"])
        yield Alarm("gate", f"门禁 {gates} 未通过,上一夜的数据保持不变;查看运行报告")
    for source in report.get("sources", ()):
        if source["error"]:
            yield Alarm("source", f"来源 {source['id']} 异常: {source['error']}")


def send(found: Sequence[Alarm], addresses: Sequence[SecretStr]) -> int:
    """Sends alarms to every address (钉钉, 飞书, 企业微信, mail …) and returns to how many it was delivered.

    Raises:
        SettingsError: an address is none that can be used; it is named by its scheme only.
    """
    import apprise

    delivered = 0
    body = "\n".join(f"- {alarm.text}" for alarm in found)
    for address in addresses:
        scheme = address.get_secret_value().partition("://")[0]
        channel = apprise.Apprise()
        if not channel.add(address.get_secret_value()):
            raise SettingsError("notify", f"{scheme}://…", "is no address that Apprise knows; see its list of services")
        if channel.notify(body=body, title=TITLE):
            delivered += 1
        else:
            logger.error("an alarm to %s://… was not delivered", scheme)
    return delivered
