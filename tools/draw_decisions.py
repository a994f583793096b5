"""Draws the (requirement, profile) pairs of the decision gold from corpora/gold: the same pairs for the same seed.

    python tools/draw_decisions.py > pairs.jsonl

For each profile fifty-three directives: most from papers of its own line of places, some from papers without a place or with a
redacted one, some from foreign places; half with a bearer, a quarter with a condition or a time. As most of these
speak to others, sixteen more follow for each, from papers of its own line whose bearers are of its sort. As few of
those applied, a third round adds up to thirteen: six whose bearers are of the sort that the profile is, four with a
condition and no bearer, from papers of its own line, three of its sort from papers without a place.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SEED, EACH = 20261122, 53
SHARES = {"own": 30, "unknown": 13, "foreign": 10}
LINES = {
    "county_emergency_bureau": ("云岭省", "云河市", "清溪县"),
    "township_government": ("云岭省", "云河市", "清溪县", "石桥镇"),
    "hazchem_plant": ("云岭省", "云河市", "清溪县"),
    "primary_school": ("云岭省", "云河市", "清溪县"),
    "county_hospital": ("云岭省", "云河市", "白塔区"),
    "construction_firm": ("云岭省", "清江市"),
}
ADDRESSED, OWN_PAPERS = 16, ("p105_jianghua_104", "p107_jianghua_105")
SORTS = {
    "county_emergency_bureau": "应急|安委办|各部门|各单位|领导干部|党组织|^$",
    "township_government": "乡镇|各部门|各单位|石桥镇|^$",
    "hazchem_plant": "企业|公司|车间|班组|员工|安环|生产|设备|单位|全",
    "primary_school": "学校|班主任|教师|老师|总务|政教|保安|年级|单位|全",
    "county_hospital": "医|卫|单位|任何|全|党组织|个人",
    "construction_firm": "施工|工地|建设单位|总包|企业|单位|任何",
}
"""What the bearers of the second draw contain; ^$ is a directive without a bearer."""
NEAR = {
    "county_emergency_bureau": "应急|安委办|县防汛|各部门|各单位|各级|县直|领导干部|党员|主要负责|值班",
    "township_government": "乡镇|镇党委|镇政府|包村|镇干部|各级|石桥镇|党员干部|主要负责",
    "hazchem_plant": "^企业|化工|各企业|生产经营单位|安环部|车间|员工|班组|任何|各单位|危险化学品|生产部",
    "primary_school": "学校|各校|教师|班主任|校长|总务处|政教处|任何|食堂|师生|教职工",
    "county_hospital": "医|卫生|护士|任何|各单位|各级|全区|科主任|工作人员",
    "construction_firm": "施工|建设单位|总包|项目经理|工地|任何|^企业|企业主要|单位|特种作业|工人",
}
"""What the bearers of the third draw contain."""
PAPERS = {"first": "[nps]*.json", "third": "[enps]*.json"}
"""Papers that stood when a round was drawn: later ones must not change it."""
Paper = dict[str, Any]
Pair = tuple[str, str, int]


def kin(region: str | None, line: tuple[str, ...]) -> str:
    """Whether a paper's place is on the line of a profile's places, unknown, or foreign."""
    if region is None or "X" in region:
        return "unknown"
    return "own" if region.split("/")[-1] in line else "foreign"


def papers_of(name: str) -> list[Paper]:
    """The gold papers of a round."""
    found = sorted((ROOT / "corpora/gold").glob(PAPERS[name]))
    return [json.loads(path.read_text(encoding="utf-8")) for path in found]


def named(directive: Mapping[str, Any], sort: re.Pattern[str]) -> bool:
    """Whether the bearers of a directive are of a sort."""
    return sort.search("、".join(bearer["text"] for bearer in directive["bearers"])) is not None


def own_papers(profile: str, papers: Sequence[Paper]) -> set[str]:
    """The papers of a profile's line of places; plant and school have one of their own each."""
    own = {p["gid"] for p in papers if kin(p["document"].get("region"), LINES[profile]) == "own"}
    if profile in ("hazchem_plant", "primary_school"):
        own.add(OWN_PAPERS[profile == "hazchem_plant"])
    return own


def first_round(chance: random.Random, papers: Sequence[Paper]) -> Iterator[Pair]:
    """Fifty-three pairs for each profile, by place and by what the directive says."""
    for profile, line in LINES.items():
        for group, share in SHARES.items():
            pool = [(p["gid"], d) for p in papers if kin(p["document"].get("region"), line) == group for d in p["directives"]]
            chance.shuffle(pool)
            told = [pair for pair in pool if pair[1]["bearers"]]
            open_ = [pair for pair in pool if pair[1]["condition"] or (pair[1]["deadlines"] and not pair[1]["bearers"])]
            chosen: dict[tuple[str, int], None] = {}
            for source, count in ((told, share // 2), (open_, share // 4), (pool, share)):
                for gid, directive in source:
                    if count and len(chosen) < share and (gid, directive["start"]) not in chosen:
                        chosen[gid, directive["start"]] = None
                        count -= 1
            yield from ((profile, gid, start) for gid, start in chosen)


def second_round(chance: random.Random, papers: Sequence[Paper], *, drawn: Collection[Pair]) -> Iterator[Pair]:
    """Sixteen pairs for each profile, from papers of its line whose bearers are of its sort."""
    for profile in LINES:
        own, sort = own_papers(profile, papers), re.compile(SORTS[profile])
        pool = [(p["gid"], d) for p in papers if p["gid"] in own for d in p["directives"]]
        pool = [(g, d) for g, d in pool if named(d, sort)]
        chance.shuffle(pool)
        yield from [(profile, g, d["start"]) for g, d in pool if (profile, g, d["start"]) not in drawn][:ADDRESSED]


def third_round(papers: Sequence[Paper], *, drawn: Collection[Pair]) -> Iterator[Pair]:
    """Up to thirteen pairs for each profile, of sorts that are likely to apply or to be open."""
    for profile, line in LINES.items():
        chance, sort = random.Random(f"{SEED}/third/{profile}"), re.compile(NEAR[profile])
        own = own_papers(profile, papers)
        unknown = {p["gid"] for p in papers if kin(p["document"].get("region"), line) == "unknown"} - own
        pool = [(p["gid"], d) for p in papers for d in p["directives"] if (profile, p["gid"], d["start"]) not in drawn]
        chance.shuffle(pool)
        near = [(g, d) for g, d in pool if named(d, sort)]
        open_ = [(g, d) for g, d in pool if d["condition"] and not d["bearers"]]
        for count, where, pairs in ((6, own, near), (4, own, open_), (3, unknown, near)):
            yield from [(profile, g, d["start"]) for g, d in pairs if g in where][:count]


def main() -> None:
    """Prints a pair a line."""
    chance, papers = random.Random(SEED), papers_of("first")
    drawn = list(first_round(chance, papers))
    drawn += list(second_round(chance, papers, drawn=set(drawn)))
    drawn += list(third_round(papers_of("third"), drawn=set(drawn)))
    for profile, gid, start in drawn:
        sys.stdout.write(json.dumps({"profile": profile, "paper": gid, "start": start}) + "\n")


if __name__ == "__main__":
    main()
