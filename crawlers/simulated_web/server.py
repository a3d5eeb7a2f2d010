"""Serves the simulated web on loopback: virtual hosts, validators, keys, and a 429 now and then."""

# Twisted's request methods carry no annotations.
# mypy: allow-untyped-calls

from __future__ import annotations

import sys
from email.utils import format_datetime
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from twisted.web.http import Request as HttpRequest
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from crawlers.reactor import the_reactor
from crawlers.simulated_web.sites import api
from crawlers.simulated_web.web import SimulatedWeb

LOOPBACK = "127.0.0.1"


class SimulatedResource(Resource):
    """Answers every request from a simulated web; writes the URLs asked for to ``log``, one a line."""

    isLeaf = True  # noqa: N815 (Twisted's name)

    def __init__(self, web: SimulatedWeb, log: TextIO | None = None) -> None:
        super().__init__()
        self._web, self._log, self._api_requests = web, log, 0

    def render_GET(self, request: Request) -> bytes:  # noqa: N802 (Twisted's name)
        """Return the body for one request."""
        url = requested_url(request)
        if self._log:
            self._log.write(url + "\n")
            self._log.flush()
        request.setHeader(b"Server", b"simulated")
        page = self._web.page(url)
        if page is None:
            return _plain(request, 404, "not found")
        if page.redirect:
            request.setHeader(b"Location", page.redirect.encode())
            return _plain(request, 302, "moved")
        if page.key_needed:
            if request.getHeader(api.KEY_HEADER) != api.DEMO_KEY:
                return _plain(request, 401, f"send the key in {api.KEY_HEADER}")
            self._api_requests += 1
            if self._api_requests % api.BUSY_EVERY == 0:
                request.setHeader(b"Retry-After", str(api.RETRY_AFTER_S).encode())
                return _plain(request, 429, "slow down")
        request.setHeader(b"ETag", page.etag.encode())
        modified = format_datetime(page.published_at, usegmt=True) if page.published_at else None
        if modified:
            request.setHeader(b"Last-Modified", modified.encode())
        asked = request.getHeader("If-None-Match")
        if asked == page.etag or (
            asked is None and modified and request.getHeader("If-Modified-Since") == modified
        ):
            request.setResponseCode(304)
            return b""
        request.setHeader(b"Content-Type", page.content_type.encode())
        return page.body


def requested_url(request: HttpRequest) -> str:
    """Return the full URL of a request, without a port."""
    uri = request.uri.decode("ascii", "replace")
    if not uri.startswith("http://"):
        host = (request.getHeader("host") or "").rsplit(":", 1)[0]
        return f"http://{host}{uri}"
    parts = urlsplit(uri)
    return parts._replace(netloc=parts.hostname or "").geturl()


def _plain(request: Request, status: int, text: str) -> bytes:
    request.setResponseCode(status)
    request.setHeader(b"Content-Type", b"text/plain; charset=utf-8")
    return text.encode()


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
