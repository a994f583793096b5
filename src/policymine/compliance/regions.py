"""The divisions of GB/T 2260 down to the county: codes, names, parents, and what became of codes that are gone."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

PLACEHOLDERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


class Regions(NamedTuple):
    """The list of divisions: `codes` those that stand, `former` those that are gone with the year they were last listed."""

    version: str
    source: str
    codes: Mapping[str, str]
    former: Mapping[str, tuple[str, int]]
    by_name: Mapping[str, tuple[str, ...]]

    def path(self, code: str) -> tuple[str, ...]:
        """The names from the province down to a division; empty for a code that is none.

        >>> regions().path("620521")
        ('甘肃省', '天水市', '清水县')
        """
        if code not in self.codes:
            return ()
        chain = dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code))
        return tuple(self.codes[c] for c in chain if c in self.codes and self.codes[c] not in PLACEHOLDERS)

    def problem(self, code: str) -> str | None:
        """What is wrong with a code and what to write instead; None for one that stands.

        >>> regions().problem("330183")
        'was 富阳市 until 2014 and is gone (merged or renamed); perhaps 330111 浙江省/杭州市/富阳区'
        """
        if code in self.codes and self.codes[code] not in PLACEHOLDERS:
            return None
        if code in self.former:
            name, year = self.former[code]
            heirs = [
                c for c, n in self.codes.items() if c[:2] == code[:2] and n[:-1] == name[:-1] and len(n) > 2 and c[4:] != "00"
            ]
            hint = (
                "; perhaps " + " or ".join(f"{c} {'/'.join(self.path(c))}" for c in heirs)
                if heirs
                else "; look up its successor"
            )
            return f"was {name} until {year} and is gone (merged or renamed){hint}"
        return f"GB/T 2260 ({self.version}) has no division {code}; look it up, or write the names under region.path"

    def namesakes(self, name: str) -> int:
        """How many divisions bear a name.

        >>> regions().namesakes("鼓楼区"), regions().namesakes("清水县")
        (4, 1)
        """
        return len(self.by_name.get(name, ()))


@cache
def regions() -> Regions:
    """The list that is shipped."""
    said = json.loads(files("policymine.compliance").joinpath("regions.json").read_text(encoding="utf-8"))
    by_name: dict[str, list[str]] = defaultdict(list)
    for code, name in said["codes"].items():
        by_name[name].append(code)
    return Regions(
        said["version"],
        said["source"],
        said["codes"],
        {code: (name, year) for code, (name, year) in said["former"].items()},
        {name: tuple(codes) for name, codes in by_name.items()},
    )
