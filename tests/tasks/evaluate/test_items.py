"""Evaluation items: held-out pages that hold the answer, wrong options that are really wrong, no leaks."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tasks.conversations.facts import read_games
from tasks.evaluate.config import EvaluateStageConfig
from tasks.evaluate.items import build_items
from tasks.mix.chain import SnapshotFiles, mixed_texts
from tasks.mix.config import MixConfig
from tasks.mix.mixture import build_mixture
from tests.tasks.mix.small_world import document, small_chain, write_snapshot

CONFIG = EvaluateStageConfig(max_open_book_items=60, max_closed_book_items=40, max_cloze_items=10)


def build(
    folder: Path, chain: list[SnapshotFiles], config: EvaluateStageConfig = CONFIG
) -> list[dict[str, Any]]:
    build_mixture(chain, folder / "mix", MixConfig(validation_ratio=0.3))
    build_items(folder / "mix/mixture.parquet", chain, folder / "items", config).check("items")
    return lines(folder / "items/choice.jsonl")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_items_open_book_ask_held_out_games_with_the_answer_on_the_page(tmp_path: Path) -> None:
    chain = small_chain(tmp_path)
    items = [item for item in build(tmp_path, chain) if item["suite"] == "open_book"]
    trained = {text.events[0] for text in mixed_texts(tmp_path / "mix/mixture.parquet", chain, "train")}
    games = read_games(chain)
    assert len(items) == 60
    for item in items:
        right = item["options"][item["answer"]]
        assert item["event"] not in trained
        assert right in item["context"]
        assert right in games[item["event"]].facts[item["kind"]].forms
        assert len(set(item["options"])) == 4
        assert not set(games[item["event"]].facts[item["kind"]].forms) & (set(item["options"]) - {right})


def test_items_offer_the_other_team_of_the_same_page(tmp_path: Path) -> None:
    items = build(tmp_path, small_chain(tmp_path))
    asked = [item for item in items if item["kind"] in ("winner", "loser") and item["suite"] == "open_book"]
    assert asked
    for item in asked:
        wrong = [option for number, option in enumerate(item["options"]) if number != item["answer"]]
        assert any(option in item["context"] for option in wrong)


def test_items_closed_book_ask_trained_games_and_name_them(tmp_path: Path) -> None:
    chain = small_chain(tmp_path)
    items = [item for item in build(tmp_path, chain) if item["suite"] == "closed_book"]
    held_out = {text.events[0] for text in mixed_texts(tmp_path / "mix/mixture.parquet", chain, "validation")}
    games = read_games(chain)
    assert len(items) == 40
    for item in items:
        assert item["event"] not in held_out
        assert item["context"] == ""
        assert games[item["event"]].home in item["question"]
        assert games[item["event"]].away in item["question"]


def test_items_right_options_stand_in_every_place(tmp_path: Path) -> None:
    places = Counter(item["answer"] for item in build(tmp_path, small_chain(tmp_path)))
    assert set(places) == {0, 1, 2, 3}
    assert max(places.values()) < 0.5 * sum(places.values())


def test_items_of_text_without_records_are_fill_in_the_blank(tmp_path: Path) -> None:
    names = ["Rosa Almeida", "Grete Holm", "Ines Marlow", "Olga Petrov", "Tess Okafor"]
    rows = [
        document(
            "news",
            f"https://x.test/{n}",
            f"The crowd of {n + 40},235 had come to see {names[n % 5]} run her last race. "
            f"She finished just behind {names[(n + 1) % 5]} and ahead of {names[(n + 2) % 5]} on the day. "
            f"The prize went to {names[(n + 3) % 5]} after {n + 3} attempts in as many years.",
        )
        for n in range(40)
    ]
    items = build(tmp_path, [write_snapshot(tmp_path, "s", rows)])
    assert {item["kind"] for item in items} <= {"reading_name", "reading_number"}
    assert len(items) > 10
    for item in items:
        sentence = item["question"].removeprefix("Fill in the blank: ")
        assert sentence.replace("____", item["options"][item["answer"]]) in item["context"]


def test_items_built_twice_are_the_same_bytes(tmp_path: Path) -> None:
    chain = small_chain(tmp_path)
    for name in ("a", "b"):
        build(tmp_path / name, chain)
    for file in ("choice.jsonl", "cloze.jsonl", "prior.json"):
        assert (tmp_path / "a/items" / file).read_bytes() == (tmp_path / "b/items" / file).read_bytes()


def test_items_prior_is_the_answer_seen_most_in_training(tmp_path: Path) -> None:
    chain = small_chain(tmp_path)
    items = build(tmp_path, chain)
    priors = json.loads((tmp_path / "items/prior.json").read_text())
    games = read_games(chain)
    trained = {text.events[0] for text in mixed_texts(tmp_path / "mix/mixture.parquet", chain, "train")}
    asked = [item for item in items if item["kind"] == "referee"]
    assert asked
    for item in asked:
        times = [
            sum(games[event].facts["referee"].forms[0] == option for event in trained)
            for option in item["options"]
        ]
        assert times[priors[item["id"]]] == max(times)


def test_items_with_nothing_held_out_say_what_to_raise(tmp_path: Path) -> None:
    chain = small_chain(tmp_path, 2)
    build_mixture(chain, tmp_path, MixConfig(validation_ratio=1e-9))
    with pytest.raises(ValueError, match="validation_ratio"):
        build_items(tmp_path / "mixture.parquet", chain, tmp_path / "items", CONFIG)
