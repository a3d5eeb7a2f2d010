"""Cleaning: what survives, what does not and why, per kind of page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tasks.clean.config import CleanConfig
from tasks.clean.shard import clean_document, clean_shard
from tasks.schema import CLEAN, DOCUMENTS, read_parquet, table_of, write_parquet

REPORT = (
    "Masons beat Rovers 100-99\nIt finished 100-99 at Vauxhall Hall, where the East Glenvale Masons were too "
    "good for the Galwick Bay Rovers. Nobody did more damage than Reza Petwell: 35 points for the Masons.\n"
    "15,280 fans filed through the turnstiles. At half-time the Masons led 56-51."
)
BOX_SCORE = (
    "Line score\nTeam | 1 | 2 | 3 | 4 | Total\nDragons | 23 | 19 | 19 | 25 | 86\n"
    "Badgers | 28 | 21 | 28 | 27 | 104\nPoints\nRuben Halberg | 22\nIbrahim Absen | 20"
)
RECORD = "type: game\ndate: 2026-10-04\nhome: Badgers\naway: Sharks\nhome score: 113\naway score: 101"
POLITICS = (
    "The minister said on Monday that the new budget would raise taxes on companies and pay for schools. "
    "Members of the opposition asked for a vote in parliament before the end of the month, and the prime "
    "minister agreed to it. Economists expect that inflation will fall to two per cent by the spring."
)
GERMAN = (
    "Der Minister sagte am Montag, dass die neuen Steuern für große Unternehmen nicht vor dem Sommer kommen "
    "werden, und dass man mit der Opposition im Parlament noch einmal über den Haushalt sprechen wolle."
)

CODE = "\n".join(f"{name}.score = the.team.{name} (the match);" for name in ("home", "away", "first", "last"))
SHIRTS = "\n".join(["Buy the new shirt of the Titans here now."] * 20)
NUMBERS = "12 13 14 15 16 17 18 19 20 " * 5 + "the match."


def document(text: str, **given: Any) -> dict[str, Any]:
    defaults: dict[str, Any] = {
        "id": "0123456789abcdef-01234567", "source": "s", "ordinal": 0, "kind": "news", "sport": None,
        "language": None, "events": [], "url": "http://a.test/1", "title": None, "text": text,
    }  # fmt: skip
    return defaults | given


@pytest.mark.parametrize(
    ("text", "given", "sport"),
    [
        (REPORT, {"sport": "basketball"}, "basketball"),
        (REPORT, {"url": "http://a.test/basketball/2026/1.html"}, "basketball"),
        (BOX_SCORE, {"kind": "statistics", "sport": "basketball"}, "basketball"),
        (RECORD, {"kind": "record", "sport": "other", "events": ["sim:g1"]}, "other"),
    ],
)
def test_clean_short_reports_scores_and_records_survive(text: str, given: dict[str, Any], sport: str) -> None:
    row = clean_document(document(text, **given), CleanConfig())
    assert isinstance(row, dict), row
    assert (row["text"], row["sport"], row["language"]) == (text, sport, "en")
    assert 0.5 < row["quality"] <= 1


@pytest.mark.parametrize(
    ("text", "given", "reason"),
    [
        ("Titans win.", {}, "too_short"),
        (POLITICS, {}, "not_sport"),
        (GERMAN, {"sport": "football"}, "language"),
        (SHIRTS, {"sport": "football"}, "repeated_lines"),
        (CODE, {"sport": "football", "language": "en"}, "code"),
        (REPORT.replace("Masons", "M\ufffds\ufffdns"), {"sport": "basketball"}, "broken_encoding"),
        ("Home | Away | Venue\n" * 5, {"kind": "statistics", "sport": "football"}, "no_numbers"),
        (NUMBERS, {"sport": "golf", "language": "en"}, "few_letters"),
        (REPORT * 100, {"sport": "basketball"}, "too_long"),
    ],
)  # fmt: skip
def test_clean_text_not_worth_training_on_has_a_named_reason(
    text: str, given: dict[str, Any], reason: str
) -> None:
    assert clean_document(document(text, **given), CleanConfig(max_bytes=20_000)) == reason


def test_clean_languages_and_sport_can_be_opened() -> None:
    row = clean_document(document(GERMAN), CleanConfig(languages=("",), require_sport=False))
    assert isinstance(row, dict)
    assert (row["language"], row["sport"]) == ("de", "other")


def test_clean_text_is_tidied_without_touching_scores() -> None:
    messy = (
        "Share this article\nMasons\u200b won\u00a0 100-99 \r\n"
        "Write to fan.club@masons.test or +44 20 7946 0958.\n" + REPORT
    )
    row = clean_document(document(messy, sport="basketball"), CleanConfig())
    assert isinstance(row, dict)
    assert row["text"] == "Masons won 100-99\nWrite to <email> or <phone>.\n" + REPORT


def test_clean_shard_counts_add_up_and_rejects_are_kept(tmp_path: Path) -> None:
    rows = [document(REPORT, sport="basketball"), document(POLITICS, id="b" * 16 + "-" + "0" * 8)]
    write_parquet(table_of(rows, DOCUMENTS), tmp_path / "documents.parquet")
    counts = clean_shard(tmp_path / "documents.parquet", tmp_path / "out", CleanConfig())
    counts.check("clean")
    assert (counts.rows_out, counts.dropped) == (1, {"not_sport": 1})
    (kept,) = read_parquet(tmp_path / "out/clean.parquet", CLEAN).to_pylist()
    assert kept["num_bytes"] == len(REPORT.encode())


@pytest.mark.parametrize(
    ("opt_outs", "respected", "taken"),
    [
        ([], True, True),
        (["header:noindex"], True, True),
        (["robots:GPTBot"], True, False),
        (["meta:noai", "meta:noindex"], True, False),
        (["meta:noai"], False, True),
    ],
)
def test_page_whose_site_objects_to_training_is_left_out(
    opt_outs: list[str], respected: bool, taken: bool
) -> None:
    config = CleanConfig(respect_opt_outs=respected)
    found = clean_document(document(REPORT, opt_outs=opt_outs), config)
    assert (found != "opted_out") == taken
