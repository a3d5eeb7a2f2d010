"""Real small jobs on this machine: attached to, adopted, stopped, killed, resumed, cleared away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sportslm_model.config import PretrainConfig
from tasks.jobs.local import LocalBackend
from tasks.jobs.run import run_job
from tasks.jobs.spec import JobFailed, JobSpec, JobState
from tests.tasks.jobs.conftest import MakeSpec

pytestmark = pytest.mark.slow

LONG = 5_000  # steps that no test waits for
PATIENCE_S = 120.0


def ignore(line: dict[str, Any]) -> None:
    pass


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def logged(backend: LocalBackend, name: str) -> list[dict[str, Any]]:
    path = backend.output(name) / "output" / "data" / "metrics.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def weights(backend: LocalBackend, name: str) -> bytes:
    return (backend.output(name) / "model" / "weights.safetensors").read_bytes()


CALLER = """
import json, sys
from pathlib import Path
from sportslm_model.config import PretrainConfig
from tasks.jobs.local import LocalBackend
from tasks.jobs.run import run_job
from tasks.jobs.spec import JobSpec

home, key, config, channels = json.loads(sys.argv[1])
spec = JobSpec("pretrain", key, PretrainConfig(**config), {k: Path(v) for k, v in channels.items()})
run_job(LocalBackend(Path(home)), spec, 3, lambda line: print(line, flush=True))
"""


def start_caller(backend: LocalBackend, spec: JobSpec) -> subprocess.Popen[str]:
    """Start another process that runs the job, as a flow would."""
    channels = {name: str(path) for name, path in spec.channels.items()}
    said = json.dumps([str(backend.home), spec.key, spec.config.model_dump(), channels])
    return subprocess.Popen(
        [sys.executable, "-c", CALLER, said],
        cwd=Path(__file__).resolve().parents[3],
        stdout=subprocess.PIPE,
        env={**os.environ, "AWS_SECRET_ACCESS_KEY": "hidden", "SIM_API_KEY": "hidden"},
        text=True,
    )


def test_job_stopped_killed_and_left_alone_ends_as_one_that_was_not(
    backend: LocalBackend, make_spec: MakeSpec
) -> None:
    whole = make_spec("aaaaaaaaaaaa", num_steps=200)
    name, _ = run_job(backend, whole, 3, ignore)
    assert name == "slm-pretrain-aaaaaaaaaaaa-a1"
    log = backend.logs(name)
    assert run_job(backend, whole, 3, ignore)[0] == name, "a completed job is adopted"
    assert backend.logs(name) == log

    broken = make_spec("bbbbbbbbbbbb", num_steps=200)
    caller = start_caller(backend, broken)
    first, second = broken.name(1), broken.name(2)
    until(lambda: len(logged(backend, first)) >= 2)
    record = backend.record(first)
    assert "hidden" not in Path(f"/proc/{record['pid']}/environ").read_text()
    assert record["state"] == JobState.RUNNING
    backend.stop(first)  # as `sportslm jobs stop` would: the caller goes on with the next attempt
    assert backend.poll(first) is JobState.STOPPED
    until(lambda: len(logged(backend, second)) >= 2)
    caller.kill()
    caller.wait()
    assert backend.poll(second) is JobState.RUNNING, "the job died with its caller"
    pid = backend.record(second)["pid"]
    seen: list[dict[str, Any]] = []
    name, _ = run_job(backend, broken, 3, seen.append)
    assert name == second
    assert backend.record(second)["pid"] == pid, "it was started again instead of attached to"
    assert seen[-1]["step"] == 200
    assert "resumed from step-" in backend.logs(second)
    assert weights(backend, second) == weights(backend, whole.name(1))


def test_job_asked_for_twice_at_once_runs_once(backend: LocalBackend, make_spec: MakeSpec) -> None:
    spec = make_spec()
    caller = start_caller(backend, spec)
    with ThreadPoolExecutor(2) as pool:
        names = {name for name, _ in pool.map(lambda _: run_job(backend, spec, 3, ignore), range(2))}
    assert caller.wait(PATIENCE_S) == 0
    assert names == {spec.name(1)}
    assert backend.names() == [spec.name(1)]
    assert backend.submit(spec, 1) is False, "a taken name was started again"


def test_job_that_fails_says_why_and_the_next_try_is_another_attempt(
    backend: LocalBackend, make_spec: MakeSpec
) -> None:
    whole = make_spec()
    spec = JobSpec(whole.job, whole.key, whole.config, {"tokenizer": whole.channels["tokenizer"]})
    for attempt in (1, 2):
        said = rf"{spec.name(attempt)} failed: the job has no input channel 'dataset'"
        with pytest.raises(JobFailed, match=said) as caught:
            run_job(backend, spec, 3, ignore)
        assert "Traceback" not in str(caught.value)
        assert backend.poll(spec.name(attempt)) is JobState.FAILED


def test_job_killed_again_and_again_is_given_up_after_max_attempts(
    backend: LocalBackend, make_spec: MakeSpec
) -> None:
    spec = make_spec(num_steps=LONG)

    def kill(line: dict[str, Any]) -> None:
        os.killpg(backend.record(backend.names()[-1])["pid"], signal.SIGKILL)

    with pytest.raises(JobFailed, match="was stopped 2 times; its checkpoints are kept"):
        run_job(backend, spec, 2, kill)
    assert backend.names() == [spec.name(1), spec.name(2)]


def test_job_whose_caller_is_interrupted_saves_and_stops(backend: LocalBackend, make_spec: MakeSpec) -> None:
    spec = make_spec(num_steps=LONG, checkpoint_every_s=0)

    def interrupt(line: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_job(backend, spec, 3, interrupt)
    assert backend.poll(spec.name(1)) is JobState.STOPPED
    assert list(backend.folder(spec.family).glob("checkpoints/step-*")), "no checkpoint was saved"


def test_job_that_does_not_listen_is_killed_after_the_grace_time_and_cleared_away(
    backend: LocalBackend, make_spec: MakeSpec
) -> None:
    spec = make_spec(num_steps=LONG)
    name = spec.name(1)
    assert backend.submit(spec, 1)
    until(lambda: bool(logged(backend, name)))
    pid = backend.record(name)["pid"]
    os.kill(pid, signal.SIGSTOP)
    started = time.monotonic()
    backend.stop(name, grace_s=0.5)
    assert time.monotonic() - started < 10
    assert backend.poll(name) is JobState.STOPPED
    backend.archive(spec)
    assert backend.poll(name) is JobState.ARCHIVED
    assert not backend.output(name).exists()
    assert not backend.folder(spec.family).exists()
    assert "sportslm" in backend.logs(name) or backend.logs(name)
    assert backend.names() == [name]
    with pytest.raises(ValueError, match="no job slm-nothing; sportslm jobs list"):
        backend.record("slm-nothing")


def test_job_over_its_time_is_stopped_and_says_which_setting(
    backend: LocalBackend, make_spec: MakeSpec
) -> None:
    long = make_spec(num_steps=LONG)
    spec = JobSpec(long.job, long.key, long.config, long.channels, max_runtime_s=4)
    with pytest.raises(JobFailed, match=r"ran longer than 4 s \(jobs\.max_runtime_s\)"):
        run_job(backend, spec, 3, ignore)
    assert backend.poll(spec.name(1)) is JobState.STOPPED


def test_spec_names_and_hyperparameters_are_what_sagemaker_takes(make_spec: MakeSpec) -> None:
    spec = make_spec("f" * 12)
    assert len(spec.name(999)) <= 63
    assert set(spec.name(1)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    values = spec.hyperparameters()
    assert values["job"] == "pretrain"
    assert len(values) <= 100
    assert all(isinstance(value, str) and len(value) <= 2_500 for value in values.values())
    assert PretrainConfig(**{k: json.loads(v) for k, v in values.items() if k != "job"}) == spec.config
