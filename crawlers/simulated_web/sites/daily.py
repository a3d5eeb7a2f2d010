"""The Daily Pitch: a news site reached by its sitemaps, with heavy boilerplate around short articles.

Publishes a report of every game, a quiz about four in nine, previews of three in ten and a weekly round-up of
each league. Its members' area, print versions and search are closed by robots.txt and linked from everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
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
from crawlers.simulated_web.world import Game, League, World

SOURCE = "sim-news"
HOST = "www.dailypitch.test"
BASE = f"http://{HOST}"
NAME = "The Daily Pitch"
ROBOTS = f"""User-agent: *
Disallow: /members/
Disallow: /print/
Disallow: /search
Allow: /

User-agent: BadBot
Disallow: /

Sitemap: {BASE}/sitemap_index.xml
"""
WRITERS = (
    "Ada Quill",
    "Bram Foster",
    "Cleo Marsh",
    "Dov Hartman",
    "Esme Lowell",
    "Farid Noor",
    "Greta Sunde",
)
MEMBERS_EVERY = 21  # one members-only analysis for so many games
NEWS_SITEMAP_DAYS = 2  # matchdays in the news sitemap


def report_url(game: Game) -> str:
    """Return where a game's report lives."""
    day = game.starts_at.date()
    slug = f"{game.home.nickname}-{game.away.nickname}".lower()
    return f"{BASE}/{_section(game.league)}/{day:%Y/%m/%d}/{slug}-report-{game.number}"


def build(world: World) -> list[Page]:
    """Return every page of the site."""
    pages: list[Page] = []
    for game in world.games:
        pages.append(_report(game, world))
        if Random(f"has-quiz|{world.seed}|{game.number}").random() < 0.45:
            pages.append(_quiz(game, world))
    for day in range(1, world.matchday + 1):
        pages += [_roundup(world.league_games(league, day), world) for league in world.leagues]
    for day in range(2, world.matchday + 2):
        for game in world.games_of(day):
            if Random(f"has-preview|{world.seed}|{game.number}").random() < 0.3:
                pages.append(_preview(game, world))
    closed = [_members(game, world) for game in world.games if game.number % MEMBERS_EVERY == 0]
    closed += [_print_version(page) for page in pages[::40]]
    closed.append(_closed(f"{BASE}/search?q=scores", "Search", "Nothing to see for machines."))
    listings = [_listing(league, world) for league in world.leagues] + [_home(world)]
    return [*pages, *closed, *listings, *_traps(), *_sitemaps(world, pages, closed), _robots()]


def _section(league: League) -> str:
    return league.sport.replace("_", "-")


def _report(game: Game, world: World) -> Page:
    rng = Random(f"daily|{world.seed}|{game.number}")
    story = prose.report(game, world, "daily", sentences=rng.choice((10, 11, 12, 13)))
    published = game.starts_at + timedelta(hours=3, minutes=rng.randrange(50))
    return _article(report_url(game), story, [game], world, published)


def _quiz(game: Game, world: World) -> Page:
    story, pairs = prose.quiz(game, world)
    rng = Random(f"quiz-form|{world.seed}|{game.number}")
    form = rng.choice(
        ("<h3>{q}</h3>\n<p>{a}</p>", "<p><strong>{q}</strong> {a}</p>", "<p>Q: {q}<br>A: {a}</p>")
    )
    extra = "\n".join(form.format(q=escape(q, quote=False), a=escape(a, quote=False)) for q, a in pairs)
    url = report_url(game).replace("-report-", "-questions-")
    return _article(url, story, [game], world, game.starts_at + timedelta(hours=20), extra)


def _preview(game: Game, world: World) -> Page:
    url = report_url(game).replace("-report-", "-preview-")
    return _article(url, prose.preview(game, world), [game], world, game.starts_at - timedelta(days=2))


def _roundup(games: Sequence[Game], world: World) -> Page:
    first = games[0]
    url = f"{BASE}/{_section(first.league)}/round-up/{first.league.slug}-week-{first.matchday}"
    return _article(
        url, prose.roundup(games, world), games, world, first.starts_at + timedelta(days=1, hours=5)
    )


def _article(
    url: str, story: Story, games: Sequence[Game], world: World, published_at: datetime, extra: str = ""
) -> Page:
    rng = Random(f"article|{url}|{world.seed}")
    author = rng.choice(WRITERS)
    nodes = [article_node(story.title, published_at, author, NAME), *(sports_event(game) for game in games)]
    content = f"""<article class="article">
<h1>{escape(story.title, quote=False)}</h1>
<div class="byline">By <a rel="author" href="/staff/{author.split()[0].lower()}">{author}</a>
<time datetime="{published_at.isoformat()}">{published_at:%d %B %Y, %H:%M}</time></div>
<div class="share-tools"><a href="#share">Share</a> <a href="#save">Save</a>
<a href="/print{url[len(BASE) :]}">Print</a></div>
<div class="article-body">
{paragraphs(story.paragraphs)}
{extra}
</div>
</article>
<aside class="related"><h2>More on this</h2>{links(_related(games[0], world))}</aside>"""
    body = _frame(story.title, content, json_ld(nodes), rng)
    sport = games[0].league.sport
    return Page(url, body, sport=sport, events=tuple(g.id for g in games), published_at=published_at)


def _related(game: Game, world: World) -> list[tuple[str, str]]:
    """Return links to earlier reports only: an article's bytes must not depend on later matchdays."""
    earlier = [g for g in world.league_games(game.league) if g.matchday < game.matchday][-40:]
    rng = Random(f"related|{world.seed}|{game.number}")
    chosen = rng.sample(earlier, min(4, len(earlier)))
    rows = [(report_url(g), f"Match report: {g.home.nickname} v {g.away.nickname}") for g in chosen]
    return [*rows, (f"{BASE}/members/analysis-{game.league.slug}", "Members: the numbers behind the table")]


def _frame(title: str, content: str, head: str, rng: Random) -> bytes:
    advert = rng.choice(
        ("Half-price boots this week only", "Season tickets on sale", "Try our fantasy league free")
    )
    sections = [("/", "Home"), *((f"/{s}/", s.replace("-", " ").title()) for s in SECTIONS)]
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)} | {NAME}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/site.css">{head}</head>
<body>
<div id="cookie-banner" class="cookie-consent" role="dialog">
<p>We and our 214 partners use cookies to store and access personal data such as browsing data.
By selecting Accept you agree to our cookie policy.</p>
<button>Accept all</button><button>Manage choices</button></div>
<header class="site-header"><a class="logo" href="/">{NAME}</a>
<nav class="main-nav">{links(sections)}</nav>
<form action="/search"><input name="q" placeholder="Search scores and stories"></form>
<a href="/members/join">Become a member</a></header>
<div class="ad-slot ad-top" aria-hidden="true">Advertisement: {advert}</div>
<main>
{content}
</main>
<aside class="newsletter-signup"><h2>Get the whistle in your inbox</h2>
<p>Sign up for our free daily newsletter. You can unsubscribe at any time.</p>
<form action="/newsletter"><input type="email" placeholder="Your email"><button>Sign up</button></form>
</aside>
<footer class="site-footer"><nav>{links(FOOTER)}</nav>
<p>Copyright 2026 {NAME}. All rights reserved. Gamble responsibly. 18+</p></footer>
</body></html>
""".encode()


SECTIONS = ("football", "basketball", "ice-hockey", "baseball", "american-football")
FOOTER = (
    ("/about", "About us"),
    ("/contact", "Contact"),
    ("/privacy", "Privacy policy"),
    ("/terms", "Terms of use"),
    ("/members/help", "Member help"),
    ("/search?q=scores", "Search"),
)


def _listing(league: League, world: World) -> Page:
    """Return a section's front page; link texts never tell a result."""
    games = world.league_games(league)[-30:]
    rows = [(report_url(g), f"Report: {g.home.nickname} v {g.away.nickname}") for g in reversed(games)]
    content = f"<h1>{league.name}</h1>{links(rows)}"
    body = _frame(league.name, content, "", Random("listing"))
    return Page(f"{BASE}/{_section(league)}/", body, role="navigation", sport=league.sport)


def _home(world: World) -> Page:
    rows = [(f"{BASE}/{_section(league)}/", league.name) for league in world.leagues]
    return Page(f"{BASE}/", _frame(NAME, links(rows), "", Random("home")), role="navigation")


def _members(game: Game, world: World) -> Page:
    story = prose.report(game, world, "members", sentences=9)
    url = f"{BASE}/members/{game.code}-analysis"
    return _closed(url, f"Members only: {story.title}", story.text, game.league.sport)


def _print_version(page: Page) -> Page:
    return Page(
        f"{BASE}/print{page.url[len(BASE) :]}",
        page.body,
        role="disallowed",
        sport=page.sport,
        copy_of=page.url,
    )


def _closed(url: str, title: str, text: str, sport: str = "other") -> Page:
    body = _frame(title, f"<article><h1>{escape(title)}</h1>{paragraphs([text])}</article>", "", Random(url))
    return Page(url, body, role="disallowed", sport=sport)


def _traps() -> list[Page]:
    """Two addresses that send each other's visitors back, for ever."""
    one, two = f"{BASE}/live/now", f"{BASE}/live/today"
    return [Page(one, b"", role="trap", redirect=two), Page(two, b"", role="trap", redirect=one)]


def _sitemaps(world: World, pages: Sequence[Page], closed: Sequence[Page]) -> list[Page]:
    """Return the index, one sitemap for each sport, a news sitemap, and one that lists what it should not."""
    groups: dict[str, list[Page]] = {f"{section}.xml": [] for section in SECTIONS}
    for page in pages:
        groups[f"{page.sport.replace('_', '-')}.xml"].append(page)
    maps = {name: "".join(_url_entry(page) for page in group) for name, group in groups.items()}
    mine = sorted((p for p in pages if p.published_at), key=lambda p: (str(p.published_at), p.url))
    maps["news.xml"] = "".join(_news_entry(page) for page in mine[-30 * NEWS_SITEMAP_DAYS :])
    odd = [p.url for p in closed if "/members/" in p.url] + [f"{BASE}/live/now", f"{BASE}/gone/for-good"]
    maps["more.xml"] = "".join(f"<url><loc>{escape(url)}</loc></url>\n" for url in odd)
    newest = mine[-1].published_at.isoformat() if mine[-1].published_at else ""
    index = "".join(
        f"<sitemap><loc>{BASE}/sitemaps/{name}</loc><lastmod>{newest}</lastmod></sitemap>\n"
        for name in sorted(maps)
    )
    found = [
        _xml(f"{BASE}/sitemaps/{name}", f"<urlset {NAMESPACES}>\n{entries}</urlset>")
        for name, entries in maps.items()
    ]
    return [*found, _xml(f"{BASE}/sitemap_index.xml", f"<sitemapindex {NAMESPACES}>\n{index}</sitemapindex>")]


NAMESPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def _url_entry(page: Page) -> str:
    lastmod = page.published_at.isoformat() if page.published_at else ""
    return f"<url><loc>{escape(page.url)}</loc><lastmod>{lastmod}</lastmod></url>\n"


def _news_entry(page: Page) -> str:
    date = page.published_at.isoformat() if page.published_at else ""
    return (
        f"<url><loc>{escape(page.url)}</loc><lastmod>{date}</lastmod><news:news><news:publication><news:name>{NAME}"
        f"</news:name><news:language>en</news:language></news:publication><news:publication_date>{date}"
        "</news:publication_date><news:title>From our reporters</news:title></news:news></url>\n"
    )


def _xml(url: str, root: str) -> Page:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n'.encode()
    return Page(url, body, XML, role="navigation")


def _robots() -> Page:
    return Page(f"{BASE}/robots.txt", ROBOTS.encode(), TEXT, role="navigation")
