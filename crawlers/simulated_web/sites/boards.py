"""The Boards: a forum with an API in Reddit's shape, where each game has a thread.

Tokens are bought with client credentials on one host and spent on the other; a token is good for a number of
requests, and a window of a second for fewer than a fast client would like. Of each matchday's threads one is
removed and one vanishes by the next; the others get late comments once.
Shapes as https://www.reddit.com/dev/api and RFC 6749 section 4.4 tell them.
"""

from __future__ import annotations

import base64
import binascii
import math
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random
from urllib.parse import parse_qs

from crawlers.simulated_web import phrases, prose
from crawlers.simulated_web.answers import Answer, Ask, json_answer, plain
from crawlers.simulated_web.page import JSON, TEXT, Page
from crawlers.simulated_web.world import GAMES_PER_MATCHDAY, Game, League, World

SOURCE = "sim-reddit"
TOKEN_HOST, API_HOST = "www.boards.test", "oauth.boards.test"
BASE = f"http://{API_HOST}"
TOKEN_URL = f"http://{TOKEN_HOST}/api/v1/access_token"
DEMO_CLIENT_ID = "boards-demo-client"
DEMO_CLIENT_SECRET = "boards-demo-secret"  # documented, valid on the simulated web only: not a secret
TOKEN_REQUESTS = 150  # requests that a token is good for, whatever expires_in says
TOKEN_SAYS_S = 3600
WINDOW_S = 1.0
WINDOW_REQUESTS = 100
LISTING_LIMIT = 10  # threads in a listing, whatever is asked for; Reddit has 100
ROBOTS = """User-agent: *
Allow: /r/
Allow: /comments/
Allow: /api/v1/access_token
Disallow: /
"""
REMOVED_SLOT, VANISHED_SLOT = 0, 1  # places among a matchday's games
FIRST_THREAD = 46656  # 36**3: ids of four digits
SAID = (*phrases.SCORER, *phrases.ATTENDANCE, *phrases.VENUE, *phrases.COLOUR)


def build(world: World) -> list[Page]:
    """Return every thread's page; listings, tokens and limits are the desk's."""
    threads = [_page(game, world) for game in world.games]
    robots = [
        Page(f"http://{host}/robots.txt", ROBOTS.encode(), TEXT, role="navigation")
        for host in (TOKEN_HOST, API_HOST)
    ]
    profile = Page(f"{BASE}/user/someone/about", b"{}", JSON, role="disallowed", kind="discussion")
    return [*threads, *robots, profile]


def thread_id(game: Game) -> str:
    """Return a game's thread id, in base 36."""
    number, digits = FIRST_THREAD + 7 * game.number, ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def thread_url(game: Game) -> str:
    """Return where a thread and its comments are read."""
    return f"{BASE}/comments/{thread_id(game)}?raw_json=1"


def fate(game: Game, matchday: int) -> str:
    """Return "open", "removed" (an answer that says so) or "vanished" (404)."""
    slot = (game.number - 1) % GAMES_PER_MATCHDAY
    if game.matchday == matchday or slot not in (REMOVED_SLOT, VANISHED_SLOT):
        return "open"
    return "removed" if slot == REMOVED_SLOT else "vanished"


def _page(game: Game, world: World) -> Page:
    fated = fate(game, world.matchday)
    body = b"" if fated == "vanished" else json_answer(_conversation(game, world)).body
    return Page(
        thread_url(game),
        body,
        JSON,
        role="page" if fated == "open" else "deleted",
        kind="discussion",
        sport=game.league.sport,
        events=(game.id,) if fated == "open" else (),
        status=404 if fated == "vanished" else 200,
        validators=("ETag",),
    )


def _conversation(game: Game, world: World) -> list[dict[str, object]]:
    """Return a thread and its comments: two listings, as Reddit's ``/comments/<id>``."""
    name = f"t3_{thread_id(game)}"
    return [_listing([{"kind": "t3", "data": _thread(game, world)}]), _listing(_comments(game, world, name))]


def _thread(game: Game, world: World) -> dict[str, object]:
    rng = Random(f"thread|{world.seed}|{game.number}")
    facts = prose.facts_of(game, world)
    removed = fate(game, world.matchday) == "removed"
    created = game.starts_at + timedelta(hours=3, minutes=rng.randrange(20))
    edited = game.matchday < world.matchday and rng.random() < 0.5
    lines = [
        rng.choice(group).format_map(facts) for group in (phrases.SCORER, phrases.VENUE, phrases.REFEREE)
    ]
    text = "\n\n".join([f"**{facts['H']} {facts['HSC']}, {facts['A']} {facts['ASC']}**", *lines])
    slug = f"{game.home.nickname}_{game.away.nickname}".lower()
    return {
        "id": thread_id(game),
        "name": f"t3_{thread_id(game)}",
        "subreddit": game.league.slug,
        "title": f"[Post Game Thread] {game.home.name} v {game.away.name}",
        "selftext": "[removed]" if removed else text,
        "is_self": True,
        "author": "[deleted]" if removed else f"{rng.choice(game.home.squad).split()[-1]}_fan",
        "permalink": f"/r/{game.league.slug}/comments/{thread_id(game)}/{slug}/",
        "created_utc": created.timestamp(),
        "edited": (created + timedelta(days=5)).timestamp() if edited else False,
        "score": rng.randrange(5, 900),
        "num_comments": _num_comments(game, world),
        "over_18": False,
        "stickied": False,
        "removed_by_category": "moderator" if removed else None,
    }


def _num_comments(game: Game, world: World) -> int:
    early = 3 + game.number % 5
    return early if game.matchday == world.matchday else early + 2


def _comments(game: Game, world: World, name: str) -> list[dict[str, object]]:
    facts = prose.facts_of(game, world)
    found: list[dict[str, object]] = []
    for place in range(_num_comments(game, world)):
        rng = Random(f"comment|{world.seed}|{game.number}|{place}")
        data: dict[str, object] = {
            "id": f"c{game.number:04d}{place}",
            "name": f"t1_c{game.number:04d}{place}",
            "parent_id": name,
            "link_id": name,
            "author": f"{rng.choice(game.away.squad).split()[-1]}{rng.randrange(100)}",
            "body": rng.choice(SAID).format_map(facts),
            "created_utc": (game.starts_at + timedelta(hours=4, minutes=9 * place)).timestamp(),
            "score": rng.randrange(-5, 200),
            "depth": 0,
            "replies": "",
        }
        found.append({"kind": "t1", "data": data})
    if game.number % 6 == 0:
        more = {"count": 1, "name": f"t1_m{game.number}", "id": f"m{game.number}", "parent_id": name}
        found.append({"kind": "more", "data": {**more, "depth": 0, "children": [f"m{game.number}"]}})
    return found


def _listing(children: list[dict[str, object]], after: str | None = None) -> dict[str, object]:
    data = {"after": after, "dist": len(children), "modhash": None, "geo_filter": "", "children": children}
    return {"kind": "Listing", "data": {**data, "before": None}}


class Desk:
    """Sells tokens, counts requests, and lists threads newest first."""

    def __init__(
        self, world: World, pages: Mapping[str, Page], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._world, self._pages, self._clock = world, pages, clock
        self._left: dict[str, int] = {}
        self._window_ends, self._used = 0.0, 0

    def answer(self, ask: Ask) -> Answer | None:
        """Return a token, a refusal or a listing; None where a thread's own page is due."""
        if ask.path == "/robots.txt":
            return None
        if ask.host == TOKEN_HOST:
            selling = ask.path == "/api/v1/access_token" and ask.method == "POST"
            return self._token(ask) if selling else plain(404, "not found")
        if not self._spend(ask.headers.get("authorization", "")):
            challenge = ("WWW-Authenticate", 'Bearer realm="boards", error="invalid_token"')
            return json_answer({"message": "Unauthorized", "error": 401}, challenge, status=401)
        limits = self._count()
        if self._used > WINDOW_REQUESTS:
            wait = ("Retry-After", str(math.ceil(WINDOW_S)))
            return json_answer({"message": "Too Many Requests", "error": 429}, *limits, wait, status=429)
        return self._resource(ask, limits)

    def _token(self, ask: Ask) -> Answer:
        if _credentials(ask.headers.get("authorization", "")) != (DEMO_CLIENT_ID, DEMO_CLIENT_SECRET):
            return json_answer({"message": "Unauthorized", "error": 401}, status=401)
        if parse_qs(ask.body.decode("latin-1")).get("grant_type") != ["client_credentials"]:
            return json_answer({"error": "unsupported_grant_type"})
        token = f"boards-token-{len(self._left) + 1}"
        self._left[token] = TOKEN_REQUESTS
        told = {"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SAYS_S, "scope": "*"}
        return json_answer(told, ("Cache-Control", "no-store"))

    def _spend(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or self._left.get(token, 0) < 1:
            return False
        self._left[token] -= 1
        return True

    def _count(self) -> tuple[tuple[str, str], ...]:
        """Count one request in the window; return the headers that tell of it."""
        now = self._clock()
        if now >= self._window_ends:
            self._window_ends, self._used = now + WINDOW_S, 0
        self._used += 1
        return (
            ("X-Ratelimit-Used", str(min(self._used, WINDOW_REQUESTS))),
            ("X-Ratelimit-Remaining", f"{max(0, WINDOW_REQUESTS - self._used):.1f}"),
            ("X-Ratelimit-Reset", str(math.ceil(self._window_ends - now))),
        )

    def _resource(self, ask: Ask, limits: tuple[tuple[str, str], ...]) -> Answer:
        league = next((lg for lg in self._world.leagues if ask.path == f"/r/{lg.slug}/new"), None)
        if league:
            return json_answer(self._new(league, ask.query), *limits)
        page = self._pages.get(f"{BASE}{ask.path}?raw_json=1")
        if page is None or page.status == 404 or page.role == "disallowed":
            return json_answer({"message": "Not Found", "error": 404}, *limits, status=404)
        headers = (("ETag", page.etag), *limits)
        if ask.headers.get("if-none-match") == page.etag:
            return Answer(304, headers=headers)
        return Answer(200, page.body, page.content_type, headers)

    def _new(self, league: League, query: Mapping[str, str]) -> dict[str, object]:
        """Return a league's open threads after the one named, at most ``limit`` and ``LISTING_LIMIT``."""
        open_games = [
            game for game in self._world.league_games(league) if fate(game, self._world.matchday) == "open"
        ]
        rows = [_thread(game, self._world) for game in open_games]
        rows.sort(key=lambda row: (float(str(row["created_utc"])), str(row["id"])), reverse=True)
        limit = query.get("limit", "")
        size = max(1, min(int(limit), LISTING_LIMIT)) if limit.isdecimal() else LISTING_LIMIT
        names = [str(row["name"]) for row in rows]
        after = query.get("after", "")
        start = names.index(after) + 1 if after in names else len(rows) if after else 0
        last = start + size
        more = names[last - 1] if last < len(rows) else None
        return _listing([{"kind": "t3", "data": row} for row in rows[start:last]], more)


def _credentials(authorization: str) -> tuple[str, str] | None:
    """Return the user and password of HTTP Basic (RFC 7617), or None."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if scheme.lower() == "basic" else None
