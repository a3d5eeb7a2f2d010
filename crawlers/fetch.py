"""One polite, guarded GET: robots first, redirects hop by hop, retries that honour Retry-After."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response

from crawlers import politeness
from crawlers.catalog import Source, host_of
from crawlers.discovery import clean_url
from crawlers.guard import RefusedAddress
from crawlers.ledger import SourceLedger
from crawlers.robots import MAY_FETCH, RobotsBook, RobotsRules, robots_rules

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TIMEOUT_S = 30
TRANSIENT = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)


@dataclass(frozen=True)
class Fetched:
    """The end of one GET: an answer, or the named reason why there is none."""

    url: str
    robots: str
    fetched_at: str = ""
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    failure: str | None = None

    def header(self, name: str) -> str | None:
        """Return a header's first value."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Fetcher:
    """Fetches for one source; a key is sent to the source's own hosts only."""

    def __init__(
        self, crawler: Crawler, source: Source, user_agent: str, key: str | None, ledger: SourceLedger
    ) -> None:
        self._crawler, self._source, self._user_agent, self._key = crawler, source, user_agent, key
        self._ledger = ledger
        self._pauses = politeness.HostPauses()
        self._robots = RobotsBook(self._robots_rules)

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Fetched:
        """Return what a URL answers after at most five redirects within the source's hosts."""
        for _ in range(MAX_REDIRECTS + 1):
            robots = "unknown"
            try:
                robots = await self._robots.verdict(url)
                if robots not in MAY_FETCH:
                    return Fetched(url, robots, failure=robots)
                response = await self._attempts(url, headers or {})
            except RefusedAddress as error:
                return Fetched(url, robots, failure=f"refused-{error}")
            except DownloadCancelledError:
                return Fetched(url, robots, failure="too-large")
            except TRANSIENT as error:
                return Fetched(url, robots, failure=type(error).__name__)
            if response.status not in REDIRECTS:
                return _fetched(response, url, robots)
            url = clean_url(_header(response, "Location") or "", url)
            if not self._source.scope.has_host(url):
                return Fetched(url, robots, failure="redirect-out-of-scope")
        return Fetched(url, robots, failure="too-many-redirects")

    async def _attempts(self, url: str, headers: Mapping[str, str]) -> Response:
        """Return an answer, asking again after transient ones; raises the last error."""
        host = host_of(url)
        if not host:
            raise RefusedAddress("malformed-url")
        for attempt in range(1, politeness.MAX_ATTEMPTS + 1):
            await self._pauses.wait(host)
            wait = politeness.backoff_s(attempt)
            try:
                response = await self._crawler.engine.download_async(self._request(url, headers))
            except TRANSIENT:
                if attempt == politeness.MAX_ATTEMPTS:
                    raise
                await asyncio.sleep(wait)
            else:
                self._ledger.statuses[str(response.status)] += 1
                if response.status not in politeness.RETRIED_STATUSES or attempt == politeness.MAX_ATTEMPTS:
                    return response
                if response.status in politeness.ASKED_TO_WAIT:
                    asked = politeness.retry_after_s(_header(response, "Retry-After"), datetime.now(UTC))
                    wait = wait if asked is None else asked
                if wait > politeness.MAX_WAIT_S:
                    return response
                self._pauses.pause(host, wait)
            self._ledger.retries += 1
        raise AssertionError("the last attempt returns or raises")

    def _request(self, url: str, headers: Mapping[str, str]) -> Request:
        sent = {"User-Agent": self._user_agent, "Accept-Language": "en", "Accept": "*/*", **headers}
        if self._key and self._source.auth and self._source.scope.has_host(url):
            sent[self._source.auth.header] = self._key
        return Request(url, headers=sent, meta={"download_timeout": TIMEOUT_S}, dont_filter=True)

    async def _robots_rules(self, url: str) -> RobotsRules:
        """Return an origin's rules, following redirects to any host (RFC 9309 section 2.3.1.2)."""
        status, body = None, b""
        for _ in range(MAX_REDIRECTS + 1):
            try:
                response = await self._attempts(url, {})
            except (*TRANSIENT, DownloadCancelledError):
                return robots_rules(None, b"", self._user_agent)
            status, body = response.status, response.body
            if status not in REDIRECTS:
                break
            url = clean_url(_header(response, "Location") or "", url)
        return robots_rules(status, body, self._user_agent)


def _fetched(response: Response, url: str, robots: str) -> Fetched:
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return Fetched(url, robots, now, response.status, headers, response.body)


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value is not None else None
