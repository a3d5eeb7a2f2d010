"""ESPN's site API, which nobody documents: scoreboards, a team's schedule, and news; read as recorded."""

from __future__ import annotations

from typing import Any

from tasks.extract.records.answer import NO_GAMES, NO_TEXT, JsonText, records_answer
from tasks.extract.records.game import Game, event_record, known_id
from tasks.extract.records.part import Part, whole
from tasks.extract.records.told import told_of


def is_scoreboard(value: object) -> bool:
    """Return whether an answer lists events with their competitions."""
    if not isinstance(value, dict) or not isinstance(value.get("events"), list):
        return False
    events = [event for event in value["events"] if isinstance(event, dict)]
    if any("competitions" in event or "groupings" in event for event in events):
        return True
    return not events and isinstance(value.get("leagues"), list)


def is_news(value: object) -> bool:
    """Return whether an answer lists articles with their headlines."""
    articles = value.get("articles") if isinstance(value, dict) else None
    return isinstance(articles, list) and any("headline" in row for row in articles if isinstance(row, dict))


def read_scoreboard(value: dict[str, Any]) -> JsonText | str:
    """Return a scoreboard's events: games where two teams play, else events as they are."""
    league = Part(value).text("leagues.0.name")
    events = [event for event in value["events"] if isinstance(event, dict)]
    records = [_event(event, league) for event in events]
    return records_answer(records) if records else NO_GAMES


def read_news(value: dict[str, Any]) -> JsonText | str:
    """Return a list of articles: headline, description and story of each."""
    articles = [row for row in value["articles"] if isinstance(row, dict) and row.get("headline")]
    records = [_article(row) for row in articles]
    return records_answer(records, "news") if records else NO_TEXT


def _article(row: dict[str, Any]) -> dict[str, Any]:
    part = Part(row)
    part.drop("images", "links", "id", "nowId", "dataSourceIdentifier")
    found = {
        "headline": part.text("headline"),
        "published_at": part.text("published"),
        "byline": part.text("byline"),
        "description": part.text("description"),
        "story": part.text("story"),
        "more": part.rest(),
    }
    return {key: inner for key, inner in found.items() if inner}


def _event(event: dict[str, Any], league: str) -> dict[str, Any]:
    part = Part(event)
    id_ = known_id("espn", part.label("id"))
    date = part.text("date")
    for again in ("competitions.0.date", "competitions.0.startDate"):
        if part.at(again) == event.get("date"):
            part.drop(again)
    league = part.text("league.name") or league
    sides = _sides(event)
    name = part.text("name")
    if sides is None:
        part.drop("shortName")
        return event_record(id_, name, date, league, part.rest())
    if part.at("status") == part.at("competitions.0.status"):
        part.drop("status")
    part.drop("shortName")
    return _game(part, id_, date, league, sides).record()


def _sides(event: dict[str, Any]) -> tuple[str, str] | None:
    """Return where the home and the away team lie, if one competition of two teams is all there is."""
    part = Part(event)
    competitions, competitors = part.at("competitions"), part.at("competitions.0.competitors")
    if not isinstance(competitions, list) or len(competitions) != 1 or not isinstance(competitors, list):
        return None
    place = {
        str(row.get("homeAway")): f"competitions.0.competitors.{number}"
        for number, row in enumerate(competitors)
        if isinstance(row, dict) and isinstance(row.get("team"), dict) and row["team"].get("displayName")
    }
    if len(competitors) != 2 or not {"home", "away"} <= place.keys():
        return None
    return place["home"], place["away"]


def _game(part: Part, id_: str, date: str, league: str, sides: tuple[str, str]) -> Game:
    home, away = sides
    status = "competitions.0.status.type"
    final = part.at(f"{status}.completed") is True
    scores = [part.count(f"{side}.score", f"{side}.score.value") if final else None for side in sides]
    won = [part.at(f"{side}.winner") is True for side in sides]
    names = [part.text(f"{side}.team.displayName") for side in sides]
    nicknames = [part.text(f"{side}.team.name", f"{side}.team.shortDisplayName") for side in sides]
    for side in sides:
        part.drop(f"{side}.homeAway")
    return Game(
        id=id_,
        home=names[0],
        away=names[1],
        date=date,
        final=final,
        home_score=scores[0],
        away_score=scores[1],
        home_wins=won[0] if final and won[0] != won[1] else None,
        home_nickname=nicknames[0],
        away_nickname=nicknames[1],
        league=league,
        season=part.label("season.displayName", "season.year"),
        matchday=part.label("week.number"),
        status=part.text(f"{status}.description"),
        venue=part.text("competitions.0.venue.fullName"),
        city=part.text("competitions.0.venue.address.city"),
        attendance=part.positive("competitions.0.attendance"),
        periods=_periods(part, home, away) if final else (),
        more=part.rest(),
    )


def _periods(part: Part, home: str, away: str) -> tuple[tuple[int, int], ...]:
    """Take the points by period, if both sides have as many, whole ones, and nothing else is said."""
    rows = [part.at(f"{side}.linescores") for side in (home, away)]
    if not all(isinstance(row, list) and row for row in rows) or len(rows[0]) != len(rows[1]):
        return ()
    plain = all(isinstance(item, dict) and item.keys() <= {"value"} for row in rows for item in row)
    points = [[whole(item.get("value")) for item in row] for row in rows] if plain else [[None]]
    if any(point is None for row in points for point in row):
        return ()
    part.drop(f"{home}.linescores", f"{away}.linescores")
    return tuple((int(a or 0), int(b or 0)) for a, b in zip(*points, strict=True))


def is_error(value: object) -> bool:
    """Return whether an answer says that there was an error."""
    told = told_of(value)
    return isinstance(told, dict) and isinstance(told.get("code"), int) and told.keys() <= {"code", "message"}
