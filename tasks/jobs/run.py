"""Run a job to its end: attach to the one in progress, adopt the one completed, or start the next attempt."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tasks.jobs.spec import Backend, JobFailed, JobSpec, JobState

POLL_S = 0.2
LOG_TAIL_CHARS = 2_000


def run_job(
    backend: Backend,
    spec: JobSpec,
    max_attempts: int,
    watch: Callable[[dict[str, Any]], None],
) -> tuple[str, Path]:
    """Return the name and the root folder of a completed job; ``watch`` gets each line of its metrics.

    A cancelled or interrupted caller stops the job, which saves a checkpoint first; a killed one leaves it
    running, for the next caller to find.

    Raises:
        JobFailed: with the reason the job gave, after ``max_attempts``, or at once if it failed by itself.
    """
    attempt = _latest(backend, spec)
    first = attempt
    while True:
        name = spec.name(attempt)
        if backend.poll(name) is None:
            backend.submit(spec, attempt)
        try:
            state = _follow(backend, name, spec.max_runtime_s, watch)
        except BaseException:
            backend.stop(name)
            raise
        if state is JobState.COMPLETED:
            return name, backend.output(name)
        if state is JobState.FAILED:
            raise JobFailed(f"{name} failed: {_reason(backend, name)}")
        if attempt - first + 1 >= max_attempts:
            raise JobFailed(f"{name} was stopped {max_attempts} times; its checkpoints are kept: run again")
        attempt += 1


def _latest(backend: Backend, spec: JobSpec) -> int:
    """Return the attempt to look at first: a running or completed one, or the first name never used."""
    attempt = 1
    while (state := backend.poll(spec.name(attempt))) is not None:
        if state in (JobState.RUNNING, JobState.COMPLETED):
            return attempt
        attempt += 1
    return attempt


def _follow(
    backend: Backend, name: str, max_runtime_s: int, watch: Callable[[dict[str, Any]], None]
) -> JobState:
    metrics = backend.output(name) / "output" / "data" / "metrics.jsonl"
    deadline = time.monotonic() + max_runtime_s
    seen = 0
    while True:
        state = backend.poll(name)
        lines = read_metrics(metrics)
        for line in lines[seen:]:
            watch(line)
        seen = len(lines)
        if state is not JobState.RUNNING:
            return state or JobState.STOPPED
        if time.monotonic() > deadline:
            backend.stop(name)
            raise JobFailed(f"{name} ran longer than {max_runtime_s} s (jobs.max_runtime_s) and was stopped")
        time.sleep(POLL_S)


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Return the whole lines of a job's metrics; the one being written is left for next time."""
    if not path.exists():
        return []
    text = path.read_text("utf-8")
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines() if line]


def _reason(backend: Backend, name: str) -> str:
    failure = backend.output(name) / "output" / "failure"
    if failure.exists():
        return failure.read_text("utf-8").strip()
    return "it left no reason; the end of its log:\n" + backend.logs(name)[-LOG_TAIL_CHARS:]
