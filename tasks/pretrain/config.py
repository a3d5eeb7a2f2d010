"""Settings of pretraining."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from sportslm_model.config import PretrainConfig
from sportslm_model.presets import PRESETS


class PretrainStageConfig(PretrainConfig):
    """The job's settings, as far as the pipeline offers them."""

    init: Literal["scratch"] = Field("scratch", description="scratch: start from random weights.")

    @field_validator("preset")
    @classmethod
    def _preset_exists(cls, name: str) -> str:
        if name not in PRESETS:
            raise ValueError(f"no such model preset; there are: {', '.join(PRESETS)}")
        return name
