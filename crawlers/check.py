"""``python -m crawlers.check --spec SPEC.json``: what a crawl would be let in to, without crawling.

Asks for robots.txt, the host's reservation (W3C TDMRep) and the entry points only, through the crawl's own
guard, politeness and fetcher, and keeps nothing. Reads the same spec as ``crawlers.run`` and prints a line of
JSON for each source as it is done: ``{"event": "checked", …}`` with what ``SourceCheck`` holds. Exit codes:
0 done; 2 a bad spec or catalogue; 1 anything else.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import json
import logging
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy import Spider

from crawlers.access import Credentials, credentials_of
from crawlers.catalog import Source, load_catalog
from crawlers.discovery import Found, UnreadableListingError, entry_points
from crawlers.fetch import API_TERMS, Fetched, Fetcher, QuotaUsedUp
from crawlers.frontier import open_frontier
from crawlers.guard import RefusedAddress
from crawlers.ledger import Progress, SourceLedger, say
from crawlers.politeness import HostPaces
from crawlers.reactor import the_reactor
from crawlers.robots import MAY_FETCH, RobotsRules, robots_rules
from crawlers.run import EXIT_BAD_SPEC, EXIT_OK, FRONTIER, hosts_of, in_reactor, simulated_route
from crawlers.spec import CrawlSpec, SpecError, load_spec
from crawlers.spiders import SPIDERS
from crawlers.spiders.base import Assignment
from crawlers.warc import SegmentWriter

# A polite check of a source ends within minutes: 40 entry points at 5 s each.
MAX_ENTRY_POINTS = 40
NUM_EXAMPLES = 3


@dataclass
class RobotsSnapshot:
    """An origin's robots.txt as it was, with what it means for us.

    Attributes:
        status: the answer's; None where there was none that counts (unreachable, or refused by the guard).
        verdict: of the origin's ``/``, as ``RobotsRules`` names it, or ``refused-<why>``.
        sha256: of the body; "" without one.
        body: the file; bytes that are no UTF-8 are replaced, so the digest is the proof.
    """

    url: str
    status: int | None = None
    verdict: str = ""
    sha256: str = ""
    crawl_delay_s: float | None = None
    num_sitemaps: int = 0
    body: str = ""


@dataclass
class EntryCheck:
    """What one entry point leads to.

    Attributes:
        entry: what stands for it across days: the catalogue's spelling where that holds a date.
        robots: the verdict on the entry point.
        why: why nothing is crawled from here; "" where something is, or where the listing is empty today.
        listings: further listings it names on our hosts.
        pages: found pages by verdict: ``allowed``, ``disallowed``, ``out-of-scope``, … with examples of each.
        opt_outs: who objects to training, by the number of the entry point and its pages concerned.
    """

    entry: str
    url: str
    robots: str = ""
    status: int = 0
    why: str = ""
    listings: int = 0
    pages: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)
    opt_outs: dict[str, int] = field(default_factory=dict)

    def add_page(self, url: str, verdict: str) -> None:
        """Count a page that was found, and keep the first few of each verdict."""
        self.pages[verdict] = self.pages.get(verdict, 0) + 1
        shown = self.examples.setdefault(verdict, [])
        if len(shown) < NUM_EXAMPLES:
            shown.append(url)


@dataclass
class SourceCheck:
    """What a crawl of one source would be let in to.

    Attributes:
        needs_terms: whether its terms must be accepted by name before it is crawled.
        num_unasked: entry points left out: beyond ``MAX_ENTRY_POINTS``, or another day of a dated one.
        problem: why no entry point was asked, such as a key that is not set; "" if they were.
    """

    source: str
    checked_at: str
    user_agent: str
    access: str
    licence: str
    terms: str
    training: dict[str, Any]
    needs_terms: bool
    robots: dict[str, RobotsSnapshot] = field(default_factory=dict)
    entries: list[EntryCheck] = field(default_factory=list)
    num_unasked: int = 0
    problem: str = ""


def main(arguments: list[str]) -> int:
    """Check the sources of a spec; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m crawlers.check", description=__doc__.splitlines()[0])
    parser.add_argument("--spec", type=Path, required=True)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing is kept, so there is nothing to close
    try:
        catalog = load_catalog()
        spec = load_spec(options.spec, catalog)
        if spec.replay:
            raise SpecError("replay: a check asks the sites themselves; leave it out")
    except ValueError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_SPEC
    with tempfile.TemporaryDirectory() as folder:
        job = Check(spec, {name: catalog[name] for name in spec.sources}, Path(folder))
        return in_reactor(job)


class Check:
    """One check of some sources, side by side."""

    def __init__(self, spec: CrawlSpec, sources: dict[str, Source], folder: Path) -> None:
        self.spec, self.sources, self.folder = spec, sources, folder
        self.errors: list[Exception] = []

    async def run(self) -> int:
        """Check all sources; return the exit code.

        Raises:
            Exception: the first that a source met and could not deal with.
        """
        await asyncio.gather(*self._checks())
        if self.errors:
            raise self.errors[0]
        return EXIT_OK

    def _checks(self) -> list[asyncio.Task[None]]:
        from scrapy.crawler import AsyncCrawlerRunner, Crawler

        from crawlers.guard import GuardResolver
        from crawlers.settings import crawler_settings

        route = simulated_route(self.spec)
        hosts = sorted({h for source in self.sources.values() if source.simulated for h in hosts_of(source)})
        runner, paces = AsyncCrawlerRunner(), HostPaces()
        GuardResolver.from_crawler(runner, the_reactor()).install_on_reactor()  # type: ignore[arg-type]
        checks = []
        for source in self.sources.values():
            result = SourceCheck(
                source=source.id,
                checked_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
                user_agent=self.spec.user_agent,
                access=source.access,
                licence=source.licence,
                terms=source.terms,
                training=source.training.model_dump(mode="json"),
                needs_terms=not source.is_open,
            )
            crawler = Crawler(CheckSpider, crawler_settings(source, hosts, route))
            assignment = self._assignment(source, paces, result)
            checks.append(runner.crawl(crawler, assignment=assignment, result=result))
        return checks

    def _assignment(self, source: Source, paces: HostPaces, result: SourceCheck) -> Assignment:
        """Return what a crawl would work with, in a folder that is thrown away."""
        folder, spec = self.folder / source.id, self.spec
        try:
            credentials = credentials_of([source])[source.id]
        except SpecError as error:
            credentials = Credentials(source)
            result.problem = str(error).removeprefix(f"sources: {source.id} ")
        return Assignment(
            source=source,
            spec=spec,
            credentials=credentials,
            frontier=open_frontier(folder / FRONTIER, spec.snapshot, spec.as_of, source.revisit, None, []),
            writer=SegmentWriter(folder, spec.segment_records, spec.segment_bytes),
            ledger=SourceLedger(),
            progress=Progress(),
            paces=paces,
            stopping=asyncio.Event(),
            errors=self.errors,
        )


class CheckSpider(Spider):
    """Looks at one source's robots.txt and entry points; its access's own spider reads what they lead to."""

    name = "check"

    def __init__(self, assignment: Assignment, result: SourceCheck) -> None:
        super().__init__(assignment.source.id)
        self.assignment, self.source, self.result = assignment, assignment.source, result
        self._reader = SPIDERS[self.source.access](assignment)
        self._rules: dict[str, RobotsRules] = {}

    async def start(self) -> AsyncIterator[Any]:
        """Check the source; requests go straight to the downloader, so nothing is yielded."""
        try:
            await self._check()
        except Exception as error:  # noqa: BLE001 (raised again by the runner)
            self.assignment.errors.append(error)
        if False:  # an async generator, as the engine wants one
            yield

    async def _check(self) -> None:
        work = self.assignment
        self._fetcher = Fetcher(
            self.crawler, self.source, work.spec, work.credentials, work.paces, work.frontier, work.ledger
        )
        starts = starts_of(self.source, work.spec.as_of)
        self.result.num_unasked = len(entry_points(self.source, work.spec.as_of)) - len(starts)
        for entry, url in starts:
            if self.source.obeys_robots_at(url):
                await self._rules_of(url)
            if not self.result.problem:
                self.result.entries.append(await self._entry(entry, url))
        say({"event": "checked", **asdict(self.result)})

    async def _entry(self, entry: str, url: str) -> EntryCheck:
        check = EntryCheck(entry, url)
        try:
            fetched = await self._fetcher.get(url)
        except QuotaUsedUp as error:
            check.why = f"quota ({error})"
            return check
        check.robots, check.status = fetched.robots, fetched.status
        check.why = fetched.failure or ("" if fetched.status == 200 else f"status-{fetched.status}")
        if check.why:
            return check
        try:
            found = self._reader.links(fetched)
        except UnreadableListingError as error:
            check.why = f"unreadable-listing ({error})"
            return check
        await self._judge(check, fetched, found)
        return check

    async def _judge(self, check: EntryCheck, fetched: Fetched, found: Found) -> None:
        """Say what would become of everything that an entry point leads to."""
        scope = self.source.scope
        check.listings = sum(scope.has_host(url) for url in found.navigation)
        opt_outs = Counter(await self._fetcher.opt_outs(fetched))
        for url in found.pages:
            if not scope.is_page(url):
                check.add_page(url, "out-of-scope")
            elif not self.source.obeys_robots_at(url):
                check.add_page(url, API_TERMS)
            else:
                rules = await self._rules_of(url)
                check.add_page(url, rules.verdict(url))
                opt_outs.update(rules.opt_outs(url))
        check.opt_outs = dict(sorted(opt_outs.items()))
        may = check.listings + sum(check.pages.get(verdict, 0) for verdict in (*MAY_FETCH, API_TERMS))
        if check.pages and not may:
            verdicts = ", ".join(f"{verdict} {count:,}" for verdict, count in sorted(check.pages.items()))
            check.why = f"no page it names may be stored ({verdicts})"

    async def _rules_of(self, url: str) -> RobotsRules:
        """Return the rules of a URL's origin, and keep a snapshot of its robots.txt."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = await self._snapshot(origin)
        return self._rules[origin]

    async def _snapshot(self, origin: str) -> RobotsRules:
        place, agent = f"{origin}/robots.txt", self.assignment.spec.user_agent
        shot = self.result.robots[origin] = RobotsSnapshot(place)
        try:
            await self._fetcher.robots_opt_outs(place)
        except RefusedAddress as error:
            shot.verdict = f"refused-{error}"
            return robots_rules(None, b"", agent)
        note = self.assignment.frontier.note(place)  # the fetcher keeps answers that count
        body = b""
        if note is not None:
            kept = json.loads(note)
            shot.status, body = kept["status"], base64.b64decode(kept["body"])
            shot.sha256 = hashlib.sha256(body).hexdigest()
            shot.body = body.decode("utf-8", "replace")
        rules = robots_rules(shot.status, body, agent)
        shot.verdict, shot.crawl_delay_s = rules.verdict(f"{origin}/"), rules.crawl_delay
        shot.num_sitemaps = len(rules.sitemaps)
        return rules


def starts_of(source: Source, as_of: datetime) -> list[tuple[str, str]]:
    """Return the entry points a check asks for, each with the name it keeps from day to day.

    Of an entry point with a date only the newest day is asked; of many the first ``MAX_ENTRY_POINTS``.
    """
    starts: dict[str, str] = {}
    for template in source.entry_points:
        one = source.model_copy(update={"entry_points": (template,)})
        for url in entry_points(one, as_of):
            starts.setdefault(template if "{" in template else url, url)
    return list(starts.items())[:MAX_ENTRY_POINTS]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
