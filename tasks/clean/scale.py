"""A measured value to a score: straight lines between the points of a calibration."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Points = Sequence[tuple[float, float]]


def scaled(value: float, points: Points) -> float:
    """Return the score at ``value``, given (value, score) points in rising order of values."""
    if value <= points[0][0]:
        return points[0][1]
    for (low, below), (high, above) in pairwise(points):
        if value <= high:
            return below + (above - below) * (value - low) / (high - low)
    return points[-1][1]
