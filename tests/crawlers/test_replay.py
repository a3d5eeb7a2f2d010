"""Crawling recordings as if they were the web: a past crawl run again, real pages through their own
entries.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawlers.catalog import host_of, load_catalog
from crawlers.warc import closed_segments, read_segment
from tests.crawlers.crawl_bench import CrawlBench, CrawlResult

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "data" / "web" / "pages.warc.gz"
ROBOTS = RECORDED.parents[1] / "robots"
PILOTS = (
    "bbc-sport",
    "guardian-sport",
    "espn-api",
    "basketball-reference",
    "nfl",
    "wikipedia-sports",
    "reddit-nba",
    "balldontlie",
)


def test_past_crawl_replayed_stores_the_same_set_under_its_own_dates(
    bench: CrawlBench, small_crawl: CrawlResult
) -> None:
    archives = [str(path) for path in sorted(small_crawl.out.glob("*/segment-*.warc.gz"))]
    again = bench.crawl(simulated=None, replay=archives)
    assert again.code == 0, again.stderr
    # Nobody recorded robots.txt or the listings: the recorded pages are found without them.
    fields = ("url", "payload_digest", "content_type")
    assert {tuple(r[f] for f in fields) for r in again.rows} == {
        tuple(r[f] for f in fields) for r in small_crawl.rows
    }
    assert {r["robots"] for r in again.rows} == {"no-robots"}
    dates = {row["url"]: str(row["fetched_at"])[:19] for row in small_crawl.rows}
    assert all(str(row["fetched_at"])[:19] == dates[row["url"]] for row in again.rows)


def test_replayed_crawl_repeated_with_its_frontier_stores_nothing_new(
    bench: CrawlBench, small_crawl: CrawlResult
) -> None:
    archives = [str(path) for path in sorted(small_crawl.out.glob("sim-wire/segment-*.warc.gz"))]
    fields = {"simulated": None, "replay": archives, "sources": ["sim-wire"]}
    first = bench.crawl("one", **fields)
    saved = {"sim-wire": str(first.out / "sim-wire" / "frontier.sqlite.zst")}
    second = bench.crawl("two", snapshot="20261121T0600Z", frontiers=saved, **fields)
    assert {row["record"] for row in second.rows} == {"revisit"}
    assert len(second.rows) == len(first.rows)


def test_replay_of_a_file_that_is_no_warc_exits_2_naming_it(bench: CrawlBench) -> None:
    path = bench.folder / "notes.warc.gz"
    path.write_bytes(gzip.compress(b"not a WARC file\n"))
    result = bench.crawl(simulated=None, replay=[str(path)])
    assert (result.code, result.stderr.count("\n")) == (2, 1)
    assert "notes.warc.gz cannot be read as a WARC file" in result.stderr


def recorded_urls() -> dict[str, int]:
    """Return the status of every recorded response, by URL."""
    with RECORDED.open("rb") as stream:
        return {
            str(record.rec_headers["WARC-Target-URI"]): int(record.http_headers.get_statuscode())
            for record in ArchiveIterator(stream)
            if record.rec_type == "response" and record.http_headers
        }


@pytest.mark.shared_data
@pytest.mark.slow
def test_recorded_pages_of_the_pilot_sources_are_crawled_through_their_own_entries(bench: CrawlBench) -> None:
    if not RECORDED.is_file():
        pytest.skip("no shared data here")
    catalog = load_catalog()
    result = bench.crawl(
        simulated=None, replay=[str(RECORDED)], sources=list(PILOTS), accept_terms=list(PILOTS)
    )
    assert result.code == 0, result.stderr
    found = {str(row["url"]): row for row in result.rows}
    wanted: Counter[str] = Counter()
    for url, status in recorded_urls().items():
        for name in PILOTS:
            if status == 200 and catalog[name].scope.is_page(url):
                assert found[url]["source"] == name, f"{url} is in the scope of {name}"
                wanted[name] += 1
            elif host_of(url) in catalog[name].scope.hosts:
                assert url not in found, f"{url} is on a host of {name} and out of its scope"
    assert len(found) == wanted.total()
    assert wanted["espn-api"] >= 5
    assert wanted["basketball-reference"] >= 3
    for archive in closed_segments(result.out / "basketball-reference"):
        for row, body in read_segment(archive):
            assert b"<table" in body, row.url


@pytest.mark.shared_data
def test_real_robots_txt_decides_in_a_replay(bench: CrawlBench, tmp_path: Path) -> None:
    if not ROBOTS.is_dir():
        pytest.skip("no shared data here")
    from io import BytesIO

    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    host = "www.basketball-reference.com"
    pages = {
        f"https://{host}/robots.txt": (ROBOTS / f"{host}.txt").read_bytes(),
        f"https://{host}/boxscores/202002220UTA.html": b"<html><body><table></table></body></html>",
        f"https://{host}/leagues/NBA_2019_games.html": b"<html><body><table></table></body></html>",
    }
    with (tmp_path / "recorded.warc.gz").open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for url, body in pages.items():
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(url, "response", payload=BytesIO(body), http_headers=head)
            )
    name = "basketball-reference"
    result = bench.crawl(
        simulated=None, replay=[str(tmp_path / "recorded.warc.gz")], sources=[name], accept_terms=[name]
    )
    assert result.code == 0, result.stderr
    assert {row["robots"] for row in result.rows} == {"allowed"}
    assert json.loads((result.out / "stats.json").read_text())[name]["pages"] == len(result.rows) > 0
