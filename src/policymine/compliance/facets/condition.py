"""条件: the circumstance that triggers a requirement, as a yes/no question to the organisation."""

from __future__ import annotations

import re

from policymine.compliance.profile import Profile
from policymine.compliance.verdict import Quote, Verdict

NOT = "(?:不|未|没有|无)[^，。]{0,3}$"
LEADING = re.compile("^(?:对于?|凡是?|一旦|如果?|若|遇有?|在)")
OWNED = re.compile("国有|民营|外资|上市|规模以上|规上")
LIMITED = re.compile(
    "^(?P<of>[^，。]{2,30})的(?:[0-9一二三四五六七八九十百]+[家个户]|[各类])*(?:单位|企业|施工单位|公司|机构|学校|医院|村|园区)"
)
WORKS = re.compile("工程|工地|场所|项目|区域")
CAPABLE = re.compile("有条件的|具备条件的|符合条件的|确有困难的")


def open_condition(condition: str, profile: Profile, *, quote: Quote) -> Verdict:
    """Whether a condition is met: by a fact of the profile that occurs in it, else a question."""
    for fact, holds in profile.facts.items():
        at = condition.find(fact)
        if at >= 0:
            turned = re.search(NOT, condition[:at]) is not None
            value = holds != turned
            return Verdict(
                "条件",
                value,
                "condition.met" if value else "condition.not-met",
                quote,
                f"facts.{fact}",
                "是" if holds else "否",
            )
    return Verdict("条件", None, "condition.open", quote, "facts", question(condition))


def attribute(name: str, profile: Profile, *, quote: Quote) -> Verdict | None:
    """What a fact of the profile, or a call for capability, says of an attribute in an addressee's name."""
    for fact, holds in profile.facts.items():
        if fact in name:
            rule = "condition.met" if holds else "condition.not-met"
            return Verdict("条件", holds, rule, quote, f"facts.{fact}", "是" if holds else "否")
    if OWNED.search(name):
        return Verdict("机构", None, "body.ownership", quote, "facts", question(name))
    limited = LIMITED.match(name)
    if limited is not None and CAPABLE.search(name) is None:
        if WORKS.search(limited["of"]):
            return Verdict("场所", None, "site.open", quote, "facility", limited["of"])
        return Verdict("条件", None, "condition.open", quote, "facts", question(limited["of"]))
    if match := CAPABLE.search(name):
        return Verdict("条件", None, "condition.open", quote, "facts", question(match[0]))
    return None


def question(condition: str) -> str:
    """The yes/no question that settles a condition.

    >>> question("对不能立即整改的"), question("一旦发生险情")
    ('本单位是否有“不能立即整改”的情形？', '本单位是否会出现“发生险情”的情形？')
    """
    happens = re.match("一旦|如|若|遇|发生|出现|发现", condition) is not None
    bare = LEADING.sub("", condition).removesuffix("的").removesuffix("时")
    return f"本单位是否{'会出现' if happens else '有'}“{bare}”的情形？"
