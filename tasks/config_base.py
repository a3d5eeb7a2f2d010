"""The base of every stage's configuration: frozen, closed, and split into identity and execution fields."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

EXECUTION = "execution"


class StageConfig(BaseModel):
    """A stage's settings. Unknown keys are refused; values cannot change after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def identity(config: BaseModel) -> dict[str, Any]:
    """Return the settings that decide a stage's bytes, without those that only decide how it runs."""
    values = config.model_dump(mode="json")
    for name, info in type(config).model_fields.items():
        if isinstance(info.json_schema_extra, dict) and info.json_schema_extra.get(EXECUTION):
            del values[name]
    return values


def execution_field(default: Any, *, description: str, **bounds: Any) -> Any:
    """Declare a field that decides how fast or where a stage runs, never what it makes."""
    return Field(default, description=description, json_schema_extra={EXECUTION: True}, **bounds)
