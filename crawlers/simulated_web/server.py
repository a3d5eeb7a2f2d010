"""Serves the simulated web on loopback: virtual hosts by Host header or as a proxy, and endless bodies.

The log has a line for each request, written when its answer ends or its connection is lost:
``<seconds> <status> <sent body bytes> <url>``, the seconds being this machine's monotonic clock at the time
the request arrived. Lines are in the order of ending.
"""

# Twisted's request methods carry no annotations.
# mypy: allow-untyped-calls

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from twisted.internet.interfaces import IPullProducer, IPushProducer
from twisted.web.http import Request as HttpRequest
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site
from zope.interface import implementer  # type: ignore[import-untyped]

from crawlers.reactor import the_reactor
from crawlers.simulated_web.answers import Answer, Ask, page_answer, plain
from crawlers.simulated_web.web import SimulatedWeb

LOOPBACK = "127.0.0.1"
METHODS = ("GET", "HEAD", "POST")


class SimulatedResource(Resource):
    """Answers every request from a simulated web; writes a line about each to ``log``."""

    isLeaf = True  # noqa: N815 (Twisted's name)

    def __init__(self, web: SimulatedWeb, log: TextIO | None = None) -> None:
        super().__init__()
        self._web, self._log, self._desks = web, log, web.desks()

    def render(self, request: Request) -> bytes | int:
        """Return the body for one request, or ``NOT_DONE_YET`` for one that is sent piece by piece."""
        ask = asked(request)
        if self._log:
            request.notifyFinish().addBoth(_log_line, self._log, request, ask.url, time.monotonic())
        return send(self.answer(ask), request)

    def answer(self, ask: Ask) -> Answer:
        """Return what a request gets: from its host's desk, else the page at its URL."""
        if ask.method not in METHODS:
            return plain(405, "not allowed", ("Allow", ", ".join(METHODS)))
        desk = self._desks.get(ask.host)
        return (desk.answer(ask) if desk else None) or page_answer(self._web.page(ask.url), ask)


def asked(request: Request) -> Ask:
    """Return a request in our own terms."""
    headers = {
        name.decode("latin-1").lower(): values[-1].decode("latin-1")
        for name, values in request.requestHeaders.getAllRawHeaders()
    }
    body = request.content.read() if request.content else b""
    return Ask(
        requested_url(request), request.method.decode("ascii"), headers, body, int(request.getHost().port)
    )


def requested_url(request: HttpRequest) -> str:
    """Return the full URL of a request, without a port."""
    uri = request.uri.decode("ascii", "replace")
    if not uri.startswith("http://"):
        host = (request.getHeader("host") or "").rsplit(":", 1)[0]
        return f"http://{host}{uri}"
    parts = urlsplit(uri)
    return parts._replace(netloc=parts.hostname or "").geturl()


def send(answer: Answer, request: Request) -> bytes | int:
    """Start an answer; return its body if it is an ordinary one."""
    request.setResponseCode(answer.status)
    request.setHeader(b"Server", b"simulated")
    if answer.content_type:
        request.setHeader(b"Content-Type", answer.content_type.encode())
    for name, value in answer.headers:
        request.setHeader(name.encode(), value.encode())
    if answer.declared_length is not None:
        request.setHeader(b"Content-Length", str(answer.declared_length).encode())
    if request.method == b"HEAD":
        return answer.body
    if answer.stream:
        kind = DripProducer if answer.pause_s else ChunkProducer
        kind(request, answer.stream, answer.pause_s).start()
        return NOT_DONE_YET
    if answer.declared_length is not None:
        request.write(answer.body)
        request.loseConnection()
        return NOT_DONE_YET
    return answer.body


class Producer:
    """Sends a stream's chunks until it ends or the client has gone."""

    streaming: bool

    def __init__(self, request: Request, chunks: Iterator[bytes], pause_s: float) -> None:
        self._request, self._chunks, self._pause_s = request, chunks, pause_s
        self._done = False

    def start(self) -> None:
        """Begin sending."""
        self._request.registerProducer(self, self.streaming)

    def stopProducing(self) -> None:  # noqa: N802 (Twisted's name)
        """Send nothing more: the client has gone."""
        self._done = True

    def _send(self) -> None:
        if self._done:
            return
        chunk = next(self._chunks, None)
        if chunk is not None:
            self._request.write(chunk)
            return
        self._done = True
        self._request.unregisterProducer()
        self._request.finish()


@implementer(IPullProducer)
class ChunkProducer(Producer):
    """Sends the next chunk whenever the client has room for one."""

    streaming = False

    def resumeProducing(self) -> None:  # noqa: N802 (Twisted's name)
        """Send one chunk."""
        self._send()


@implementer(IPushProducer)
class DripProducer(Producer):
    """Sends a chunk, waits, sends the next."""

    streaming = True

    def start(self) -> None:
        """Begin sending."""
        super().start()
        self._drip()

    def pauseProducing(self) -> None:  # noqa: N802 (Twisted's name)
        """Go on: a drip is too slow to fill a buffer."""

    def resumeProducing(self) -> None:  # noqa: N802 (Twisted's name)
        """Go on."""

    def _drip(self) -> None:
        self._send()
        if not self._done:
            the_reactor().callLater(self._pause_s, self._drip)


def _log_line(_: object, log: TextIO, request: Request, url: str, arrived_s: float) -> None:
    log.write(f"{arrived_s:.6f} {request.code} {request.sentLength} {url}\n")
    log.flush()


class QuietSite(Site):
    """A site without an access log: the crawl's own counters are the record."""

    noisy = False

    def log(self, request: HttpRequest) -> None:
        """Write nothing."""


def listen(web: SimulatedWeb, port: int = 0, log: TextIO | None = None) -> int:
    """Start serving in this process's reactor; return the port.

    Raises:
        twisted.internet.error.CannotListenError: if the port is taken.
    """
    site = QuietSite(SimulatedResource(web, log))
    listening = the_reactor().listenTCP(port, site, backlog=256, interface=LOOPBACK)
    return int(listening.getHost().port)


def serve(web: SimulatedWeb, port: int, log_path: Path | None = None) -> int:
    """Serve until interrupted, saying where on stdout; return the exit code."""
    from twisted.internet.error import CannotListenError

    log = log_path.open("w", encoding="utf-8") if log_path else None
    try:
        bound = listen(web, port, log)
    except CannotListenError as error:
        print(
            f"port {port} on {LOOPBACK} cannot be used ({error.socketError}); take --port 0", file=sys.stderr
        )
        return 2
    print(f"serving matchday {web.world.matchday} on http://{LOOPBACK}:{bound}", flush=True)
    the_reactor().run()
    return 0
