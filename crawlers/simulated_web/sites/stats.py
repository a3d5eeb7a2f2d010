"""Match Ledger: a statistics site in the sports-reference manner, its main tables inside HTML comments.

League pages lead to schedules, schedules to box scores, leagues to teams and standings. A calendar of months
goes on for ever, and the finder is closed by robots.txt.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from html import escape

from crawlers.simulated_web.page import TEXT, Page, json_ld, links, sports_event, table
from crawlers.simulated_web.world import Game, League, Team, World

SOURCE = "sim-stats"
HOST = "stats.matchledger.test"
BASE = f"http://{HOST}"
NAME = "Match Ledger"
ROBOTS = """User-agent: *
Disallow: /finder
Disallow: /admin/
"""
CALENDAR_START = date(2026, 8, 1)


def build(world: World) -> list[Page]:
    """Return every page of the site; the calendar's months are made on request (see ``calendar_page``)."""
    pages = [_box_score(game) for game in world.games]
    for league in world.leagues:
        pages.append(_standings(league, world))
        pages += [_team(team, league, world) for team in league.teams]
        pages.append(_league_index(league, world))
        pages += [_schedule(league, day, world) for day in range(1, world.matchday + 1)]
    index = [(f"/{league.sport}/leagues/{league.slug}/", league.name) for league in world.leagues]
    rows = [*index, ("/calendar/2026/08.html", "Calendar"), ("/finder?sort=score", "Finder")]
    pages.append(Page(f"{BASE}/", _frame(NAME, links(rows)), role="navigation"))
    pages += [_closed(f"{BASE}/finder?sort=score", "Finder"), _closed(f"{BASE}/admin/export.html", "Export")]
    pages.append(Page(f"{BASE}/robots.txt", ROBOTS.encode(), TEXT, role="navigation"))
    return pages


def calendar_page(path: str) -> Page | None:
    """Return the month at ``/calendar/YYYY/MM.html``: it links the next one, without an end."""
    parts = path.removeprefix("/calendar/").removesuffix(".html").split("/")
    if not path.startswith("/calendar/") or len(parts) != 2 or not all(part.isdigit() for part in parts):
        return None
    year, month = int(parts[0]), int(parts[1])
    if not (1900 <= year <= 9000 and 1 <= month <= 12):
        return None
    after = (year + month // 12, month % 12 + 1)
    rows = [(f"/calendar/{after[0]:04d}/{after[1]:02d}.html", "Next month")]
    return Page(
        f"{BASE}{path}", _frame(f"Calendar {year}-{month:02d}", links(rows)), role="trap", kind="statistics"
    )


def _hidden(markup: str) -> str:
    """Return markup the way these sites ship it: in a comment that a script would unwrap."""
    placeholder = '<div class="placeholder"></div>'
    return f'<div class="table_wrapper setup_commented">\n{placeholder}\n<!--\n{markup}\n-->\n</div>'


def _team_url(team: Team, league: League) -> str:
    return f"{BASE}/{league.sport}/teams/{team.slug}.html"


def _box_score(game: Game) -> Page:
    rules = game.league.rules
    teams = (game.home, game.away)
    title = f"Box score: {game.away.name} at {game.home.name}, {game.starts_at:%B %d, %Y}"
    header = [
        "Team",
        *(f"{i + 1}" for i in range(len(rules.periods))),
        *(["Extra"] if game.overtime else []),
        "Total",
    ]
    line = [
        [
            team.name,
            *(scores[side] for scores in game.period_scores),
            (game.home_score, game.away_score)[side],
        ]
        for side, team in enumerate(teams)
    ]
    tables = [table("line_score", "Line score", header, line)]
    plays = [
        (
            game.period_name(play.period).capitalize(),
            teams[play.side].squad[play.player],
            teams[play.side].nickname,
        )
        for play in game.plays
    ]
    if len(plays) <= 20:
        tables.append(table("scoring", "Scoring", ["When", "Player", "Team"], plays))
    for team in teams:
        rows = [(name, points) for name, side, points in game.tallies if side is team]
        if rows:
            caption = f"{team.name}: {rules.credit[1]}"
            tables.append(table(f"box-{team.slug}", caption, ["Player", rules.credit[1].capitalize()], rows))
    top, top_team, points = game.tallies[0]
    best = f"Top scorer: {top} ({top_team.nickname}), {points} {rules.credit[points != 1]}"
    content = f"""<h1>{escape(title)}</h1>
<div class="scorebox">
<div><a href="{_team_url(game.home, game.league)}">{game.home.name}</a>
<div class="score">{game.home_score}</div></div>
<div><a href="{_team_url(game.away, game.league)}">{game.away.name}</a>
<div class="score">{game.away_score}</div></div>
<div class="scorebox_meta"><div>{game.league.name}, week {game.matchday}</div>
<div>Venue: {game.home.venue}, {game.home.city}</div>
<div>Attendance: {game.attendance:,}</div><div>Referee: {game.referee}</div></div>
</div>
{_hidden(chr(10).join(tables))}
{_hidden(f'<div id="notes"><p>{escape(best)}</p></div>')}
<p><a href="/finder?sort=score">Find similar games</a></p>"""
    return Page(
        f"{BASE}/{game.league.sport}/boxscores/{game.code}.html",
        _frame(title, content, json_ld([sports_event(game)])),
        kind="statistics",
        sport=game.league.sport,
        events=(game.id,),
        published_at=_settled(game),
    )


def _settled(game: Game) -> datetime:
    return game.starts_at + timedelta(hours=5)


def _team(team: Team, league: League, world: World) -> Page:
    games = [g for g in world.league_games(league) if team in (g.home, g.away)]
    rows = []
    for game in games:
        result = "D" if game.winner is None else "W" if game.winner is team else "L"
        other = game.away if game.home is team else game.home
        mine, theirs = (
            (game.home_score, game.away_score) if game.home is team else (game.away_score, game.home_score)
        )
        where = "home" if game.home is team else "away"
        rows.append(
            (game.matchday, f"{game.starts_at:%Y-%m-%d}", where, other.name, result, f"{mine}-{theirs}")
        )
    results = table(
        "results", f"{team.name}: results", ["Week", "Date", "Place", "Opponent", "Result", "Score"], rows
    )
    squad = table("squad", f"{team.name}: squad", ["No.", "Player"], enumerate(team.squad, 1))
    content = f"""<h1>{team.name}</h1>
<p>The {team.name} play in the {league.name}. Home venue: {team.venue}, {team.city}
(capacity {team.capacity:,}). Coach: {team.coach}.</p>
{_hidden(results)}
{_hidden(squad)}"""
    return Page(
        _team_url(team, league),
        _frame(team.name, content, json_ld([sports_event(game) for game in games])),
        kind="statistics",
        sport=league.sport,
        events=tuple(game.id for game in games),
        published_at=max(_settled(game) for game in games),
    )


def _standings(league: League, world: World) -> Page:
    games = world.league_games(league)
    rows = []
    for team in league.teams:
        mine = [g for g in games if team in (g.home, g.away)]
        won, lost = (sum(getattr(g, side) is team for g in mine) for side in ("winner", "loser"))
        rows.append((team.name, len(mine), won, len(mine) - won - lost, lost))
    rows.sort(key=lambda row: (-row[2], -row[3], row[0]))
    title = f"{league.name} standings"
    standings = table("standings", title, ["Team", "Played", "Won", "Drawn", "Lost"], rows)
    content = f"<h1>{title}</h1><p>The {league.name} after week {world.matchday}.</p>{_hidden(standings)}"
    return Page(
        f"{BASE}/{league.sport}/leagues/{league.slug}/standings.html",
        _frame(title, content),
        kind="statistics",
        sport=league.sport,
        published_at=max(_settled(game) for game in games),
    )


def _league_index(league: League, world: World) -> Page:
    base = f"/{league.sport}/leagues/{league.slug}"
    rows = [
        (f"{base}/standings.html", "Standings"),
        *((_team_url(team, league), team.name) for team in league.teams),
    ]
    rows += [(f"{base}/schedule-{day}.html", f"Week {day}") for day in range(1, world.matchday + 1)]
    rows += [("/admin/export.html", "Export")]
    return Page(
        f"{BASE}{base}/",
        _frame(league.name, links(rows)),
        role="navigation",
        kind="statistics",
        sport=league.sport,
    )


def _schedule(league: League, day: int, world: World) -> Page:
    games = world.league_games(league, day)
    rows = [(f"/{league.sport}/boxscores/{g.code}.html", f"{g.home.name} v {g.away.name}") for g in games]
    body = _frame(f"{league.name}, week {day}", links([*rows, ("/calendar/2026/08.html", "Calendar")]))
    url = f"{BASE}/{league.sport}/leagues/{league.slug}/schedule-{day}.html"
    return Page(url, body, role="navigation", kind="statistics", sport=league.sport)


def _closed(url: str, title: str) -> Page:
    return Page(url, _frame(title, "<p>Not for robots.</p>"), role="disallowed", kind="statistics")


def _frame(title: str, content: str, head: str = "") -> bytes:
    nav = links((("/", "Leagues"), ("/calendar/2026/08.html", "Calendar"), ("/finder?sort=score", "Finder")))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)} | {NAME}</title>{head}</head>
<body><div id="header"><a href="/">{NAME}</a>{nav}</div>
<div id="content">
{content}
</div>
<div id="footer">{NAME}: every number, every game. Data is provided as is.</div>
</body></html>
""".encode()
