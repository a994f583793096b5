"""A private Prefect server for one run, when none is configured.

Prefect's in-process API loses task-run records when the process ends, so a run gets a real server: on a free loopback port,
with its own database under the working folder, ended with the run, also when the run is killed (`guard.py`). With
`PREFECT_API_URL` set, that server is used instead.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from policymine.errors import PolicymineError

from .guard import GRACE_SECONDS

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_CLI_COLORS": "false",
}
"""Settings of a run without an audience; what the environment sets already stays."""
PATIENCE_SECONDS = 90
LARGEST_LOG = 1_000_000


@contextlib.contextmanager
def prefect_server(folder: Path) -> Iterator[str]:
    """The address of a Prefect API for the time of the block; must be entered before Prefect is imported.

    Args:
        folder: where a private server keeps its database and its log.

    Raises:
        PolicymineError: the server did not answer in time; names its log.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if url := os.environ.get("PREFECT_API_URL"):
        yield url
        return
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PREFECT_HOME", str(folder.absolute()))
    port = _free_port()
    url = f"http://127.0.0.1:{port}/api"
    with _log(folder).open("ab") as log:
        command = [sys.executable, "-m", "policymine_flows.guard"]
        command += [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.PIPE, start_new_session=True)
        try:
            _wait(url, server, log=Path(folder, "server.log"))
            os.environ["PREFECT_API_URL"] = url
            yield url
        finally:
            os.environ.pop("PREFECT_API_URL", None)
            _stop(server)


def _log(folder: Path) -> Path:
    """The server's log; one that has grown is set aside, and the one before that goes."""
    path = folder / "server.log"
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(url: str, server: subprocess.Popen[bytes], *, log: Path) -> None:
    """Returns when the server answers."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    _stop(server)
    raise PolicymineError("Prefect server", url, f"did not answer within {PATIENCE_SECONDS} s; see {log}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Ends the server, gently first: its guard sees that its stdin is closed."""
    assert server.stdin is not None
    server.stdin.close()
    try:
        server.wait(timeout=GRACE_SECONDS + 5)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
