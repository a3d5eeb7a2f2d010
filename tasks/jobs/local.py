"""Jobs as processes on this machine, over the same folders a training container sees.

Each job has a folder ``<home>/jobs/<name>`` laid out like ``/opt/ml`` and a record beside it, written before
the process starts, so that another process can find, follow and stop it. The process leads its own process
group.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.jobs.spec import RESUME_ME, JobSpec, JobState
from tasks.processes import started_at
from tasks.provenance import ROOT

STOP_GRACE_S = 120.0
KILL_GRACE_S = 10.0  # a killed process can take a moment to be gone
RECORD = "job.json"
CLAIM_GRACE_S = 10.0


@dataclass(frozen=True)
class LocalBackend:
    """Runs jobs under one home folder."""

    home: Path

    def folder(self, name: str) -> Path:
        """Return a job's own folder."""
        return self.home / "jobs" / name

    def submit(self, spec: JobSpec, attempt: int) -> bool:
        """Start an attempt; False when its name is taken, by an earlier run or by another worker."""
        name = spec.name(attempt)
        folder = self.folder(name)
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            folder.mkdir()
        except FileExistsError:
            return False
        root = folder / "ml"
        _lay_out(root, spec, self.folder(spec.family) / "checkpoints")
        record = {"name": name, "job": spec.job, "pid": None, "submitted_at": time.time()}
        _write_json(folder / RECORD, record)
        log = (folder / "log.txt").open("ab")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "sportslm_model.entry", "--root", str(root)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=folder,
                env={**_clean_environment(), "PYTHONPATH": str(ROOT)},
            )
        _children[process.pid] = process
        started = started_at(process.pid)
        _write_json(folder / RECORD, {**record, "pid": process.pid, "process_started": started})
        return True

    def poll(self, name: str) -> JobState | None:
        """Return a job's state, or None when there is no such job."""
        record = self._record(name)
        if record is None:
            return None
        if record.get("state"):
            return JobState(record["state"])
        if self._alive(record):
            return JobState.RUNNING
        state = self._verdict(name, record)
        _write_json(self.folder(name) / RECORD, {**record, "state": state.value, "ended_at": time.time()})
        return state

    def stop(self, name: str, grace_s: float = STOP_GRACE_S) -> None:
        """Ask a job to save and stop, and kill its process group after the grace time."""
        record = self._record(name)
        while record is not None and record.get("pid") is None and self._alive(record):
            time.sleep(0.1)  # its process is about to be started
            record = self._record(name)
        if record is None or not self._alive(record):
            return
        for number, patience_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, KILL_GRACE_S)):
            _signal_group(record["pid"], number)
            deadline = time.monotonic() + patience_s
            while self._alive(record) and time.monotonic() < deadline:
                time.sleep(0.1)
            if not self._alive(record):
                break
        self.poll(name)

    def logs(self, name: str) -> str:
        """Return what a job has printed so far."""
        path = self.folder(name) / "log.txt"
        return path.read_text("utf-8", errors="replace") if path.exists() else ""

    def output(self, name: str) -> Path:
        """Return a job's root: ``model/`` and ``output/`` lie in it."""
        return self.folder(name) / "ml"

    def archive(self, spec: JobSpec) -> None:
        """Remove the folders of a job whose result is committed; records and logs stay."""
        shutil.rmtree(self.folder(spec.family), ignore_errors=True)
        for folder in (self.home / "jobs").glob(f"{spec.family}-a*"):
            record = self._record(folder.name)
            if record is not None and not self._alive(record):
                shutil.rmtree(folder / "ml", ignore_errors=True)
                _write_json(folder / RECORD, {**record, "state": JobState.ARCHIVED.value})

    def names(self) -> list[str]:
        """Return all jobs that have a record, oldest first."""
        found = [path.parent for path in (self.home / "jobs").glob(f"*/{RECORD}")]
        return [folder.name for folder in sorted(found, key=lambda f: (f / RECORD).stat().st_mtime)]

    def record(self, name: str) -> dict[str, Any]:
        """Return what is known of a job.

        Raises:
            ValueError: if there is no such job.
        """
        record = self._record(name)
        if record is None:
            raise ValueError(f"no job {name}; sportslm jobs list shows those there are")
        return {**record, "state": self.poll(name)}

    def _record(self, name: str) -> dict[str, Any] | None:
        path = self.folder(name) / RECORD
        try:
            record: dict[str, Any] = json.loads(path.read_text())
        except FileNotFoundError:
            if not self.folder(name).is_dir() or name.rsplit("-a", 1)[-1] == name:
                return None
            age = time.time() - self.folder(name).stat().st_mtime
            # Claimed by someone who is about to write the record, or who was killed before he could.
            return {"name": name, "pid": None, "submitted_at": time.time() - age, "job": name.split("-")[1]}
        return record

    def _alive(self, record: dict[str, Any]) -> bool:
        pid = record.get("pid")
        if pid is None:
            return time.time() - float(record["submitted_at"]) < CLAIM_GRACE_S
        if pid in _children:
            return _children[pid].poll() is None
        return started_at(pid) is not None and started_at(pid) == record.get("process_started")

    def _verdict(self, name: str, record: dict[str, Any]) -> JobState:
        root = self.output(name)
        child = _children.pop(record["pid"], None) if record.get("pid") else None
        if child is not None and child.returncode == RESUME_ME:
            return JobState.STOPPED
        if (root / "output" / "failure").exists():
            return JobState.FAILED
        if child is not None:
            return JobState.COMPLETED if child.returncode == 0 else JobState.STOPPED
        # Not our child: its exit code is lost, its results are not. They are renamed into place when whole.
        done = any((root / place).exists() for place in ("model/training.json", "output/data/scores.json"))
        return JobState.COMPLETED if done else JobState.STOPPED


_children: dict[int, subprocess.Popen[bytes]] = {}


def _lay_out(root: Path, spec: JobSpec, checkpoints: Path) -> None:
    for folder in ("input/config", "input/data", "output/data", "model"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    checkpoints.mkdir(parents=True, exist_ok=True)
    (root / "checkpoints").symlink_to(checkpoints.absolute())
    for channel, place in spec.channels.items():
        (root / "input" / "data" / channel).symlink_to(place.absolute())
    config = root / "input" / "config"
    _write_json(config / "hyperparameters.json", spec.hyperparameters())
    _write_json(config / "inputdataconfig.json", {channel: {} for channel in spec.channels})
    _write_json(config / "resourceconfig.json", {"current_host": "algo-1", "hosts": ["algo-1"]})


def _clean_environment() -> dict[str, str]:
    """A job gets no secrets: it reads its folders and nothing else."""
    kept = (
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "TMPDIR",
        "LD_LIBRARY_PATH",
        "OMP_NUM_THREADS",
        "CUDA_VISIBLE_DEVICES",
    )
    return {name: os.environ[name] for name in kept if name in os.environ}


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it ended by itself
        os.killpg(pid, number)


def _write_json(path: Path, value: Any) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(value, indent=1, sort_keys=True))
    temporary.replace(path)
