"""Sport or not, and which, on labelled BBC articles; language on slices known to be English."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tasks.clean.language import guess_language
from tasks.clean.sport import sport_of

DATA = Path(__file__).parents[4] / "shared/data"
# Measured .959, .973 and .945; lowered on purpose only.
PRECISION_FLOOR, RECALL_FLOOR, SPORT_FLOOR = 0.95, 0.96, 0.92

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.exists(), reason="no ../shared/data beside the checkout"),
]


def rows_of(name: str) -> list[dict[str, Any]]:
    with gzip.open(DATA / name, "rt", encoding="utf8") as lines:
        return [json.loads(line) for line in lines]


def test_sport_of_labelled_articles_stays_above_its_floors() -> None:
    found = [
        (sport_of(row["text"], "").is_sport, row["label"] == "sport")
        for row in rows_of("topic/bbc_five_classes.jsonl.gz")
    ]
    both = found.count((True, True))
    assert both / sum(said for said, _ in found) >= PRECISION_FLOOR
    assert both / sum(true for _, true in found) >= RECALL_FLOOR


def test_sport_of_bbc_sport_names_the_sport() -> None:
    named = {"athletics": "olympics", "cricket": "cricket", "football": "football", "tennis": "tennis"}
    rows = [row for row in rows_of("near_duplicates/bbcsport.jsonl.gz") if row["label"] in named]
    right = sum(sport_of(row["text"], "").sport == named[row["label"]] for row in rows)
    assert right / len(rows) >= SPORT_FLOOR


def test_guess_language_of_news_slice_is_english() -> None:
    guesses = [
        guess_language(row["text"]) for row in rows_of("news_slices/bbc_news_20240601to20240615.jsonl.gz")
    ]
    assert guesses.count("en") >= 0.99 * len(guesses)
