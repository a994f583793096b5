"""The optional half of the build: with POLICYMINE_COMPILE=1 the rooms that read every character are compiled by mypyc.

Without it the wheel is pure Python and the same everywhere. A compiled wheel needs a C compiler to be built, fits one version
of Python and one kind of machine, finds the same and is quicker: docs/adr/0010-compiled-wheel.md.
"""

import os
import re
import sys
from pathlib import Path

from setuptools import Extension, setup

ROOMS = ("text", "extraction", "organisations")
LEFT_OUT = {"training.py", "stations.py", "__init__.py", "alignment.py", "swift.py"}
"""Run once, asked for its arguments by spaCy, without code, or more than mypyc can do: a sequence or method of its own."""
PACKAGE = Path("src", "policymine")
COPY = Path("build", "native")
"""Where the package is copied to with its plain dataclasses written out; tools/mypyc.ini names it, too."""
ASKED = ["-fvisibility=hidden", "-fno-semantic-interposition", "-w"]
"""Functions of the library are called by nobody else: calls among them need no detour and can be written in line.
Nobody reads warnings of written code."""
LOADED = re.compile(r"^char (?=CPyDef_\w*top_level__\(void\) \{)", re.MULTILINE)
"""What runs when a module is loaded: once, a function of thousands of lines in which compilers lose themselves."""
ONCE = '__attribute__((cold, optimize("O0"))) char '


def modules(package: Path = PACKAGE) -> list[str]:
    """The modules of the package to compile, as paths from here."""
    found = [path for room in ROOMS for path in Path(package, room).rglob("*.py")]
    return sorted(str(path) for path in found if path.name not in LEFT_OUT)


def extensions() -> list[Extension]:
    """One shared library for all of them, so that calls among them stay within it."""
    from mypyc.build import mypycify

    sys.path.insert(0, "tools")
    from native_classes import copied

    asked = ["--config-file=tools/mypyc.ini", *modules(copied(PACKAGE, COPY))]
    made = list(mypycify(asked, opt_level=os.environ.get("POLICYMINE_OPT", "2"), debug_level="0", strip_asserts=True))
    for one in made:
        one.extra_compile_args = [*one.extra_compile_args, *ASKED]
    (source,) = made[0].sources  # the library; the others are doors to its modules
    Path(source).write_text(LOADED.sub(ONCE, Path(source).read_text(encoding="utf-8")), encoding="utf-8")
    return made


if __name__ == "__main__":
    asked = os.environ.get("POLICYMINE_COMPILE") == "1" and "bdist_wheel" in sys.argv  # not to tell name and version alone
    setup(ext_modules=extensions() if asked else [])
