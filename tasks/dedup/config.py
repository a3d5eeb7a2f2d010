"""Settings of the dedup stage."""

from __future__ import annotations

from pydantic import Field, model_validator

from tasks.config_base import StageConfig, execution_field


class DedupConfig(StageConfig):
    """What counts as a duplicate, and how candidates are found.

    A document is compared with the first ``max_candidates`` earlier ones that share a band with it, and
    removed if one that was kept has an exact shingle Jaccard of ``threshold`` or more.
    """

    threshold: float = Field(
        0.7, gt=0, le=1, description="least Jaccard similarity of two duplicates' shingle sets"
    )
    shingle_words: int = Field(5, ge=1, le=50, description="words in a shingle")
    num_permutations: int = Field(128, ge=1, le=1024, description="hash values in a signature")
    # 14 x 9 finds 91% of the pairs at .7, 21 x 6 finds 97%; verification takes back what it finds too many.
    num_bands: int = Field(21, ge=1, le=256, description="bands of a signature; more find more candidates")
    rows_per_band: int = Field(
        6, ge=1, le=64, description="hash values in a band; more find fewer candidates"
    )
    max_candidates: int = Field(
        64, ge=1, le=10_000, description="earlier documents of a band looked at, the first ones"
    )
    seed: int = Field(1, ge=0, le=2**32 - 1, description="seed of the permutations")
    compile_above: int = execution_field(
        20_000,
        ge=0,
        description="documents in a snapshot from which the compiled kernel is worth its start (numba)",
    )

    @model_validator(mode="after")
    def _bands_fit(self) -> DedupConfig:
        used = self.num_bands * self.rows_per_band
        if used > self.num_permutations:
            raise ValueError(
                f"{self.num_bands} bands of {self.rows_per_band} rows need {used} permutations, "
                f"num_permutations is {self.num_permutations}; lower the bands or raise the permutations"
            )
        return self

    def scheme(self) -> dict[str, str | int | float]:
        """Return all that decides whether two indexes can be compared, for an index's own metadata."""
        return {
            "scheme": "affine32",
            "words": "unicode-lower-fnv1a64",
            "shingle_words": self.shingle_words,
            "num_permutations": self.num_permutations,
            "num_bands": self.num_bands,
            "rows_per_band": self.rows_per_band,
            "max_candidates": self.max_candidates,
            "seed": self.seed,
            "threshold": self.threshold,
        }
