"""Every crawled entry of the catalogue, its own spider, and a response in that entry's own shape."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin
from xml.sax.saxutils import escape

import pytest
import yaml

from crawlers.catalog import Source, host_of, load_catalog
from crawlers.discovery import Found, UnreadableListingError, clean_url, entry_points
from crawlers.fetch import Fetched
from crawlers.spiders import SPIDERS

SHAPES = Path(__file__).with_name("entry_shapes")
RECORDED = Path(__file__).parents[3] / "shared/data/web/pages.warc.gz"
AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)
CATALOG = {name: source for name, source in load_catalog().items() if not source.simulated}
CRAWLED = [name for name, source in CATALOG.items() if source.is_crawled]
TABLE: dict[str, list[dict[str, Any]]] = yaml.safe_load((SHAPES / "table.yaml").read_text(encoding="utf-8"))
UNWANTED = (
    "/search?q=ours",
    "/search/ours",
    "/login",
    "/account/settings",
    "/user/ours",
    "/users/ours/comments",
    "/video/watch-ours-win-the-final",
    "/videos/123456789",
    "/betslip/1",
    "/sportsbook/nfl/odds",
    "/cart/checkout",
)
CASES = [(name, case) for name, cases in TABLE.items() for case in cases]


def body_of(shape: str, urls: list[str]) -> bytes:
    """Return a response of a shape: its middle part once for each URL, or the whole file as it is."""
    text = (SHAPES / shape).read_text(encoding="utf-8")
    if "%%\n" not in text:
        return text.encode()
    head, item, tail = text.split("%%\n")
    return (head + "".join(item.replace("@URL@", escape(url)) for url in urls) + tail).encode()


def links(source: Source, url: str, body: bytes) -> Found:
    spider: Any = SimpleNamespace(source=source)  # all that links() looks at
    return SPIDERS[source.access].links(spider, Fetched(url, "allowed", "", 200, (), body))


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}-{case['shape']}" for name, case in CASES])
def test_entry_finds_its_pages_and_leaves_the_others(name: str, case: dict[str, Any]) -> None:
    source = CATALOG[name]
    listing = entry_points(source, AS_OF)[case.get("at", 0)]

    def urls(part: str) -> list[str]:
        return [urljoin(source.url, url.replace("@LISTING@", listing)) for url in case.get(part, [])]

    found = links(source, listing, body_of(case["shape"], urls("finds") + urls("leaves") + urls("leads")))
    assert {url for url in found.pages if source.scope.is_page(url)} == set(urls("finds"))
    assert {url for url in found.navigation if source.scope.has_host(url)} == set(urls("leads"))
    assert found.deleted == urls("deletes")
    assert not any(source.scope.is_navigation(url) for url in urls("leaves"))


def test_every_crawled_entry_has_its_shape_and_every_shape_is_used() -> None:
    assert set(TABLE) == set(CRAWLED)
    used = {case["shape"] for _, case in CASES}
    assert {path.name for path in SHAPES.iterdir()} == used | {"table.yaml"}


@pytest.mark.parametrize("name", CRAWLED)
def test_entry_points_have_the_spelling_that_the_crawl_uses(name: str) -> None:
    source = CATALOG[name]
    for url in entry_points(source, AS_OF):
        assert clean_url(url, url, source.scope.drop_parameters) == url.partition("#")[0]
        assert url.startswith("https://")


@pytest.mark.parametrize("name", CRAWLED)
def test_entry_stores_no_searches_accounts_videos_or_slips(name: str) -> None:
    scope = CATALOG[name].scope
    assert [path for host in scope.hosts for path in UNWANTED if scope.is_page(f"https://{host}{path}")] == []


def test_entries_on_one_host_ask_it_equally_seldom() -> None:
    delays: dict[str, set[float]] = {}
    for name in CRAWLED:
        for host in CATALOG[name].scope.hosts:
            delays.setdefault(host, set()).add(CATALOG[name].politeness.delay_s)
    assert {host: found for host, found in delays.items() if len(found) > 1} == {}


@pytest.mark.shared_data
@pytest.mark.skipif(not RECORDED.exists(), reason="no ../shared/data beside the checkout")
def test_recorded_responses_are_read_by_the_entries_they_belong_to() -> None:
    from warcio.archiveiterator import ArchiveIterator

    by_host: dict[str, list[Source]] = {}
    for source in CATALOG.values():
        for host in source.scope.hosts:
            by_host.setdefault(host, []).append(source)
    found: dict[str, int] = {}
    with RECORDED.open("rb") as stream:
        for record in ArchiveIterator(stream):
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            sources = by_host.get(host_of(url), []) if record.rec_type == "response" else []
            body = record.content_stream().read() if sources else b""
            for source in sources:
                if source.access in {"tables", "api", "reddit"}:
                    found[source.id] = found.get(source.id, 0) + num_pages(source, url, body)
    families = {"basketball-reference", "baseball-reference", "pro-football-reference", "hockey-reference"}
    for name in families | {"sports-reference", "espn-api", "reddit-nba"}:
        assert found[name] > 10, f"{name}: {found[name]} pages in the listings recorded from its hosts"


def num_pages(source: Source, url: str, body: bytes) -> int:
    """Return how many pages of its scope a source finds in a body; 0 where that is no listing of its kind."""
    try:
        return sum(source.scope.is_page(page) for page in links(source, url, body).pages)
    except UnreadableListingError:
        return 0
