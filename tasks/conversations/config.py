"""Settings of the conversations stage."""

from __future__ import annotations

from pydantic import Field

from tasks.config_base import StageConfig


class ConversationsConfig(StageConfig):
    """How many conversations are made of a document and of a game, and how long they are."""

    seed: int = Field(0, ge=0, description="Seed of the choice of questions, wordings and wrong answers.")
    max_passage_bytes: int = Field(
        700,
        ge=64,
        description="Longest passage in a question, in UTF-8 bytes; pages are cut at a line or sentence.",
    )
    questions_per_conversation: int = Field(
        6, ge=1, le=64, description="Most questions asked one after another about one passage."
    )
    passages_per_document: int = Field(
        4, ge=1, le=1024, description="Most passages a document is cut into; what follows is not asked about."
    )
    conversations_per_passage: int = Field(
        2,
        ge=0,
        le=64,
        description="Conversations about each passage of a game's page, other questions first.",
    )
    closed_book_per_game: int = Field(
        1, ge=0, le=16, description="Conversations about each game without a passage."
    )
    reading_per_passage: int = Field(
        1, ge=0, le=64, description="Fill-in-the-blank conversations about each passage without others."
    )
    max_reading_documents: int = Field(
        20_000, ge=0, description="Documents that fill-in-the-blank conversations are made of, drawn by hash."
    )
    preferences_per_document: int = Field(
        2, ge=0, le=64, description="Pairs of a right and a wrong answer made of each page about one game."
    )
    learn_passages: bool = Field(
        True,
        description="Set the loss flag on passages and questions too, so that a small model tuned on many "
        "conversations goes on learning text instead of forgetting it; answers are always learned.",
    )
