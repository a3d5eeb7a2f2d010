"""The history of promotions: a numbered sequence in the lake that is record and lock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks.lake import Lake, LakeError
from tasks.promotions import (
    Promotion,
    PromotionTakenError,
    champion,
    history,
    misses,
    record,
    replaced_release,
)


def promotion(number: int, version: int = 1, release: str = "release/s/a", why: str = "better") -> Promotion:
    return Promotion(
        number=number,
        version=version,
        model="sportslm",
        release=release,
        replaces=None,
        why=why,
        who="tester",
        at="2026-11-20T06:00:00+00:00",
        decision=("by hand",),
    )


def test_floors_are_least_values_and_bits_per_byte_a_ceiling() -> None:
    metrics = {"bits_per_byte": 0.9, "football/bits_per_byte": 1.5, "open_book_accuracy": 0.4}
    assert misses(metrics, {}) == []
    assert misses(metrics, {"bits_per_byte": 0.9, "open_book_accuracy": 0.4}) == []
    assert misses(metrics, {"bits_per_byte": 0.8}) == ["bits_per_byte: 0.9, needed at most 0.8"]
    assert misses(metrics, {"open_book_accuracy": 0.5}) == ["open_book_accuracy: 0.4, needed at least 0.5"]
    assert misses(metrics, {"football/bits_per_byte": 1}) == ["football/bits_per_byte: 1.5, needed at most 1"]
    assert misses(metrics, {"tennis/bits_per_byte": 2, "f1": 0.1}) == [
        "f1: not in the report, needed at least 0.1",
        "tennis/bits_per_byte: not in the report, needed at most 2",
    ]


def test_history_of_eight_who_promote_at_once_keeps_one(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    assert history(lake) == []
    assert champion(lake) is None
    record(lake, promotion(1))

    def race(version: int) -> bool:
        try:
            record(lake, promotion(2, version, why=f"thread {version}"))
        except PromotionTakenError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(race, range(8)))
    assert won.count(True) == 1
    with pytest.raises(PromotionTakenError, match="promotion 2 was made by another run a moment ago"):
        record(lake, promotion(2))
    assert [entry.number for entry in history(lake)] == [1, 2]
    now = champion(lake)
    assert now is not None
    assert (now.version, now.why, now.who) == (won.index(True), f"thread {won.index(True)}", "tester")


def test_history_names_the_release_to_go_back_to() -> None:
    a, b = "release/s/a", "release/s/b"

    def back(*releases: str) -> str | None:
        return replaced_release([promotion(n, release=release) for n, release in enumerate(releases, 1)])

    assert back(a) is None
    assert back(a, b) == a
    assert back(a, b, b) == a, "a release that was registered again replaced itself"
    assert back(a, b, a) == b
    assert back(a, a) is None


def test_history_with_an_entry_that_is_none_is_refused(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    record(lake, promotion(1))
    for text in ("{", "[]", '{"number": 1}'):
        (tmp_path / "lake" / "promotions" / "000002.json").write_text(text)
        with pytest.raises(
            LakeError, match=r"promotions/000002\.json is no promotion \(.*restore it from a backup"
        ):
            history(lake)
