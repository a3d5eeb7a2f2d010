"""The folders a job works in (SageMaker's /opt/ml layout) and the signal that asks it to stop.

input/config/{hyperparameters,inputdataconfig,resourceconfig}.json   input/data/<channel>/
checkpoints/  model/  output/data/  output/failure
"""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from .config import JobConfig, JobName, from_hyperparameters

# EX_TEMPFAIL of sysexits.h: "resume me".
EXIT_RESUME = 75


class Stopped(Exception):  # noqa: N818  # an outcome, not an error
    """The job was asked to stop and has saved what it needs to go on."""


@dataclass
class StopSignal:
    """Whether somebody asked the job to stop."""

    requested: bool = False

    def listen(self) -> None:
        """Take SIGTERM (a spot interruption, a stop, a cancel) as a request instead of a death."""
        signal.signal(signal.SIGTERM, self._receive)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self.requested = True


@dataclass(frozen=True)
class JobFolder:
    """One job's folders under its root."""

    root: Path
    stop: StopSignal = field(default_factory=StopSignal)

    @property
    def checkpoints(self) -> Path:
        """Where checkpoints are kept, and looked for at the start."""
        return _made(self.root / "checkpoints")

    @property
    def model(self) -> Path:
        """Where the trained model goes."""
        return _made(self.root / "model")

    @property
    def output_data(self) -> Path:
        """Where metrics and scores go."""
        return _made(self.root / "output" / "data")

    @property
    def failure(self) -> Path:
        """The file that says why a job failed."""
        return _made(self.root / "output") / "failure"

    def has_channel(self, name: str) -> bool:
        """Say whether the job was given this input."""
        return (self.root / "input" / "data" / name).is_dir()

    def channel(self, name: str) -> Path:
        """Return an input's folder.

        Raises:
            ValueError: if the job was not given it.
        """
        if not self.has_channel(name):
            raise ValueError(f"the job has no input channel {name!r} under {self.root / 'input' / 'data'}")
        return self.root / "input" / "data" / name

    def read_config(self) -> tuple[JobName, JobConfig]:
        """Return which job this is and its settings.

        Raises:
            ValueError: if hyperparameters.json is missing or malformed, or says what no job understands.
        """
        path = self.root / "input" / "config" / "hyperparameters.json"
        try:
            values = json.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ValueError(f"{path} cannot be read ({error}); needed a job's root folder") from error
        if not isinstance(values, dict):
            raise ValueError(f"{path} holds {type(values).__name__}, needed an object of strings")
        return from_hyperparameters(values)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
