"""Settings of the clean stage."""

from __future__ import annotations

from pydantic import Field

from tasks.config_base import StageConfig


class CleanConfig(StageConfig):
    """What is kept. Rules and their thresholds are constants beside the rules, by kind of page."""

    languages: tuple[str, ...] = Field(
        ("en",), description='languages to keep, two-letter codes; an empty list or "" keeps every language'
    )
    require_sport: bool = Field(
        True, description="reject texts that are not about sport, whatever their source"
    )
    respect_opt_outs: bool = Field(
        True,
        description="reject pages whose site objects to training: noai, a TDM reservation, or a robots.txt "
        "that shuts out a crawler known to feed one",
    )
    min_words: int = Field(20, ge=0, le=10_000, description="fewest words of an article or a reference page")
    max_bytes: int = Field(
        1_000_000,
        ge=1_000,
        le=1_000_000_000,
        description="longest text kept, in UTF-8 bytes; records may have ten times as many",
    )
    mask_contacts: bool = Field(
        True,
        description="replace e-mail, postal and network addresses, phone and account numbers by a mark; in "
        "tables and records e-mail addresses alone",
    )
    min_quality: float = Field(
        0.75,
        ge=0,
        le=1,
        description="least quality kept: 0.3 coherence + 0.4 sports relevance (left out where require_sport "
        "is "
        "off) + 0.2 consistency with the record, where there is one + 0.1 linguistic quality; 0 keeps all",
    )
