"""A hostile web on loopback: one path per fault, counted; raw sockets, because no well-behaved server errs like this."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

PAPER = "<html><head><title>关于{n}号隐患的通报</title></head><body><h1>关于{n}号隐患的通报</h1><p>{text}</p></body></html>"
TEXT = "各镇人民政府要立即整改,严禁拖延;每月5日前上报进度,逾期不报的予以通报。" * 12
GIGABYTES = 10 * 1024**3


class Hosts(NamedTuple):
    """Where the parts of the hostile web listen."""

    web: str
    elsewhere: str
    tls: str
    six: str


def paper(n: object) -> bytes:
    """A paper like many."""
    return PAPER.format(n=n, text=TEXT).encode()


def answer(body: bytes, *headers: str, status: str = "200 OK", kind: str = "text/html; charset=utf-8") -> bytes:
    """A whole response."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *headers,
        "",
        "",
    ]
    return "\r\n".join(lines).encode("latin-1") + body


def moved(target: str, status: str = "302 Found", *headers: str) -> bytes:
    """A redirect."""
    return answer(b"", f"Location: {target}", *headers, status=status)


class Web:
    """The answers, by path; `asked` counts every request."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.links: list[str] = []
        self.elsewhere = ""
        self.agents: set[str] = set()
        self.times: dict[str, list[float]] = {}

    async def respond(self, path: str) -> AsyncIterator[bytes]:
        """The bytes that a path answers with, in pieces."""
        handler = getattr(self, "at_" + path.split("?")[0].strip("/").split("/")[0].split(".")[0].replace("-", "_"), None)
        if handler is None:
            yield answer(paper(path)) if path.startswith("/t") else answer(b"gone", status="404 Not Found")
            return
        result = handler(path)
        if isinstance(result, bytes):
            yield result
        else:
            async for piece in result:
                yield piece

    def at_index(self, path: str) -> bytes:
        items = "".join(f'<li><a href="{link}">关于{n}号事项的通报</a> 2024-05-01</li>' for n, link in enumerate(self.links))
        return answer(f"<html><body><ul>{items}</ul></body></html>".encode())

    def at_robots(self, path: str) -> bytes:
        rules = "User-agent: *\nDisallow: /forbidden/\nDisallow: /half/b\n"
        return answer((rules + "# " + "x" * 998 + "\n").encode() + b"# padding padding padding\n" * 400_000, kind="text/plain")

    def at_burst(self, path: str) -> bytes:
        if self.asked[path] <= 2:
            return answer(b"busy", "Retry-After: 0", status="503 Service Unavailable")
        return answer(paper("burst"))

    def at_busy(self, path: str) -> bytes:
        return answer(b"busy", status="503 Service Unavailable")

    async def at_drip(self, path: str) -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n"
        for _ in range(600):
            yield b"x"
            await asyncio.sleep(0.1)

    def at_loop(self, path: str) -> bytes:
        step = int(path.rpartition("-")[2].partition(".")[0]) if "-" in path else 0
        return moved(f"/loop/t-{step + 1}.html")

    def at_self(self, path: str) -> bytes:
        return moved(path)

    def at_scheme(self, path: str) -> bytes:
        return moved("ftp://files.example/t1.html")

    def at_passwd(self, path: str) -> bytes:
        return moved("file:///etc/passwd")

    def at_private(self, path: str) -> bytes:
        return moved("http://169.254.169.254/latest/meta-data/t1.html")

    def at_elsewhere(self, path: str) -> bytes:
        return moved(self.elsewhere + "/t1.html")

    def at_announced(self, path: str) -> bytes:
        return f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {GIGABYTES}\r\n\r\n<p>".encode()

    async def at_sent(self, path: str) -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
        piece = b"<p>" + b"x" * 65_000
        for _ in range(GIGABYTES // len(piece)):
            yield piece

    def at_bomb(self, path: str) -> bytes:
        body = gzip.compress(b"0" * 60_000_000)
        return answer(body, "Content-Encoding: gzip")

    def at_calendar(self, path: str) -> bytes:
        day = int(path.rpartition("=")[2]) if "=" in path else 0
        links = "".join(f'<a href="/calendar?day={day + n}">第{day + n}天</a>' for n in range(1, 8))
        return answer(f"<html><body>日程 {day} {links}</body></html>".encode())

    def at_session(self, path: str) -> bytes:
        links = "".join(
            f'<li><a href="/session/list;jsessionid={time.time_ns()}{n}?sid={n}x">下一组通报事项列表</a></li>' for n in range(5)
        )
        last = f"<li><a href='/t777.html;jsessionid={time.time_ns()}'>x</a></li>"
        return answer(f"<html><body><ul>{links}{last}</ul></body></html>".encode())

    def at_soft(self, path: str) -> bytes:
        return answer("<html><head><title>404 页面</title></head><body>抱歉,您访问的页面不存在</body></html>".encode())

    def at_lying(self, path: str) -> bytes:
        if "type" in path:
            return answer(paper("lying"), kind="image/png")
        return answer(paper("charset").decode().encode("gb18030"), kind="text/html; charset=utf-8")

    async def at_reset(self, path: str) -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n<html><body>half of"

    def at_cookie(self, path: str) -> bytes:
        return moved(path, "302 Found", "Set-Cookie: seen=1; Path=/")

    def at_same(self, path: str) -> bytes:
        return answer(paper("same"))

    def at_challenge(self, path: str) -> bytes:
        return answer(b"<html><script>document.cookie='__jsl_clearance=1'</script></html>", status="521 Down")

    def at_login(self, path: str) -> bytes:
        return answer("<html><body><form>用户登录<input type='password' name='p'></form>请登录后查看</body></html>".encode())

    def at_script(self, path: str) -> bytes:
        return answer(b"<html><body><div id='app'></div><script src='/a.js'></script></body></html>")

    def at_word(self, path: str) -> bytes:
        body = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "WordDocument".encode("utf-16-le") + b"\x00" * 600
        return answer(body, kind="application/msword")

    def at_wps(self, path: str) -> bytes:
        body = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "WpsDocument".encode("utf-16-le") + b"\x00" * 600
        return answer(body, kind="application/octet-stream")

    def at_ofd(self, path: str) -> bytes:
        return answer(b"PK\x03\x04" + b"\x00" * 26 + b"OFD.xml" + b"\x00" * 100, kind="application/ofd")

    def at_garbage(self, path: str) -> bytes:
        return b"\x00\xff this is no HTTP at all\r\n\r\n"


async def _serve(web: Web, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(
        ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError, TimeoutError
    ):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        path = head.split(" ")[1]
        web.asked[path] += 1
        web.times.setdefault(path, []).append(time.monotonic())
        web.agents.update(
            line.partition(":")[2].strip() for line in head.split("\r\n") if line.lower().startswith("user-agent")
        )
        async for piece in web.respond(path):
            writer.write(piece)
            await writer.drain()
        if path.startswith("/reset"):  # RST in place of FIN
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    with contextlib.suppress(ConnectionError, ssl.SSLError, TimeoutError):
        writer.close()


def self_signed(folder: Path) -> ssl.SSLContext:
    """TLS with a certificate that nobody vouches for, and that ended yesterday."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody.invalid")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    made = built.not_valid_before(now - timedelta(9)).not_valid_after(now - timedelta(1)).sign(key, hashes.SHA256())
    path = folder / "tls.pem"
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + made.public_bytes(serialization.Encoding.PEM)
    path.write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@contextlib.contextmanager
def hostile_web(folder: Path) -> Iterator[tuple[Web, Hosts]]:
    """The hostile web for the length of the block, on free ports of loopback."""
    web = Web()
    loop = asyncio.new_event_loop()

    async def start() -> Hosts:
        def server(**more: object) -> Callable[[str], asyncio.Future[asyncio.Server]]:
            return lambda host: asyncio.ensure_future(asyncio.start_server(lambda r, w: _serve(web, r, w), host, 0, **more))

        one, two = await server()("127.0.0.1"), await server()("127.0.0.1")
        tls, six = await server(ssl=self_signed(folder))("127.0.0.1"), await server()("::1")
        ports = [s.sockets[0].getsockname()[1] for s in (one, two, tls, six)]
        return Hosts(
            f"http://127.0.0.1:{ports[0]}",
            f"http://127.0.0.1:{ports[1]}",
            f"https://127.0.0.1:{ports[2]}",
            f"http://[::1]:{ports[3]}",
        )

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    hosts = asyncio.run_coroutine_threadsafe(start(), loop).result(20)
    web.elsewhere = hosts.elsewhere
    try:
        yield web, hosts
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
