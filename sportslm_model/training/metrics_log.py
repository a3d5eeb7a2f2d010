"""Live progress: ``metrics.jsonl``, one JSON object a line, each step once however often a job stops."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TypedDict


class MetricsLine(TypedDict):
    """One line: where training stands."""

    step: int
    num_steps: int
    loss_nats: float
    validation_loss_nats: float | None
    validation_bits_per_byte: float | None
    learning_rate: float
    tokens: int
    tokens_per_s: float
    wall_s: float


class MetricsLog:
    """Appends lines, flushed one by one."""

    def __init__(self, path: Path, step: int):
        """Open the log of a job that stands at ``step``, cutting off what came after it before a stop."""
        kept = [line for line in _whole_lines(path) if json.loads(line)["step"] <= step]
        temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}")
        temporary.write_text("".join(kept), "utf-8")
        os.replace(temporary, path)
        self._path = path
        self._started = time.perf_counter()

    def wall_s(self) -> float:
        """Return the seconds since this process began to train."""
        return round(time.perf_counter() - self._started, 3)

    def write(self, line: MetricsLine) -> None:
        """Append one line."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _whole_lines(path: Path) -> list[str]:
    """Return the log's lines, without one that a kill cut short."""
    if not path.is_file():
        return []
    return [line for line in path.read_text("utf-8").splitlines(keepends=True) if line.endswith("}\n")]
