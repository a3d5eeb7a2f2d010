"""What a job is: an entry point, its settings and its input folders; and what its name says.

The name ``slm-<stage>-<key>-a<n>`` is decided by the content, so that whoever asks for the same job finds it:
in progress, attach; completed, adopt; failed or stopped, the next attempt on the same checkpoints.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

RESUME_ME = 75  # EX_TEMPFAIL: stopped after saving a checkpoint


class JobState(StrEnum):
    """What has become of a job."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    STOPPED = "stopped"
    ARCHIVED = "archived"  # its result is in the lake; its folders are gone


class JobFailed(RuntimeError):  # noqa: N818 - it says what happened
    """A job ended without its model; the message is the reason it gave."""


@dataclass(frozen=True)
class JobSpec:
    """One training or evaluation job.

    Attributes:
        job: what the entry point is to do: pretrain, sft, align or evaluate.
        key: 12 hex digits of what decides the job's result.
        config: the job's settings; execution fields included.
        channels: input folders by channel name.
    """

    job: str
    key: str
    config: BaseModel
    channels: Mapping[str, Path]
    max_runtime_s: int = 86_400

    def name(self, attempt: int) -> str:
        """Return the name of the n-th attempt (at most 63 letters, digits and hyphens)."""
        return f"{self.family}-a{attempt}"

    @property
    def family(self) -> str:
        """Return what all attempts share: their checkpoints lie under this name."""
        return f"slm-{self.job}-{self.key}"

    def hyperparameters(self) -> dict[str, str]:
        """Return the settings as a job gets them: one JSON text per field, as on SageMaker."""
        values: dict[str, Any] = self.config.model_dump(mode="json")
        return {"job": self.job, **{name: json.dumps(value) for name, value in values.items()}}


class Backend(Protocol):
    """Something that runs jobs."""

    def submit(self, spec: JobSpec, attempt: int) -> bool: ...
    def poll(self, name: str) -> JobState | None: ...
    def stop(self, name: str) -> None: ...
    def logs(self, name: str) -> str: ...
    def output(self, name: str) -> Path: ...
    def archive(self, spec: JobSpec) -> None: ...
