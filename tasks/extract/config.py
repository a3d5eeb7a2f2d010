"""Settings of the extract stage."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tasks.config_base import StageConfig


class ExtractConfig(StageConfig):
    """How pages become text. All of it decides bytes, limits too: a page over a limit is a drop."""

    quality: Literal["best", "fast"] = Field(
        "best",
        description="best: every block of a page is judged twice, the second time knowing its surroundings; "
        "fast: once, a tenth faster",
    )
    timeout_s: float = Field(
        10.0, ge=0.01, le=600, description="CPU seconds one page may take before its parser is killed"
    )
    memory_mb: int = Field(900, ge=512, le=65_536, description="address space of the page parser, in MiB")
    max_page_bytes: int = Field(
        5_000_000, ge=1_000, le=500_000_000, description="largest page taken, in bytes after decompression"
    )
