"""NBA box scores with a recap, in the shape of RotoWire's data set (Wiseman et al. 2017), a game each.

The data set keeps a column of the box score as an object with a value for each player's number.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tasks.extract.records.answer import JsonText, records_answer
from tasks.extract.records.game import Game
from tasks.extract.records.part import Part, whole

SIDES = ("home", "vis")
FIRST = ("PLAYER_NAME", "TEAM_CITY", "START_POSITION", "MIN", "PTS")
PERIOD = "TEAM-PTS_QTR"
NUM_QUARTERS = 4


def is_game(value: object) -> bool:
    """Return whether a row is a game: a box score, and a line of each team."""
    return isinstance(value, dict) and all(
        isinstance(value.get(name), dict) for name in ("box_score", "home_line", "vis_line")
    )


def read(value: dict[str, Any]) -> JsonText | str:
    """Return the game: its score, a line for each player, each team's numbers, and the recap."""
    return records_answer([_game(Part(value)).record()])


def _game(part: Part) -> Game:
    nicknames = {side: part.text(f"{side}_name") for side in SIDES}
    cities = {side: part.at(f"{side}_city") for side in SIDES}
    names = {
        side: " ".join(n for n in (cities[side], nicknames[side]) if isinstance(n, str)) for side in SIDES
    }
    names = {side: " ".join(name.split()) for side, name in names.items()}
    played = _day(part.at("day"))
    if played:
        part.drop("day")
    points = {side: part.count(f"{side}_line.TEAM-PTS") for side in SIDES}
    over = None not in points.values()
    periods = _periods(part) if over else ()
    more = {"players": _players(part), "recap": part.text("detokenized_text")}
    if more["recap"]:
        part.drop("cleaned_text", "summary")  # its words again
    return Game(
        id=f"nba/{played}/{names['home']}/{names['vis']}" if played else "",
        home=names["home"],
        away=names["vis"],
        date=played,
        final=over,
        home_score=points["home"],
        away_score=points["vis"],
        home_nickname=nicknames["home"],
        away_nickname=nicknames["vis"],
        sport="basketball",
        league="NBA",
        periods=periods,
        more={key: inner for key, inner in more.items() if inner} | part.rest(),
    )


def _day(value: object) -> str:
    """Return ``02_03_17`` as a date."""
    parts = value.split("_") if isinstance(value, str) else []
    if len(parts) != 3 or not all(part.isdecimal() and len(part) == 2 for part in parts):
        return ""
    try:
        return date(2000 + int(parts[2]), int(parts[0]), int(parts[1])).isoformat()
    except ValueError:
        return ""


def _periods(part: Part) -> tuple[tuple[int, int], ...]:
    paths = [[f"{side}_line.{PERIOD}{n}" for side in SIDES] for n in range(1, NUM_QUARTERS + 1)]
    points = [[whole(part.at(path)) for path in pair] for pair in paths]
    if any(one is None for pair in points for one in pair):
        return ()
    part.drop(*(path for pair in paths for path in pair))
    return tuple((int(home or 0), int(away or 0)) for home, away in points)


def _players(part: Part) -> list[dict[str, Any]]:
    """Take the box score as rows, if all its columns have plain values."""
    box = part.at("box_score")
    if not all(
        isinstance(column, dict) and not any(isinstance(value, dict | list) for value in column.values())
        for column in box.values()
    ):
        return []
    numbers = {number: None for column in box.values() for number in column}
    names = [name for name in dict.fromkeys((*FIRST, *box)) if name in box]
    order = sorted(numbers, key=lambda number: (whole(number) is None, whole(number) or 0))
    rows = [{name: box[name][number] for name in names if number in box[name]} for number in order]
    part.drop("box_score")
    return rows
