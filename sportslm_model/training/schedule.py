"""The learning rate at each step: linear warmup, then a cosine, or stable and a linear decay (WSD)."""

from __future__ import annotations

import math

from ..config import TrainingJobConfig


def learning_rate(config: TrainingJobConfig, step: int, num_steps: int) -> float:
    """Return the rate of step ``step`` (from 0) of ``num_steps``; the last step has the lowest."""
    floor = config.learning_rate * config.min_learning_rate_ratio
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    remaining = max(1, num_steps - 1 - config.warmup_steps)
    progress = min(1.0, (step - config.warmup_steps) / remaining)
    if config.schedule == "cosine":
        above = (1 + math.cos(math.pi * progress)) / 2
    else:
        above = min(1.0, (1 - progress) / config.decay_ratio)
    return floor + (config.learning_rate - floor) * above
