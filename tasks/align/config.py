"""Settings of preference tuning."""

from __future__ import annotations

from pydantic import Field

from sportslm_model.config import AlignConfig


class AlignStageConfig(AlignConfig):
    """The job's settings, and whether there is such a job."""

    enabled: bool = Field(False, description="Tune on preference pairs (DPO) after fine-tuning.")
