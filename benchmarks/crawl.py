"""Our crawl against a bare Scrapy spider on the same loopback pages, and the frontier at a million addresses.

    python benchmarks/crawl.py [--rounds 7] [--matchday 14] [--frontier 1000000]

The peer is Scrapy's own SitemapSpider with its default middlewares and nothing of ours: no robots.txt, no
delays, no WARC files, no frontier, no verdicts; its callback does nothing. Both take the Daily Pitch (16
requests in flight, delay 0) from one server in another process, in turns. Prints pages a second, the ratio
of medians, the frontier's peak memory and the median time to the next address; exit 1 for a missed bar.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

MIN_RATIO = 0.85
MAX_MIB = 500.0
MAX_NEXT_MS = 1.0
SITE = "http://www.dailypitch.test"


def main() -> int:
    """Run both parts; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7, help="crawls of each kind, in turns")
    parser.add_argument("--matchday", type=int, default=14, help="matchday of the simulated leagues")
    parser.add_argument(
        "--frontier", type=int, default=1_000_000, help="addresses in the frontier; 0 leaves it out"
    )
    parser.add_argument("--peer", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--fill", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return peer(options.peer)
    if options.fill:
        return fill(options.fill)
    missed = compare(options.rounds, options.matchday)
    if options.frontier:
        missed += frontier(options.frontier)
    for line in missed:
        print(f"MISSED  {line}")
    return 1 if missed else 0


def compare(rounds: int, matchday: int) -> list[str]:
    """Crawl in turns with both; return the bars missed."""
    serve = [sys.executable, "-m", "crawlers.simulated_web", "serve", "--matchday", str(matchday)]
    server = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    port = int(server.stdout.readline().rsplit(":", 1)[1])
    rates: dict[str, list[float]] = {"ours": [], "bare Scrapy": []}
    try:
        for number in range(rounds):
            order = list(rates) if number % 2 == 0 else list(rates)[::-1]
            for name in order:
                pages, seconds = ours(port, matchday) if name == "ours" else bare(port)
                rates[name].append(pages / seconds)
                print(
                    f"{name:<12} {pages:>6,} pages in {seconds:6.2f} s  {pages / seconds:7.1f} pages/s",
                    flush=True,
                )
    finally:
        server.terminate()
        server.wait(10)
    medians = {name: statistics.median(found) for name, found in rates.items()}
    ratio = medians["ours"] / medians["bare Scrapy"]
    print(
        f"medians: ours {medians['ours']:.1f}, bare Scrapy {medians['bare Scrapy']:.1f} pages/s; "
        f"ratio {ratio:.2f}"
    )
    return [f"ratio {ratio:.2f} is under {MIN_RATIO}"] if ratio < MIN_RATIO else []


def ours(port: int, matchday: int) -> tuple[int, float]:
    """Crawl the site with everything; return pages stored and seconds, process start left out of both."""
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder, "spec.json")
        spec.write_text(
            json.dumps(
                {
                    "snapshot": "20261120T0600Z",
                    "as_of": "2026-11-20T06:00:00Z",
                    "sources": ["sim-news"],
                    "simulated": {"seed": 1, "matchday": matchday, "port": port},
                }
            )
        )
        command = [sys.executable, "-m", "crawlers.run", "--spec", str(spec), "--out", f"{folder}/out"]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        done = json.loads(said.splitlines()[-1])
    return int(done["pages"]), float(done["seconds"])


def bare(port: int) -> tuple[int, float]:
    """Crawl the site with Scrapy alone; return pages and seconds."""
    command = [sys.executable, __file__, "--peer", str(port)]
    found = json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    )
    return int(found["pages"]), float(found["seconds"])


def peer(port: int) -> int:
    """Be the peer: print pages and seconds."""
    from scrapy import signals
    from scrapy.crawler import CrawlerProcess
    from scrapy.http import Request, Response
    from scrapy.spiders import SitemapSpider

    class Bare(SitemapSpider):
        name = "bare"
        sitemap_urls = (f"{SITE}/sitemap_index.xml",)
        pages = 0

        async def start(self):  # type: ignore[no-untyped-def]
            async for request in super().start():
                request.meta["proxy"] = f"http://127.0.0.1:{port}"
                yield request

        def parse(self, response: Response) -> None:
            self.pages += 1

    class Route:
        def process_request(self, request: Request) -> None:
            request.meta["proxy"] = f"http://127.0.0.1:{port}"

    settings = {
        "LOG_LEVEL": "ERROR",
        "ROBOTSTXT_OBEY": False,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "DOWNLOAD_DELAY": 0,
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOADER_MIDDLEWARES": {Route: 1},
    }
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(Bare)
    times: list[float] = []
    crawler.signals.connect(lambda: times.append(time.monotonic()), signals.spider_opened, weak=False)
    crawler.signals.connect(lambda: times.append(time.monotonic()), signals.spider_closed, weak=False)
    process.crawl(crawler)
    process.start()
    print(json.dumps({"pages": crawler.spider.pages, "seconds": times[1] - times[0]}))  # type: ignore[union-attr]
    return 0


def frontier(size: int) -> list[str]:
    """Fill a frontier in a process of its own; return the bars missed."""
    command = [sys.executable, __file__, "--fill", str(size)]
    found = json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    )
    print(
        f"frontier of {size:,} addresses: {found['fill_s']:.0f} s to fill, {found['plan_s']:.1f} s to plan, "
        f"{found['mib']:.0f} MiB at most, next address in {found['next_ms']:.3f} ms "
        f"(median of {found['turns']:,}), "
        f"{found['file_mb']:.0f} MB on disk, {found['saved_mb']:.0f} MB saved in {found['save_s']:.0f} s"
    )
    missed = []
    if found["mib"] > MAX_MIB:
        missed.append(f"frontier took {found['mib']:.0f} MiB, over {MAX_MIB:.0f}")
    if found["next_ms"] > MAX_NEXT_MS:
        missed.append(f"the next address took {found['next_ms']:.3f} ms, over {MAX_NEXT_MS}")
    return missed


def address(number: int, size: int) -> tuple[str, str]:
    """Return a URL of a news site, in no order, and its date."""
    month, day = number % 12 + 1, number % 28 + 1
    name = f"report-of-a-game-{number * 7919 % size}"
    return f"{SITE}/football/2026/{month:02}/{day:02}/{name}", f"2026-{month:02}"


def fill(size: int) -> int:
    """Fill a frontier, take turns, print the figures."""
    from crawlers.catalog import Revisit
    from crawlers.frontier import Frontier

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "frontier.sqlite")
        found = Frontier(path, "20261120T0600Z", datetime(2026, 11, 20, 6, tzinfo=UTC), Revisit())
        began = time.monotonic()
        for first in range(0, size, 10_000):
            found.found(dict(address(n, size) for n in range(first, min(first + 10_000, size))))
        found.commit()
        filled = time.monotonic()
        found.plan()
        planned = time.monotonic()
        times = []
        for _ in range(min(size, 20_000)):
            start = time.perf_counter()
            url = found.next_url()
            times.append(time.perf_counter() - start)
            found.unchanged(url or "", '"tag"', None)
        saving = time.monotonic()
        found.save(Path(folder, "saved.zst"))
        figures = {
            "fill_s": filled - began,
            "plan_s": planned - filled,
            "next_ms": 1000 * statistics.median(times),
            "turns": len(times),
            "file_mb": path.stat().st_size / 1e6,
            "saved_mb": Path(folder, "saved.zst").stat().st_size / 1e6,
            "save_s": time.monotonic() - saving,
            "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
