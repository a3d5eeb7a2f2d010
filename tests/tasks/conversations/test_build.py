"""Conversations: answers stand in their passages, held-out games stay out, seeds decide everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tasks.conversations.build import build_conversations
from tasks.conversations.config import ConversationsConfig
from tasks.conversations.facts import read_games, stands_in
from tasks.mix.chain import SnapshotFiles, mixed_texts
from tasks.mix.config import MixConfig
from tasks.mix.mixture import build_mixture
from tasks.schema import CONVERSATIONS, PREFERENCES, read_parquet
from tests.tasks.mix.small_world import document, small_chain, write_snapshot

CONFIG = ConversationsConfig()


def build(
    folder: Path, chain: list[SnapshotFiles], config: ConversationsConfig = CONFIG
) -> tuple[list[Any], list[Any]]:
    build_mixture(chain, folder / "mix", MixConfig(validation_ratio=0.3))
    build_conversations(folder / "mix/mixture.parquet", chain, folder / "out", config).check("conversations")
    return (
        read_parquet(folder / "out/conversations.parquet", CONVERSATIONS).to_pylist(),
        read_parquet(folder / "out/preferences.parquet", PREFERENCES).to_pylist(),
    )


def test_conversations_open_book_answers_stand_in_the_passage(tmp_path: Path) -> None:
    conversations, _ = build(tmp_path, small_chain(tmp_path))
    open_book = [row for row in conversations if row["kind"] in ("open_book", "reading")]
    assert len(open_book) > 100
    for row in open_book:
        passage = row["messages"][0]["content"].rsplit("\n\nQuestion: ", 1)[0]
        answers = [message for message in row["messages"] if message["role"] == "assistant"]
        assert all(answer["loss"] for answer in answers)
        assert all(answer["content"] in passage for answer in answers)


def test_conversations_answer_what_the_record_says(tmp_path: Path) -> None:
    chain = small_chain(tmp_path)
    conversations, _ = build(tmp_path, chain)
    games = read_games(chain)
    asked = {
        "Who was the referee?": "referee",
        "Who lost?": "loser",
        "What was the attendance?": "attendance",
    }
    checked = set()
    for row in conversations:
        turns = [message["content"] for message in row["messages"]]
        for prompt, answer in zip(turns[::2], turns[1::2], strict=True):
            kind = asked.get(prompt.rsplit("Question: ", 1)[1])
            if kind:
                assert answer in games[row["events"][0]].facts[kind].forms
                checked.add(kind)
    assert checked == set(asked.values())


def test_conversations_held_out_games_are_never_in_the_training_split(tmp_path: Path) -> None:
    chain = small_chain(tmp_path)
    conversations, preferences = build(tmp_path, chain)
    sides = {text.id: text.split for text in mixed_texts(tmp_path / "mix/mixture.parquet", chain)}
    held_out = {text.events[0] for text in mixed_texts(tmp_path / "mix/mixture.parquet", chain, "validation")}
    trained = [row for row in conversations if row["split"] == "train"]
    assert held_out
    assert trained
    assert not any(held_out.intersection(row["events"]) for row in trained)
    assert all(sides[row["document_id"]] == row["split"] for row in [*conversations, *preferences])


def test_conversations_of_text_without_records_are_fill_in_the_blank(tmp_path: Path) -> None:
    text = (
        "The old stadium in Lisbon was full long before the gates closed on Saturday. "
        "Some 41,235 people had come to see Rosa Almeida run her last race of the season. "
        "She finished in second place behind Grete Holm of Norway."
    )
    rows = [
        document("news", f"https://x.test/{n}", f"{text} It was race {n} of her career so far.")
        for n in range(30)
    ]
    conversations, preferences = build(tmp_path, [write_snapshot(tmp_path, "s", rows)])
    assert {row["kind"] for row in conversations} == {"reading"}
    assert not preferences
    for row in conversations:
        turns = [message["content"] for message in row["messages"]]
        for prompt, answer in zip(turns[::2], turns[1::2], strict=True):
            sentence = prompt.rsplit("Fill in the blank: ", 1)[1]
            assert sentence.count("____") == 1
            assert sentence.replace("____", answer) in turns[0]


def test_conversations_built_twice_are_the_same_bytes_and_another_seed_is_not(tmp_path: Path) -> None:
    chain = small_chain(tmp_path)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        build(tmp_path / name, chain, ConversationsConfig(seed=seed))
    for file in ("conversations.parquet", "preferences.parquet"):
        bytes_ = [(tmp_path / name / "out" / file).read_bytes() for name in "abc"]
        assert bytes_[0] == bytes_[1] != bytes_[2]


def test_preferences_reject_a_wrong_answer_of_the_same_kind(tmp_path: Path) -> None:
    chain = small_chain(tmp_path)
    _, preferences = build(tmp_path, chain)
    games = read_games(chain)
    events = {text.id: text.events[0] for text in mixed_texts(tmp_path / "mix/mixture.parquet", chain)}
    assert len(preferences) > 50
    for row in preferences:
        kind = row["id"].rsplit("-", 1)[1]
        assert row["chosen"] in games[events[row["document_id"]]].facts[kind].forms
        assert row["rejected"] not in games[events[row["document_id"]]].facts[kind].forms
        assert any(
            row["rejected"] in game.facts[other].forms for game in games.values() for other in game.facts
        )


@pytest.mark.parametrize(
    ("form", "passage", "stands"),
    [
        ("3-1", "won 3-1 at home", True),
        ("3-1", "won 13-1 at home", False),
        ("3-1", "won 3-12.", False),
        ("3", "it ended 3-1", False),
        ("3", "scored 3.", True),
        ("235", "a crowd of 41,235", False),
        ("Owls", "the Owlsworth band", False),
        ("Owls", "Owls' first win", True),
    ],
)
def test_stands_in_counts_whole_names_and_numbers_only(form: str, passage: str, stands: bool) -> None:
    assert stands_in(form, passage) is stands
