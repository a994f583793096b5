"""The optional half of the build: with POLICYMINE_COMPILE=1 the rooms that read every character are compiled by mypyc.

Without it the wheel is pure Python and the same everywhere. A compiled wheel needs a C compiler to be built, fits one version
of Python and one kind of machine, finds the same and is quicker: docs/adr/0010-compiled-wheel.md.
"""

import os
from pathlib import Path

from setuptools import setup

ROOMS = ("text", "extraction", "organisations")
LEFT_OUT = {"training.py", "__init__.py", "alignment.py"}
"""Run once, without code, or more than mypyc can do: a sequence of its own kind."""


def modules() -> list[str]:
    """The modules to compile, as paths from here."""
    found = [path for room in ROOMS for path in Path("src/policymine", room).rglob("*.py")]
    return sorted(str(path) for path in found if path.name not in LEFT_OUT)


def extensions() -> list[object]:
    """One shared library for all of them, so that calls among them stay within it."""
    from mypyc.build import mypycify

    return list(mypycify(["--config-file=tools/mypyc.ini", *modules()], opt_level="2", debug_level="0"))


if __name__ == "__main__":
    setup(ext_modules=extensions() if os.environ.get("POLICYMINE_COMPILE") == "1" else [])
