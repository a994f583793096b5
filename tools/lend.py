"""Lends the packages of this environment to another one, so that a wheel can be tried there without a network.

python tools/lend.py .venv-compiled
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

ASK = "import sysconfig; print(sysconfig.get_path('purelib'))"


def main() -> None:
    """Writes a .pth file into the other environment; .pth files of this one are not read there, so nothing editable is lent."""
    (home,) = sys.argv[1:]
    asked = subprocess.run([Path(home, "bin", "python"), "-c", ASK], capture_output=True, text=True, check=True)
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    Path(asked.stdout.strip(), "lent.pth").write_text("\n".join(sorted(lent)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
