"""Conversations and preferences as the channel a training job reads: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tasks.counts import Counts
from tasks.mix.splits import Split
from tasks.schema import CONVERSATIONS, PREFERENCES, read_parquet

CONVERSATION_COLUMNS = ["id", "split", "messages"]
PREFERENCE_COLUMNS = ["id", "split", "prompt", "chosen", "rejected"]


def build_conversations_channel(conversations: Path, out: Path) -> Counts:
    """Write ``train.jsonl`` and ``validation.jsonl`` under ``out``; the counts say what is trained on.

    Raises:
        ValueError: if there is no conversation to train on.
    """
    rows = read_parquet(conversations, CONVERSATIONS, CONVERSATION_COLUMNS).to_pylist()
    _refuse_empty([row for row in rows if row["split"] == Split.TRAIN], conversations)
    for split in Split:
        _write_lines(out / f"{split}.jsonl", _of_split(rows, split))
    return _counts(rows)


def build_preferences_channel(preferences: Path, out: Path) -> Counts:
    """Write the training split as ``preferences.jsonl`` under ``out``; the counts say what is trained on.

    Raises:
        ValueError: if there is no pair to train on.
    """
    rows = read_parquet(preferences, PREFERENCES, PREFERENCE_COLUMNS).to_pylist()
    trained = _of_split(rows, Split.TRAIN)
    _refuse_empty(trained, preferences)
    _write_lines(out / "preferences.jsonl", trained)
    return _counts(rows)


def _counts(rows: list[dict[str, Any]]) -> Counts:
    trained = sum(row["split"] == Split.TRAIN for row in rows)
    return Counts(len(rows), trained, {"held_out": len(rows) - trained} if trained < len(rows) else {})


def _of_split(rows: Iterable[dict[str, Any]], split: Split) -> list[dict[str, Any]]:
    return [{name: row[name] for name in row if name != "split"} for row in rows if row["split"] == split]


def _refuse_empty(rows: list[dict[str, Any]], path: Path) -> None:
    if not rows:
        raise ValueError(
            f"{path} has nothing in the training split, so there is nothing to fine-tune on; raise "
            "the counts in the conversations config, or train without it (--until pretrain)"
        )


def _write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as lines:
        for row in rows:
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
