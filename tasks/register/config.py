"""Where models are registered, and what they must reach to become champion."""

from __future__ import annotations

from pydantic import Field

from tasks.config_base import StageConfig, execution_field


class RegisterConfig(StageConfig):
    """The registered model's name and the floors of promotion."""

    model_name: str = Field("sportslm", min_length=1, description="Name of the registered model in MLflow.")
    tracking_uri: str = execution_field(
        "", description="MLflow's address; empty means the SQLite database in the home folder."
    )
    promote: bool = execution_field(
        True, description="Make the registered version champion when it reaches every floor."
    )
    floors: dict[str, float] = execution_field(
        {},
        description="Least value of each metric of the report for a promotion; for a metric that ends in "
        "bits_per_byte the greatest value.",
    )
