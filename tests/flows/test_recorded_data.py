"""Recorded pages and articles from beside the checkout, imported and taken all the way, at small size."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

import pytest

from tests.flows.house import ROOT, Home

DATA = ROOT.parent / "shared" / "data"
SMALL = (
    "clean.require_sport=false",
    "mix.validation_ratio=0.2",
    "tokenizer.vocab_size=1024",
    "pretrain.preset=tiny",
    "pretrain.num_steps=10",
    "pretrain.batch_sequences=4",
    "pretrain.validation_every_steps=0",
    "sft.num_epochs=0",
    "sft.num_steps=5",
    "conversations.max_passage_bytes=400",
    "evaluate.max_passage_bytes=400",
    "evaluate.max_open_book_items=20",
    "evaluate.max_cloze_items=5",
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.shared_data,
    pytest.mark.xdist_group("flows"),
    pytest.mark.skipif(not DATA.is_dir(), reason="the recorded data (../shared/data) is not here"),
]


def test_recorded_pages_and_articles_become_a_registered_model(
    tmp_path: Path, prefect: dict[str, str]
) -> None:
    place = tmp_path / "recorded"
    place.mkdir()
    pages = (DATA / "web" / "pages.warc.gz").read_bytes()
    (place / "pages.warc.gz").write_bytes(pages[:600_000])  # the last record is cut, as damaged files are
    with gzip.open(sorted((DATA / "news_slices").glob("*.gz"))[0], "rt", encoding="utf-8") as lines:
        (place / "news.jsonl").write_text("".join(itertools.islice(lines, 80)), "utf-8")
    home = Home(tmp_path / "home", profile="local", environment=prefect)
    taken = home.sportslm("import", str(place), "--source", "recorded", "--license", "test", "--json").json
    assert taken["dropped"] == {"truncated": 1}
    assert taken["rows_out"] > 80
    result = home.run(*(f"--set={setting}" for setting in SMALL)).json
    steps = {step["stage"]: step for step in result["steps"]}
    assert steps["extract"]["rows_in"] == taken["rows_out"] - 80
    assert steps["extract"]["rows_out"] >= 5
    assert steps["clean"]["rows_in"] == steps["extract"]["rows_out"] + 80
    assert result["version"] == 1
    assert result["alias"] == "champion"


def test_four_refreshes_of_the_news_touch_new_documents_only(tmp_path: Path, prefect: dict[str, str]) -> None:
    home = Home(tmp_path / "home", profile="local", environment=prefect)
    slices = sorted((DATA / "news_slices").glob("*.gz"))
    assert len(slices) == 4
    for number, path in enumerate(slices):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            (tmp_path / "news.jsonl").write_text("".join(itertools.islice(lines, 100 + number)), "utf-8")
        home.sportslm("import", str(tmp_path / "news.jsonl"), "--source", "news", "--license", "test")
        steps = home.run("--until", "dedup", "--set=clean.require_sport=false").json["steps"]
        made = [step for step in steps if step["state"] == "Completed" and step["stage"] != "topics"]
        assert [step["stage"] for step in made] == ["clean", "dedup"]
        cleaned, compared = made
        assert cleaned["rows_in"] == 100 + number, "a refresh cleans what is new"
        assert compared["rows_in"] == cleaned["rows_out"], "and compares that with everything before it"
        assert sum(step["state"] == "Cached" and step["stage"] == "dedup" for step in steps) == number
