"""``python -m crawlers.run --spec SPEC.json --out OUT``: one crawl in one process.

Writes ``OUT/<source>/segment-*.warc.gz`` and ``.jsonl``, ``OUT/<source>/frontier.sqlite.zst``, and
``OUT/stats.json`` last. Says what it does on stdout, an event a line: progress, segment (one was closed),
done. Exit codes: 0 done; 2 a bad spec, catalogue, recording or index of earlier segments; 75 stopped by
SIGTERM with all segments closed (start it again to go on); 1 anything else.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from crawlers.catalog import Source, host_of, load_catalog
from crawlers.frontier import Frontier, open_frontier
from crawlers.ledger import Progress, SourceLedger, say, total
from crawlers.politeness import HostPaces
from crawlers.reactor import the_reactor
from crawlers.spec import CrawlSpec, load_spec
from crawlers.warc import SegmentWriter, closed_segments, read_index

if TYPE_CHECKING:
    from crawlers.access import Credentials
    from crawlers.replay import Recording

EXIT_OK, EXIT_FAILED, EXIT_BAD_SPEC, EXIT_RESUME = 0, 1, 2, 75
FRONTIER, SAVED_FRONTIER = "frontier.sqlite", "frontier.sqlite.zst"


def main(arguments: list[str]) -> int:
    """Run one crawl; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m crawlers.run", description=__doc__.splitlines()[0])
    parser.add_argument("--spec", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    try:
        job = _job(options.spec, options.out)
    except ValueError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_SPEC
    return in_reactor(job)


def _job(spec_path: Path, out: Path) -> Crawl:
    from crawlers.access import credentials_of
    from crawlers.replay import Recording, replayed

    catalog = load_catalog()
    spec = load_spec(spec_path, catalog)
    sources = {name: catalog[name] for name in spec.sources}
    recording = None
    if spec.replay:
        recording = Recording(spec.replay)
        sources = {name: replayed(source) for name, source in sources.items()}
    credentials = credentials_of(sources.values())
    frontiers = {name: _frontier(spec, source, out / name) for name, source in sources.items()}
    return Crawl(spec, sources, credentials, frontiers, recording, out)


def _frontier(spec: CrawlSpec, source: Source, folder: Path) -> Frontier:
    indexes = [path for path in spec.known if path.parent.name == source.id]
    frontier = open_frontier(
        folder / FRONTIER, spec.snapshot, spec.as_of, source.revisit, spec.frontiers.get(source.id), indexes
    )
    frontier.catch_up(folder)
    return frontier


class Job(Protocol):
    """Something to do in the reactor."""

    async def run(self) -> int:
        """Do it; return the exit code."""
        ...


def in_reactor(job: Job) -> int:
    """Run a job in this process's reactor, which can run once; return the exit code."""
    from scrapy.utils.reactor import install_reactor

    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from scrapy.utils.defer import deferred_from_coro
    from twisted.python.failure import Failure

    reactor = the_reactor()
    outcome: list[int | Failure] = []

    def finished(result: int | Failure) -> None:
        outcome.append(result)
        reactor.stop()

    reactor.callWhenRunning(lambda: deferred_from_coro(job.run()).addBoth(finished))
    reactor.run(installSignalHandlers=False)
    result = outcome[0] if outcome else EXIT_FAILED
    if isinstance(result, Failure):
        os_error = isinstance(result.value, OSError)
        told = f"crawl stopped: {result.value}" if os_error else result.getTraceback()
        print(told, file=sys.stderr)
        return EXIT_FAILED
    return result


class Crawl:
    """One crawl of some sources, side by side."""

    def __init__(
        self,
        spec: CrawlSpec,
        sources: Mapping[str, Source],
        credentials: Mapping[str, Credentials],
        frontiers: Mapping[str, Frontier],
        recording: Recording | None,
        out: Path,
    ) -> None:
        self.spec, self.sources, self.credentials = spec, sources, credentials
        self.frontiers, self.recording, self.out = frontiers, recording, out
        self.ledgers = {name: SourceLedger() for name in sources}
        self.stopping = asyncio.Event()
        self.errors: list[Exception] = []
        self.writers: list[SegmentWriter] = []

    async def run(self) -> int:
        """Crawl all sources; return the exit code.

        Raises:
            Exception: the first that a source met and could not deal with, such as a full disk.
        """
        started = time.monotonic()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.stopping.set)
        (self.out / "stats.json").unlink(missing_ok=True)
        try:
            await asyncio.gather(*self._crawls())
        finally:
            for writer in self.writers:
                writer.close()
        if self.errors:
            raise self.errors[0]
        if self.stopping.is_set():
            return EXIT_RESUME
        for name, frontier in self.frontiers.items():
            frontier.save(self.out / name / SAVED_FRONTIER)
        _write_stats(self.out, self.ledgers)
        say({"event": "done", **total(self.ledgers), "seconds": round(time.monotonic() - started, 2)})
        return EXIT_OK

    def _crawls(self) -> list[asyncio.Task[None]]:
        from scrapy.crawler import AsyncCrawlerRunner, Crawler

        from crawlers.guard import GuardResolver
        from crawlers.settings import crawler_settings
        from crawlers.spiders import SPIDERS
        from crawlers.spiders.base import Assignment

        route = simulated_route(self.spec)
        hosts = sorted({h for source in self.sources.values() if source.simulated for h in hosts_of(source)})
        runner, progress, paces = AsyncCrawlerRunner(), Progress(), HostPaces()
        # As Scrapy's own process classes do, the runner stands for a crawler: only its settings are read.
        GuardResolver.from_crawler(runner, the_reactor()).install_on_reactor()  # type: ignore[arg-type]
        crawls = []
        for name, source in self.sources.items():
            settings = crawler_settings(source, hosts, route, replay=self.recording is not None)
            assignment = Assignment(
                source=source,
                spec=self.spec,
                credentials=self.credentials[name],
                frontier=self.frontiers[name],
                writer=self._writer(name),
                ledger=self.ledgers[name],
                progress=progress,
                paces=paces,
                stopping=self.stopping,
                errors=self.errors,
                recording=self.recording,
            )
            crawls.append(runner.crawl(Crawler(SPIDERS[source.access], settings), assignment=assignment))
        return crawls

    def _writer(self, name: str) -> SegmentWriter:
        """Return a source's writer; each segment it closes is committed in the frontier and told to
        who watches.
        """
        folder, ledger, spec = self.out / name, self.ledgers[name], self.spec
        for archive in closed_segments(folder):  # of a first try that was interrupted
            rows = read_index(archive)
            ledger.already_stored += sum(row.record != "tombstone" for row in rows)
        writer = SegmentWriter(
            folder,
            spec.segment_records,
            spec.segment_bytes,
            max_seconds=spec.segment_seconds,
            on_close=self._closed(name),
            info={
                "software": spec.user_agent,
                "robots": "RFC 9309",
                "snapshot": spec.snapshot,
                "source": name,
            },
        )
        self.writers.append(writer)
        return writer

    def _closed(self, name: str) -> Callable[[Path], None]:
        def closed(archive: Path) -> None:
            self.frontiers[name].commit(archive.name)
            say({"event": "segment", "source": name, "path": str(archive)})

        return closed


def hosts_of(source: Source) -> list[str]:
    """Return the hosts a source's crawl talks to: its own, and the one that sells it tokens."""
    return [*source.scope.hosts, *([host_of(source.oauth.token_url)] if source.oauth else [])]


def simulated_route(spec: CrawlSpec) -> str:
    """Return where simulated hosts are routed; serves them in this process unless a port was given."""
    if spec.simulated is None:
        return ""
    port = spec.simulated.port
    if not port:
        from crawlers.simulated_web.server import listen
        from crawlers.simulated_web.web import SITES, SimulatedWeb

        simulated = [name for name in spec.sources if name in SITES]
        port = listen(SimulatedWeb(spec.simulated.seed, spec.simulated.matchday, simulated))
    return f"http://127.0.0.1:{port}"


def _write_stats(out: Path, ledgers: Mapping[str, SourceLedger]) -> None:
    stats = {name: ledger.as_dict() for name, ledger in sorted(ledgers.items())}
    temporary = out / "stats.json.open"
    temporary.write_text(json.dumps(stats, indent=1) + "\n", encoding="utf-8")
    temporary.rename(out / "stats.json")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
