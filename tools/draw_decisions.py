"""Draws the (requirement, profile) pairs of the decision gold from corpora/gold: the same pairs for the same seed.

    python tools/draw_decisions.py > pairs.jsonl

For each profile fifty-three directives: most from papers of its own line of places, some from papers without a place or with a
redacted one, some from foreign places; half with a bearer, a quarter with a condition or a time. As most of these
speak to others, sixteen more follow for each, from papers of its own line whose bearers are of its sort.
"""

from __future__ import annotations

import json
import random
import re
import sys
from pathlib import Path

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
"""What the bearers of the further draws contain; ^$ is a directive without a bearer."""


def kin(region: str | None, line: tuple[str, ...]) -> str:
    """Whether a paper's place is on the line of a profile's places, unknown, or foreign."""
    if region is None or "X" in region:
        return "unknown"
    return "own" if region.split("/")[-1] in line else "foreign"


def main() -> None:
    """Prints a pair a line."""
    chance = random.Random(SEED)
    drawn: set[tuple[str, str, int]] = set()
    papers = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "corpora/gold").glob("*.json"))]
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
            for gid, start in chosen:
                sys.stdout.write(json.dumps({"profile": profile, "paper": gid, "start": start}) + "\n")
                drawn.add((profile, gid, start))
    for profile, line in LINES.items():
        own = {p["gid"] for p in papers if kin(p["document"].get("region"), line) == "own"}
        if profile in ("hazchem_plant", "primary_school"):
            own.add(OWN_PAPERS[profile == "hazchem_plant"])
        sort = re.compile(SORTS[profile])
        pool = [(p["gid"], d) for p in papers if p["gid"] in own for d in p["directives"]]
        pool = [(g, d) for g, d in pool if sort.search("、".join(b["text"] for b in d["bearers"]))]
        chance.shuffle(pool)
        chosen = [(g, d["start"]) for g, d in pool if (profile, g, d["start"]) not in drawn][:ADDRESSED]
        for gid, start in chosen:
            sys.stdout.write(json.dumps({"profile": profile, "paper": gid, "start": start}) + "\n")


if __name__ == "__main__":
    main()
