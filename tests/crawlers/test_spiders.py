"""Each kind of access finds all of its simulated site: listings asked for in memory, without a network."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, get_args

import pytest

from crawlers.catalog import Access, Source, load_catalog
from crawlers.discovery import Found, UnreadableListingError, entry_points
from crawlers.fetch import Fetched
from crawlers.simulated_web.answers import Answer, Ask, page_answer
from crawlers.simulated_web.sites import api, boards
from crawlers.simulated_web.web import SimulatedWeb
from crawlers.spiders import SPIDERS

AS_OF = datetime(2026, 11, 20, tzinfo=UTC)
MATCHDAY = 3
SITES = ("sim-news", "sim-wire", "sim-stats", "sim-api", "sim-wiki", "sim-reddit", "sim-slow", "sim-traps")
MAX_ASKS = 4  # busy wikis and forums say "later" a few times


class Visitor:
    """Follows a source's listings in one simulated web, as its spider reads them."""

    def __init__(self, web: SimulatedWeb, source: Source) -> None:
        self.web, self.source, self.desks = web, source, web.desks()
        self.spider: Any = SimpleNamespace(source=source)  # all that links() looks at
        self.asked: list[str] = []

    def pages(self) -> dict[str, str]:
        """Return all pages in scope that listings lead to, with their lastmod."""
        found, level = Found(), entry_points(self.source, AS_OF)
        for _ in range(self.source.scope.max_depth):
            rows = [self.links(url) for url in level]
            level = sorted({url for row in rows for url in row.navigation} - set(self.asked))
            for url, lastmod in ((u, m) for row in rows for u, m in row.pages.items()):
                found.add_page(url, lastmod)
            if not level:
                break
        return {url: lastmod for url, lastmod in found.pages.items() if self.source.scope.is_page(url)}

    def links(self, url: str) -> Found:
        self.asked.append(url)
        for _ in range(MAX_ASKS):
            answer = self.answer(url)
            fetched = Fetched(url, "allowed", "", answer.status, answer.headers, answer.body)
            try:
                return (
                    SPIDERS[self.source.access].links(self.spider, fetched)
                    if answer.status == 200
                    else Found()
                )
            except UnreadableListingError as error:
                if error.retry_after_s is None:
                    return Found()
        raise AssertionError(f"{url} stays busy")

    def answer(self, url: str) -> Answer:
        ask = Ask(url.partition("#")[0], headers=self.headers())
        desk = self.desks.get(ask.host)
        answer = desk.answer(ask) if desk else None
        return answer or page_answer(self.web.page(ask.url), ask)

    def headers(self) -> dict[str, str]:
        if self.source.auth:
            return {self.source.auth.header.lower(): api.DEMO_KEY}
        if self.source.oauth:
            return {"authorization": f"Bearer {self.token()}"}
        return {}

    def token(self) -> str:
        secret = base64.b64encode(f"{boards.DEMO_CLIENT_ID}:{boards.DEMO_CLIENT_SECRET}".encode()).decode()
        headers = {"authorization": f"Basic {secret}"}
        ask = Ask(boards.TOKEN_URL, "POST", headers, b"grant_type=client_credentials")
        answer = self.desks[boards.TOKEN_HOST].answer(ask)
        assert answer is not None
        return str(json.loads(answer.body)["access_token"])


@pytest.fixture(scope="module")
def web() -> SimulatedWeb:
    return SimulatedWeb(7, MATCHDAY, SITES)


def test_every_access_of_the_catalogue_has_its_spider() -> None:
    assert set(SPIDERS) == set(get_args(Access))
    assert {source.access for source in load_catalog().values() if source.is_crawled} == set(SPIDERS)


@pytest.mark.parametrize("name", SITES)
def test_listings_lead_to_every_page_that_may_be_crawled(web: SimulatedWeb, name: str) -> None:
    source = load_catalog()[name]
    found = Visitor(web, source).pages()
    truth = [row for row in web.truth()["pages"] if row["source"] == name]  # type: ignore[attr-defined]
    crawlable = {row["url"] for row in truth if row["crawlable"]}
    assert crawlable
    arrived = {url for url in crawlable if url.endswith("/arrived.html")}  # reached by a redirect
    assert crawlable - arrived <= found.keys()


@pytest.mark.parametrize("name", SITES)
def test_listings_are_asked_once_each(web: SimulatedWeb, name: str) -> None:
    visitor = Visitor(web, load_catalog()[name])
    visitor.pages()
    assert len(set(visitor.asked)) == len(visitor.asked)


def test_traps_of_listings_end_within_their_budgets(web: SimulatedWeb) -> None:
    visitor = Visitor(web, load_catalog()["sim-traps"])
    visitor.pages()
    traps = [page for page in web.pages.values() if page.trap and web.sources[page.url] == "sim-traps"]
    assert traps
    for trap in traps:
        hits = [url for url in visitor.asked if url == trap.url or (trap.prefix and url.startswith(trap.url))]
        assert len(hits) <= (trap.budget or 0), trap.url


def test_wiki_walk_ends_in_its_cycles_and_sees_what_was_revised(web: SimulatedWeb) -> None:
    source = load_catalog()["sim-wiki"]
    today, tomorrow = Visitor(web, source), Visitor(SimulatedWeb(7, MATCHDAY + 1, ["sim-wiki"]), source)
    before, after = today.pages(), tomorrow.pages()
    revised = {url for url, lastmod in after.items() if url in before and lastmod > before[url]}
    assert len(today.asked) < 40
    assert revised
    assert len(revised) < len(after) / 4
    assert all(before.values())
    assert before.keys() - after.keys()  # an article was deleted


def test_forum_thread_that_was_removed_is_seen_as_deleted(web: SimulatedWeb) -> None:
    visitor = Visitor(web, load_catalog()["sim-reddit"])
    deleted = [page for page in web.pages.values() if page.role == "deleted" and page.status == 200]
    assert deleted
    kept = [url for url, page in web.pages.items() if "/comments/" in url and page.role == "page"]
    spider: Any = SPIDERS["reddit"]
    for url, expected in [*((page.url, True) for page in deleted), *((url, False) for url in kept)]:
        fetched = Fetched(url, "allowed", "", 200, (), web.pages[url].body)
        assert spider.is_deleted(visitor.spider, fetched) is expected, url
