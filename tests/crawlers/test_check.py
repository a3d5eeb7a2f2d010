"""A check asks for robots.txt and the entry points only, and says what a crawl would be let in to."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from crawlers.catalog import load_catalog
from crawlers.check import MAX_ENTRY_POINTS, starts_of
from tests.crawlers.crawl_bench import CrawlBench, served

AS_OF = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def check(bench: CrawlBench, **fields: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "crawlers.check", "--spec", str(bench.spec(**fields))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return {event["source"]: event for event in events if event["event"] == "checked"}


def test_check_asks_for_policy_files_and_entry_points_only(bench: CrawlBench) -> None:
    sources = ["sim-news", "sim-wire", "sim-api"]
    catalog = load_catalog()
    with served(bench.folder, sources, seed=7, matchday=2) as web:
        found = check(bench, sources=sources, simulated={"seed": 7, "matchday": 2, "port": web.port})
        asked = {url for url in web.urls() if urlsplit(url).path != "/.well-known/tdmrep.json"}
    hosts = {urlsplit(url).netloc for name in sources for url in catalog[name].entry_points}
    expected = {url for name in sources for url in catalog[name].entry_points}
    assert asked == expected | {f"http://{host}/robots.txt" for host in hosts}
    assert set(found) == set(sources)


def test_check_tells_what_would_be_crawled_and_what_not(bench: CrawlBench) -> None:
    found = check(bench, sources=["sim-wire", "sim-news"])
    feed = found["sim-wire"]["entries"][0]
    assert feed["status"] == 200
    assert feed["why"] == ""
    assert feed["pages"]["allowed"] > 20
    assert feed["pages"]["disallowed"] > 0
    assert all("/premium/" in url for url in feed["examples"]["disallowed"])
    assert not any("/premium/" in url for url in feed["examples"]["allowed"])
    (index,) = found["sim-news"]["entries"]
    assert index["listings"] > 0
    assert index["pages"] == {}
    assert index["why"] == "", "a list of sitemaps leads to pages later"


def test_check_keeps_robots_txt_with_its_digest(bench: CrawlBench) -> None:
    (shot,) = check(bench, sources=["sim-wire"])["sim-wire"]["robots"].values()
    assert shot["status"] == 200
    assert "Disallow: /premium/" in shot["body"]
    assert shot["sha256"] == hashlib.sha256(shot["body"].encode()).hexdigest()


def test_check_without_a_key_says_which_variable_is_missing_and_asks_nothing(bench: CrawlBench) -> None:
    source = load_catalog()["balldontlie"]
    assert source.auth is not None
    found = check(bench, sources=["balldontlie"], accept_terms=["balldontlie"])["balldontlie"]
    assert source.auth.env in found["problem"]
    assert found["entries"] == []
    assert found["needs_terms"]


def test_check_of_an_imported_source_is_refused_with_its_command(bench: CrawlBench) -> None:
    imported = next(source for source in load_catalog().values() if source.access == "import")
    spec = bench.spec(sources=[imported.id], accept_terms=[imported.id])
    command = [sys.executable, "-m", "crawlers.check", "--spec", str(spec)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert imported.how in done.stderr


def test_check_of_a_dated_entry_point_asks_its_newest_day_under_one_name() -> None:
    source = next(s for s in load_catalog().values() if s.days_back > 1)
    starts = starts_of(source, AS_OF)
    assert len(starts) == min(len(source.entry_points), MAX_ENTRY_POINTS)
    dated = [(entry, url) for entry, url in starts if "{" in entry]
    assert dated
    assert all("{" not in url for _, url in dated)
    assert [entry for entry, _ in starts] == [e for e, _ in starts_of(source, AS_OF.replace(day=21))]
