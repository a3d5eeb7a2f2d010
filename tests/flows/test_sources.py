"""``sportslm sources``: the catalogue as people see it, checks and what they find changed, the ledger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawlers.catalog import load_catalog
from tests.flows.conftest import TinyRun
from tests.flows.house import Home


@pytest.fixture
def bare(tmp_path: Path) -> Home:
    """Return a home without servers: these commands start none."""
    return Home(tmp_path / "home", profile="demo")


def last_check(home: Home, source: str) -> Path:
    return max((home.path / "checks" / source).glob("*.json"))


def test_sources_list_names_every_entry_and_whether_it_may_be_crawled(bare: Home) -> None:
    listed = bare.sportslm("sources", "list", "--json").json
    assert [row["id"] for row in listed] == list(load_catalog())
    table = bare.sportslm("sources", "list").out
    (row,) = [line for line in table.splitlines() if line.split()[:1] == ["bbc-sport"]]
    assert "accept terms" in row


def test_sources_check_is_kept_and_tells_what_is_lost_since(bare: Home) -> None:
    first = bare.sportslm("sources", "check", "sim-wire", "--json").json
    assert first[0]["crawlable"]
    assert first[0]["since"] == ""
    assert "body" not in next(iter(first[0]["robots"].values()))
    path = last_check(bare, "sim-wire")
    kept = json.loads(path.read_text())
    assert next(iter(kept["robots"].values()))["body"]

    # As if the site had let us in to one more feed, and its robots.txt had been another.
    gone = {**kept["entries"][0], "entry": "http://www.northernwire.test/rss/latest.xml"}
    kept["entries"] = [*kept["entries"], gone]
    next(iter(kept["robots"].values()))["sha256"] = "0" * 64
    path.write_text(json.dumps(kept))
    again = bare.sportslm("sources", "check", "sim-wire")
    assert again.code == 0, again.err
    assert "changed since" in again.out
    assert "LOST" not in again.out


def test_sources_check_that_loses_an_entry_point_ends_with_1(bare: Home) -> None:
    """A source that needs a key could be crawled at the last check, and the key is gone since."""
    folder = bare.path / "checks/balldontlie"
    folder.mkdir(parents=True)
    entry = {"entry": "https://api.balldontlie.io/v1/games", "why": ""}
    before = {"source": "balldontlie", "checked_at": "2026-11-01T00:00:00Z", "entries": [entry], "robots": {},
              "problem": ""}  # fmt: skip
    (folder / "20261101T000000Z.json").write_text(json.dumps(before))
    answer = bare.sportslm("sources", "check", "balldontlie", "--set", "crawl.contact=me@example.org")
    assert answer.code == 1
    assert (
        "LOST since 2026-11-01T00:00:00Z: https://api.balldontlie.io/v1/games: needs a secret" in answer.out
    )


def test_sources_check_of_a_real_site_needs_a_contact_and_no_accepted_terms(bare: Home) -> None:
    assert "crawl.contact" in bare.sportslm("sources", "check", "bbc-sport").refusal()
    assert "unknown source 'nowhere'" in bare.sportslm("sources", "check", "nowhere").refusal()
    assert "--all" in bare.sportslm("sources", "check", "sim-wire", "--all").refusal()


@pytest.mark.slow
def test_sources_ledger_of_a_run_counts_its_sources(tiny: TinyRun) -> None:
    ledger = tiny.home.sportslm("sources", "ledger", "--json").json
    rows = {row["source"]: row for row in ledger["sources"]}
    assert ledger["mixture"]
    assert all(
        row["pages"] >= row["documents"] >= row["kept"] >= row["mixture_documents"] for row in rows.values()
    )
    mixed = next(step for step in tiny.first.json["steps"] if step["stage"] == "mix")
    assert sum(row["mixture_documents"] for row in rows.values()) == mixed["rows_out"]
    assert all(
        row["training"] == "yes" and row["tokens"] for row in rows.values() if row["mixture_documents"]
    )
