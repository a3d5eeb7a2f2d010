"""Stopping the real entry process anywhere and starting it again changes nothing, bit for bit."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from sportslm_model import entry
from sportslm_model.config import PretrainConfig
from sportslm_model.job import JobFolder, Stopped, StopSignal
from tests.sportslm_model.small_inputs import MakeJob, StartEntry

STEPS = 60
CLOCK = ("tokens_per_s", "wall_s")


def config(**changes: object) -> PretrainConfig:
    values = {
        "preset": "tiny",
        "num_steps": STEPS,
        "context_length": 128,
        "batch_sequences": 2,
        "learning_rate": 1e-2,
        "validation_every_steps": 40,
        "log_every_steps": 3,
        "num_threads": 1,
        "checkpoint_every_s": 0.2,
    }
    return PretrainConfig.model_validate(values | changes)


def metrics(root: Path) -> list[dict[str, object]]:
    path = root / "output" / "data" / "metrics.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [{k: v for k, v in json.loads(line).items() if k not in CLOCK} for line in lines]


def stop_after(process: subprocess.Popen[str], root: Path, step: int, number: int) -> int:
    """Send a signal once the log has passed a step; return the exit code."""
    path = root / "output" / "data" / "metrics.jsonl"
    deadline = time.monotonic() + 300
    while not (path.exists() and f'"step": {step},' in path.read_text("utf-8")):
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(number)
    return process.wait(timeout=300)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_entry_stopped_and_killed_resumes_bit_for_bit(
    make_job: MakeJob, start_entry: StartEntry, precision: str
) -> None:
    whole = make_job("whole", "pretrain", config(precision=precision))
    process = start_entry(whole)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output

    broken = make_job("broken", "pretrain", config(precision=precision))
    assert stop_after(start_entry(broken), broken, 15, signal.SIGTERM) == 75
    assert stop_after(start_entry(broken), broken, 45, signal.SIGKILL) == -signal.SIGKILL
    assert list((broken / "checkpoints").glob("step-*"))
    assert not list((broken / "model").glob("*"))
    process = start_entry(broken)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    assert "resumed from step-" in output

    assert metrics(broken) == metrics(whole)
    assert [line["step"] for line in metrics(broken)][-2:] == [57, 60]
    for path in sorted((whole / "model").iterdir()):
        assert (broken / "model" / path.name).read_bytes() == path.read_bytes(), path.name


def test_entry_on_another_jobs_checkpoint_names_the_setting(make_job: MakeJob) -> None:
    first = make_job("first", "pretrain", config())
    with pytest.raises(Stopped, match="stopped at step 0 of 60; saved step-000000"):
        entry.run(JobFolder(first, StopSignal(requested=True)))
    second = make_job("second", "pretrain", config(seed=2))
    (second / "checkpoints").symlink_to(first / "checkpoints")
    assert entry.main(["--root", str(second)]) == 1
    failure = (second / "output" / "failure").read_text("utf-8")
    assert "config.seed is 1, this job's is 2" in failure
    assert failure.count("\n") == 1
