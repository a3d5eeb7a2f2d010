"""Settings of the encode stage."""

from __future__ import annotations

from tasks.config_base import StageConfig, execution_field


class EncodeConfig(StageConfig):
    """How documents become tokens; the tokenizer decides nearly everything."""

    batch_documents: int = execution_field(
        1024, ge=1, le=65_536, description="Documents encoded at a time; more uses more memory."
    )
