"""``python -m crawlers.run --spec SPEC.json --out OUT``: one crawl in one process.

Writes ``OUT/<source>/segment-*.warc.gz`` and ``.jsonl``, and ``OUT/stats.json`` last. Exit codes: 0 done;
2 a bad spec, catalogue or list of known pages; 75 stopped by SIGTERM with all segments closed (start it again
to go on); 1 anything else.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from crawlers.catalog import Source, load_catalog
from crawlers.frontier import KnownPage, load_known, stored_urls
from crawlers.ledger import Progress, SourceLedger, say, total
from crawlers.reactor import the_reactor
from crawlers.spec import CrawlSpec, SpecError, load_spec
from crawlers.warc import SegmentWriter

EXIT_OK, EXIT_FAILED, EXIT_BAD_SPEC, EXIT_RESUME = 0, 1, 2, 75


def main(arguments: list[str]) -> int:
    """Run one crawl; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m crawlers.run", description=__doc__.splitlines()[0])
    parser.add_argument("--spec", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    try:
        catalog = load_catalog()
        spec = load_spec(options.spec, catalog)
        known = load_known(spec.known)
        keys = api_keys([catalog[name] for name in spec.sources])
    except ValueError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_SPEC
    return crawl(spec, {name: catalog[name] for name in spec.sources}, known, keys, options.out)


def api_keys(sources: list[Source]) -> dict[str, str]:
    """Return the keys of sources that need one, from the environment; simulated ones have a documented key.

    Raises:
        SpecError: naming the variable that is not set.
    """
    keys = {}
    for source in sources:
        if source.auth is None:
            continue
        key = os.environ.get(source.auth.env)
        if not key and source.simulated:
            from crawlers.simulated_web.sites.api import DEMO_KEY

            key = DEMO_KEY
        if not key:
            raise SpecError(
                f"sources: {source.id} needs a key: set the environment variable {source.auth.env}"
            )
        keys[source.id] = key
    return keys


def crawl(
    spec: CrawlSpec,
    sources: Mapping[str, Source],
    known: dict[str, KnownPage],
    keys: Mapping[str, str],
    out: Path,
) -> int:
    """Crawl all sources in this process's reactor, which can run once; return the exit code."""
    from scrapy.utils.reactor import install_reactor

    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from scrapy.utils.defer import deferred_from_coro
    from twisted.python.failure import Failure

    reactor = the_reactor()

    outcome: list[int | Failure] = []

    def finished(result: int | Failure) -> None:
        outcome.append(result)
        reactor.stop()

    def begin() -> None:
        deferred_from_coro(_crawl_all(spec, sources, known, keys, out)).addBoth(finished)

    reactor.callWhenRunning(begin)
    reactor.run(installSignalHandlers=False)
    result = outcome[0] if outcome else EXIT_FAILED
    if isinstance(result, Failure):
        os_error = isinstance(result.value, OSError)
        told = f"crawl stopped: {result.value}" if os_error else result.getTraceback()
        print(told, file=sys.stderr)
        return EXIT_FAILED
    return result


async def _crawl_all(
    spec: CrawlSpec,
    sources: Mapping[str, Source],
    known: dict[str, KnownPage],
    keys: Mapping[str, str],
    out: Path,
) -> int:
    from scrapy.crawler import AsyncCrawlerRunner, Crawler

    from crawlers.guard import GuardResolver
    from crawlers.settings import crawler_settings
    from crawlers.spiders import SPIDERS
    from crawlers.spiders.base import Assignment

    started, stopping = time.monotonic(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    route = _simulated_route(spec)
    hosts = sorted({host for source in sources.values() if source.simulated for host in source.scope.hosts})
    (out / "stats.json").unlink(missing_ok=True)
    ledgers = {name: SourceLedger() for name in sources}
    runner, progress = AsyncCrawlerRunner(), Progress()
    # As Scrapy's own process classes do, the runner stands for a crawler: only its settings are read.
    GuardResolver.from_crawler(runner, the_reactor()).install_on_reactor()  # type: ignore[arg-type]
    writers: list[SegmentWriter] = []
    errors: list[Exception] = []
    crawls = []
    for name, source in sources.items():
        writer = SegmentWriter(out / name, spec.segment_records, spec.segment_bytes)
        writers.append(writer)
        crawler = Crawler(SPIDERS[source.access], crawler_settings(source, hosts, route))
        crawls.append(
            runner.crawl(
                crawler,
                assignment=Assignment(
                    source=source,
                    spec=spec,
                    key=keys.get(name),
                    known=known,
                    stored=stored_urls(out / name),
                    writer=writer,
                    ledger=ledgers[name],
                    progress=progress,
                    stopping=stopping,
                    errors=errors,
                ),
            )
        )
    try:
        await asyncio.gather(*crawls)
    finally:
        for writer in writers:
            writer.close()
    if errors:
        raise errors[0]
    if stopping.is_set():
        return EXIT_RESUME
    _write_stats(out, ledgers)
    say({"event": "done", **total(ledgers), "seconds": round(time.monotonic() - started, 2)})
    return EXIT_OK


def _simulated_route(spec: CrawlSpec) -> str:
    """Return where simulated hosts are routed; serves them in this process unless a port was given."""
    if spec.simulated is None:
        return ""
    port = spec.simulated.port
    if not port:
        from crawlers.simulated_web.server import listen
        from crawlers.simulated_web.web import SimulatedWeb

        port = listen(SimulatedWeb(spec.simulated.seed, spec.simulated.matchday))
    return f"http://127.0.0.1:{port}"


def _write_stats(out: Path, ledgers: Mapping[str, SourceLedger]) -> None:
    stats = {name: ledger.as_dict() for name, ledger in sorted(ledgers.items())}
    temporary = out / "stats.json.open"
    temporary.write_text(json.dumps(stats, indent=1) + "\n", encoding="utf-8")
    temporary.rename(out / "stats.json")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
