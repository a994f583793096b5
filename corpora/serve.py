"""Serve a folder of finished pages on loopback, as a small government site would.

Three ways to use it::

    python corpora/serve.py --port 0                  # prints http://127.0.0.1:NNNNN and serves until interrupted
    python corpora/serve.py --source sample -- policymine nightly    # serves while a command runs and tells it the address

    with serve(Path("corpora/sample_site")) as base_url:
        ...                                           # the site stands at base_url inside the block

What it does beyond `http.server`: redirects from `_routes.toml`, names that begin with `_` are not served, folders
without an `index.html` are 404, pages that are not UTF-8 go out without a charset (as on the sites they imitate).
`Last-Modified` and `304 Not Modified` come from the standard library.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import unquote, urlsplit

HOST = "127.0.0.1"
SITE = Path(__file__).resolve().parent / "sample_site"
ROUTES = "_routes.toml"


class Redirect(NamedTuple):
    """Where a path has moved to, and with which status the server says so."""

    to: str
    status: int


def read_redirects(folder: Path) -> dict[str, Redirect]:
    """Read the `[redirects]` of a site.

    Args:
        folder: the folder of the site.

    Returns:
        Old path to redirect; empty without `_routes.toml`. A bare string means 301.

    Raises:
        ValueError: when an entry is neither a string nor `{ to, status }` with a 3xx status.
    """
    file = folder / ROUTES
    if not file.exists():
        return {}
    table = tomllib.loads(file.read_text(encoding="utf-8")).get("redirects", {})
    return {old: _redirect(old, entry) for old, entry in table.items()}


def _redirect(old: str, entry: object) -> Redirect:
    if isinstance(entry, str):
        return Redirect(entry, HTTPStatus.MOVED_PERMANENTLY)
    if isinstance(entry, dict) and set(entry) <= {"to", "status"} and isinstance(entry.get("to"), str):
        status = entry.get("status", HTTPStatus.MOVED_PERMANENTLY)
        if isinstance(status, int) and 300 <= status < 400:
            return Redirect(entry["to"], status)
    raise ValueError(f'{ROUTES}: "{old}" must be a path or {{ to = "/path", status = 301 }}')


class SiteHandler(SimpleHTTPRequestHandler):
    """Answers for one folder; `redirects` and `on_request` are bound by `make_server`."""

    def __init__(
        self,
        *args: Any,
        redirects: Mapping[str, Redirect],
        on_request: Callable[[str], None] | None,
        verbose: bool,
        **kwargs: Any,
    ) -> None:
        self.redirects = redirects
        self.on_request = on_request
        self.verbose = verbose
        super().__init__(*args, **kwargs)

    def send_head(self) -> BinaryIO | None:
        """Route the request: redirect, hidden name, or file."""
        path = unquote(urlsplit(self.path).path)
        if self.on_request is not None:
            self.on_request(path)
        redirect = self.redirects.get(path)
        if redirect is not None:
            self.send_response(redirect.status)
            self.send_header("Location", redirect.to)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        if any(part.startswith("_") for part in path.split("/")):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:
        """No listings: the site's own list pages are the only way in."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def guess_type(self, path: Any) -> str:
        """Name UTF-8 for text that is UTF-8, and no charset for any other text."""
        kind = str(super().guess_type(path))
        if kind.startswith("text/") and _is_utf8(Path(path)):
            return f"{kind}; charset=utf-8"
        return kind

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is that of the standard library
        """Stay quiet unless asked."""
        if self.verbose:
            super().log_message(format, *args)


def _is_utf8(file: Path) -> bool:
    try:
        file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return True


def make_server(
    folder: Path,
    *,
    port: int = 0,
    on_request: Callable[[str], None] | None = None,
    verbose: bool = False,
) -> ThreadingHTTPServer:
    """Build the server, bound to loopback but not yet serving.

    Args:
        folder: the folder of the site.
        port: 0 takes any free one.
        on_request: called with the decoded path of every request, before it is answered, from the server's threads.
        verbose: log each request to stderr.

    Raises:
        FileNotFoundError: when there is no such folder.
        ValueError: when `_routes.toml` is malformed.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder to serve")
    handler = functools.partial(
        SiteHandler,
        directory=str(folder),
        redirects=read_redirects(folder),
        on_request=on_request,
        verbose=verbose,
    )
    return ThreadingHTTPServer((HOST, port), handler)


def base_url_of(server: ThreadingHTTPServer) -> str:
    """The address a server answers at, without a closing slash."""
    return f"http://{HOST}:{server.server_address[1]}"


@contextlib.contextmanager
def serve(folder: Path = SITE, *, port: int = 0, on_request: Callable[[str], None] | None = None) -> Iterator[str]:
    """Serve a folder for the length of a `with` block.

    Yields:
        The base URL, such as `http://127.0.0.1:40123`.
    """
    server = make_server(folder, port=port, on_request=on_request)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield base_url_of(server)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run_beside(folder: Path, source: str, command: list[str]) -> int:
    """Serve while a command runs, told through `POLICYMINE_ADDRESSES` where the source is reached; returns its exit code."""
    with serve(folder) as base_url:
        environment = {**os.environ, "POLICYMINE_ADDRESSES": json.dumps({source: base_url})}
        return subprocess.run(command, env=environment, check=False).returncode


def main(arguments: list[str] | None = None) -> int:
    """Serve from the command line until interrupted; the address is the first line on stdout."""
    parser = argparse.ArgumentParser(
        description="Serve the sample site on loopback.", epilog="-- COMMAND: serve only while it runs"
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SITE)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--verbose", action="store_true", help="log every request to stderr")
    parser.add_argument("--source", default="sample", help="the source that COMMAND visits")
    given = sys.argv[1:] if arguments is None else arguments
    command = given[given.index("--") + 1 :] if "--" in given else []
    options = parser.parse_args(given[: given.index("--")] if command else given)
    if command:
        return run_beside(options.folder, options.source, command)
    try:
        server = make_server(options.folder, port=options.port, verbose=options.verbose)
    except (OSError, ValueError) as problem:
        parser.error(str(problem))
    print(base_url_of(server), flush=True)
    with server, contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
