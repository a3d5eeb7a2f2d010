"""Settings of supervised fine-tuning."""

from __future__ import annotations

from pydantic import Field

from sportslm_model.config import SftConfig


class SftStageConfig(SftConfig):
    """The job's settings, and whether there is such a job."""

    enabled: bool = Field(True, description="Fine-tune on conversations after pretraining.")
