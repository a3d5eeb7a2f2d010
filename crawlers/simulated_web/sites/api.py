"""Scoreline: a JSON API with a key, cursors, one resource for each game, and a 429 now and then."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta

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
