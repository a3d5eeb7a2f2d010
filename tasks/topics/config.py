"""Settings of the topics stage."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tasks.config_base import StageConfig


class TopicsConfig(StageConfig):
    """Where the two classifiers of the clean stage come from."""

    model: Literal["shipped", "trained"] = Field(
        "shipped",
        description="shipped: the model in the package; trained: learned from the sections, labels and "
        "sources of the documents of the chain's first snapshot, which must hold sport and other things",
    )
    min_documents: int = Field(
        100,
        ge=10,
        description="with trained: fewest labelled documents about sport, and fewest about other things",
    )
    max_documents: int = Field(
        20_000, ge=100, description="with trained: most documents learned from, drawn by hash"
    )
