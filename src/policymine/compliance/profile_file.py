"""An organisation's profile as a file of TOML: read, and told of everything that is wrong with it, line by line."""

from __future__ import annotations

from pathlib import Path

from policymine.compliance.contradictions import contradictions
from policymine.compliance.faults import Problem, sound, toml_of
from policymine.compliance.profile import Profile
from policymine.errors import ProfileError


def load_profile(path: Path) -> Profile:
    """The profile that a file holds.

    Raises:
        ProfileError: it is none; the message names line, key and cure of the first problem, `check_profile` gives them all.
    """
    profile, problems = check_profile(path)
    if profile is None or problems:
        first, more = problems[0], len(problems) - 1
        others = f" (and {more} more: `policymine profile check` names all)" if more else ""
        raise ProfileError(str(path), f"line {first.line}, {first.key}", f"{first.cure}{others}")
    return profile


def check_profile(path: Path) -> tuple[Profile | None, tuple[Problem, ...]]:
    """The profile and what is wrong with it, in the order of lines.

    Raises:
        ProfileError: the file cannot be read.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        cure = (
            "there is no such file; write one with `policymine profile init`"
            if not path.exists()
            else f"cannot be read ({problem})"
        )
        raise ProfileError(str(path), "", cure) from problem
    return parse_profile(content)


def parse_profile(content: str) -> tuple[Profile | None, tuple[Problem, ...]]:
    """The profile that a text says, and what is wrong with it.

    >>> profile, problems = parse_profile('id = "office"\\n[region]\\ncode = "620521"\\n')
    >>> profile.path, problems
    (('甘肃省', '天水市', '清水县'), ())
    >>> parse_profile('[organisation]\\nnmae = "县应急局"\\n')[1][0].line
    2
    """
    said, broken = toml_of(content)
    if said is None:
        return None, broken
    found = sound(Profile, said, content=content)
    faults = (*broken, *found.faults)
    against = tuple(contradictions(found.model, content, place=found.place))
    return (None if faults else found.model), tuple(sorted({*faults, *against}))
