"""Boosted oblivious trees: every level of a tree asks one question of all rows, so a tree is a table lookup.

The trees are a pinned file, ``trees.npz``, written by ``benchmarks/main_text_training.py``. Leaves are whole
numbers, so that sums, and with them every choice, are the same on every machine. The digest below stands for
the file in the digest of this code, by which stages know that texts may have changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

PINNED = Path(__file__).with_name("trees.npz")
PINNED_SHA256 = "118a02964ff02a7d0e63c5b85d0dee4a3de6d13aa4528ea110520efa48301c89"
# Leaves are log-odds in units of 1/LEAF_UNIT; probabilities are rounded to 1/1024.
LEAF_UNIT = 4096
PROBABILITY_UNIT = 1024
# Rows at once: a page of 20,000 blocks would otherwise need half a gigabyte of answers.
ROWS = 1024


@dataclass(frozen=True)
class Trees:
    """T trees of depth D over F columns.

    Attributes:
        column_TD, threshold_TD: a row answers 1 at a level where its column is above the threshold.
        leaf_TL: int32 log-odds of the L = 2^D combinations of answers; the first level is the highest bit.
        base: int, log-odds of no tree at all.
    """

    column_TD: np.ndarray  # noqa: N815  shape letters
    threshold_TD: np.ndarray  # noqa: N815  shape letters
    leaf_TL: np.ndarray  # noqa: N815  shape letters
    base: int

    def probability(self, values_BF: np.ndarray) -> np.ndarray:
        """Return the probability of each row, float64 [B]."""
        num_trees, depth = self.column_TD.shape
        places = 1 << np.arange(depth - 1, -1, -1)
        offset_T = np.arange(num_trees) << depth
        leaves = self.leaf_TL.ravel()
        sums = []
        for start in range(0, len(values_BF), ROWS):
            rows = np.ascontiguousarray(values_BF[start : start + ROWS].T)
            leaf_TB = np.zeros((num_trees, rows.shape[1]), dtype=np.int64)
            for level in range(depth):
                above = rows[self.column_TD[:, level]] > self.threshold_TD[:, level, None]
                leaf_TB += above * places[level]
            sums.append(leaves[leaf_TB + offset_T[:, None]].sum(axis=0, dtype=np.int64))
        log_odds = (np.concatenate(sums) + self.base) / LEAF_UNIT
        return np.asarray(np.round(PROBABILITY_UNIT / (1 + np.exp(-log_odds))) / PROBABILITY_UNIT)


@cache
def pinned_trees() -> dict[str, Trees]:
    """Return the pinned trees by name: ``first``, from a block's own features, and ``second``, from its
    neighbours' probabilities too.
    """
    with np.load(PINNED, allow_pickle=False) as file:
        names = sorted({name.partition("/")[0] for name in file.files})
        return {
            name: Trees(
                file[f"{name}/column"].astype(np.int64),
                file[f"{name}/threshold"],
                file[f"{name}/leaf"].astype(np.int32),
                int(file[f"{name}/base"]),
            )
            for name in names
        }
