"""A decision in Chinese sentences, each with its quotation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from policymine.compliance.applicability import Decision
from policymine.compliance.taxonomies import PACKAGE, kinds
from policymine.compliance.verdict import FACETS, Verdict
from policymine.rules import load

LEVELS = {
    "national": "国家", "province": "省", "city": "市", "county": "县", "township": "乡镇", "village": "村", "unit": "单位",
}  # fmt: skip


@cache
def _said() -> dict[str, dict[str, str]]:
    return dict(load(PACKAGE, "verdicts").lexicons)


def sentence(verdict: Verdict) -> str:
    """What one facet says.

    >>> from policymine.compliance.verdict import Quote
    >>> sentence(Verdict("机构", False, "body.kind-other", Quote("学校"), "organisation.kind", "enterprise"))
    '“学校”指另一类组织，我单位是企业、生产经营单位。'
    """
    ours = verdict.ours or "未填写"
    if ours in kinds():
        ours = str(kinds()[ours]["label"])
    quote = verdict.quote.text if verdict.quote and verdict.quote.text else "（原文没有写）"
    return _said()["sentences"][verdict.rule].format(quote=quote, ours=LEVELS.get(ours, ours))


def questions() -> dict[str, str]:
    """How the facts are asked for that a profile leaves out.

    >>> questions()["organisation.level"]
    '画像没有写我单位的层级，请填写。'
    """
    return _said()["questions"]


def reasons(decision: Decision) -> Iterator[str]:
    """The sentences of a decision: the answer, what each facet says in order, a person's decision, and what this is not."""
    answers = _said()["answers"]
    plain = _plain(decision)
    yield answers[plain].format(facet=decision.facet)
    told = {facet: [v for v in decision.verdicts if v.facet == facet] for facet in FACETS}
    for facet in FACETS:
        for verdict in told[facet]:
            mark = {True: "是", False: "否", None: "未知"}[verdict.value]
            yield f"{facet}（{mark}）：{sentence(verdict)}"
    if decision.override is not None:
        entry = decision.override
        yield answers["override"].format(decision=entry.decision, reason=entry.reason, who=entry.who, when=entry.when)
    yield answers["assists"]


def headline(decision: Decision) -> str:
    """The one sentence that decided."""
    if decision.override is not None:
        return f"人工判定：{decision.override.reason}"
    deciding = decision.deciding
    return sentence(deciding) if deciding else ""


def _plain(decision: Decision) -> str:
    """The answer of the facets alone, before a person's decision."""
    if any(v.value is False for v in decision.verdicts):
        return "不适用"
    unknown = [v for v in decision.verdicts if v.value is None]
    if not unknown:
        return "适用"
    return "有条件适用" if all(v.facet == "条件" for v in unknown) else "待确认"
