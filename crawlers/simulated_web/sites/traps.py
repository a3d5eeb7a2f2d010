"""Trapdoor: a site with a handful of honest pages among everything a crawler can fall into.

Honest pages are under ``/story/``; traps are listings under ``/list/``, pages under ``/page/``, and sitemaps
and feeds under ``/map/``. ``/archive/`` and ``/closed/`` are never to be asked for. The front page links all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from html import escape

from crawlers.simulated_web import bombs, prose
from crawlers.simulated_web.answers import Answer, Ask, moved, page_answer, plain
from crawlers.simulated_web.page import HTML, TEXT, XML, Page, links, paragraphs
from crawlers.simulated_web.world import World

SOURCE = "sim-traps"
HOST = "www.trapdoor.test"
BASE = f"http://{HOST}"
NAME = "Trapdoor"
ROBOTS = f"""User-agent: *
Disallow: /closed/

Sitemap: {BASE}/map/honest.xml
"""
NUM_STORIES = 8
NUM_ARCHIVE_LINKS = 50_000
NEST_DEPTH = 20_000
ATTEMPTS = 5  # what a crawler may try in all after answers that look transient
LEVELS = 6  # links a crawler may follow in a row
LONG_PATH = f"/page/long-{'x' * 3000}.html"
DRIP_S = 0.5
CHAIN = 7  # redirects in a row, more than the five of RFC 9309 and of this crawler
RETRY_AFTER_S = 1

REDIRECTS = {
    "/page/to-metadata.html": "http://169.254.169.254/latest/meta-data/",
    "/page/to-ipv6-loopback.html": "http://[::1]/",
    "/page/to-private.html": "http://10.0.0.1/",
    "/page/to-file.html": "file:///etc/passwd",
    "/page/to-ftp.html": "ftp://ftp.elsewhere.test/scores.txt",
    "/page/to-other-site.html": "http://www.elsewhere.test/story",
    "/page/to-closed.html": f"{BASE}/closed/secret.html",
    "/page/loop-a.html": f"{BASE}/page/loop-b.html",
    "/page/loop-b.html": f"{BASE}/page/loop-a.html",
    **{f"/page/chain-{i}.html": f"{BASE}/page/chain-{i + 1}.html" for i in range(1, CHAIN + 1)},
}
TO_LOOPBACK = "/page/to-loopback.html"  # its target is the port that the simulated web listens on
TRANSIENT = ("drip", "truncated", "broken-gzip", "error-500")  # a crawler may try these again
ONCE = ("endless", "oversized", "oversized-declared", *(f"bomb-{name}" for name in bombs.BOMBS))
SOFT_404 = ("soft-404-one", "soft-404-two")
LISTS = ("many", "deep", "odd-links")
MAPS = ("laughs.xml", "self.xml", "cycle-a.xml", "cycle-b.xml", "feed.atom")
NEVER = ("ftp", "userinfo", "port")  # /page/NAME.html: targets of the odd links

# Truths about whole families: prefix, the trap's name, how many requests it may get in one crawl.
FAMILIES = (
    ("/list/calendar/", "endless-calendar", LEVELS),
    ("/list/deeper/", "growing-path", LEVELS),
    ("/list/session.html", "session-id", LEVELS),
    ("/story/1.html?sid=", "session-id", LEVELS),
    ("/archive/", "many-links", 0),
    ("/page/long-", "long-url", 0),
)


def build(world: World) -> list[Page]:
    """Return the honest pages, and a truth about each trap, which the desk answers."""
    stories = list(_stories(world))
    robots = Page(f"{BASE}/robots.txt", ROBOTS.encode(), TEXT, role="navigation")
    closed = Page(f"{BASE}/closed/secret.html", b"closed", role="disallowed")
    arriving = Page(
        f"{BASE}/page/arriving.html", b"", role="navigation", redirect=f"{BASE}/story/arrived.html"
    )
    honest_map = Page(f"{BASE}/map/honest.xml", _sitemap(stories), XML, role="navigation")
    return [*stories, _front(stories), arriving, robots, closed, honest_map, *_exact_traps(), *_families()]


def _stories(world: World) -> Iterator[Page]:
    """Return the honest pages; the last ones are hard to reach or to read, and stored as they are."""
    games = world.games_of(1)
    paths = [f"/story/{number}.html" for number in range(1, NUM_STORIES + 1)]
    for path, game in zip([*paths, "/story/arrived.html", "/story/recovers.html"], games, strict=False):
        story = prose.report(game, world, f"traps{path}", sentences=7)
        body = _frame(story.title, f"<article><h1>{story.title}</h1>{paragraphs(story.paragraphs)}</article>")
        published = game.starts_at + timedelta(hours=6)
        yield Page(BASE + path, body, sport=game.league.sport, published_at=published)
    umlauts = _frame("Kö", "<article><p>Ström beat Ström – nobody was surprised.</p></article>")
    yield Page(f"{BASE}/story/mislabelled.html", umlauts, "text/html; charset=iso-8859-1")
    yield Page(f"{BASE}/story/unknown-charset.html", umlauts, "text/html; charset=x-trapdoor")
    yield Page(f"{BASE}/story/broken-utf-8.html", umlauts.replace(b"beat", b"\xff\xfe\xc3beat\xed\xa0\x80"))


def _exact_traps() -> Iterator[Page]:
    for path in [*REDIRECTS, TO_LOOPBACK]:
        # A loop of two is gone round three times with five redirects; a chain's last links are out of reach.
        name, budget = ("redirect-loop", 3) if "/loop-" in path else ("redirect", 1)
        yield _trap(path, name, 0 if path == f"/page/chain-{CHAIN}.html" else budget)
    yield _trap(f"/page/chain-{CHAIN + 1}.html", "redirect", 0)
    for name in TRANSIENT:
        yield _trap(f"/page/{name}.html", name, ATTEMPTS)
    for name in ONCE:
        yield _trap(f"/page/{name}.html", name, 1)
    for name in SOFT_404:
        yield _trap(f"/page/{name}.html", "soft-404", 1)
    for name in LISTS:
        yield _trap(f"/list/{name}.html", name, 1)
    for name in MAPS:
        yield _trap(f"/map/{name}", name.split(".")[0], 1)
    for name in NEVER:
        yield _trap(f"/page/{name}.html", "odd-link", 0)
    yield _trap("/page/robots.txt", "robots-like", 1)


def _families() -> Iterator[Page]:
    for prefix, name, budget in FAMILIES:
        yield Page(BASE + prefix, b"", role="trap", trap=name, budget=budget, prefix=True)


def _trap(path: str, name: str, budget: int) -> Page:
    return Page(BASE + path, b"", role="trap", trap=name, budget=budget)


def _front(stories: list[Page]) -> Page:
    entrances = [trap.url for trap in _exact_traps() if trap.budget and "/loop-b" not in trap.url]
    entrances = [url for url in entrances if "/page/chain-" not in url or url.endswith("-1.html")]
    entrances += [f"{BASE}/page/arriving.html", f"{BASE}/list/calendar/2026/08.html"]
    entrances += [f"{BASE}/list/deeper/", f"{BASE}/list/session.html", f"{BASE}{LONG_PATH}"]
    open_doors = [page.url for page in stories if "/arrived" not in page.url]
    rows = [
        (url, url.rsplit("/", 1)[-1][:40]) for url in [*open_doors, *entrances, f"{BASE}/closed/secret.html"]
    ]
    return Page(f"{BASE}/", _frame(NAME, links(rows)), role="navigation")


def _frame(title: str, content: str) -> bytes:
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)} | {NAME}</title></head>
<body>{content}</body></html>
""".encode()


class Desk:
    """Springs the traps."""

    def __init__(self, world: World, pages: Mapping[str, Page]) -> None:
        self._pages, self._asked = pages, Counter[str]()

    def answer(self, ask: Ask) -> Answer | None:
        """Return a trap's answer; None for honest pages."""
        path = ask.path
        self._asked[path] += 1
        if path in REDIRECTS:
            return moved(REDIRECTS[path])
        if path == TO_LOOPBACK:
            return moved(f"http://127.0.0.1:{ask.port}/internal")
        if path == "/story/recovers.html" and self._asked[path] == 1:
            return plain(503, "in a moment", ("Retry-After", str(RETRY_AFTER_S)))
        if path.startswith("/story/") and "sid" in ask.query:
            return page_answer(self._pages.get(BASE + path), ask)
        if path.startswith("/list/"):
            return _list(path, self._asked[path])
        if path.startswith("/map/"):
            return _map(path)
        return _body(path)


def _list(path: str, num_asked: int) -> Answer | None:
    """Return a listing without an end, or with too much in it."""
    if path == "/list/many.html":
        return Answer(body=many_links(), content_type=HTML)
    if path == "/list/deep.html":
        return Answer(body=deep_nest(), content_type=HTML)
    if path == "/list/odd-links.html":
        return Answer(body=odd_links(), content_type=HTML)
    if path == "/list/session.html":
        rows = [(f"{page}?sid={num_asked:08x}", "on") for page in ("/list/session.html", "/story/1.html")]
    elif path.startswith("/list/calendar/"):
        rows = [(_next_month(path), "Next month")]
    elif path.startswith("/list/deeper/"):
        rows = [("deeper/", "Deeper")]
    else:
        return None
    return Answer(body=_frame("More", links(rows)), content_type=HTML)


def _next_month(path: str) -> str:
    year, _, month = path.removeprefix("/list/calendar/").removesuffix(".html").partition("/")
    months = 12 * int(year) + int(month) if year.isdecimal() and month.isdecimal() else 0
    return f"/list/calendar/{months // 12:04d}/{months % 12 + 1:02d}.html"


@cache
def many_links() -> bytes:
    """Return a page of 50,000 links, all but two out of scope."""
    rows = ((f"/archive/{number:05d}.html", str(number)) for number in range(NUM_ARCHIVE_LINKS - 2))
    return _frame("Archive", links([*rows, ("/story/1.html", "one"), ("/story/2.html", "two")]))


@cache
def deep_nest() -> bytes:
    """Return a page of elements one within the other, deeper than a recursive parser can go."""
    inside = "<div>" * NEST_DEPTH + "deep" + "</div>" * NEST_DEPTH
    return _frame("Deep", links([("/story/3.html", "three")]) + inside)


def odd_links() -> bytes:
    """Return links that lead nowhere a crawler may go, and four odd spellings of honest pages."""
    places = (
        "javascript:alert(1)",
        "data:text/html,<h1>here</h1>",
        "file:///etc/passwd",
        "mailto:desk@trapdoor.test",
        "tel:+123",
        f"ftp://{HOST}/page/ftp.html",
        f"http://reader:secret@{HOST}/page/userinfo.html",
        f"http://{HOST}:8080/page/port.html",
        "http://[broken/",
        "http:///page/no-host.html",
        "http://",
        "//",
        "",
        "#top",
        f"{BASE}:80/story/4.html",
        "/story/../story/./5.html",
        f"HTTP://{HOST.upper()}/story/6.html#top",
        " /story/7.html\n",
    )
    return _frame("Odd links", links((place, "link") for place in places))


def _map(path: str) -> Answer | None:
    """Return a sitemap or feed that leads to itself, or that unfolds."""
    indexes = {"/map/self.xml": "self", "/map/cycle-a.xml": "cycle-b", "/map/cycle-b.xml": "cycle-a"}
    if path in indexes:
        return Answer(body=_sitemap_index(f"{BASE}/map/{indexes[path]}.xml"), content_type=XML)
    if path == "/map/laughs.xml":
        return Answer(body=billion_laughs(), content_type=XML)
    if path == "/map/feed.atom":
        return Answer(body=_endless_feed(f"{BASE}{path}"), content_type=XML)
    return None


def billion_laughs() -> bytes:
    """Return a sitemap whose entities unfold to 10**9 words (Klein, 2002)."""
    names = [f"lol{number}" for number in range(1, 10)]
    entities = '<!ENTITY lol0 "lol">\n' + "".join(
        f'<!ENTITY {name} "{f"&lol{number};" * 10}">\n' for number, name in enumerate(names)
    )
    return (
        f'<?xml version="1.0"?>\n<!DOCTYPE urlset [\n{entities}]>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<url><loc>{BASE}/archive/&lol9;.html</loc></url></urlset>\n"
    ).encode()


def _sitemap(pages: list[Page]) -> bytes:
    entries = "".join(f"<url><loc>{escape(page.url)}</loc></url>\n" for page in pages)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'.encode()


def _sitemap_index(url: str) -> bytes:
    opening = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return f"{opening}<sitemap><loc>{url}</loc></sitemap></sitemapindex>\n".encode()


def _endless_feed(url: str) -> bytes:
    entry = f'<entry><id>1</id><link rel="alternate" href="{BASE}/story/1.html"/></entry>'
    opening = '<feed xmlns="http://www.w3.org/2005/Atom">'
    return f'{opening}<title>{NAME}</title><link rel="next" href="{url}"/>{entry}</feed>\n'.encode()


def _body(path: str) -> Answer | None:
    """Return a page that is too much, too slow, broken, or not what it says."""
    name = path.removeprefix("/page/").removesuffix(".html")
    page = _frame("Page", paragraphs(["A page of the trapdoor."] * 40))
    if name.removeprefix("bomb-") in bombs.BOMBS and name.startswith("bomb-"):
        kind = name.removeprefix("bomb-")
        encoding = ("Content-Encoding", bombs.BOMBS[kind][0])
        return Answer(body=bombs.bomb(kind), content_type=HTML, headers=(encoding,))
    if name == "drip":
        return Answer(content_type=HTML, stream=bombs.drip(), pause_s=DRIP_S)
    if name == "endless":
        return Answer(content_type=HTML, stream=bombs.endless())
    if name == "oversized":
        return Answer(content_type=HTML, stream=bombs.oversized())
    if name == "oversized-declared":
        length = bombs.UNPACKED_BYTES
        return Answer(content_type=HTML, stream=bombs.oversized(), declared_length=length)
    if name == "truncated":
        return Answer(body=page, content_type=HTML, declared_length=2 * len(page))
    if name == "broken-gzip":
        return Answer(body=b"\x1f\x8b\x08" + page, content_type=HTML, headers=(("Content-Encoding", "gzip"),))
    if name == "error-500":
        return plain(500, "something broke")
    if name in SOFT_404:
        return Answer(
            body=_frame("Page not found", "<h1>Sorry, there is nothing here</h1>"), content_type=HTML
        )
    if path == "/page/robots.txt":
        return plain(200, "User-agent: *\nDisallow: /\n")
    return None
