from __future__ import annotations

import asyncio

import pytest

from crawlers.robots import MAY_FETCH, RobotsBook, RobotsRules, robots_rules

AGENT = "sportslm/0.1 (tests)"
URL = "http://site.test/premium/a?x=1"


@pytest.mark.parametrize(
    ("status", "may_fetch"),
    [
        (None, False),
        (500, False),
        (503, False),
        (429, False),
        (404, True),
        (403, True),
        (410, True),
        (302, True),
    ],
)
def test_robots_status_without_rules_follows_rfc_9309(status: int | None, may_fetch: bool) -> None:
    rules = robots_rules(status, b"User-agent: *\nDisallow: /premium/\n", AGENT)
    assert (rules.verdict(URL) in MAY_FETCH) is may_fetch


@pytest.mark.parametrize(
    ("text", "may_fetch"),
    [
        ("User-agent: *\nDisallow: /premium/", False),
        ("User-agent: *\nDisallow: /premium/\nAllow: /premium/a", True),  # the longest match wins
        ("User-agent: *\nAllow: /premium/a\nDisallow: /premium/", True),
        ("User-agent: *\nDisallow: /*?x=", False),
        ("User-agent: *\nDisallow: /premium/a$", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: sportslm\nAllow: /", True),  # our own group wins
        ("User-agent: *\nAllow: /\n\nUser-agent: SportsLM\nDisallow: /", False),
        (
            "User-agent: sports\nAllow: /\n\nUser-agent: *\nDisallow: /",
            False,
        ),  # a prefix of our name is not us
        ("\ufeffUser-agent: *\nDisallow: /premium/", False),
        ("<html>not found</html>", True),
    ],
)
def test_robots_rules_decide_as_written(text: str, may_fetch: bool) -> None:
    assert (robots_rules(200, text.encode(), AGENT).verdict(URL) in MAY_FETCH) is may_fetch


def test_robots_book_asks_each_origin_once_even_from_many_workers() -> None:
    asked: list[str] = []

    async def fetch(url: str) -> RobotsRules:
        asked.append(url)
        await asyncio.sleep(0)
        return robots_rules(200, b"User-agent: *\nDisallow: /b\n", AGENT)

    async def judge() -> list[str]:
        book = RobotsBook(fetch)
        urls = ["http://one.test/a", "http://one.test/b", "https://one.test/a"] * 3
        return list(await asyncio.gather(*(book.verdict(url) for url in urls)))

    assert asyncio.run(judge()) == ["allowed", "disallowed", "allowed"] * 3
    assert sorted(asked) == ["http://one.test/robots.txt", "https://one.test/robots.txt"]
