"""Steady Pace: a small news site that asks for patience, and reserves pages in every known way.

Robots.txt asks for a delay on one host and not on the other; some pages have no validators, one an ETag that
changes though its bytes do not. Its pages are one set from matchday 1 on, and a table that changes with each.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from html import escape
from itertools import count

from crawlers.simulated_web import prose
from crawlers.simulated_web.answers import Answer, Ask
from crawlers.simulated_web.page import (
    JSON,
    TEXT,
    XML,
    Page,
    article_node,
    json_ld,
    paragraphs,
    sports_event,
    table,
)
from crawlers.simulated_web.world import Game, World

SOURCE = "sim-slow"
HOST, CDN_HOST = "www.steadypace.test", "cdn.steadypace.test"
BASE, CDN_BASE = f"http://{HOST}", f"http://{CDN_HOST}"
NAME = "Steady Pace"
CRAWL_DELAY_S = 0.25
ROBOTS = f"""User-agent: *
Crawl-delay: {CRAWL_DELAY_S}
Disallow: /private/

User-agent: GPTBot
Disallow: /no-robots-training/

Sitemap: {BASE}/sitemap.xml
"""
CDN_ROBOTS = f"""User-agent: *
Disallow: /raw/

Sitemap: {CDN_BASE}/sitemap.xml
"""
RESERVED = "/reserved/"  # what tdmrep.json reserves on the second host
CHANGING = f"{BASE}/news/restless-tag"

# Each page of the two hosts: path, what its answer or its head adds, and the opt-outs that follow from it.
HEADERS: dict[str, tuple[tuple[str, str], ...]] = {
    "/news/header-noai": (("X-Robots-Tag", "noai, noimageai"),),
    "/news/header-other-bot": (("X-Robots-Tag", "someotherbot: noai"),),
    "/news/header-tdm": (("tdm-reservation", "1"), ("tdm-policy", f"{BASE}/policy.json")),
    "/news/header-noindex": (("X-Robots-Tag", "noindex"),),
}
METAS = {
    "/news/meta-noai": '<meta name="robots" content="noai, noimageai">',
    "/news/meta-tdm": "<META content='1' name='tdm-reservation'>",
    "/news/meta-commented": '<!-- <meta name="robots" content="noai"> -->',
}
OPT_OUTS: dict[str, tuple[str, ...]] = {
    "/news/header-noai": ("header:noai", "header:noimageai"),
    "/news/header-tdm": ("header:tdm-reservation",),
    "/news/header-noindex": ("header:noindex",),
    "/news/meta-noai": ("meta:noai", "meta:noimageai"),
    "/news/meta-tdm": ("meta:tdm-reservation",),
    "/no-robots-training/analysis": ("robots:GPTBot",),
    f"{RESERVED}gallery": ("tdmrep",),
}
VALIDATORS: dict[str, tuple[str, ...]] = {
    "/news/no-validators": (),
    "/news/dated-only": ("Last-Modified",),
    "/photos/no-validators": (),
}
NEWS = (
    "/news/plain",
    *HEADERS,
    *METAS,
    "/news/no-validators",
    "/news/dated-only",
    CHANGING.removeprefix(BASE),
    "/no-robots-training/analysis",
)
PHOTOS = ("/photos/one", "/photos/two", "/photos/no-validators", f"{RESERVED}gallery")


def build(world: World) -> list[Page]:
    """Return every page of both hosts."""
    games = world.games_of(1)
    news = [_story(BASE, path, game, world) for path, game in zip(NEWS, games, strict=False)]
    news.append(_table(world))
    photos = [_story(CDN_BASE, path, game, world) for path, game in zip(PHOTOS, games[20:], strict=False)]
    policy = json.dumps([{"location": f"{RESERVED}*", "tdm-reservation": 1}])
    closed = [f"{BASE}/private/desk", f"{CDN_BASE}/raw/one"]
    return [
        *news,
        *photos,
        *(Page(url, b"closed", role="disallowed") for url in closed),
        _index(),
        _sitemap(f"{BASE}/sitemap-news.xml", [*news, Page(closed[0], b"")]),
        _sitemap(f"{CDN_BASE}/sitemap.xml", [*photos, Page(closed[1], b"")]),
        Page(f"{CDN_BASE}/.well-known/tdmrep.json", policy.encode(), JSON, role="navigation"),
        Page(f"{BASE}/robots.txt", ROBOTS.encode(), TEXT, role="navigation"),
        Page(f"{CDN_BASE}/robots.txt", CDN_ROBOTS.encode(), TEXT, role="navigation"),
    ]


def _story(base: str, path: str, game: Game, world: World) -> Page:
    story = prose.report(game, world, f"steady{path}", sentences=7)
    published = game.starts_at + timedelta(hours=6)
    head = METAS.get(path, "") + json_ld(
        [article_node(story.title, published, "Staff", NAME), sports_event(game)]
    )
    content = (
        f"<article><h1>{escape(story.title, quote=False)}</h1>\n{paragraphs(story.paragraphs)}</article>"
    )
    page = Page(
        base + path,
        _frame(story.title, content, head),
        sport=game.league.sport,
        events=(game.id,),
        published_at=published,
    )
    return replace(
        page,
        headers=HEADERS.get(path, ()),
        opt_outs=OPT_OUTS.get(path, ()),
        validators=VALIDATORS.get(path, page.validators),
    )


def _table(world: World) -> Page:
    last = world.games_of(world.matchday)
    rows = [(game.home.name, game.home_score, game.away_score, game.away.name) for game in last]
    scores = table("scores", f"Scores of week {world.matchday}", ["Home", "", "", "Away"], rows)
    content = f"<article><h1>This week</h1><p>All scores of week {world.matchday}.</p>{scores}</article>"
    published = max(game.starts_at for game in last) + timedelta(hours=6)
    return Page(f"{BASE}/this-week", _frame("This week", content, ""), published_at=published)


def _frame(title: str, content: str, head: str) -> bytes:
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)} | {NAME}</title>{head}</head>
<body><header><a href="/">{NAME}</a></header>
{content}
<footer>{NAME} is read slowly.</footer></body></html>
""".encode()


def _index() -> Page:
    places = (f"{BASE}/sitemap-news.xml", f"{CDN_BASE}/sitemap.xml")
    entries = "".join(f"<sitemap><loc>{place}</loc></sitemap>\n" for place in places)
    return _xml(f"{BASE}/sitemap.xml", "sitemapindex", entries)


def _sitemap(url: str, pages: list[Page]) -> Page:
    entries = ""
    for page in pages:
        dated = f"<lastmod>{page.published_at.isoformat()}</lastmod>" if page.published_at else ""
        entries += f"<url><loc>{escape(page.url)}</loc>{dated}</url>\n"
    return _xml(url, "urlset", entries)


def _xml(url: str, root: str, entries: str) -> Page:
    opening = f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{opening}\n{entries}</{root}>\n'
    return Page(url, body.encode(), XML, role="navigation")


class Desk:
    """Gives one page a new ETag at each look, though its bytes stay."""

    def __init__(self, world: World, pages: Mapping[str, Page]) -> None:
        self._page, self._looks = pages[CHANGING], count(1)

    def answer(self, ask: Ask) -> Answer | None:
        """Return the restless page; None for all others."""
        if ask.url != CHANGING:
            return None
        return Answer(
            body=self._page.body,
            content_type=self._page.content_type,
            headers=(("ETag", f'"look-{next(self._looks)}"'),),
        )
