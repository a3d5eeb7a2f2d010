"""What the first look at a page says about a block's surroundings: columns for the second look."""

from __future__ import annotations

import numpy as np

from tasks.extract.main_text.blocks import Block

STEPS = (1, 2, 3)
REACHES = (3, 8, 20)
NAMES = (
    "probability",
    *(f"{side}_{step}" for step in STEPS for side in ("previous", "next")),
    *(f"within_{reach}" for reach in REACHES),
    *("kept_before", "kept", "page"),
    *(f"{which}_{name}" for which in ("parent", "alike") for name in ("mean", "share")),
)


def surroundings(blocks: list[Block], probability_B: np.ndarray) -> np.ndarray:
    """Return float32 [blocks, NAMES]: probabilities around each block, means weighted by characters."""
    num = len(blocks)
    chars_B = np.array([len(block.text) for block in blocks], dtype=np.float64)
    weighted_B = probability_B * chars_B
    columns = [probability_B]
    for step in STEPS:
        edge = np.full(min(step, num), -1.0)
        columns.append(np.concatenate([edge, probability_B[:-step]])[:num])
        columns.append(np.concatenate([probability_B[step:], edge])[:num])
    weighted, chars = (np.concatenate([[0.0], np.cumsum(values)]) for values in (weighted_B, chars_B))
    at = np.arange(num)
    for reach in REACHES:
        low, high = np.maximum(0, at - reach), np.minimum(num, at + reach + 1)
        others_B = chars[high] - chars[low] - chars_B
        columns.append((weighted[high] - weighted[low] - weighted_B) / np.maximum(1.0, others_B))
    kept_B = np.where(probability_B > 0.5, chars_B, 0.0)
    all_kept = max(kept_B.sum(), 1.0)
    columns += [np.cumsum(kept_B) / all_kept, np.full(num, all_kept)]
    columns.append(np.full(num, weighted_B.sum() / chars_B.sum()))
    parents, alike = [], []
    for block in blocks:
        parent = block.container.parent or block.container
        parents.append(parent.number)
        alike.append(parent.kind << 20 | block.container.kind)
    for keys in (parents, alike):
        _, group_B = np.unique(np.array(keys), return_inverse=True)
        columns.append((np.bincount(group_B, weighted_B) / np.bincount(group_B, chars_B))[group_B])
        columns.append((np.bincount(group_B, kept_B) / all_kept)[group_B])
    return np.stack(columns, axis=1).astype(np.float32)
