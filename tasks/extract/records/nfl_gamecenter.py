"""Game-centre JSON of NFL.com, 2009 to 2019: one game's score, statistics, drives and plays.

The feed is no longer served; collections of it are imported. Nobody documents it: read as recorded. Its
statistics of a play have numbers for names, which the league's own dictionary (StatIDs) explains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from tasks.extract.records.answer import JsonText, records_answer
from tasks.extract.records.game import Game, known_id
from tasks.extract.records.part import Part, whole
from tasks.extract.records.told import told_of

GAME_ID = re.compile(r"\d{10}")
SIDES = ("home", "away")
FINAL = re.compile(r"final\b", re.IGNORECASE)
# The season that begins in September ends in February.
LAST_MONTH = 3
NUM_QUARTERS = 4
PLAY_FIRST = ("qtr", "time", "posteam", "down", "ydstogo", "yrdln", "ydsnet", "sp", "desc", "note")

TEAMS = {
    "ARI": "Arizona Cardinals", "ATL": "Atlanta Falcons", "BAL": "Baltimore Ravens", "BUF": "Buffalo Bills",
    "CAR": "Carolina Panthers", "CHI": "Chicago Bears", "CIN": "Cincinnati Bengals",
    "CLE": "Cleveland Browns", "DAL": "Dallas Cowboys", "DEN": "Denver Broncos", "DET": "Detroit Lions",
    "GB": "Green Bay Packers", "HOU": "Houston Texans", "IND": "Indianapolis Colts",
    "JAC": "Jacksonville Jaguars", "JAX": "Jacksonville Jaguars", "KC": "Kansas City Chiefs",
    "LA": "Los Angeles Rams", "LAC": "Los Angeles Chargers", "MIA": "Miami Dolphins",
    "MIN": "Minnesota Vikings", "NE": "New England Patriots", "NO": "New Orleans Saints",
    "NYG": "New York Giants", "NYJ": "New York Jets", "OAK": "Oakland Raiders", "PHI": "Philadelphia Eagles",
    "PIT": "Pittsburgh Steelers", "SD": "San Diego Chargers", "SEA": "Seattle Seahawks",
    "SF": "San Francisco 49ers", "STL": "St. Louis Rams", "TB": "Tampa Bay Buccaneers",
    "TEN": "Tennessee Titans", "WAS": "Washington Redskins",
}  # fmt: skip

STATS = {
    2: "punt blocked", 3: "first down rushing", 4: "first down passing", 5: "first down by penalty",
    6: "third down converted", 7: "third down failed", 8: "fourth down converted", 9: "fourth down failed",
    10: "rush", 11: "rush for touchdown", 12: "rush after lateral",
    13: "rush for touchdown after lateral", 14: "pass incomplete", 15: "pass", 16: "pass for touchdown",
    19: "pass intercepted", 20: "sacked", 21: "reception", 22: "reception for touchdown",
    23: "reception after lateral", 24: "reception for touchdown after lateral", 25: "interception",
    26: "interception for touchdown", 27: "interception after lateral",
    28: "interception for touchdown after lateral", 29: "punt", 30: "punt inside the twenty",
    31: "punt into end zone", 32: "punt with touchback", 33: "punt return",
    34: "punt return for touchdown", 35: "punt return after lateral",
    36: "punt return for touchdown after lateral", 37: "punt out of bounds", 38: "punt downed",
    39: "punt fair catch", 40: "punt touchback", 41: "kickoff", 42: "kickoff inside the twenty",
    43: "kickoff into end zone", 44: "kickoff with touchback", 45: "kickoff return",
    46: "kickoff return for touchdown", 47: "kickoff return after lateral",
    48: "kickoff return for touchdown after lateral", 49: "kickoff out of bounds",
    50: "kickoff fair catch", 51: "kickoff touchback", 52: "fumble forced", 53: "fumble not forced",
    54: "fumble out of bounds", 55: "own fumble recovered", 56: "own fumble recovered for touchdown",
    57: "own fumble return after lateral", 58: "own fumble return for touchdown after lateral",
    59: "opponent's fumble recovered", 60: "opponent's fumble recovered for touchdown",
    61: "opponent's fumble return after lateral",
    62: "opponent's fumble return for touchdown after lateral", 63: "other yards",
    64: "other yards for touchdown", 68: "timeout", 69: "field goal missed", 70: "field goal good",
    71: "field goal blocked", 72: "extra point good", 73: "extra point failed", 74: "extra point blocked",
    75: "two-point rush good", 76: "two-point rush failed", 77: "two-point pass good",
    78: "two-point pass failed", 79: "solo tackle", 80: "assisted tackle", 82: "tackle assist",
    83: "sack", 84: "half sack", 85: "pass defended", 86: "blocked a punt", 87: "blocked an extra point",
    88: "blocked a field goal", 89: "safety", 91: "fumble forced by defence", 93: "penalty",
    95: "tackled for a loss", 96: "extra point safety", 99: "two-point rush safety",
    100: "two-point pass safety", 102: "kickoff downed", 103: "sacked after lateral",
    104: "two-point reception good", 105: "two-point reception failed", 106: "fumble lost",
    107: "own kickoff recovered", 108: "own kickoff recovered for touchdown", 110: "quarterback hit",
    111: "air yards complete", 112: "air yards incomplete", 113: "yards after catch", 115: "target",
    120: "tackle for a loss", 301: "extra point aborted", 402: "yards of a tackle for a loss",
    410: "kick distance",
}  # fmt: skip
STAT_IDS = {name: id_ for id_, name in STATS.items()}
STAT_KEYS = {"sequence", "clubcode", "playerName", "statId", "yards"}
# "T.Brady (NE) pass 20"; no yards are none. A name or club that could not be told apart stays as it came.
STAT = re.compile(r"(?:(?P<name>[^()|;]*\S) )?\((?P<club>\w*)\) (?P<stat>.+?)(?: (?P<yards>-?\d+))?")
UNKNOWN_STAT = re.compile(r"statistic (\d+),")


def is_game(value: object) -> bool:
    """Return whether an answer is a game-centre game: all under its id, with two sides."""
    if not isinstance(value, dict):
        return False
    games = [inner for key, inner in value.items() if GAME_ID.fullmatch(key)]
    return len(games) == 1 and all(
        isinstance(games[0], dict) and isinstance(games[0].get(side), dict) and "abbr" in games[0][side]
        for side in SIDES
    )


def read(value: dict[str, Any]) -> JsonText | str:
    """Return the game: its score, each side's statistics, the drives, the plays in order, the scoring."""
    id_ = next(key for key in value if GAME_ID.fullmatch(key))
    return records_answer([_game(id_, Part(value[id_])).record()])


def _game(id_: str, part: Part) -> Game:
    abbreviations = {side: part.label(f"{side}.abbr") for side in SIDES}
    names = {side: TEAMS.get(abbreviations[side], abbreviations[side]) for side in SIDES}
    nicknames = {side: names[side].split()[-1] if names[side] else "" for side in SIDES}
    over = isinstance(part.at("qtr"), str) and bool(FINAL.match(part.at("qtr")))
    scores = {side: part.count(f"{side}.score.T") if over else None for side in SIDES}
    status = part.text("qtr")
    more: dict[str, Any] = {f"{side}_team": _team(part, side, abbreviations[side]) for side in SIDES}
    periods = _periods(part) if over else ()
    if "overtime" not in status.lower() and periods[NUM_QUARTERS:] == ((0, 0),):
        periods = periods[:NUM_QUARTERS]  # the feed says 0-0 where no overtime was played
    drives = [number for number, _ in _numbered(part.at("drives"))]
    if drives and whole(part.at("drives.crntdrv")) == int(drives[-1]):
        part.drop("drives.crntdrv")
    more |= {"drives": _drives(part), "play_by_play": _plays(part), "scoring": _scoring(part)}
    played = _day(id_)
    return Game(
        id=known_id("nfl", id_),
        home=names["home"],
        away=names["away"],
        date=played.isoformat() if played else "",
        final=over,
        home_score=scores["home"],
        away_score=scores["away"],
        home_nickname=nicknames["home"] if nicknames["home"] != names["home"] else "",
        away_nickname=nicknames["away"] if nicknames["away"] != names["away"] else "",
        sport="american_football",
        league="NFL",
        season=str(played.year - (played.month < LAST_MONTH)) if played else "",
        status=status,
        periods=periods,
        more=_merged(told_of(more) or {}, part.rest()),
    )


def _day(id_: str) -> date | None:
    try:
        return date(int(id_[:4]), int(id_[4:6]), int(id_[6:8]))
    except ValueError:
        return None


def _merged(told: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """Return what was read and, under the feed's own names, what was not."""
    return told | {(f"other_{key}" if key in told else key): inner for key, inner in rest.items()}


def _periods(part: Part) -> tuple[tuple[int, int], ...]:
    """Take the points by quarter, overtime last, if both sides have the same quarters."""
    scores = [part.at(f"{side}.score") for side in SIDES]
    if not all(isinstance(score, dict) for score in scores):
        return ()
    quarters = sorted(key for key in scores[0] if key.isdecimal())
    home, away = ([whole(score.get(quarter)) for quarter in quarters] for score in scores)
    if not quarters or quarters != sorted(key for key in scores[1] if key.isdecimal()):
        return ()
    if any(points is None for points in (*home, *away)):
        return ()
    part.drop(*(f"{side}.score.{quarter}" for side in SIDES for quarter in quarters))
    return tuple((int(a or 0), int(b or 0)) for a, b in zip(home, away, strict=True))


def _team(part: Part, side: str, abbreviation: str) -> dict[str, Any]:
    """Take a side's statistics: the team's, and a table for each kind of its players', without their ids."""
    found: dict[str, Any] = {"abbreviation": abbreviation, "timeouts_left": part.count(f"{side}.to")}
    stats = part.at(f"{side}.stats")
    for kind, players in list(stats.items()) if isinstance(stats, dict) else []:
        path = f"{side}.stats.{kind}"
        if kind == "team" and _is_row(players):
            found["statistics"] = players
            part.drop(path)
        elif kind not in found and isinstance(players, dict) and all(map(_is_row, players.values())):
            found[kind] = list(players.values())
            part.drop(path)
    return found


def _drives(part: Part) -> list[dict[str, Any]]:
    """Take the drives as rows: their start and end in columns, without their plays."""
    rows = []
    for number, drive in _numbered(part.at("drives")):
        own = {key: value for key, value in drive.items() if key != "plays"}
        ends = {key: own.pop(key) for key in ("start", "end") if _is_row(own.get(key))}
        if not _is_row(own):
            continue
        row: dict[str, Any] = {"drive": int(number)} | own
        for key, end in ends.items():
            row |= {f"{key}_{name}": value for name, value in end.items()}
        part.drop(*(f"drives.{number}.{key}" for key in (*own, *ends)))
        rows.append(row)
    return rows


def _plays(part: Part) -> list[dict[str, Any]]:
    """Take the plays of all drives as rows, in the order in which they were played."""
    rows = []
    for drive, inner in _numbered(part.at("drives")):
        for number, play in _numbered(inner.get("plays")):
            own = {key: value for key, value in play.items() if key != "players"}
            if not _is_row(own) or "drive" in own or "stats" in own:
                continue
            row = {"drive": int(drive)} | {key: own[key] for key in (*PLAY_FIRST, *own) if key in own}
            stats = _play_stats(play.get("players"))
            if stats:
                row["stats"] = stats
            path = f"drives.{drive}.plays.{number}"
            part.drop(*([path] if stats is not None else [f"{path}.{key}" for key in own]))
            rows.append(row)
    return rows


def _play_stats(players: object) -> str | None:
    """Return who did what in a play, in the feed's order; None if that is not what it says."""
    if players is None:
        return ""
    if not isinstance(players, dict) or not all(isinstance(rows, list) for rows in players.values()):
        return None
    stats = [row for rows in players.values() for row in rows]
    if not all(isinstance(stat, dict) and stat.keys() <= STAT_KEYS for stat in stats):
        return None
    stats.sort(key=lambda stat: whole(stat.get("sequence")) or 0)
    if [whole(stat.get("sequence")) for stat in stats] != list(range(1, len(stats) + 1)):
        return None
    said = []
    for stat in stats:
        id_, yards = whole(stat.get("statId")), stat.get("yards") or 0
        if id_ is None or isinstance(yards, bool) or not isinstance(yards, int | float):
            return None
        if whole(abs(yards)) is None:
            return None
        words = f"({stat.get('clubcode') or ''}) {STATS.get(id_, f'statistic {id_},')}"
        name = stat.get("playerName")
        text = " ".join([*([str(name)] if name else []), words, *([str(int(yards))] if yards else [])])
        expected = {key: stat.get(key) or None for key in STAT_KEYS} | {"sequence": 1, "yards": int(yards)}
        if stats_of(text) != [expected]:
            return None
        said.append(text)
    return "; ".join(said)


def stats_of(text: str) -> list[dict[str, Any]]:
    """Return the statistics of a play that its text tells, as the feed gives them; [] if it tells others."""
    found = []
    for number, part in enumerate(text.split("; "), 1):
        match = STAT.fullmatch(part)
        unknown = match and UNKNOWN_STAT.fullmatch(match["stat"])
        id_ = int(unknown[1]) if unknown else STAT_IDS.get(match["stat"]) if match else None
        if match is None or id_ is None:
            return []
        yards = int(match["yards"] or 0)
        found.append(
            {"sequence": number, "clubcode": match["club"] or None, "playerName": match["name"],
             "statId": id_, "yards": yards}
        )  # fmt: skip
    return found


def _scoring(part: Part) -> list[dict[str, Any]]:
    """Take the scoring plays as rows, without the ids of who had a part in them."""
    rows = []
    for number, score in _numbered(part.at("scrsummary")):
        own = {key: value for key, value in score.items() if key != "players"}
        if _is_row(own):
            rows.append({key: own[key] for key in ("qtr", "team", "type", "desc", *own) if key in own})
            # Names with ids, and all the names stand in the description.
            part.drop(f"scrsummary.{number}")
    return rows


def _numbered(value: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects under numbers, in their order."""
    if isinstance(value, dict):
        numbers = [key for key in value if key.isdecimal() and key.isascii() and len(key) < 10]
        for key in sorted(numbers, key=int):
            if isinstance(value[key], dict):
                yield key, value[key]


def _is_row(value: object) -> bool:
    return isinstance(value, dict) and not any(isinstance(inner, dict | list) for inner in value.values())
