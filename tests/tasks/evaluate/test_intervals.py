"""Bootstrap intervals: they cover the truth about as often as they claim, and games are drawn whole."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.evaluate.intervals import cluster_interval


def test_interval_of_clustered_data_covers_the_truth_about_95_times_in_100() -> None:
    generator = np.random.default_rng(0)
    covered = 0
    for trial in range(300):
        # 60 games, each with its own chance of success (mean .5), six questions a game.
        chances = generator.beta(2, 2, size=60)
        values = (generator.random((60, 6)) < chances[:, None]).astype(float)
        names = np.repeat(np.arange(60).astype(str), 6)
        interval = cluster_interval(list(values.ravel()), list(names), 500, seed=trial)
        covered += interval.low <= 0.5 <= interval.high
    assert 0.90 <= covered / 300 <= 0.985


def test_interval_is_wider_when_questions_of_a_game_fall_together() -> None:
    values = [float(game % 2) for game in range(40) for _ in range(10)]
    together = cluster_interval(values, [str(game) for game in range(40) for _ in range(10)], 1_000)
    apart = cluster_interval(values, [str(number) for number in range(400)], 1_000)
    assert together.high - together.low > 2 * (apart.high - apart.low)
    assert (together.num_items, together.num_clusters) == (400, 40)


def test_interval_weighs_clusters_by_their_items() -> None:
    interval = cluster_interval([1.0, 1.0, 1.0, 0.0], ["a", "a", "a", "b"], 500)
    assert interval.mean == 0.75


def test_interval_with_the_same_seed_is_the_same() -> None:
    values, names = [float(n % 3 == 0) for n in range(90)], [str(n % 30) for n in range(90)]
    assert cluster_interval(values, names, 200, seed=4) == cluster_interval(values, names, 200, seed=4)


def test_interval_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="0 values"):
        cluster_interval([], [], 100)
