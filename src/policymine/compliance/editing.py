"""Writing a profile and changing one without losing its comments."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import tomlkit
from tomlkit.items import Table as TomlTable

from policymine.errors import ProfileError

EXAMPLES = ("organisation.kind", "organisation.level", "region.code", "region.township")
"""Keys that the template shows as a comment: what is answered takes the place of the example."""


def written(answers: Mapping[str, Any]) -> str:
    """A commented profile from answers by dotted key; what was not answered stays empty or commented out.

    >>> "云岭县应急管理局" in written({"organisation.name": "云岭县应急管理局", "organisation.kind": "department"})
    True
    """
    template = files("policymine.compliance").joinpath("template.toml").read_text(encoding="utf-8")
    content = template
    for key, value in answers.items():
        if value not in (None, "", ()):
            if key in EXAMPLES:
                last = key.rpartition(".")[2]
                content = content.replace(f"\n# {last} = ", f"\n{last} = ", 1)
            content = edited(content, key, value=value)
    return content


def edited(content: str, key: str, *, value: Any) -> str:
    """The text of a profile with one key set; every comment and the order of the rest stay.

    Args:
        content: the profile as TOML.
        key: dotted, such as `organisation.kind` or `facts.重大危险源`.
        value: a text, number, truth value or list of texts.

    Raises:
        ProfileError: the key leads through something that is no table.

    >>> print(edited("# 我们\\n[facts] # 事实\\n", "facts.校车", value=False), end="")
    # 我们
    [facts] # 事实
    "校车" = false
    >>> print(edited("[facts]", "facts.限高2.5米", value=True), end="")
    [facts]
    "限高2.5米" = true
    """
    document = tomlkit.parse(content)
    *tables, last = key.split(".", 1 if key.startswith("facts.") else -1)
    place: Any = document
    for name in tables:
        if name not in place:
            place[name] = tomlkit.table()
        place = place[name]
        if not isinstance(place, TomlTable):
            raise ProfileError("profile", key, "leads through a key that is no table; set the whole key instead")
    place[last] = list(value) if isinstance(value, tuple) else value
    return tomlkit.dumps(document)


def overridden(content: str, entry: Mapping[str, Any]) -> str:
    """The text of a profile with one more override at its end; an earlier one on the same requirement is written anew.

    >>> first = overridden("", {"requirement_id": "a", "decision": "适用"})
    >>> print(overridden(first, {"requirement_id": "a", "decision": "不适用"}), end="")
    [[override]]
    requirement_id = "a"
    decision = "不适用"
    """
    document = tomlkit.parse(content)
    earlier = [told for told in document.get("override", ()) if told.get("requirement_id") == entry["requirement_id"]]
    if earlier:
        for name, value in entry.items():
            earlier[-1][name] = value
        return tomlkit.dumps(document)
    if document.get("override") == []:
        del document["override"]
        content = tomlkit.dumps(document)
    table = tomlkit.table()
    for name, value in entry.items():
        table[name] = value
    made = tomlkit.document()
    made["override"] = tomlkit.aot()
    made["override"].append(table)
    return f"{content.rstrip()}\n\n{tomlkit.dumps(made).strip()}\n".lstrip("\n")
