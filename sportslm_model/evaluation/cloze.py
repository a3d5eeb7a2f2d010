"""Answers in the model's own words: greedy decoding, right only if it is the answer exactly.

Case, surrounding blanks and a closing full stop do not count.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ..chat_format import STOP_IDS, encode_prompt
from ..tokenizer import Tokenizer
from ..transformer import Transformer


@dataclass(frozen=True)
class ClozeItem:
    """One question and its answer; ``prompt`` is the user's whole turn."""

    id: str
    suite: str
    event: str
    prompt: str
    answer: str


def read_cloze_items(path: Path) -> list[ClozeItem]:
    """Return the items of ``cloze.jsonl``.

    Raises:
        ValueError: naming the line that is no item.
    """
    items = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            items.append(ClozeItem(**json.loads(line)))
        except (json.JSONDecodeError, TypeError) as error:
            raise ValueError(
                f"{path} line {number} is no cloze item ({error!r}); rebuild the items"
            ) from error
    return items


def normalised(answer: str) -> str:
    """Return an answer without what does not count."""
    return answer.strip().rstrip(".").strip().casefold()


def cloze_rows(
    model: Transformer, tokenizer: Tokenizer, items: Sequence[ClozeItem], max_answer_tokens: int
) -> list[dict[str, Any]]:
    """Return for each item what the model said and whether that is the answer."""
    rows = []
    for item in items:
        said = greedy_answer(model, tokenizer, item.prompt, max_answer_tokens)
        correct = normalised(said) == normalised(item.answer)
        rows.append(
            {"id": item.id, "event": item.event, "answer": item.answer, "said": said, "correct": correct}
        )
    return rows


def greedy_answer(model: Transformer, tokenizer: Tokenizer, prompt: str, max_answer_tokens: int) -> str:
    """Return the likeliest answer, token by token, until its turn ends."""
    limit = model.config.context_length
    ids = encode_prompt(tokenizer, [{"role": "user", "content": prompt}])[-(limit - 1) :]
    room = min(max_answer_tokens, limit - len(ids))
    device = model.embedding.weight.device
    cache = model.new_cache(1, len(ids) + room)
    answer: list[int] = []
    read = ids
    for _ in range(room):
        hidden_BTC = model.hidden(torch.tensor([read], device=device), cache)
        token = int(model.logits(hidden_BTC[:, -1]).argmax())
        if token in STOP_IDS:
            break
        answer.append(token)
        read = [token]
    return tokenizer.decode(answer)
