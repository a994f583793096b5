"""An organisation's profile: who it is, where, what it does, what it knows of itself. TOML, checked, never guessed at.

Every list and fact that is missing is *unknown*; a list named in `complete` is complete, and only then does absence mean no.
The published schema `profile.schema.json` is generated from the classes here; a test compares them.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from policymine.compliance.regions import regions
from policymine.compliance.taxonomies import group_of
from policymine.model import Level

Answer = Literal["适用", "不适用", "有条件适用", "待确认"]
ListName = Literal["sectors", "roles", "facilities", "memberships"]
STRICT = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class Organisation(BaseModel):
    """Who: `aliases` are the names that papers use for it; `kind` is one of kinds.toml."""

    model_config = STRICT
    name: str = Field(default="", description="全称")
    aliases: tuple[str, ...] = Field(default=(), description="文件里对本单位的其他叫法")
    kind: str | None = Field(default=None, description="组织类型，见 kinds.toml")
    level: Level | Literal["village"] | None = Field(default=None, description="层级；企业、学校、医院等写 unit")


class Region(BaseModel):
    """Where: a code of GB/T 2260, or the names from the province down for places that have none."""

    model_config = STRICT
    code: str | None = Field(default=None, pattern=r"^\d{6}$", description="GB/T 2260 六位代码，上级由代码推出")
    path: tuple[str, ...] = Field(default=(), description="没有代码时，由省到县的地名")
    township: str | None = Field(default=None, description="乡镇或街道名称")
    village: str | None = Field(default=None, description="村或社区名称")


class Activity(BaseModel):
    """What it does: `sectors` in the words of fields.toml, `industry` classes of GB/T 4754, `functions` it supervises."""

    model_config = STRICT
    sectors: tuple[str, ...] = Field(default=(), description='行业领域，见 fields.toml；["*"] 表示各领域都管')
    industry: tuple[str, ...] = Field(default=(), description="GB/T 4754 大类代码，如 C26")
    functions: tuple[str, ...] = Field(default=(), description="承担的监管职能，见 fields.toml")
    memberships: tuple[str, ...] = Field(default=(), description="是哪些议事协调机构的成员单位")


class Superiors(BaseModel):
    """Bodies whose papers bind it although their place does not say so."""

    model_config = STRICT
    names: tuple[str, ...] = Field(default=(), description="文件对本单位有约束力的上级")


class Post(BaseModel):
    """A post of the organisation with its other names, and who holds it."""

    model_config = STRICT
    name: str = Field(description="岗位名称")
    also: tuple[str, ...] = Field(default=(), description="同一岗位的其他叫法")
    person: str | None = Field(default=None, description="责任人；可不填")


class Facility(BaseModel):
    """A place it runs."""

    model_config = STRICT
    kind: str = Field(description="场所或设施的名称")
    count: int | None = Field(default=None, ge=0, strict=True, description="数量；0 表示没有")


class Calendar(BaseModel):
    """Which days it works."""

    model_config = STRICT
    workdays: Literal["national", "seven_days"] = Field(default="national", description="national 按国家调休安排")


class Notification(BaseModel):
    """Where its digest goes; addresses with secrets belong into the environment."""

    model_config = STRICT
    channels: tuple[str, ...] = Field(default=(), description="通知渠道的名称")


class PaperStanding(BaseModel):
    """A paper that is known to be repealed, expired or still in force."""

    model_config = STRICT
    number: str | None = Field(default=None, description="文号")
    title: str | None = Field(default=None, description="标题")
    status: Literal["repealed", "expired", "in_force"] = Field(description="repealed 废止，expired 失效，in_force 继续有效")
    until: date | None = Field(default=None, description="有效到哪一天")
    reason: str = Field(default="", description="依据")


class Override(BaseModel):
    """A decision that a person took; it comes last and wins."""

    model_config = STRICT
    requirement_id: str = Field(min_length=1, description="要求编号")
    decision: Answer = Field(description="人工判定")
    reason: str = Field(min_length=1, description="理由")
    who: str = Field(min_length=1, description="判定人岗位")
    when: date = Field(description="判定日期")


class Profile(BaseModel):
    """An organisation's profile. An empty one is valid: then everything is open."""

    model_config = STRICT
    schema_: Literal["policymine.profile/1"] = Field(default="policymine.profile/1", alias="schema")
    id: str = Field(default="profile", pattern=r"^[a-z0-9_\-]{1,60}$", description="标识，判定结果挂在它下面")
    complete: tuple[ListName, ...] = Field(default=(), description="哪些清单已经列全；只有列全的清单，不在其中才算没有")
    organisation: Organisation = Organisation()
    region: Region = Region()
    activity: Activity = Activity()
    superiors: Superiors = Superiors()
    role: tuple[Post, ...] = ()
    facility: tuple[Facility, ...] = ()
    facts: dict[str, StrictBool] = Field(default={}, description="是非事实：键是文件里会出现的词")
    calendar: Calendar = Calendar()
    notification: Notification = Notification()
    paper: tuple[PaperStanding, ...] = ()
    override: tuple[Override, ...] = ()

    @cached_property
    def group(self) -> str | None:
        """The group of its kind: government, department, institution, enterprise, village."""
        return group_of(self.organisation.kind)

    @cached_property
    def path(self) -> tuple[str, ...]:
        """The names of its places from the province down, from the code where there is one."""
        names = regions().path(self.region.code) if self.region.code else self.region.path
        return tuple(filter(None, (*names, self.region.township, self.region.village)))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All names of the organisation, the longest first."""
        own = filter(None, (self.organisation.name, *self.organisation.aliases))
        return tuple(sorted(set(own), key=len, reverse=True))

    @cached_property
    def posts(self) -> tuple[str, ...]:
        """All names of its posts."""
        return tuple(name for post in self.role for name in (post.name, *post.also))

    @cached_property
    def fingerprint(self) -> str:
        """A hash over what the profile says, comments and order of keys aside; who holds a post changes no decision."""
        said = self.model_dump(mode="json", exclude={"notification": True, "calendar": True, "role": {"__all__": {"person"}}})
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def schema_text() -> str:
    """The published JSON schema of a profile."""
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Profile.model_json_schema(by_alias=True)}
    return json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
