"""The special tokens and the one way conversations become tokens.

    <|user|>text<|turn_end|><|assistant|>text<|turn_end|>...<|end|>

Loss falls on assistant text and the turn end after it, where the message asks for it. Text is encoded
with special tokens switched off, so nothing a user types can become one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired, Protocol, TypedDict

SPECIAL_TOKENS = ("<|end|>", "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>", "<|turn_end|>")
END, PAD, SYSTEM, USER, ASSISTANT, TURN_END = range(len(SPECIAL_TOKENS))
ROLE_IDS = {"system": SYSTEM, "user": USER, "assistant": ASSISTANT}
# Generation is over at either of these.
STOP_IDS = (TURN_END, END)


class Message(TypedDict):
    """One turn. ``loss`` says whether its text is learned; by default the assistant's is, and no other."""

    role: str
    content: str
    loss: NotRequired[bool]


class Encoder(Protocol):
    """What this module needs of a tokenizer."""

    def encode(self, text: str) -> list[int]:
        """Return the ids of plain text, never a special one."""
        ...


def question_prompt(question: str, passage: str | None = None) -> str:
    """Return the user's turn for a question: open-book with the passage that answers it, else closed-book."""
    return f"{passage}\n\nQuestion: {question}" if passage else f"Question: {question}"


def encode_conversation(tokenizer: Encoder, messages: Sequence[Message]) -> tuple[list[int], list[bool]]:
    """Return a whole conversation's ids, and for each id whether predicting it counts in the loss.

    Raises:
        ValueError: for an unknown role.
    """
    ids: list[int] = []
    mask: list[bool] = []
    for message in messages:
        turn = [*tokenizer.encode(message["content"]), TURN_END]
        learned = message.get("loss", message["role"] == "assistant")
        ids += [_role_id(message), *turn]
        mask += [False] + [learned] * len(turn)
    return [*ids, END], [*mask, False]


def encode_prompt(tokenizer: Encoder, messages: Sequence[Message]) -> list[int]:
    """Return the ids of a conversation so far, ending where the assistant is to speak.

    Raises:
        ValueError: for an unknown role.
    """
    ids: list[int] = []
    for message in messages:
        ids += [_role_id(message), *tokenizer.encode(message["content"]), TURN_END]
    return [*ids, ASSISTANT]


def _role_id(message: Message) -> int:
    role = message["role"]
    if role not in ROLE_IDS:
        raise ValueError(f"a message has role {role!r}, needed one of {', '.join(ROLE_IDS)}")
    return ROLE_IDS[role]
