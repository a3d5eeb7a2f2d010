"""Conversations and preferences as training jobs receive them: JSON lines, encoded and batched.

Batches hold conversations of like length, so that little is padding; which lie together and in what order
only the seed and the epoch decide.

Shapes: B batch, T positions
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from torch import Tensor

from ..chat_format import PAD, TURN_END, Message, encode_conversation, encode_prompt
from ..tokenizer import Tokenizer
from .losses import IGNORE

# Conversations of this many batches are sorted by length together: little padding, and still well mixed.
BATCHES_PER_BUCKET = 16

Row = TypeVar("Row", bound=BaseModel)


class Turn(BaseModel):
    """A message of a conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str = Field(description="system, user or assistant")
    content: str = Field(description="Its text")
    loss: bool | None = Field(None, description="Whether it is learned; null: if it is the assistant's")


class Conversation(BaseModel):
    """One line of ``train.jsonl`` or ``validation.jsonl``."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(description="Identity of the conversation")
    messages: tuple[Turn, ...] = Field(description="Its turns, oldest first", min_length=1)


class Preference(BaseModel):
    """One line of ``preferences.jsonl``: two answers to the same prompt, one better."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(description="Identity of the pair")
    prompt: tuple[Turn, ...] = Field(description="The turns before the answer", min_length=1)
    chosen: str = Field(description="The better answer")
    rejected: str = Field(description="The worse answer")


@dataclass(frozen=True)
class Example:
    """A sequence and which of its tokens are to be predicted."""

    ids: tuple[int, ...]
    mask: tuple[bool, ...]


def read_conversations(path: Path) -> list[Conversation]:
    """Return a file's conversations, in its order.

    Raises:
        ValueError: naming the file and line that cannot be read.
    """
    return [_parse(Conversation, path, number, line) for number, line in _lines(path)]


def read_preferences(path: Path) -> list[Preference]:
    """Return a file's preference pairs, in its order.

    Raises:
        ValueError: naming the file and line that cannot be read.
    """
    return [_parse(Preference, path, number, line) for number, line in _lines(path)]


def conversation_examples(
    conversations: Sequence[Conversation], tokenizer: Tokenizer, context_length: int
) -> tuple[list[Example], dict[str, int]]:
    """Return encoded conversations and how many were dropped, by reason: too_long, nothing_to_learn."""
    examples: list[Example] = []
    dropped: dict[str, int] = {}
    for conversation in conversations:
        ids, mask = encode_conversation(tokenizer, as_messages(conversation.messages))
        example = Example(tuple(ids), tuple(mask))
        reason = "too_long" if len(ids) > context_length + 1 else None if any(mask) else "nothing_to_learn"
        if reason:
            dropped[reason] = dropped.get(reason, 0) + 1
        else:
            examples.append(example)
    return examples, dropped


def answer_example(prompt: Sequence[Turn], answer: str, tokenizer: Tokenizer) -> Example:
    """Return a prompt and one answer to it; the answer and its turn end are to be predicted."""
    before = encode_prompt(tokenizer, as_messages(prompt))
    after = [*tokenizer.encode(answer), TURN_END]
    return Example((*before, *after), (False,) * len(before) + (True,) * len(after))


def as_messages(turns: Sequence[Turn]) -> list[Message]:
    """Return turns in the chat format's shape."""
    messages: list[Message] = []
    for turn in turns:
        message: Message = {"role": turn.role, "content": turn.content}
        if turn.loss is not None:
            message["loss"] = turn.loss
        messages.append(message)
    return messages


def pad(examples: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """Return inputs and targets (B, T) of several examples, padded on the right; no target is -100."""
    length = max(len(example.ids) for example in examples) - 1
    ids_BT = torch.full((len(examples), length), PAD)
    targets_BT = torch.full((len(examples), length), IGNORE)
    for row, example in enumerate(examples):
        ids = torch.tensor(example.ids)
        learned = torch.tensor(example.mask[1:])
        ids_BT[row, : len(ids) - 1] = ids[:-1]
        targets_BT[row, : len(ids) - 1] = torch.where(learned, ids[1:], IGNORE)
    return ids_BT, targets_BT


def epoch_batches(lengths: Sequence[int], batch: int, seed: int, epoch: int) -> list[list[int]]:
    """Return an epoch's batches of example numbers: each once, like lengths together, in a seeded order."""
    generator = np.random.default_rng([seed, epoch])
    order = generator.permutation(len(lengths))
    batches: list[list[int]] = []
    for begin in range(0, len(order), batch * BATCHES_PER_BUCKET):
        bucket = sorted(
            order[begin : begin + batch * BATCHES_PER_BUCKET].tolist(), key=lambda number: lengths[number]
        )
        batches += [bucket[i : i + batch] for i in range(0, len(bucket), batch)]
    return [batches[number] for number in generator.permutation(len(batches))]


class EpochCursor:
    """Where in its epochs of length-bucketed batches a job stands."""

    def __init__(self, lengths: Sequence[int], batch: int, seed: int, fingerprint: str):
        """Start at the first batch of epoch 0."""
        self.lengths = lengths
        self.batch = batch
        self.seed = seed
        self.fingerprint = fingerprint
        self._go(0, 0)

    @property
    def batches_per_epoch(self) -> int:
        """Optimizer steps in which every example is seen once."""
        return len(self._batches)

    def next(self) -> list[int]:
        """Return the next batch's example numbers."""
        if self.position == len(self._batches):
            self._go(self.epoch + 1, 0)
        self.position += 1
        return self._batches[self.position - 1]

    def state(self) -> dict[str, int | str]:
        """Return what `restore` needs."""
        return {"dataset": self.fingerprint, "epoch": self.epoch, "position": self.position}

    def restore(self, state: dict[str, int | str]) -> None:
        """Go to where another cursor stood.

        Raises:
            ValueError: if it stood on other data.
        """
        if state.get("dataset") != self.fingerprint:
            raise ValueError(
                f"the checkpoint's data has digest {state.get('dataset')!r}, this job's "
                f"{self.fingerprint!r}; "
                "start over, or give the job its old conversations"
            )
        self._go(int(state["epoch"]), int(state["position"]))

    def _go(self, epoch: int, position: int) -> None:
        self.epoch = epoch
        self.position = position
        self._batches = epoch_batches(self.lengths, self.batch, self.seed, epoch)


def file_digest(path: Path) -> str:
    """Return a file's SHA-256: the identity of a conversations file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read ({error}); rebuild the conversations") from error
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _parse(kind: type[Row], path: Path, number: int, line: str) -> Row:
    try:
        return kind.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} line {number} is not JSON ({error})") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(
            f"{path} line {number}: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        ) from error
