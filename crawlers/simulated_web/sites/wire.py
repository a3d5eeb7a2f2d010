"""Northern Wire: an agency reached by its feeds, with reports of its own and copies of the Daily Pitch's.

The Atom feed is paged back to the first game (RFC 5005); the RSS feed holds the newest items only. Some items
are near-copies (agency line, a sentence cut, other heading), some exact. Robots.txt closes /premium/ but
opens /premium/free/ inside it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from random import Random

from crawlers.simulated_web import prose
from crawlers.simulated_web.page import (
    TEXT,
    XML,
    Page,
    article_node,
    json_ld,
    links,
    paragraphs,
    sports_event,
)
from crawlers.simulated_web.prose import Story
from crawlers.simulated_web.sites import daily
from crawlers.simulated_web.world import Game, World

SOURCE = "sim-wire"
HOST = "www.northernwire.test"
BASE = f"http://{HOST}"
NAME = "Northern Wire"
ROBOTS = """User-agent: *
Disallow: /premium/
Allow: /premium/free/
Disallow: /*?print=
"""
NAVIGATION = (("/feed.atom", "Feed"), ("/premium/", "Subscribe"))
FEED_PAGE = 60
RSS_ITEMS = 40
NEAR_COPY_FLOOR = 0.74  # of word 5-grams, headings included: comfortably above dedup's .7


def build(world: World) -> list[Page]:
    """Return every page of the site."""
    open_pages = [page for game in world.games if (page := _item(game, world))]
    closed = [_premium(game, world) for game in world.games if game.number % 23 == 0]
    closed += [
        Page(f"{page.url}?print=1", page.body, role="disallowed", copy_of=page.url)
        for page in open_pages[::50]
    ]
    items = sorted([*open_pages, *closed], key=lambda page: (str(page.published_at), page.url), reverse=True)
    feed_items = [page for page in items if page.published_at]
    home = Page(f"{BASE}/", _frame(NAME, links([("/feed.atom", "Feed")]), ""), role="navigation")
    robots = Page(f"{BASE}/robots.txt", ROBOTS.encode(), TEXT, role="navigation")
    return [*open_pages, *closed, *_atom(feed_items), _rss(feed_items[:RSS_ITEMS]), home, robots]


def _item(game: Game, world: World) -> Page | None:
    """Return the wire's page on a game: its own report, a copy, or nothing."""
    rng = Random(f"wire|{world.seed}|{game.number}")
    draw, url = rng.random(), f"{BASE}/{game.league.sport}/{game.starts_at:%Y%m%d}/{game.code}.html"
    published = game.starts_at + timedelta(hours=4, minutes=rng.randrange(55))
    if draw < 0.58:
        own = prose.report(game, world, "wire", sentences=rng.choice((7, 8, 9)))
        if draw < 0.03:
            url = url.replace(BASE, f"{BASE}/premium/free")
        return _page(url, own, game, published)
    if draw > 0.9:
        return None
    story = daily_story(game, world)
    if draw < 0.82:
        copy = prose.syndicated(story, rng)
        if prose.jaccard(story, copy) >= NEAR_COPY_FLOOR:
            return _page(url, copy, game, published, copy_of=daily.report_url(game), how="near")
    return _page(url, story, game, published, copy_of=daily.report_url(game), how="exact")


def daily_story(game: Game, world: World) -> Story:
    """Return the report that the Daily Pitch published, word for word."""
    rng = Random(f"daily|{world.seed}|{game.number}")
    return prose.report(game, world, "daily", sentences=rng.choice((10, 11, 12, 13)))


def _page(
    url: str,
    story: Story,
    game: Game,
    published: datetime,
    copy_of: str | None = None,
    how: str | None = None,
) -> Page:
    nodes = [article_node(story.title, published, "Wire desk", NAME), sports_event(game)]
    services = (("/premium/desk", "Premium desk"), (f"{url}?print=1", "Print"))
    content = f"""<article><header><h1>{escape(story.title, quote=False)}</h1></header>
<section class="story">
{paragraphs(story.paragraphs)}
</section></article>
<div class="sidebar"><h4>Services</h4>{links(services)}</div>"""
    return Page(
        url,
        _frame(story.title, content, json_ld(nodes)),
        sport=game.league.sport,
        events=(game.id,),
        published_at=published,
        copy_of=copy_of,
        copy=how,
    )


def _premium(game: Game, world: World) -> Page:
    story = prose.report(game, world, "premium", sentences=9)
    page = _page(f"{BASE}/premium/{game.code}.html", story, game, game.starts_at + timedelta(hours=6))
    return Page(page.url, page.body, role="disallowed", sport=page.sport, published_at=page.published_at)


def _frame(title: str, content: str, head: str) -> bytes:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)} - {NAME}</title>{head}
<link rel="alternate" type="application/atom+xml" href="/feed.atom"></head>
<body><div class="topbar"><a href="/">{NAME}</a>
<nav>{links(NAVIGATION)}</nav></div>
<div class="gdpr">This site uses cookies. <button>OK</button></div>
{content}
<footer><p>{NAME} supplies news to 40 titles. Reproduction by licence only.</p></footer>
</body></html>
""".encode()


def _atom(items: list[Page]) -> list[Page]:
    """Return the feed's pages, newest items first, each linking the next older one."""
    pages = []
    count = max(1, -(-len(items) // FEED_PAGE))
    for number in range(count):
        url = f"{BASE}/feed.atom" + (f"?page={number + 1}" if number else "")
        older = f'<link rel="next" href="{BASE}/feed.atom?page={number + 2}"/>' if number + 1 < count else ""
        entries = "".join(_entry(page) for page in items[number * FEED_PAGE : (number + 1) * FEED_PAGE])
        body = (
            '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
            f'<title>{NAME}</title><link rel="self" href="{escape(url)}"/>{older}\n{entries}</feed>\n'
        )
        pages.append(Page(url, body.encode(), XML, role="navigation"))
    return pages


def _entry(page: Page) -> str:
    date = page.published_at.isoformat() if page.published_at else ""
    return (
        f'<entry><id>{escape(page.url)}</id><title>Sport item</title><link rel="alternate" '
        f'href="{escape(page.url)}"/><updated>{date}</updated></entry>\n'
    )


def _rss(items: list[Page]) -> Page:
    rows = "".join(
        f"<item><title>Sport item</title><link>{escape(page.url)}</link><guid>{escape(page.url)}</guid>"
        f"<pubDate>{format_datetime(page.published_at) if page.published_at else ''}</pubDate></item>\n"
        for page in items
    )
    body = (
        f'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>{NAME}</title>\n{rows}</channel></rss>\n'
    )
    return Page(f"{BASE}/rss/latest.xml", body.encode(), XML, role="navigation")
