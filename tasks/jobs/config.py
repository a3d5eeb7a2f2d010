"""Where jobs run and what they may cost."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tasks.config_base import StageConfig


class JobsConfig(StageConfig):
    """Where training and evaluation run. None of this changes what they make."""

    backend: Literal["local"] = Field("local", description="local: a process on this machine.")
    max_attempts: int = Field(3, ge=1, le=20, description="Tries of one job before its stage fails.")
    max_runtime_s: int = Field(86_400, ge=1, description="Seconds after which a job is stopped.")
