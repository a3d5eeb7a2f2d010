"""Real texts through cleaning: recaps, box scores and reports survive; wrong numbers cost consistency."""

from __future__ import annotations

import ast
import gzip
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from tasks.clean.coherence import prose_coherence
from tasks.clean.config import CleanConfig
from tasks.clean.consistency import consistency
from tasks.clean.reading import SENTENCE_BREAK, Reading
from tasks.clean.shard import clean_document

DATA = Path(__file__).parents[4] / "shared/data"
SPORT_STATED = {"sport": "basketball", "language": "en", "events": [], "url": "", "title": None}

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.exists(), reason="no ../shared/data beside the checkout"),
]


def rows_of(name: str) -> list[dict[str, Any]]:
    with gzip.open(DATA / name, "rt", encoding="utf8") as lines:
        return [json.loads(line) for line in lines]


def document(text: str, **given: Any) -> dict[str, Any]:
    return (
        {"id": "i", "source": "s", "ordinal": 0, "kind": "news", "record": None, "text": text}
        | SPORT_STATED
        | given
    )


def game_record(game: dict[str, Any]) -> str:
    """Return a row of the box-score collection as a record; some rows hold Python text, some objects."""
    values = [game[key] for key in ("box_score", "home_line", "vis_line")]
    box, home, away = (ast.literal_eval(value) if isinstance(value, str) else value for value in values)
    players = [
        {"name": name, "points": box["PTS"][row], "rebounds": box["REB"][row], "assists": box["AST"][row]}
        for row, name in box["PLAYER_NAME"].items()
    ]
    quarters = [[int(line[f"TEAM-PTS_QTR{n}"]) for line in (home, away)] for n in (1, 2, 3, 4)]
    return json.dumps(
        {
            "type": "game", "home": game["home_name"], "away": game["vis_name"], "periods": quarters,
            "home_score": int(home["TEAM-PTS"]), "away_score": int(away["TEAM-PTS"]), "players": players,
        }
    )  # fmt: skip


def test_clean_loses_no_recap_with_or_without_its_box_score() -> None:
    games = rows_of("box_scores/nba_box_score_recap.jsonl.gz")
    for game in games:
        for record in (None, game_record(game)):
            row = clean_document(document(game["detokenized_text"], record=record), CleanConfig())
            assert isinstance(row, dict), (game["shared_task_text_id"], row)


def test_clean_loses_no_box_score_as_table() -> None:
    for game in rows_of("box_scores/nba_box_score_recap.jsonl.gz"):
        players = json.loads(game_record(game))["players"]
        text = "\n".join(" | ".join(map(str, line.values())) for line in players)
        for kind in ("statistics", "news"):
            assert isinstance(clean_document(document(text, kind=kind), CleanConfig()), dict)


def test_consistency_of_recaps_falls_when_their_numbers_are_altered() -> None:
    chance = random.Random(0)
    lower = scored = 0
    for game in rows_of("box_scores/nba_box_score_recap.jsonl.gz"):
        text, record = game["detokenized_text"], game_record(game)
        altered = re.sub(r"\d+", lambda number: str(int(number[0]) + chance.choice((-2, -1, 1, 2))), text)
        own, other = consistency(text, record), consistency(altered, record)
        scored += own is not None and other is not None
        lower += own is not None and other is not None and other < own
    assert scored >= 50
    assert lower >= 0.95 * scored


def test_clean_of_sports_articles_and_their_openings_loses_none_for_its_form() -> None:
    for row in rows_of("near_duplicates/bbcsport.jsonl.gz"):
        opening = " ".join(row["text"].split()[:60]).rsplit(".", 1)[0] + "."
        for text in (row["text"], opening):
            assert isinstance(clean_document(document(text), CleanConfig()), dict), row["id"]


def test_coherence_of_articles_is_above_that_of_their_sentences_mixed() -> None:
    chance = random.Random(1)
    articles = [row["text"] for row in rows_of("topic/bbc_five_classes.jsonl.gz")[:300]]
    sentences = [
        [part + "." for part in SENTENCE_BREAK.split(text) if len(part.split()) > 4] for text in articles
    ]
    mixed = [" ".join(chance.choice(chance.choice(sentences)) for _ in range(18)) for _ in articles]
    whole, broken = (sorted(prose_coherence(Reading(text)) for text in texts) for texts in (articles, mixed))
    assert whole[len(whole) // 20] >= 0.9
    assert broken[len(broken) // 2] <= 0.4
