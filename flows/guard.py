"""Runs a command that ends with whoever started it, whatever ended that one: the parent holds the other end of stdin.

python -m policymine_flows.guard COMMAND…
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence

GRACE_SECONDS = 10.0


def main(command: Sequence[str]) -> int:
    """Starts the command in the process group that this process leads, and leaves with its exit code."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_parent, args=(child,), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    return child.wait()


def _end_with_parent(child: subprocess.Popen[bytes]) -> None:
    """Waits until stdin is closed; then ends the command, gently first, and all that it started."""
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=GRACE_SECONDS)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
