"""Settings of the mix stage."""

from __future__ import annotations

from pydantic import Field, field_validator

from tasks.config_base import StageConfig


class MixConfig(StageConfig):
    """How documents are split and weighted."""

    seed: int = Field(0, ge=0, description="Salt of the split's hash; another seed holds out other games.")
    validation_ratio: float = Field(
        0.05,
        gt=0,
        lt=1,
        description="Share of games (of clusters, where none is named) held out, in (0, 1).",
    )
    group_weights: dict[str, float] = Field(
        {},
        description="How often a group's tokens are seen, relative to once: keys are <sport>/<kind>, "
        "*/<kind>, <sport>/* or *; the first of these that is set counts, else 1; 0 excludes the group.",
    )
    max_domain_documents: int = Field(
        10_000,
        ge=0,
        description="Most imported documents of one registrable domain, by arrival; those of crawled "
        "sources, "
        "which are catalogued and accepted by name, are not counted. 0: no cap.",
    )

    @field_validator("group_weights")
    @classmethod
    def _weights_are_usable(cls, weights: dict[str, float]) -> dict[str, float]:
        for name, weight in weights.items():
            if name != "*" and name.count("/") != 1:
                raise ValueError(f"got group {name!r}; needed <sport>/<kind>, */<kind>, <sport>/* or *")
            if not 0 <= weight <= 100:
                raise ValueError(f"got weight {weight} for group {name!r}; needed a number from 0 to 100")
        return weights
