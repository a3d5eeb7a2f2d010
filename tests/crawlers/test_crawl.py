"""The crawl against the simulation's truth: what is stored, never asked for, and kept by a restart."""

from __future__ import annotations

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawlers.simulated_web.web import SimulatedWeb
from tests.crawlers.crawl_bench import CrawlBench, CrawlResult, stored_rows, stored_set
from tests.crawlers.test_frontier import row


def wait_for_segment(process: subprocess.Popen[str], out: Path) -> None:
    """Return as soon as one segment is closed; fail if the crawl ends first."""
    deadline = time.monotonic() + 60
    while not list(out.glob("*/segment-*.jsonl")):
        assert process.poll() is None, "the crawl ended before a segment was closed"
        assert time.monotonic() < deadline
        time.sleep(0.002)


def start(bench: CrawlBench, out: Path, **fields: object) -> subprocess.Popen[str]:
    """Start a crawl and return while it runs."""
    command = bench.command(bench.spec(**fields), out)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_crawl_against_truth_stores_all_crawlable_and_asks_for_nothing_disallowed(bench: CrawlBench) -> None:
    world = {"seed": 3, "matchday": 8}  # 240 games: enough API requests to meet a 429
    log = bench.folder / "asked.txt"
    serve = [sys.executable, "-m", "crawlers.simulated_web", "serve", "--seed", "3", "--matchday", "8"]
    server = subprocess.Popen([*serve, "--log", str(log)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        result = bench.crawl(simulated={**world, "port": port})
    finally:
        server.terminate()
        server.wait(10)
    assert result.code == 0, result.stderr
    pages = SimulatedWeb(**world).pages
    truth = {(p.url, p.payload_digest, p.sport) for p in pages.values() if p.role == "page"}
    stored = [(row["url"], row["payload_digest"], row["sport"]) for row in result.rows]
    assert len(stored) == len(set(stored))
    assert set(stored) == truth
    asked = {line.split(" ", 3)[3] for line in log.read_text().splitlines()}
    assert not [url for url in asked if url in pages and pages[url].role == "disallowed"]
    assert sum(1 for url in asked if "/calendar/" in url) <= 5
    assert sum(int(str(row["disallowed_skipped"])) for row in result.stats.values()) > 10
    assert result.stats["sim-news"]["failures"] == {"status-404": 1, "too-many-redirects": 1}
    assert result.stats["sim-stats"]["budget_stops"] == {"depth": 1}
    assert int(str(result.stats["sim-api"]["retries"])) >= 1


def test_crawl_repeated_stores_the_same_set(bench: CrawlBench, small_crawl: CrawlResult) -> None:
    again = bench.crawl()
    assert again.code == 0
    assert stored_set(again.rows) == stored_set(small_crawl.rows)
    events = [json.loads(line) for line in again.stdout.splitlines()]
    assert events[-1]["event"] == "done"
    assert events[-1]["pages"] == len(again.rows)
    assert {event["source"] for event in events if event["event"] == "progress"} == set(again.stats)


def test_crawl_index_rows_point_at_their_records(small_crawl: CrawlResult) -> None:
    archive = small_crawl.out / "sim-wire" / "segment-00000.warc.gz"
    rows = [json.loads(line) for line in archive.with_name("segment-00000.jsonl").read_text().splitlines()]
    data = archive.read_bytes()
    assert rows[-1]["offset"] + rows[-1]["length"] == len(data)
    with archive.open("rb") as stream:
        records = ArchiveIterator(stream, check_digests="raise")
        info = next(records)
        assert info.rec_type == "warcinfo"
        assert b"software: sportslm/0.1 (tests)" in info.content_stream().read()
        for row, record in zip(rows, records, strict=True):
            assert record.rec_headers["WARC-Target-URI"] == row["url"]
            assert record.rec_headers["WARC-Payload-Digest"] == row["payload_digest"]
            assert record.rec_headers["X-Crawl-Robots"] == row["robots"] == "allowed"
            assert record.rec_headers["X-Crawl-Terms"] == row["terms"] == "open-licence"
            body = record.content_stream().read()
            member = gzip.decompress(data[row["offset"] : row["offset"] + row["length"]])
            assert body
            assert body in member
    assert {row["kind"] for row in small_crawl.rows} == {"news", "statistics", "record"}


def test_crawl_killed_then_restarted_stores_the_same_set_once(
    bench: CrawlBench, small_crawl: CrawlResult
) -> None:
    out = bench.folder / "out"
    process = start(bench, out, segment_records=5)
    wait_for_segment(process, out)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    kept = stored_rows(out)
    assert 0 < len(kept) < len(small_crawl.rows)
    result = bench.crawl(segment_records=5)
    assert result.code == 0, result.stderr
    urls = [row["url"] for row in result.rows]
    assert len(urls) == len(set(urls))
    assert stored_set(result.rows) == stored_set(small_crawl.rows)
    assert {str(row["fetched_at"]) for row in kept} <= {str(row["fetched_at"]) for row in result.rows}
    assert sum(int(str(row["already_stored"])) for row in result.stats.values()) == len(kept)
    assert not list(out.glob("**/*.open"))


def test_crawl_terminated_closes_its_segments_and_exits_75(
    bench: CrawlBench, small_crawl: CrawlResult
) -> None:
    out = bench.folder / "out"
    process = start(bench, out, segment_records=5)
    wait_for_segment(process, out)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 75
    assert not list(out.glob("**/*.open"))
    assert not (out / "stats.json").exists()
    assert stored_set(stored_rows(out)) < stored_set(small_crawl.rows)
    assert stored_set(bench.crawl(segment_records=5).rows) == stored_set(small_crawl.rows)


def test_crawl_next_matchday_with_known_stores_only_new_and_changed(
    bench: CrawlBench, small_crawl: CrawlResult
) -> None:
    indexes = [str(path) for path in sorted(small_crawl.out.glob("*/segment-*.jsonl"))]
    result = bench.crawl(simulated={"seed": 7, "matchday": 3}, known=indexes)
    assert result.code == 0, result.stderr
    before, after = SimulatedWeb(7, 2).pages, SimulatedWeb(7, 3).pages
    expected = {
        page.url
        for page in after.values()
        if page.role == "page" and (page.url not in before or before[page.url].body != page.body)
    }
    assert {row["url"] for row in result.rows if row["record"] == "response"} == expected
    unchanged = sum(int(str(row["unchanged"])) for row in result.stats.values())
    assert unchanged == sum(page.role == "page" for page in after.values()) - len(expected)
    statuses = result.stats["sim-news"]["statuses"]
    assert isinstance(statuses, dict)
    assert statuses["304"] > 60


def test_crawl_page_budget_takes_the_same_newest_pages(bench: CrawlBench) -> None:
    first = bench.crawl("one", sources=["sim-news"], max_pages_per_source=20)
    second = bench.crawl("two", sources=["sim-news"], max_pages_per_source=20)
    urls = {str(row["url"]) for row in first.rows}
    assert len(urls) == 20
    assert urls == {row["url"] for row in second.rows}
    site = [p for p in SimulatedWeb(7, 2).pages.values() if p.role == "page" and "dailypitch" in p.url]
    newest = sorted(site, key=lambda page: str(page.published_at))[-25:]  # equal dates at the edge
    assert urls <= {page.url for page in newest}
    undated = 4  # two members-only pages, a trap and a dead link, which the sitemaps list too
    assert first.stats["sim-news"]["budget_stops"] == {"pages": len(site) + undated - 20}


@pytest.mark.slow
def test_crawl_unreachable_host_is_never_crawled_without_its_robots(bench: CrawlBench) -> None:
    result = bench.crawl(sources=["sim-api"], simulated={"seed": 7, "matchday": 1, "port": 1})
    assert result.code == 0
    assert result.rows == []
    assert result.stats["sim-api"]["failures"] == {"robots-unreachable": 1}


def test_crawl_disk_that_takes_no_more_exits_1_in_one_line(bench: CrawlBench) -> None:
    def limit_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    command = bench.command(bench.spec(), bench.folder / "out")
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit_files)
    assert done.returncode == 1
    assert done.stderr.startswith("crawl stopped: ")
    assert done.stderr.count("\n") == 1
    assert not (bench.folder / "out" / "stats.json").exists()


@pytest.mark.parametrize(
    ("fields", "needle"),
    [
        ({"sources": ["nowhere"]}, "sources: 'nowhere' is not in the catalogue"),
        ({"sources": ["fineweb"]}, "sources: fineweb is imported, not crawled: sportslm import"),
        ({"sources": []}, "sources:"),
        ({"simulated": None}, "simulated: needed for sim-news"),
        ({"simulated": {"seed": 1, "matchday": 0}}, "simulated.matchday"),
        ({"max_second": 5}, "max_second"),
        ({"snapshot": "yesterday"}, "snapshot"),
        ({"known": ["missing.jsonl"]}, "known: there is no file"),
        ({"frontiers": {"sim-news": "missing.zst"}}, "frontiers: there is no file"),
        ({"replay": ["missing.warc.gz"]}, "replay: there is no file"),
    ],
)
def test_crawl_bad_spec_exits_2_with_one_line(
    bench: CrawlBench, fields: dict[str, object], needle: str
) -> None:
    result = bench.crawl("out", **fields)
    assert result.code == 2
    assert needle in result.stderr
    assert result.stderr.count("\n") == 1
    assert not result.out.exists()


def test_crawl_spec_that_is_no_json_exits_2(bench: CrawlBench) -> None:
    path = bench.folder / "broken.json"
    path.write_text("{")
    done = subprocess.run(
        bench.command(path, bench.folder / "out"), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_crawl_known_with_a_broken_line_exits_2_naming_it(bench: CrawlBench) -> None:
    known = bench.folder / "sim-news" / "segment-00000.jsonl"
    known.parent.mkdir()
    known.write_text(json.dumps(vars(row("http://www.dailypitch.test/"))) + "\n[1]\n")
    result = bench.crawl(known=[str(known)])
    assert result.code == 2
    assert f"line 2 of {known}" in result.stderr
    assert result.stderr.count("\n") == 1
