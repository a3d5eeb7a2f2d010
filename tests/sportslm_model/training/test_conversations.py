"""Batches of conversations: each once an epoch, targets on answers only, little padding."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sportslm_model.chat_format import END, PAD, TURN_END
from sportslm_model.tokenizer import Tokenizer
from sportslm_model.training.conversations import (
    Conversation,
    EpochCursor,
    Turn,
    conversation_examples,
    epoch_batches,
    pad,
    read_conversations,
)
from sportslm_model.training.losses import IGNORE


@given(lengths=st.lists(st.integers(1, 300), max_size=200), batch=st.integers(1, 20), seed=st.integers(0, 3))
def test_epoch_batches_hold_every_example_once(lengths: list[int], batch: int, seed: int) -> None:
    batches = epoch_batches(lengths, batch, seed, epoch=0)
    assert sorted(chain.from_iterable(batches)) == list(range(len(lengths)))
    assert max(map(len, batches), default=0) <= batch


def test_epoch_batches_differ_by_epoch_and_pad_little() -> None:
    lengths = [20 + number * 7919 % 400 for number in range(600)]
    first, second = (epoch_batches(lengths, 8, seed=1, epoch=epoch) for epoch in (0, 1))
    assert first != second
    padded = sum(len(batch) * max(lengths[number] for number in batch) for batch in first)
    assert padded < 1.15 * sum(lengths)


def test_pad_puts_targets_on_answers_only(tokenizer: Tokenizer) -> None:
    conversations = [
        Conversation(
            id=f"c{n}",
            messages=(Turn(role="user", content="Who? " * n), Turn(role="assistant", content="Lions")),
        )
        for n in (1, 4)
    ]
    examples, dropped = conversation_examples(conversations, tokenizer, context_length=128)
    assert dropped == {}
    ids_BT, targets_BT = pad(examples)
    assert ids_BT.shape == targets_BT.shape == (2, len(examples[1].ids) - 1)
    for row in range(2):
        learned = targets_BT[row] != IGNORE
        assert targets_BT[row, learned].tolist() == [*tokenizer.encode("Lions"), TURN_END]
        # A target is the input one place on.
        places = learned.nonzero().flatten()[:-1]
        assert torch.equal(ids_BT[row, places + 1], targets_BT[row, places])
    assert (ids_BT[0, len(examples[0].ids) - 1 :] == PAD).all()
    assert END not in targets_BT


def test_cursor_resumed_anywhere_gives_the_same_batches() -> None:
    lengths = list(range(1, 30))
    whole = EpochCursor(lengths, 4, seed=1, fingerprint="f")
    for _ in range(20):
        resumed = EpochCursor(lengths, 4, seed=1, fingerprint="f")
        resumed.restore(whole.state())
        assert whole.next() == resumed.next()
    with pytest.raises(ValueError, match="digest 'f', this job's 'g'"):
        EpochCursor(lengths, 4, seed=1, fingerprint="g").restore(whole.state())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2 is not JSON"),
        ('{"id": "x"}', "line 2: messages: Field required"),
        ('{"id": "x", "messages": [{"role": "user"}]}', r"line 2: messages\.0\.content: Field required"),
    ],
)
def test_read_conversations_names_the_bad_line(tmp_path: Path, line: str, said: str) -> None:
    good = '{"id": "a", "messages": [{"role": "user", "content": "Hi", "loss": false}]}'
    (tmp_path / "train.jsonl").write_text(f"{good}\n{line}\n", "utf-8")
    with pytest.raises(ValueError, match=said):
        read_conversations(tmp_path / "train.jsonl")
