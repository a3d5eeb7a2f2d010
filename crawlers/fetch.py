"""One polite, guarded GET: robots first, the host's turn, redirects hop by hop, retries that honour
Retry-After.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

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
from crawlers.access import AccessRefused, Credentials
from crawlers.catalog import Source, host_of
from crawlers.decode import UnreadableBodyError
from crawlers.discovery import clean_url
from crawlers.frontier import Frontier
from crawlers.guard import RefusedAddress
from crawlers.ledger import SourceLedger
from crawlers.opt_outs import header_opt_outs, meta_opt_outs, tdmrep_opt_out
from crawlers.politeness import HostPaces, rate_limit_pause_s
from crawlers.robots import MAY_FETCH, RobotsBook, RobotsRules, product_token, robots_rules
from crawlers.spec import CrawlSpec

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_TIMEOUTS = 2  # a host that let us wait twice is asked no third time
# Rules a last crawl left are used for half of the 24 hours that RFC 9309 section 2.4 gives, so that a crawl
# of several hours, which keeps them to its end, uses none older.
SAVED_RULES_S = 12 * 3600.0
API_TERMS = "api-terms"
QUOTA = "quota"
TRANSIENT = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)


class QuotaUsedUp(Exception):  # noqa: N818 - it says what happened
    """The source's requests of this day are spent; the rest waits for another day."""


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
    """Fetches for one source; credentials are sent to the source's own hosts only."""

    def __init__(
        self,
        crawler: Crawler,
        source: Source,
        spec: CrawlSpec,
        credentials: Credentials,
        paces: HostPaces,
        frontier: Frontier,
        ledger: SourceLedger,
    ) -> None:
        self._crawler, self._source, self._spec = crawler, source, spec
        self._credentials, self._paces = credentials, paces
        self._frontier, self._ledger = frontier, ledger
        self._token = product_token(spec.user_agent)
        self._robots = RobotsBook(self._robots_rules)
        self._reservations: dict[str, asyncio.Task[bytes]] = {}

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Fetched:
        """Return what a URL answers after at most five redirects within the source's hosts.

        Raises:
            QuotaUsedUp: if the source's terms allow no more requests today.
        """
        for _ in range(MAX_REDIRECTS + 1):
            robots = "unknown"
            try:
                robots = await self._verdict(url)
                if robots not in MAY_FETCH and robots != API_TERMS:
                    return Fetched(url, robots, failure=robots)
                response = await self._authorised(url, headers or {})
            except RefusedAddress as error:
                return Fetched(url, robots, failure=f"refused-{error}")
            except AccessRefused as error:
                return Fetched(url, robots, failure=f"access-{error}")
            except UnreadableBodyError as error:
                return Fetched(url, robots, failure=str(error))
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

    async def opt_outs(self, fetched: Fetched) -> tuple[str, ...]:
        """Return every objection to the use of a page: of robots.txt, its headers, its head and its
        host, sorted.
        """
        found = set(header_opt_outs(fetched.headers, self._token))
        found.update(meta_opt_outs(fetched.body, fetched.header("Content-Type") or "", self._spec.user_agent))
        if self._source.obeys_robots_at(fetched.url):
            found.update(await self.robots_opt_outs(fetched.url))
            found.update(tdmrep_opt_out(await self._reservation(fetched.url), fetched.url))
        return tuple(sorted(found))

    async def robots_opt_outs(self, url: str) -> tuple[str, ...]:
        """Return the training agents that robots.txt keeps from a URL, as ``robots:<agent>``."""
        return (await self._robots.rules(url)).opt_outs(url)

    async def rest(self, url: str, seconds: float) -> None:
        """Let nobody ask a URL's host for some seconds."""
        self._ledger.retries += 1
        self._pace(url).pause(min(seconds, politeness.MAX_WAIT_S))

    # -- whose word counts ----------------------------------------------------------------------------

    async def _verdict(self, url: str) -> str:
        if not self._source.obeys_robots_at(url):
            return API_TERMS
        if not host_of(url):
            raise RefusedAddress("malformed-url")
        rules = await self._robots.rules(url)
        self._pace(url).crawl_delay(rules.crawl_delay)
        return rules.verdict(url)

    async def _robots_rules(self, url: str) -> RobotsRules:
        """Return an origin's rules, following redirects to any host (RFC 9309 section 2.3.1.2)."""
        status, body = await self._kept(url)
        return robots_rules(status, body, self._spec.user_agent)

    async def _reservation(self, url: str) -> bytes:
        """Return an origin's TDM reservation file (W3C TDMRep section 6.1), or nothing; asked for once."""
        parts = urlsplit(url)
        place = f"{parts.scheme}://{parts.netloc}/.well-known/tdmrep.json"
        if place not in self._reservations:
            self._reservations[place] = asyncio.create_task(self._reservation_at(place))
        return await asyncio.shield(self._reservations[place])

    async def _reservation_at(self, place: str) -> bytes:
        if await self._verdict(place) not in MAY_FETCH:
            return b""
        status, body = await self._kept(place)
        return body if status == 200 else b""

    async def _kept(self, url: str) -> tuple[int | None, bytes]:
        """Return status and body of a file about an origin: as saved a few hours ago, else fetched and
        saved.
        """
        saved = _saved(self._frontier.note(url))
        if saved is not None:
            return saved
        place, status, body = url, None, b""
        for _ in range(MAX_REDIRECTS + 1):
            try:
                response = await self._attempts(place, {})
            except RefusedAddress:
                if place == url:
                    raise  # the host itself is refused, which says more than that it has no rules
                return None, b""
            except (*TRANSIENT, DownloadCancelledError):
                return None, b""
            status, body = response.status, response.body
            if status not in REDIRECTS:
                break
            place = clean_url(_header(response, "Location") or "", place)
        if status is not None and status < 500 and status != 429:
            note = {"at": time.time(), "status": status, "body": base64.b64encode(body).decode()}
            self._frontier.remember(url, json.dumps(note))
        return status, body

    # -- asking ---------------------------------------------------------------------------------------

    async def _authorised(self, url: str, headers: Mapping[str, str]) -> Response:
        """Ask with the source's credentials; a token that is no longer taken is renewed once.

        They go to the source's own hosts only, and never without TLS.
        """
        private = self._source.simulated or urlsplit(url).scheme == "https"
        if not private or not self._source.scope.has_host(url):
            return await self._attempts(url, headers)
        sent = await self._credentials.headers(self._attempts)
        response = await self._attempts(url, {**headers, **sent}, counted=True)
        if response.status == 401 and self._credentials.renewable:
            sent = await self._credentials.headers(self._attempts, refused=sent)
            response = await self._attempts(url, {**headers, **sent}, counted=True)
        return response

    async def _attempts(
        self,
        url: str,
        headers: Mapping[str, str],
        method: str = "GET",
        body: bytes = b"",
        counted: bool = False,
    ) -> Response:
        """Return an answer, asking again after transient ones; raises the last error."""
        if not host_of(url):
            raise RefusedAddress("malformed-url")
        pace, timeouts = self._pace(url), 0
        for attempt in range(1, politeness.MAX_ATTEMPTS + 1):
            wait = politeness.backoff_s(attempt)
            if counted:
                self._count_against_quota()
            try:
                async with pace.turn():
                    response = await self._crawler.engine.download_async(
                        self._request(url, headers, method, body)
                    )
            except TRANSIENT as error:
                timeouts += isinstance(error, DownloadTimeoutError)
                if attempt == politeness.MAX_ATTEMPTS or timeouts == MAX_TIMEOUTS:
                    raise
                await asyncio.sleep(wait)
            else:
                self._note(response, pace)
                if response.status not in politeness.RETRIED_STATUSES or attempt == politeness.MAX_ATTEMPTS:
                    return response
                if response.status in politeness.ASKED_TO_WAIT:
                    asked = politeness.retry_after_s(_header(response, "Retry-After"), datetime.now(UTC))
                    wait = wait if asked is None else asked
                if wait > politeness.MAX_WAIT_S:
                    return response
                pace.pause(wait)
            self._ledger.retries += 1
        raise AssertionError("the last attempt returns or raises")

    def _pace(self, url: str) -> politeness.HostPace:
        return self._paces.of(host_of(url), self._source.politeness)

    def _count_against_quota(self) -> None:
        limit = self._source.politeness.quota_per_day
        if limit and not self._frontier.spend(f"{datetime.now(UTC):%Y-%m-%d}", limit):
            raise QuotaUsedUp(f"{limit} requests a day")

    def _note(self, response: Response, pace: politeness.HostPace) -> None:
        self._ledger.statuses[str(response.status)] += 1
        self._ledger.received_bytes += len(response.body)
        pace.answered(response.status)
        remaining, reset = (_header(response, f"X-Ratelimit-{name}") for name in ("Remaining", "Reset"))
        rest_s = rate_limit_pause_s(remaining, reset, pace.num_in_flight)
        if rest_s:
            pace.pause(rest_s)

    def _request(self, url: str, headers: Mapping[str, str], method: str, body: bytes) -> Request:
        sent = {"User-Agent": self._spec.user_agent, "Accept-Language": "en", "Accept": "*/*", **headers}
        return Request(
            url,
            method=method,
            headers=sent,
            body=body,
            meta={"download_timeout": self._spec.timeout_s},
            dont_filter=True,
        )


def _saved(note: str | None) -> tuple[int, bytes] | None:
    """Return status and body of a saved file about an origin, unless it is too old."""
    if note is None:
        return None
    try:
        row = json.loads(note)
        if not 0 <= time.time() - float(row["at"]) < SAVED_RULES_S:
            return None
        return int(row["status"]), base64.b64decode(row["body"])
    except (ValueError, KeyError, TypeError, binascii.Error):
        return None


def _fetched(response: Response, url: str, robots: str) -> Fetched:
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    fetched_at = response.flags[0] if response.flags else now  # a replayed answer brings its own date
    return Fetched(url, robots, fetched_at, response.status, headers, response.body)


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value is not None else None
