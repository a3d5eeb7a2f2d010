"""A few dozen invented games as the tables that mixing and later stages read, without crawling anything."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tasks.identity import document_id
from tasks.mix.chain import SnapshotFiles
from tasks.schema import DOCUMENTS, UNIQUE, table_of, write_parquet

CITIES = ["Arden", "Bexley", "Corran", "Dunmore", "Elgin", "Fairhaven", "Garth", "Holm", "Ilford", "Jarrow"]
NICKNAMES = ["Foxes", "Owls", "Kestrels", "Miners", "Gulls", "Stags", "Bears", "Pilots", "Masons", "Otters"]
PEOPLE = ["Ada Moss", "Ben Cole", "Cora Lind", "Dan Obi", "Eve Hart", "Finn Vard", "Gus Rado", "Hal Iker"]


def game_record(number: int, seed: int = 0) -> dict[str, Any]:
    """Return the API's record of one game."""
    random_ = random.Random(f"{seed}|{number}")
    home, away = random_.sample(range(len(CITIES)), 2)
    home_score, away_score = random_.sample(range(9), 2)
    names = [f"{CITIES[i]} {NICKNAMES[i]}" for i in (home, away)]
    winner = names[0] if home_score > away_score else names[1]
    scorer, referee, home_coach, away_coach = random_.sample(PEOPLE, 4)
    return {
        "type": "game",
        "id": f"test:g{number:04d}",
        "date": f"2026-03-{number % 28 + 1:02d}",
        "sport": "football",
        "league": "First League",
        "home": names[0],
        "away": names[1],
        "home_nickname": NICKNAMES[home],
        "away_nickname": NICKNAMES[away],
        "home_score": home_score,
        "away_score": away_score,
        "winner": winner,
        "venue": f"{CITIES[home]} Park",
        "city": CITIES[home],
        "attendance": random_.randrange(1_000, 60_000),
        "top_scorer": scorer,
        "top_scorer_team": winner,
        "top_scorer_points": max(home_score, away_score),
        "referee": referee,
        "home_coach": home_coach,
        "away_coach": away_coach,
    }


def report_text(game: dict[str, Any]) -> str:
    """Return a news page about a game."""
    high, low = sorted((game["home_score"], game["away_score"]), reverse=True)
    loser = game["away"] if game["winner"] == game["home"] else game["home"]
    return (
        f"{game['winner']} beat {loser} {high}-{low} at {game['venue']} in {game['city']}.\n"
        f"A crowd of {game['attendance']:,} saw {game['top_scorer']} lead the scoring for the "
        f"{game['top_scorer_team']}. The hosts were the {game['home']}, coached by {game['home_coach']}, "
        f"and the visitors the {game['away']}, coached by {game['away_coach']}. "
        f"The referee was {game['referee']}."
    )


def statistics_text(game: dict[str, Any]) -> str:
    """Return a statistics page about a game."""
    return (
        f"{game['home']} {game['home_score']}\n{game['away']} {game['away_score']}\nVenue: {game['venue']}\n"
        f"Attendance: {game['attendance']:,}\nTop scorer: {game['top_scorer']} ({game['top_scorer_points']})"
    )


def document(source: str, url: str, text: str, **columns: Any) -> dict[str, Any]:
    """Return one row that has what `documents` and `unique` both carry."""
    id_ = document_id(source, url, text)
    values: dict[str, Any] = {
        "kind": "news",
        "sport": "football",
        "events": [],
        "ordinal": 0,
        "licence": "test",
    }
    return (
        values
        | {
            "id": id_,
            "source": source,
            "url": url,
            "language": "en",
            "cluster": id_,
            "quality": 1.0,
            "num_bytes": len(text.encode()),
            "text": text,
        }
        | columns
    )


def game_documents(number: int, seed: int = 0) -> list[dict[str, Any]]:
    """Return all pages of one game: a report, a statistics page and the API's record."""
    game = game_record(number, seed)
    events = [game["id"]]
    base = f"https://example.test/{seed}/{number}"
    return [
        document("news", f"{base}/report", report_text(game), events=events),
        document("stats", f"{base}/box", statistics_text(game), events=events, kind="statistics"),
        document(
            "api", f"{base}/api", json.dumps(game), events=events, kind="record", record=json.dumps(game)
        ),
    ]


def write_snapshot(
    folder: Path, snapshot: str, rows: list[dict[str, Any]], num_shards: int = 2
) -> SnapshotFiles:
    """Write rows as a snapshot's ``unique`` (but for records) and ``documents`` shards."""
    unique, documents = [], []
    for shard in range(num_shards):
        part = rows[shard::num_shards]
        unique.append(folder / snapshot / f"{shard}-unique.parquet")
        documents.append(folder / snapshot / f"{shard}-documents.parquet")
        texts = [{name: row.get(name) for name in UNIQUE.names} for row in part if row["kind"] != "record"]
        write_parquet(table_of(texts, UNIQUE), unique[-1])
        pages = [{name: row.get(name) for name in DOCUMENTS.names} for row in part]
        write_parquet(table_of(pages, DOCUMENTS), documents[-1])
    return SnapshotFiles(snapshot, unique, documents)


def small_chain(folder: Path, num_games: int = 40, snapshot: str = "20260301T0000Z") -> list[SnapshotFiles]:
    """Write and return a chain of one snapshot with the pages of some games."""
    rows = [row for number in range(num_games) for row in game_documents(number)]
    return [write_snapshot(folder, snapshot, rows)]
