"""Cleaning: what survives, what does not and why, per kind of page."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tasks.clean.config import CleanConfig
from tasks.clean.shard import clean_document, clean_shard
from tasks.schema import CLEAN, DOCUMENTS, read_parquet, table_of, write_parquet
from tasks.topics.model import SHIPPED

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
TITLES = "\n".join(
    [
        "Moss out for the season",
        "Otters sign Cole from Arden",
        "How Garth won the cup",
        "Fixtures and results of the week",
        "Watch: goal of the month",
        "Who will be champion?",
        "Lind is back in training",
        "Elgin sack their coach",
        "Ten things we learned",
        "Holm ground to be sold",
        "Jarrow win again away from home",
        "All tables at a glance",
    ]
)
TEASERS = "\n".join(
    [
        "Moss trains alone before what may be her last race over hurdles.",
        "A boxer from Garth asks the board for another chance.",
        "Swimmers pay more than ever to use the public pool.",
        "Riders look at the weather with worry this autumn.",
        "Umpires vote on whether to accept their new contract.",
        "Sailors rest after the longest leg around the cape.",
        "Golf clubs in Holm lower what beginners have to spend.",
        "Fencing returns to the school where it began.",
    ]
)
WORDS = f"{REPORT} The coach said that the half was a joy to see for the fans, and a win is a win.".split()
SHUFFLED = " ".join(random.Random(3).sample(WORDS, len(WORDS))) + "."
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
        ("", {}, "too_short"),
        ("\u200b \u00ad\n", {"kind": "statistics"}, "too_short"),
        ("Titans win.", {}, "too_short"),
        (POLITICS, {}, "not_sport"),
        (GERMAN, {"sport": "football"}, "language"),
        (SHIRTS, {"sport": "football"}, "repeated_lines"),
        (CODE, {"sport": "football", "language": "en"}, "code"),
        (REPORT.replace("Masons", "M\ufffds\ufffdns"), {"sport": "basketball"}, "broken_encoding"),
        ("Home | Away | Venue\n" * 5, {"kind": "statistics", "sport": "football"}, "no_numbers"),
        (NUMBERS, {"sport": "golf", "language": "en"}, "few_letters"),
        (REPORT * 100, {"sport": "basketball"}, "too_long"),
        (TITLES, {"sport": "football"}, "link_list"),
        (TEASERS, {"sport": "football"}, "low_quality"),
        (SHUFFLED, {"sport": "basketball"}, "garbled"),
        ("Page not found. The page you want does not exist. " + REPORT, {"sport": "golf"}, "error_page"),
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
    counts = clean_shard(tmp_path / "documents.parquet", tmp_path / "out", CleanConfig(), SHIPPED)
    counts.check("clean")
    assert (counts.rows_out, counts.dropped) == (1, {"not_sport": 1})
    (kept,) = read_parquet(tmp_path / "out/clean.parquet", CLEAN).to_pylist()
    assert kept["num_bytes"] == len(REPORT.encode())
    assert kept["consistency"] is None
    assert {kept[name] > 0.8 for name in ("coherence", "relevance", "linguistic", "quality")} == {True}


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


@pytest.mark.parametrize(
    ("record", "quality"),
    [
        (None, 1.0),
        ('{"type": "game", "home": "Masons", "away": "Rovers", "home_score": 100, "away_score": 99}', 1.0),
        ('{"type": "game", "home": "Masons", "away": "Rovers", "home_score": 80, "away_score": 71}', 0.9),
    ],
)
def test_report_that_contradicts_its_record_has_less_quality(record: str | None, quality: float) -> None:
    row = clean_document(document(REPORT, sport="basketball", record=record), CleanConfig(min_quality=0))
    assert isinstance(row, dict)
    assert (row["consistency"] is None) == (record is None)
    assert row["quality"] <= quality
    assert (row["quality"] > 0.9) == (quality == 1.0)


def test_clean_without_a_demand_for_sport_does_not_count_its_lack() -> None:
    row = clean_document(document(POLITICS), CleanConfig(require_sport=False))
    assert isinstance(row, dict)
    assert row["quality"] > 0.9
    assert row["sport"] == "other"


def test_news_page_of_results_alone_is_judged_as_a_table() -> None:
    results = "\n".join(
        f"{name} {n} Otters {n + 2} | {n * 7} fans"
        for n, name in enumerate(["Moss Park", "Arden", "Garth"] * 4)
    )
    row = clean_document(document(results, sport="football"), CleanConfig())
    assert isinstance(row, dict)
    assert row["kind"] == "news"


def test_clean_masks_contacts_in_prose_and_only_e_mail_in_tables() -> None:
    line = "Moss Park | 0161 555 0123 | 12 Elm Street | box@club.test\n"
    prose = clean_document(document(line + REPORT, sport="golf"), CleanConfig())
    table = clean_document(document(line + BOX_SCORE, kind="statistics", sport="golf"), CleanConfig())
    assert isinstance(prose, dict)
    assert isinstance(table, dict)
    assert prose["text"].startswith("Moss Park | <phone> | <address> | <email>")
    assert table["text"].startswith("Moss Park | 0161 555 0123 | 12 Elm Street | <email>")
