"""One source's crawl: find its pages level by level, give each a turn, fetch, and keep what is new.

Finding comes first and works on sorted levels, so that budgets cut the same addresses on every run, whatever
order answers arrive in. A kind of access is a subclass that says what a listing leads to.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from scrapy import Spider

from crawlers.access import Credentials
from crawlers.catalog import Source
from crawlers.discovery import Found, UnreadableListingError, entry_points
from crawlers.fetch import Fetched, Fetcher, QuotaUsedUp
from crawlers.frontier import Frontier, KnownPage, verdicts_text
from crawlers.ledger import Progress, SourceLedger
from crawlers.politeness import MAX_ATTEMPTS, HostPaces
from crawlers.robots import DISALLOWED, UNREACHABLE
from crawlers.spec import CrawlSpec
from crawlers.warc import SegmentWriter, StoredResponse, payload_digest

if TYPE_CHECKING:
    from crawlers.replay import Recording

Done = TypeVar("Done")

MAX_NAVIGATION_RATIO = 4  # listings fetched for each page the budget allows, at most
MIN_NAVIGATION = 1000
FINDING_SHARE = 0.5  # of the time budget, at most; the rest is for the pages
GRACE_S = 5.0  # well inside the 30 s that supervisors give after SIGTERM
TICK_S = 1.0
GONE = frozenset({404, 410})


@dataclass
class Assignment:
    """What a spider works with."""

    source: Source
    spec: CrawlSpec
    credentials: Credentials
    frontier: Frontier
    writer: SegmentWriter
    ledger: SourceLedger
    progress: Progress
    paces: HostPaces
    stopping: asyncio.Event
    errors: list[Exception]
    recording: Recording | None = None


class SourceSpider(Spider):
    """Crawls one source; ``assignment`` is set by the runner."""

    name = "source"
    assignment: Assignment

    def __init__(self, assignment: Assignment, *args: Any, **kwargs: Any) -> None:
        super().__init__(assignment.source.id, *args, **kwargs)
        self.assignment = assignment
        self.source, self.ledger = assignment.source, assignment.ledger
        self.frontier = assignment.frontier
        self._began = time.monotonic()
        self._seconds = min(assignment.spec.max_seconds, self.source.budget.seconds)
        self._max_bytes = self.source.budget.megabytes * 10**6
        self._turns_left = min(assignment.spec.max_pages_per_source, self.source.budget.pages)
        self._turns_left -= self.ledger.already_stored
        self._quota_is_spent = False

    def links(self, fetched: Fetched) -> Found:
        """Return what a listing leads to."""
        raise NotImplementedError

    def is_deleted(self, fetched: Fetched) -> bool:
        """Return whether an answer of 200 says that the page is gone."""
        return False

    async def start(self) -> AsyncIterator[Any]:
        """Crawl the source; requests go straight to the downloader, so nothing is yielded.

        The engine would only log an error raised here: it is handed to the runner instead.
        """
        ticks = asyncio.create_task(self._ticks())
        try:
            await self._crawl()
        except Exception as error:  # noqa: BLE001 (raised again by the runner)
            self.assignment.errors.append(error)
        finally:
            ticks.cancel()
        if False:  # an async generator, as the engine wants one
            yield

    async def _crawl(self) -> None:
        work = self.assignment
        self._fetcher = Fetcher(
            self.crawler, self.source, work.spec, work.credentials, work.paces, self.frontier, self.ledger
        )
        await self._find_pages()
        self.ledger.planned = self.frontier.plan()
        await self._take_turns()
        self.ledger.seconds = round(time.monotonic() - self._began, 3)
        self._report(force=True)

    # -- finding --------------------------------------------------------------------------------------

    async def _find_pages(self) -> None:
        """Follow navigation breadth first, and tell the frontier of every page in scope."""
        scope, work = self.source.scope, self.assignment
        if work.recording is not None:
            self._found(Found(pages=work.recording.pages_of(self.source)))
        level = dict.fromkeys(entry_points(self.source, work.spec.as_of), "")
        seen = set(level)
        left = max(MIN_NAVIGATION, MAX_NAVIGATION_RATIO * work.spec.max_pages_per_source)
        deadline = self._began + FINDING_SHARE * self._seconds
        for _ in range(scope.max_depth):
            rows = sorted(level.items())[:left]
            left -= len(level)
            following: dict[str, str] = {}
            for navigation in await self._for_all(rows, self._navigation, deadline):
                for url, lastmod in navigation.items():
                    if url not in seen:
                        following[url] = max(lastmod, following.get(url, ""))
            level = following
            seen.update(level)
            if not level or left <= 0:
                break
        if level:
            self.ledger.budget_stops["depth" if left > 0 else "navigation"] += len(level)

    async def _navigation(self, row: tuple[str, str]) -> dict[str, str]:
        """Read a listing, tell the frontier of its pages, and return the listings it leads to."""
        found = await self._listing(row)
        self._found(found)
        return {url: lastmod for url, lastmod in found.navigation.items() if self.source.scope.has_host(url)}

    def _found(self, found: Found) -> None:
        scope = self.source.scope
        pages = {url: lastmod for url, lastmod in found.pages.items() if scope.is_page(url)}
        self.ledger.out_of_scope += len(found.pages) - len(pages)
        self.frontier.found(pages)
        self.frontier.look_again(found.deleted)

    async def _listing(self, row: tuple[str, str], tries: int = MAX_ATTEMPTS) -> Found:
        """Return what a listing leads to: as it says now, or as it said when it is not due or not readable.

        One that says it is busy (MediaWiki's maxlag) is asked again when it wishes.
        """
        url, lastmod = row
        known = self.frontier.listing(url)
        before = _found_of(known.links) if known else Found()
        if known and known.lastmod == lastmod and (lastmod or not self.frontier.is_due(known)):
            self.ledger.unchanged_listings += 1
            return before
        fetched = await self._fetcher.get(url, known.conditional_headers() if known else None)
        self.ledger.listings += 1
        self._report()
        if known and fetched.status == 304:
            self.ledger.unchanged_listings += 1
            self.frontier.read_listing(url, known.etag, known.last_modified, known.links, lastmod)
            return before
        if self._failed(fetched):
            return before
        try:
            found = self.links(fetched)
        except UnreadableListingError as error:
            if error.retry_after_s is not None and tries > 1:
                await self._fetcher.rest(url, error.retry_after_s)
                return await self._listing(row, tries - 1)
            self.ledger.failures["unreadable-listing"] += 1
            return before
        self.frontier.read_listing(
            url, fetched.header("ETag"), fetched.header("Last-Modified"), _links_of(found), lastmod
        )
        if fetched.url in found.pages and not self.frontier.is_done(fetched.url):
            await self._keep(fetched)  # a listing that is itself a page
        return found

    # -- pages ----------------------------------------------------------------------------------------

    async def _take_turns(self) -> None:
        deadline = self._began + self._seconds
        workers = [self._worker(deadline) for _ in range(self.source.politeness.concurrency)]
        await self._run(workers, deadline)
        left = self.frontier.num_planned()
        if left and not self.assignment.stopping.is_set():
            self.ledger.budget_stops[self._spent(deadline) or "unfinished"] += left

    async def _worker(self, deadline: float) -> None:
        while not self.assignment.stopping.is_set() and not self._spent(deadline):
            url = self.frontier.next_url()
            if url is None:
                return
            self._turns_left -= 1
            try:
                await self._page(url)
            except QuotaUsedUp:
                self._quota_is_spent = True
                self.frontier.take_back(url)
            self._report()

    def _spent(self, deadline: float) -> str | None:
        """Name the budget that is used up, if one is."""
        if self._turns_left <= 0:
            return "pages"
        if self._quota_is_spent:
            return "quota"
        if self.ledger.received_bytes >= self._max_bytes:
            return "bytes"
        return "seconds" if time.monotonic() >= deadline else None

    async def _page(self, url: str) -> None:
        """Look at a page, and keep what became of it."""
        known = self.frontier.known(url)
        fetched = await self._fetcher.get(url, known.conditional_headers() if known else None)
        if fetched.status == 304 and known:
            if await self._objections_changed(fetched, known):
                fetched = await self._fetcher.get(url)  # what holds for a page is stored with its body
            else:
                self._unchanged(fetched, known, "server-not-modified")
                return
        if fetched.url != url:
            self.frontier.moved(url)
        if fetched.status in GONE or (fetched.status == 200 and self.is_deleted(fetched)):
            self._gone(url, fetched, known)
        elif fetched.failure == DISALLOWED and known and not known.gone:
            self.ledger.disallowed_skipped += 1
            self._gone(url, fetched, known)
        elif self._failed(fetched):
            self.frontier.failed(url)
        else:
            await self._keep(fetched)

    async def _objections_changed(self, fetched: Fetched, known: KnownPage) -> bool:
        """Return whether robots.txt says something else about a page than when it was stored."""
        if not self.source.obeys_robots_at(fetched.url):
            return False
        before = {name for name in (known.verdicts or "").split() if name.startswith("robots:")}
        return before != set(await self._fetcher.robots_opt_outs(fetched.url))

    async def _keep(self, fetched: Fetched) -> None:
        """Store a body that is new, or not what it was; note one that is unchanged."""
        opt_outs = await self._fetcher.opt_outs(fetched)
        if self.frontier.is_done(fetched.url):  # another address led to it
            self.ledger.aliases += 1
            return
        known = self.frontier.known(fetched.url)
        response = self._response(fetched, opt_outs)
        verdicts = verdicts_text(response.robots, response.terms, opt_outs)
        if known and (known.digest, known.verdicts) == (payload_digest(fetched.body), verdicts):
            self._unchanged(fetched, known, "identical-payload-digest")
            return
        row = self.assignment.writer.write(response)
        self.frontier.stored(row)
        self.ledger.pages += 1
        self.ledger.bytes += len(fetched.body)
        self.ledger.opt_outs.update(opt_outs)

    def _unchanged(self, fetched: Fetched, known: KnownPage, profile: str) -> None:
        response = self._response(fetched, (), record="revisit")
        self.assignment.writer.write_revisit(response, known.digest or "", known.fetched_at or "", profile)
        self.frontier.unchanged(fetched.url, fetched.header("ETag"), fetched.header("Last-Modified"))
        self.ledger.unchanged += 1

    def _gone(self, url: str, fetched: Fetched, known: KnownPage | None) -> None:
        """Put up a tombstone for a page that was stored before; remember others as not there."""
        if known and not known.gone:
            response = self._response(replace(fetched, url=url), (), record="tombstone")
            self.assignment.writer.write(response)
            self.ledger.tombstones += 1
        else:
            self._failed(fetched)
        self.frontier.tombstone(url)

    def _response(
        self, fetched: Fetched, opt_outs: tuple[str, ...], record: str = "response"
    ) -> StoredResponse:
        return StoredResponse(
            url=fetched.url,
            status=fetched.status,
            headers=fetched.headers,
            body=fetched.body,
            content_type=fetched.header("Content-Type") or "",
            robots=fetched.robots,
            terms="open-licence" if self.source.is_open else "accepted",
            fetched_at=fetched.fetched_at,
            etag=fetched.header("ETag"),
            last_modified=fetched.header("Last-Modified"),
            kind=self.source.kind,
            sport=self.source.sport_of(fetched.url),
            record=record,
            opt_outs=opt_outs,
        )

    def _failed(self, fetched: Fetched) -> bool:
        """Count why an answer is no page, and return whether it is none."""
        if fetched.failure in (DISALLOWED, UNREACHABLE):
            self.ledger.disallowed_skipped += 1
        if fetched.failure and fetched.failure != DISALLOWED:
            self.ledger.failures[fetched.failure] += 1
        elif not fetched.failure and fetched.status != 200:
            self.ledger.failures[f"status-{fetched.status}"] += 1
        return bool(fetched.failure) or fetched.status != 200

    # -- running --------------------------------------------------------------------------------------

    async def _for_all(
        self, rows: list[tuple[str, str]], work: Callable[[tuple[str, str]], Awaitable[Done]], deadline: float
    ) -> list[Done]:
        """Run ``work`` on every row with the source's concurrency; results come in the order of the rows."""
        waiting, results = iter(enumerate(rows)), dict[int, Done]()

        async def worker() -> None:
            for number, row in waiting:
                if self.assignment.stopping.is_set():
                    return
                if time.monotonic() >= deadline:
                    self.ledger.budget_stops["seconds"] += 1
                    continue
                try:
                    results[number] = await work(row)
                except QuotaUsedUp:
                    self._quota_is_spent = True
                    return

        num_workers = min(self.source.politeness.concurrency, len(rows))
        await self._run([worker() for _ in range(num_workers)], deadline)
        return [results[number] for number in sorted(results)]

    async def _run(self, workers: list[Coroutine[Any, Any, None]], deadline: float) -> None:
        """Run workers until all are done, the deadline, or a stop; then those in flight have ``GRACE_S``."""
        if not workers:
            return
        tasks = [asyncio.create_task(worker) for worker in workers]
        stop = asyncio.create_task(self.assignment.stopping.wait())
        running: set[asyncio.Task[Any]] = {*tasks, stop}
        while len(running) > 1 and stop in running and (left := deadline - time.monotonic()) > 0:
            done, running = await asyncio.wait(running, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if any(task.exception() for task in done if task is not stop):
                break
        _, late = await asyncio.wait(tasks, timeout=GRACE_S)
        for task in (*late, stop):
            task.cancel()
        if late:
            self.ledger.failures["stopped-in-flight"] += len(late)
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome

    async def _ticks(self) -> None:
        """Every second: close a segment that is old enough, and say how far we are."""
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self.assignment.writer.rotate_if_due()
            except OSError as error:  # a full disk, which the next write would meet too
                self.assignment.errors.append(error)
                self.assignment.stopping.set()
                return
            self._report()

    def _report(self, force: bool = False) -> None:
        left = max(0, min(self.frontier.num_planned(), self._turns_left)) if force else self._left()
        states = self.assignment.paces.states()
        hosts = {host: states[host] for host in self.source.scope.hosts if host in states}
        self.assignment.progress.report(self.source.id, self.ledger, left, hosts, force=force)

    def _left(self) -> int:
        """Return how many pages still get a turn, without asking the database."""
        done = self.ledger.pages + self.ledger.unchanged + self.ledger.failures.total()
        return max(0, min(self.ledger.planned - done, self._turns_left))


def _links_of(found: Found) -> str:
    return json.dumps(vars(found), separators=(",", ":"))


def _found_of(links: str) -> Found:
    return Found(**json.loads(links))
