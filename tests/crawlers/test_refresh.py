"""Crawls of all simulated sources against their truth: what is stored, what is asked, and how soon."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawlers.simulated_web.web import SITES, SimulatedWeb
from tests.crawlers.crawl_bench import CrawlBench, CrawlResult, Row, Served, served

POLITE = ["sim-news", "sim-wire", "sim-stats", "sim-api", "sim-wiki", "sim-reddit", "sim-slow"]
# Sources whose pages or listings have no validators: their `revisit` holds them back for twelve hours.
HELD = {
    "wiki.fieldbook.test",
    "oauth.boards.test",
    "www.boards.test",
    "www.steadypace.test",
    "cdn.steadypace.test",
}
DAY, NEXT = 5, 6
TODAY = {"snapshot": "20261120T0600Z", "as_of": "2026-11-20T06:00:00Z"}
EVENING = {"snapshot": "20261120T1700Z", "as_of": "2026-11-20T17:00:00Z"}
TOMORROW = {"snapshot": "20261121T0600Z", "as_of": "2026-11-21T06:00:00Z"}


def frontiers(out: Path, sources: list[str]) -> dict[str, str]:
    """Return the frontiers that a crawl saved, as a spec names them."""
    return {name: str(out / name / "frontier.sqlite.zst") for name in sources}


def crawled(
    bench: CrawlBench, out: str, matchday: int, sources: list[str], **fields: object
) -> tuple[CrawlResult, Served]:
    """Crawl a served web; return the crawl and what the server saw."""
    with served(bench.folder, sources, seed=7, matchday=matchday) as server:
        simulated = {"seed": 7, "matchday": matchday, "port": server.port}
        result = bench.crawl(out, sources=sources, simulated=simulated, **fields)
    assert result.code == 0, result.stderr
    return result, server


def of_role(web: SimulatedWeb, role: str) -> dict[str, str]:
    """Return the digests of the pages of one role, by URL."""
    return {page.url: page.payload_digest for page in web.pages.values() if page.role == role}


def stored(rows: list[Row], record: str = "response") -> dict[str, str]:
    """Return the digests of the records of a kind, by URL; each URL is there once."""
    found = [(str(row["url"]), str(row["payload_digest"])) for row in rows if row["record"] == record]
    assert len(found) == len(dict(found)), "a page is stored twice"
    return dict(found)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[CrawlResult, Served]:
    """A crawl of all polite sources from nothing."""
    return crawled(CrawlBench(tmp_path_factory.mktemp("first")), "out", DAY, POLITE, **TODAY)


@pytest.mark.slow
def test_first_crawl_stores_every_crawlable_page_with_its_objections(
    first: tuple[CrawlResult, Served],
) -> None:
    result, server = first
    web = SimulatedWeb(7, DAY, POLITE)
    assert stored(result.rows) == of_role(web, "page")
    objections = {url: list(page.opt_outs) for url, page in web.pages.items() if page.role == "page"}
    assert {str(row["url"]): row["opt_outs"] for row in result.rows} == objections
    assert sum(map(bool, objections.values())) >= 5
    assert not server.urls() & of_role(web, "disallowed").keys()


@pytest.mark.slow
def test_no_host_is_asked_sooner_than_it_wishes(first: tuple[CrawlResult, Served]) -> None:
    gaps = first[1].gaps()
    assert min(gaps["www.steadypace.test"]) >= 0.25, "Crawl-delay"
    assert min(gaps["cdn.steadypace.test"]) >= 0.1, "the source's floor"
    assert len(gaps["www.steadypace.test"]) > 10


@pytest.mark.slow
def test_second_crawl_of_an_unchanged_web_transfers_no_body(
    bench: CrawlBench, first: tuple[CrawlResult, Served]
) -> None:
    saved = frontiers(first[0].out, POLITE)
    result, server = crawled(bench, "out", DAY, POLITE, frontiers=saved, **EVENING)
    assert stored(result.rows) == {}
    assert stored(result.rows, "tombstone") == {}
    asked = {
        url for url in of_role(SimulatedWeb(7, DAY, POLITE), "page") if urlsplit(url).hostname not in HELD
    }
    assert stored(result.rows, "revisit").keys() == asked
    statuses = Counter(line.status for line in server.lines)
    assert statuses[200] == 0
    assert statuses[304] >= len(asked) > 500


@pytest.mark.slow
def test_crawl_of_the_next_day_asks_sites_without_validators_again(
    bench: CrawlBench, first: tuple[CrawlResult, Served]
) -> None:
    saved = frontiers(first[0].out, POLITE)
    result, server = crawled(bench, "out", DAY, POLITE, frontiers=saved, **TOMORROW)
    assert stored(result.rows) == {}
    assert stored(result.rows, "revisit") == of_role(SimulatedWeb(7, DAY, POLITE), "page")
    sent = {line.url for line in server.lines if line.status == 200}
    assert {urlsplit(url).hostname for url in sent} <= HELD
    assert len(sent & stored(result.rows, "revisit").keys()) <= 3


@pytest.mark.slow
def test_next_matchday_fetches_what_changed_and_buries_what_is_gone(
    bench: CrawlBench, first: tuple[CrawlResult, Served]
) -> None:
    saved = frontiers(first[0].out, POLITE)
    result, server = crawled(bench, "out", NEXT, POLITE, frontiers=saved, **TOMORROW)
    before, after = SimulatedWeb(7, DAY, POLITE), SimulatedWeb(7, NEXT, POLITE)
    known = of_role(before, "page")
    changed = {url: digest for url, digest in of_role(after, "page").items() if known.get(url) != digest}
    assert stored(result.rows) == changed
    gone = of_role(after, "deleted").keys() & known.keys()
    assert stored(result.rows, "tombstone").keys() == gone
    assert len(gone) >= 3
    bodies = [line.url for line in server.lines if line.status == 200 and line.url in of_role(after, "page")]
    assert len(bodies) <= 1.05 * len(changed)


@pytest.mark.slow
def test_traps_are_left_within_their_budgets_and_honest_pages_are_stored(bench: CrawlBench) -> None:
    result, server = crawled(bench, "out", DAY, ["sim-traps"], timeout_s=1.5, **TODAY)
    web = SimulatedWeb(7, DAY, ["sim-traps"])
    honest = of_role(web, "page")
    found = stored(result.rows)
    assert {url: found.get(url) for url in honest} == honest
    traps = [page for page in web.pages.values() if page.role == "trap" and page.budget is not None]
    over = {}
    for page in traps:
        asked = sum(
            line.url.startswith(page.url) if page.prefix else line.url == page.url for line in server.lines
        )
        if asked > page.budget:
            over[page.url] = (page.trap, asked, page.budget)
    assert len(traps) > 30
    assert not over
    assert not server.urls() & of_role(web, "disallowed").keys()
    assert {urlsplit(url).hostname for url in server.urls()} == {"www.trapdoor.test"}
    sizes = [int(str(row["length"])) for row in result.rows]
    assert max(sizes) < 16 * 2**20
    stats = result.stats["sim-traps"]
    assert set(Counter(json.loads(json.dumps(stats["failures"])))) >= {
        "too-large",
        "too-many-redirects",
        "redirect-out-of-scope",
        "broken-encoding",
        "DownloadTimeoutError",
        "status-500",
    }


def test_every_simulated_source_is_in_one_of_these_tests() -> None:
    assert {*POLITE, "sim-traps"} == set(SITES)


def test_gaps_of_a_log_are_by_host(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("3.0 200 5 http://a.test/2\n1.0 200 5 http://a.test/1\n2.0 304 0 http://b.test/\n")
    assert Served(0, log).gaps() == defaultdict(list, {"a.test": [2.0], "b.test": []})
