"""A stage that is a job: lay out its channels, run it to its end, take its files over."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tasks.counts import Counts
from tasks.jobs.config import JobsConfig
from tasks.jobs.local import LocalBackend
from tasks.jobs.run import run_job
from tasks.jobs.spec import Backend, JobSpec
from tasks.locks import alone, share
from tasks.stage import Attempt, shard_name

METRICS = "metrics.jsonl"
LayOut = Callable[[Path], Counts]


def backend_of(home: str, jobs: JobsConfig) -> Backend:
    """Return the backend that a configuration names."""
    return LocalBackend(Path(home).absolute())


def train(attempt: Attempt, config: BaseModel, lay_out: LayOut) -> Counts:
    """Run a training job and keep its model, its state and its metrics.

    Args:
        config: the job's own settings.
        lay_out: writes the channels into the folder it is given and returns what went in.
    """
    return attempt.one(_train_into, attempt=attempt, config=config, lay_out=lay_out)


def _train_into(attempt: Attempt, config: BaseModel, lay_out: LayOut, out: Path) -> Counts:
    root, counts = run_stage_job(attempt, config, lay_out)
    for path in sorted((root / "model").iterdir()):
        shutil.copyfile(path, out / path.name)
    shutil.copyfile(root / "output" / "data" / METRICS, out / METRICS)
    return counts


def run_stage_job(attempt: Attempt, config: BaseModel, lay_out: LayOut) -> tuple[Path, Counts]:
    """Run the stage's job and return its root folder and what went in; its folders go after the commit."""
    options = attempt.options
    backend = backend_of(options.home, options.jobs)
    family = Path(options.home).absolute() / "jobs" / f"slm-{attempt.stage.name}-{attempt.fingerprint}"
    in_use = share(family.with_suffix(".lock"))  # two runs may read one job's results

    def tidy() -> None:
        with in_use:
            if alone(in_use):
                backend.archive(spec)

    channels, counts = _channels(family, lay_out)
    spec = JobSpec(
        job=attempt.stage.name,
        key=attempt.fingerprint,
        config=config,
        channels={path.name: path for path in sorted(channels.iterdir()) if not path.name.startswith(".")},
        max_runtime_s=options.jobs.max_runtime_s,
    )
    name, root = run_job(backend, spec, options.jobs.max_attempts, _watcher(attempt))
    attempt.provenance["job"] = name
    attempt.after_commit.append(tidy)
    return root, counts


def _channels(family: Path, lay_out: LayOut) -> tuple[Path, Counts]:
    """Write the channels beside those of a job that may be running on them; put them in place when whole."""
    ours = family / f"channels-{os.getpid()}"
    shutil.rmtree(ours, ignore_errors=True)
    ours.mkdir(parents=True)
    counts = lay_out(ours)
    channels = family / "channels"
    try:
        ours.rename(channels)
    except OSError:  # they are there already, from an earlier try: the same content under the same key
        shutil.rmtree(ours)
    return channels, counts


def _watcher(attempt: Attempt) -> Callable[[dict[str, Any]], None]:
    def watch(line: dict[str, Any]) -> None:
        loss = line.get("loss_nats")
        said = f"{attempt.stage.name} loss {loss:.3f}" if isinstance(loss, float) else attempt.stage.name
        attempt.progress(said, int(line.get("step") or 0), int(line.get("num_steps") or 0))

    return watch


def lay_out_artifacts(attempt: Attempt, folder: Path, channels: Mapping[str, str]) -> None:
    """Lay inputs of the stage out as channels: channel name to input name."""
    for channel, name in channels.items():
        artifact = attempt.input(name)
        prefix = f"{shard_name(0)}/"
        whole = attempt.lake.local_folder(artifact, folder / f".{channel}")
        (whole / prefix).rename(folder / channel)
        shutil.rmtree(whole)
