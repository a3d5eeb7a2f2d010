"""Settings of the tokenizer stage."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tasks.config_base import StageConfig


class TokenizerConfig(StageConfig):
    """What vocabulary is learned, and from how much text."""

    vocab_size: int = Field(
        32_000, ge=262, le=262_144, description="Tokens in the vocabulary, bytes and special tokens included."
    )
    pre_tokenizer: Literal["llama3", "gpt2"] = Field(
        "llama3", description="The published expression that cuts text into pieces before merging."
    )
    min_frequency: int = Field(2, ge=1, description="Occurrences a pair needs before it is merged.")
    max_train_bytes: int = Field(
        512 * 2**20,
        ge=1,
        description="UTF-8 bytes of text learned from; above it documents are drawn by hash.",
    )
    seed: int = Field(0, ge=0, description="Salt of the hash that draws documents when there are too many.")
