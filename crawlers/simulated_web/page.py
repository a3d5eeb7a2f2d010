"""What a simulated site serves, and how its HTML is built."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from crawlers.simulated_web.world import Game

HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Page:
    """One URL of the simulated web and what is true about it.

    ``role`` says what a correct crawler does with it: "page" is stored; "navigation" is fetched only to find
    pages (sitemaps, feeds, listings, first hops of a redirect); "disallowed" is never asked for; "deleted"
    was a page on an earlier matchday: who stored it then buries it now, whatever its ``status``; "trap" may
    be asked for ``budget`` times in one crawl, which for some is 0. Where ``prefix`` is set the row stands
    for all URLs that begin so, together; such a row is a truth about a family and answers nothing itself.

    ``opt_outs`` are the reservations against training that hold for the page, named as the crawl names them.
    """

    url: str
    body: bytes
    content_type: str = HTML
    role: str = "page"
    kind: str = "news"
    sport: str = "other"
    events: tuple[str, ...] = ()
    published_at: datetime | None = None
    copy_of: str | None = None
    copy: str | None = None
    redirect: str | None = None
    key_needed: bool = False
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    validators: tuple[str, ...] = ("ETag", "Last-Modified")
    opt_outs: tuple[str, ...] = ()
    trap: str | None = None
    budget: int | None = None
    prefix: bool = False

    @property
    def payload_digest(self) -> str:
        """The body's digest as WARC writes it."""
        return "sha1:" + base64.b32encode(hashlib.sha1(self.body, usedforsecurity=False).digest()).decode()

    @property
    def etag(self) -> str:
        """A strong validator: equal bytes, equal tag."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


def sports_event(game: Game) -> dict[str, object]:
    """Return a game as schema.org's SportsEvent, without its result."""
    return {
        "@type": "SportsEvent",
        "identifier": game.id,
        "name": f"{game.home.name} v {game.away.name}",
        "startDate": game.starts_at.isoformat(),
        "sport": game.league.sport,
        "location": {"@type": "Place", "name": game.home.venue, "address": game.home.city},
        "homeTeam": {"@type": "SportsTeam", "name": game.home.name},
        "awayTeam": {"@type": "SportsTeam", "name": game.away.name},
    }


def json_ld(nodes: Sequence[Mapping[str, object]]) -> str:
    """Return a script element that holds linked data."""
    data = {"@context": "https://schema.org", "@graph": list(nodes)}
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'


def article_node(headline: str, published_at: datetime, author: str, publisher: str) -> dict[str, object]:
    """Return schema.org's NewsArticle for a piece."""
    return {
        "@type": "NewsArticle",
        "headline": headline,
        "datePublished": published_at.isoformat(),
        "author": {"@type": "Person", "name": author},
        "publisher": {"@type": "Organization", "name": publisher},
    }


def paragraphs(texts: Iterable[str]) -> str:
    """Return texts as paragraph elements."""
    return "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in texts)


def links(rows: Iterable[tuple[str, str]]) -> str:
    """Return (url, text) rows as a list of links."""
    items = "".join(f'<li><a href="{escape(url)}">{escape(text, quote=False)}</a></li>' for url, text in rows)
    return f"<ul>{items}</ul>"


def table(id_: str, caption: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table element."""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f'<table id="{id_}"><caption>{escape(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
    )
