"""Settings of the evaluate stage: the job's own, and what it is asked."""

from __future__ import annotations

from pydantic import Field

from sportslm_model.config import EvaluateConfig


class EvaluateStageConfig(EvaluateConfig):
    """How many questions are asked, about what, and how sure the intervals are."""

    items_seed: int = Field(0, description="Seed of the choice of questions and wrong options.", ge=0)
    max_open_book_items: int = Field(
        400, description="Most multiple-choice questions with the page that answers them.", ge=1, le=100_000
    )
    max_closed_book_items: int = Field(
        200, description="Most multiple-choice questions without a page.", ge=0, le=100_000
    )
    max_cloze_items: int = Field(
        100,
        description="Most questions answered in own words, with a page and again without.",
        ge=0,
        le=100_000,
    )
    num_options: int = Field(
        4, description="Options of a multiple-choice question, the right one included.", ge=2, le=10
    )
    max_passage_bytes: int = Field(
        700, description="Longest passage in a question, in UTF-8 bytes; as in conversations.", ge=64
    )
    num_resamples: int = Field(
        2_000, description="Bootstrap resamples behind each interval.", ge=100, le=100_000
    )
    ngram_reference: bool = Field(
        True, description="Score an order-5 byte n-gram model on the same held-out text beside the model."
    )
    max_ngram_bytes: int = Field(
        8 * 2**20, description="Most UTF-8 bytes of training text the n-gram reference counts.", ge=1
    )
