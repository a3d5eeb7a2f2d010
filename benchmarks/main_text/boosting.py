"""Gradient boosting of oblivious trees on soft labels, for training ``tasks/extract/main_text/trees.npz``.

Second-order boosting of the logistic loss (Chen and Guestrin, 2016) over binned columns; all nodes of a level
share one question (Kohavi, 1994; as in CatBoost), which keeps small data from being learnt by heart.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from tasks.extract.main_text.trees import LEAF_UNIT, Trees

NUM_BINS = 48
DEPTH = 5
LEARNING_RATE = 0.08
L2 = 3.0
LEAST_HESSIAN = 0.5
COLUMN_RATIO = 0.25
ROW_RATIO = 0.8


def fit(
    values_BF: np.ndarray, label_B: np.ndarray, weight_B: np.ndarray, *, num_trees: int, num_bags: int
) -> Trees:
    """Return the mean of ``num_bags`` boosted models of ``num_trees`` each, as one set of trees.

    Args:
        label_B: share of the row that is positive, in [0, 1].
    """
    edges = [_edges(column) for column in values_BF.T]
    bins_FB = np.stack(
        [np.searchsorted(edge, values_BF[:, at], "left") for at, edge in enumerate(edges)]
    ).astype(np.uint8)
    weight_B = weight_B / weight_B.mean()
    positive = (weight_B * label_B).sum() / weight_B.sum()
    base = float(np.log(positive / (1 - positive)))
    parts = [
        _boost(bins_FB, edges, label_B, weight_B, base, num_trees, np.random.default_rng(seed))
        for seed in range(num_bags)
    ]
    columns, thresholds, leaves = (np.concatenate([part[at] for part in parts]) for at in range(3))
    leaf_TL = np.round(leaves / num_bags * LEAF_UNIT).astype(np.int32)
    return Trees(columns.astype(np.int64), thresholds.astype(np.float32), leaf_TL, round(base * LEAF_UNIT))


def arrays(name: str, trees: Trees) -> dict[str, Any]:
    """Return the trees as the arrays of the pinned file."""
    assert np.abs(trees.leaf_TL).max() < 2**15
    return {
        f"{name}/column": trees.column_TD.astype(np.int16),
        f"{name}/threshold": trees.threshold_TD,
        f"{name}/leaf": trees.leaf_TL.astype(np.int16),
        f"{name}/base": np.int64(trees.base),
    }


def _edges(column_B: np.ndarray) -> np.ndarray:
    values = np.unique(column_B)
    if len(values) <= NUM_BINS:
        return np.asarray((values[1:] + values[:-1]) / 2, dtype=np.float32)
    return np.unique(np.quantile(column_B, np.linspace(0, 1, NUM_BINS + 1)[1:-1])).astype(np.float32)


def _boost(
    bins_FB: np.ndarray,
    edges: list[np.ndarray],
    label_B: np.ndarray,
    weight_B: np.ndarray,
    base: float,
    num_trees: int,
    random: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    num_columns, num_rows = bins_FB.shape
    usable = np.flatnonzero([len(edge) > 0 for edge in edges])
    log_odds_B = np.full(num_rows, base)
    columns = np.zeros((num_trees, DEPTH), np.int64)
    thresholds = np.zeros((num_trees, DEPTH), np.float32)
    leaves = np.zeros((num_trees, 2**DEPTH))
    for tree in range(num_trees):
        probability_B = 1 / (1 + np.exp(-log_odds_B))
        seen_B = random.random(num_rows) < ROW_RATIO
        gradient_B = weight_B * (probability_B - label_B) * seen_B
        hessian_B = weight_B * np.maximum(probability_B * (1 - probability_B), 1e-3) * seen_B
        chosen = np.sort(random.choice(usable, max(1, int(num_columns * COLUMN_RATIO)), replace=False))
        node_B = np.zeros(num_rows, np.int64)
        for level in range(DEPTH):
            sums = _histogram(bins_FB, node_B, gradient_B, hessian_B, chosen, 2**level, NUM_BINS + 1)
            place, edge = _best_split(*sums, L2, LEAST_HESSIAN)
            column = chosen[place]
            edge = min(edge, len(edges[column]) - 1)
            columns[tree, level], thresholds[tree, level] = column, edges[column][edge]
            node_B = node_B * 2 + (bins_FB[column] > edge)
        gradients = np.bincount(node_B, gradient_B, 2**DEPTH)
        hessians = np.bincount(node_B, hessian_B, 2**DEPTH)
        leaves[tree] = -LEARNING_RATE * gradients / (hessians + L2)
        log_odds_B = log_odds_B + leaves[tree][node_B]
    return columns, thresholds, leaves


@numba.njit
def _histogram(bins_FB, node_B, gradient_B, hessian_B, chosen, num_nodes, num_bins):  # type: ignore[no-untyped-def]
    gradients = np.zeros((len(chosen), num_nodes, num_bins))
    hessians = np.zeros((len(chosen), num_nodes, num_bins))
    for place in range(len(chosen)):
        row = bins_FB[chosen[place]]
        for at in range(len(row)):
            gradients[place, node_B[at], row[at]] += gradient_B[at]
            hessians[place, node_B[at], row[at]] += hessian_B[at]
    return gradients, hessians


@numba.njit
def _best_split(gradients, hessians, l2, least):  # type: ignore[no-untyped-def]
    num_columns, num_nodes, num_bins = gradients.shape
    best, best_column, best_edge = -1e30, 0, 0
    for column in range(num_columns):
        gain = np.zeros(num_bins)
        for node in range(num_nodes):
            all_g, all_h = gradients[column, node].sum(), hessians[column, node].sum()
            if all_h <= 0:
                continue
            left_g, left_h = 0.0, 0.0
            for edge in range(num_bins - 1):
                left_g += gradients[column, node, edge]
                left_h += hessians[column, node, edge]
                if left_h > least and all_h - left_h > least:
                    right_g, right_h = all_g - left_g, all_h - left_h
                    gain[edge] += left_g**2 / (left_h + l2) + right_g**2 / (right_h + l2)
                    gain[edge] -= all_g**2 / (all_h + l2)
        for edge in range(num_bins - 1):
            if gain[edge] > best:
                best, best_column, best_edge = gain[edge], column, edge
    return best_column, best_edge
