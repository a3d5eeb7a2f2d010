"""How sure a score is: bootstrap intervals that resample games, not questions.

Questions about one game share its page and stand or fall together, so the game is what is drawn again
(a cluster bootstrap: Davison and Hinkley, 1997, section 3.8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

PERCENTILES = (2.5, 97.5)
DIGITS = 4


@dataclass(frozen=True)
class Interval:
    """A mean and its 95% interval over resampled clusters."""

    mean: float
    low: float
    high: float
    num_items: int
    num_clusters: int

    def as_json(self) -> dict[str, float | int]:
        """Return the fields for a report."""
        return asdict(self)


def cluster_interval(
    values: Sequence[float], clusters: Sequence[str], num_resamples: int, seed: int = 0
) -> Interval:
    """Return the mean of values with its interval; values of one cluster are drawn together.

    For a paired comparison pass the differences item by item.

    Raises:
        ValueError: if there are no values, or not one cluster name for each.
    """
    if not values or len(values) != len(clusters):
        raise ValueError(
            f"got {len(values)} values and {len(clusters)} cluster names; needed as many of each, above 0"
        )
    names, position = np.unique(np.asarray(clusters), return_inverse=True)
    sums = np.bincount(position, weights=np.asarray(values, dtype=np.float64)).astype(np.float64)
    sizes = np.bincount(position).astype(np.float64)
    means = _resampled_means(sums, sizes, num_resamples, seed)
    low, high = np.percentile(means, PERCENTILES)
    return Interval(
        mean=round(float(sums.sum() / sizes.sum()), DIGITS),
        low=round(float(low), DIGITS),
        high=round(float(high), DIGITS),
        num_items=len(values),
        num_clusters=len(names),
    )


def _resampled_means(
    sums: NDArray[np.float64], sizes: NDArray[np.float64], num_resamples: int, seed: int
) -> NDArray[np.float64]:
    generator = np.random.default_rng(seed)
    count = len(sums)
    times = generator.multinomial(count, np.full(count, 1.0 / count), size=num_resamples)
    means: NDArray[np.float64] = (times @ sums) / (times @ sizes)
    return means
