"""One source's crawl: find its pages level by level, then fetch and store them.

Finding comes first and works on sorted levels, so that budgets cut the same addresses on every run, whatever
order answers arrive in. A kind of access is a subclass that says what a listing leads to.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from scrapy import Spider

from crawlers.catalog import Source
from crawlers.discovery import Found, UnreadableListingError
from crawlers.fetch import Fetched, Fetcher
from crawlers.frontier import KnownPage, crawl_order
from crawlers.ledger import Progress, SourceLedger
from crawlers.robots import DISALLOWED, UNREACHABLE
from crawlers.spec import CrawlSpec
from crawlers.warc import SegmentWriter, StoredResponse, payload_digest

Done = TypeVar("Done")

MAX_NAVIGATION_RATIO = 4  # listings fetched for each page the budget allows, at most
MIN_NAVIGATION = 1000
GRACE_S = 5.0  # well inside the 30 s that supervisors give after SIGTERM


@dataclass
class Assignment:
    """What a spider works with."""

    source: Source
    spec: CrawlSpec
    key: str | None
    known: dict[str, KnownPage]
    stored: set[str]
    writer: SegmentWriter
    ledger: SourceLedger
    progress: Progress
    stopping: asyncio.Event
    errors: list[Exception]


class SourceSpider(Spider):
    """Crawls one source; ``assignment`` is set by the runner."""

    name = "source"
    assignment: Assignment

    def __init__(self, assignment: Assignment, *args: Any, **kwargs: Any) -> None:
        super().__init__(assignment.source.id, *args, **kwargs)
        self.assignment = assignment
        self.source, self.ledger = assignment.source, assignment.ledger
        self._deadline = time.monotonic() + assignment.spec.max_seconds

    def links(self, fetched: Fetched) -> Found:
        """Return what a listing leads to."""
        raise NotImplementedError

    async def start(self) -> AsyncIterator[Any]:
        """Crawl the source; requests go straight to the downloader, so nothing is yielded.

        The engine would only log an error raised here: it is handed to the runner instead.
        """
        try:
            await self._crawl()
        except Exception as error:  # noqa: BLE001 (raised again by the runner)
            self.assignment.errors.append(error)
        if False:  # an async generator, as the engine wants one
            yield

    async def _crawl(self) -> None:
        work = self.assignment
        self._fetcher = Fetcher(self.crawler, self.source, work.spec.user_agent, work.key, self.ledger)
        pages = await self._find_pages()
        chosen = crawl_order(pages, work.known)
        limit = work.spec.max_pages_per_source
        if len(chosen) > limit:
            self.ledger.budget_stops["pages"] += len(chosen) - limit
        await self._for_all(chosen[:limit], self._page)
        work.progress.report(self.source.id, self.ledger, force=True)

    async def _find_pages(self) -> dict[str, str]:
        """Return every page found, with its lastmod, following navigation breadth first."""
        pages: dict[str, str] = {}
        level, seen = list(self.source.entry_points), set(self.source.entry_points)
        left = max(MIN_NAVIGATION, MAX_NAVIGATION_RATIO * self.assignment.spec.max_pages_per_source)
        for _ in range(self.source.scope.max_depth):
            found = [row for row in await self._for_all(level[:left], self._listing) if row is not None]
            left -= len(level)
            for row in found:
                for url, lastmod in row.pages.items():
                    if self.source.scope.is_page(url):
                        pages[url] = max(lastmod, pages.get(url, ""))
            level = sorted(
                {url for row in found for url in row.navigation if self.source.scope.has_host(url)} - seen
            )
            seen.update(level)
            if not level or left <= 0:
                break
        if level:
            self.ledger.budget_stops["depth" if left > 0 else "navigation"] += len(level)
        return pages

    async def _listing(self, url: str) -> Found | None:
        fetched = await self._fetcher.get(url)
        if self._failed(fetched):
            return None
        try:
            return self.links(fetched)
        except UnreadableListingError:
            self.ledger.failures["unreadable-listing"] += 1
            return None

    async def _page(self, url: str) -> None:
        """Fetch a page and store it, unless this crawl or an earlier snapshot has the same."""
        work = self.assignment
        if url in work.stored:
            self.ledger.already_stored += 1
            return
        known = work.known.get(url)
        fetched = await self._fetcher.get(url, known.conditional_headers() if known else None)
        if fetched.status == 304:
            self.ledger.unchanged += 1
            return
        if self._failed(fetched):
            return
        known = work.known.get(fetched.url)
        if known and known.payload_digest == payload_digest(fetched.body):
            self.ledger.unchanged += 1
        elif fetched.url in work.stored:
            self.ledger.already_stored += 1
        else:
            self._store(fetched)

    def _store(self, fetched: Fetched) -> None:
        work = self.assignment
        work.stored.add(fetched.url)
        work.writer.write(
            StoredResponse(
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
            )
        )
        self.ledger.pages += 1
        self.ledger.bytes += len(fetched.body)
        work.progress.report(self.source.id, self.ledger)

    def _failed(self, fetched: Fetched) -> bool:
        """Count why an answer is no page, and return whether it is none."""
        if fetched.failure in (DISALLOWED, UNREACHABLE):
            self.ledger.disallowed_skipped += 1
        if fetched.failure and fetched.failure != DISALLOWED:
            self.ledger.failures[fetched.failure] += 1
        elif not fetched.failure and fetched.status != 200:
            self.ledger.failures[f"status-{fetched.status}"] += 1
        return bool(fetched.failure) or fetched.status != 200

    async def _for_all(self, urls: Iterable[str], work: Callable[[str], Awaitable[Done]]) -> list[Done]:
        """Run ``work`` on every URL with the source's concurrency; stops early at the deadline or when asked.

        Requests in flight then have ``GRACE_S`` to end, however long a host asked us to wait.
        """
        queue, results = deque(urls), list[Done]()

        async def worker() -> None:
            while queue and not self._must_stop(len(queue)):
                results.append(await work(queue.popleft()))

        num_workers = min(self.source.politeness.concurrency, len(queue))
        if not num_workers:
            return results
        stop = asyncio.create_task(_until_set(self.assignment.stopping))
        workers = [asyncio.create_task(worker()) for _ in range(num_workers)]
        left = max(0.0, self._deadline - time.monotonic())
        running = {*workers, stop}
        while len(running) > 1 and stop in running and left > 0:
            done, running = await asyncio.wait(running, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            left = max(0.0, self._deadline - time.monotonic())
            for task in done:
                if task.exception():
                    queue.clear()
        _, late = await asyncio.wait(workers, timeout=GRACE_S)
        for task in (*late, stop):
            task.cancel()
        if late:
            self.ledger.failures["stopped-in-flight"] += len(late)
        for outcome in await asyncio.gather(*workers, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome
        return results

    def _must_stop(self, num_left: int) -> bool:
        if self.assignment.stopping.is_set():
            return True
        if time.monotonic() < self._deadline:
            return False
        self.ledger.budget_stops["seconds"] = num_left
        return True


async def _until_set(event: asyncio.Event) -> None:
    await event.wait()
