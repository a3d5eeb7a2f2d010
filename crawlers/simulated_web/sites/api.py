"""Scoreline: a JSON API with a key, cursors, one resource for each game, and a 429 now and then.

The same games are listed by page number at ``/v1/fixtures?page=1&per_page=50``; pages after the last
are empty.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta

from crawlers.simulated_web.answers import Answer, Ask, json_answer, plain
from crawlers.simulated_web.page import JSON, TEXT, Page
from crawlers.simulated_web.world import Game, World

SOURCE = "sim-api"
HOST = "api.scoreline.test"
BASE = f"http://{HOST}"
KEY_HEADER = "X-Api-Key"
DEMO_KEY = "scoreline-demo-key"  # documented, valid on the simulated web only: not a secret
PAGE_SIZE = 50
BUSY_EVERY = 220  # one request in so many is answered 429
RETRY_AFTER_S = 1
ROBOTS = """User-agent: *
Disallow: /v1/internal/
"""


def build(world: World) -> list[Page]:
    """Return every resource of the API."""
    pages = [_game(game) for game in world.games]
    items = [{"type": "game", "id": g.id, "url": _url(g)} for g in world.games]
    items.insert(25, {"type": "correction", "id": "sim:c1", "url": f"{BASE}/v1/internal/corrections/1"})
    pages += _lists(items)
    closed = _json(
        f"{BASE}/v1/internal/corrections/1", {"type": "correction", "note": "not for robots"}, "disallowed"
    )
    return [*pages, closed, Page(f"{BASE}/robots.txt", ROBOTS.encode(), TEXT, role="navigation")]


class Desk:
    """Asks for the key, is busy now and then, and lists games by page number."""

    def __init__(self, world: World, pages: Mapping[str, Page]) -> None:
        self._world, self._pages, self._requests = world, pages, 0

    def answer(self, ask: Ask) -> Answer | None:
        """Return 401, 429 or a numbered page; None where the URL's own page is due."""
        page = self._pages.get(ask.url)
        numbered = ask.path == "/v1/fixtures"
        if not numbered and (page is None or not page.key_needed):
            return None
        if ask.headers.get(KEY_HEADER.lower()) != DEMO_KEY:
            return plain(401, f"send the key in {KEY_HEADER}")
        self._requests += 1
        if self._requests % BUSY_EVERY == 0:
            return plain(429, "slow down", ("Retry-After", str(RETRY_AFTER_S)))
        return self._numbered(ask.query) if numbered else None

    def _numbered(self, query: Mapping[str, str]) -> Answer:
        number, size = query.get("page", "1"), query.get("per_page", str(PAGE_SIZE))
        if not (number.isdecimal() and size.isdecimal() and int(number) and 1 <= int(size) <= 100):
            return json_answer({"error": "page counts from 1, per_page from 1 to 100"}, status=400)
        start = (int(number) - 1) * int(size)
        games = self._world.games[start : start + int(size)]
        data = [{"type": "game", "id": game.id, "url": _url(game)} for game in games]
        return json_answer({"data": data, "meta": {"page": int(number), "total": len(self._world.games)}})


def _url(game: Game) -> str:
    return f"{BASE}/v1/{game.league.sport}/games/{game.code}"


def _game(game: Game) -> Page:
    return Page(
        _url(game),
        _dump(game.record()),
        JSON,
        kind="record",
        sport=game.league.sport,
        events=(game.id,),
        published_at=game.starts_at + timedelta(hours=3),
        key_needed=True,
    )


def _lists(items: list[dict[str, str]]) -> list[Page]:
    pages = []
    for start in range(0, len(items), PAGE_SIZE):
        url = f"{BASE}/v1/games?limit={PAGE_SIZE}" + (f"&cursor={_cursor(start)}" if start else "")
        more = start + PAGE_SIZE < len(items)
        data = {
            "data": items[start : start + PAGE_SIZE],
            "next_cursor": _cursor(start + PAGE_SIZE) if more else None,
        }
        pages.append(_json(url, data, "navigation"))
    return pages


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"after:{start}".encode()).decode().rstrip("=")


def _json(url: str, data: Mapping[str, object], role: str) -> Page:
    return Page(url, _dump(data), JSON, role=role, kind="record", key_needed=True)


def _dump(data: Mapping[str, object]) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1).encode()
