"""Which side of the train/validation split a document is on: a seeded hash that no refresh can change.

A game is held out on all its pages, so that a held-out fact is nowhere in the training text.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from tasks.identity import digest, key_of

HASH_HEX = 16


class Split(StrEnum):
    """The two sides."""

    TRAIN = "train"
    VALIDATION = "validation"


def side_of(name: str, seed: int, validation_ratio: float) -> Split:
    """Return the side of an event or cluster, by a hash of its name that looks uniform in [0, 1)."""
    position = int(digest(str(seed), name)[:HASH_HEX], 16) / 16**HASH_HEX
    return Split.VALIDATION if position < validation_ratio else Split.TRAIN


def split_of(
    events: Sequence[str],
    cluster: str,
    cluster_events: Sequence[str],
    seed: int,
    validation_ratio: float,
) -> Split | None:
    """Return a document's side, or None where it names games of both sides.

    Args:
        events: the games the document names.
        cluster: id of its duplicate cluster's first document.
        cluster_events: the games that first document names; they decide where the document names none.
        seed: salt of the hash.
        validation_ratio: expected share of the validation side.
    """
    names = [f"event:{event}" for event in (events or cluster_events)] or [f"cluster:{key_of(cluster)}"]
    sides = {side_of(name, seed, validation_ratio) for name in names}
    return sides.pop() if len(sides) == 1 else None
