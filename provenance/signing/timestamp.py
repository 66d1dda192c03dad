"""RFC 3161 time stamps: when to ask for one, and a door that bounds what the authority can do to us."""

import http.client
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

from ...errors import SettingsInvalid, TimestampUnavailable

TIMEOUT_SECONDS = 10.0
"""For one answer in all; c2pa's own limit is 30 s."""
MAX_REPLY_BYTES = 1 << 20
"""A token with its certificates is about 6 kB."""
REPLY_TYPE = "application/timestamp-reply"
QUERY_TYPE = "application/timestamp-query"


@dataclass(frozen=True, slots=True)
class Timestamping:
    """Whether a signature carries a time stamp, and who gives it."""

    mode: Literal["required", "best-effort", "none"] = "none"
    """`required`: no stamp, no signature. `best-effort`: sign without one and say so."""
    url: str | None = None
    """The authority's address, http or https; the only host that is asked."""

    def __post_init__(self) -> None:
        if self.mode == "none":
            return
        if self.url is None:
            raise SettingsInvalid(f"time stamping is {self.mode}, but no authority's URL is given")
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsInvalid(
                f"a time stamp authority's URL starts with http:// or https://, got {self.url[:80]!r}"
            )


class StampDoor:
    """One signing's way to the authority; remembers why no stamp came back."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self._url = url
        self._timeout_seconds = timeout_seconds
        self.local_url = ""
        """What the C2PA library is given instead of the authority's address."""
        self.failure: TimestampUnavailable | None = None
        self.asked = False

    def stamp(self, query: bytes) -> bytes | None:
        """Ask the authority once; None (and `failure`) if there is no usable answer."""
        self.asked = True
        try:
            return fetch_stamp(self._url, query, timeout_seconds=self._timeout_seconds)
        except TimestampUnavailable as error:
            self.failure = error
            return None


@contextmanager
def open_door(url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> Generator[StampDoor]:
    """Stand between the C2PA library and the authority, on a loopback port that lives for one signing.

    The library's own POST follows redirects to hosts nobody configured, reads an answer of any size into memory
    (300 MB measured) and waits 30 s; it can't be told otherwise from Python. This door does none of that.
    """
    door = StampDoor(url, timeout_seconds)
    path = f"/{secrets.token_hex(16)}"  # other programs on this machine can't guess it

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if self.path != path or not 0 < length <= MAX_REPLY_BYTES:
                self.send_error(404)
                return
            reply = door.stamp(self.rfile.read(length))
            self.send_response(502 if reply is None else 200)
            self.send_header("Content-Type", REPLY_TYPE)
            self.send_header("Content-Length", str(len(reply or b"")))
            self.end_headers()
            self.wfile.write(reply or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class names it)
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        door.local_url = f"http://127.0.0.1:{server.server_port}{path}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield door
        finally:
            server.shutdown()
            thread.join()


def fetch_stamp(url: str, query: bytes, *, timeout_seconds: float = TIMEOUT_SECONDS) -> bytes:
    """Send a time stamp query and return the granted reply, both DER (RFC 3161, § 3.4).

    Raises:
        TimestampUnavailable: Nobody there, too slow, an HTTP error or redirect, too big, or not granted.
    """
    deadline = time.monotonic() + timeout_seconds
    where = f"time stamp authority {url}"
    connection: http.client.HTTPConnection | None = None
    try:
        connection = _connect(url, timeout_seconds)
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body=query, headers={"Content-Type": QUERY_TYPE})
        wire = connection.sock  # the connection lets go of it where the server closes after answering
        with connection.getresponse() as response:
            if response.status != 200:
                raise TimestampUnavailable(f"{where}: answered HTTP {response.status}; redirects are not followed")
            reply = _read_until(wire, response, deadline, where=where)
    except (OSError, http.client.HTTPException) as error:
        reason = f"no answer within {timeout_seconds:g} s" if isinstance(error, TimeoutError) else str(error)
        raise TimestampUnavailable(f"{where}: {reason or type(error).__name__}") from error
    finally:
        if connection is not None:
            connection.close()
    if not _is_granted(reply):
        raise TimestampUnavailable(f"{where}: the answer is not a granted time stamp ({len(reply)} bytes)")
    return reply


def _connect(url: str, timeout_seconds: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=timeout_seconds, context=context)
    return http.client.HTTPConnection(host, parts.port, timeout=timeout_seconds)


def _read_until(wire: socket.socket, response: http.client.HTTPResponse, deadline: float, *, where: str) -> bytes:
    reply = b""
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if not response.isclosed():  # else the last byte was read and the wire is gone
            wire.settimeout(left)
        piece = response.read1(65536)
        if not piece:
            return reply
        reply += piece
        if len(reply) > MAX_REPLY_BYTES:
            raise TimestampUnavailable(f"{where}: answered more than {MAX_REPLY_BYTES} bytes")


def _is_granted(reply: bytes) -> bool:
    """Read TimeStampResp ::= SEQUENCE { PKIStatusInfo ::= SEQUENCE { status INTEGER, … }, … } (RFC 3161, § 2.4.2)."""
    position = 0
    for _ in range(2):  # into the two sequences
        if reply[position : position + 1] != b"\x30" or len(reply) < position + 2:
            return False
        length = reply[position + 1]
        position += 2 + (length & 0x7F if length & 0x80 else 0)
    status = reply[position : position + 3]
    return status in (b"\x02\x01\x00", b"\x02\x01\x01")  # granted, grantedWithMods
