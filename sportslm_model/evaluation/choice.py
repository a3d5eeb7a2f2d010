"""Multiple choice by log-likelihood in the chat format, and the same choice with part of the prompt hidden.

The score of an option is its mean log-likelihood per token, the turn end after it included. The blind
views are baselines run on the same model: what can be chosen without the question, or without the page, is
no answer to the question.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..chat_format import TURN_END, encode_prompt, question_prompt
from ..tokenizer import Tokenizer
from ..transformer import Transformer
from .prefix import Continuation, continuation_losses

View = Literal["full", "question_blind", "context_blind", "options_only"]
# What the model is shown in each view.
OPEN_BOOK_VIEWS: tuple[View, ...] = ("full", "question_blind", "context_blind", "options_only")
CLOSED_BOOK_VIEWS: tuple[View, ...] = ("full", "options_only")


@dataclass(frozen=True)
class ChoiceItem:
    """One multiple-choice question; ``answer`` is the right option's position."""

    id: str
    suite: str
    event: str
    kind: str
    context: str
    question: str
    options: tuple[str, ...]
    answer: int


def read_choice_items(path: Path) -> list[ChoiceItem]:
    """Return the items of ``choice.jsonl``.

    Raises:
        ValueError: naming the line that is no item.
    """
    items = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            item = ChoiceItem(**{**row, "options": tuple(row["options"])})
            item.options[item.answer]
        except (json.JSONDecodeError, TypeError, KeyError, IndexError) as error:
            raise ValueError(
                f"{path} line {number} is no multiple-choice item ({error!r}); rebuild the items"
            ) from error
        items.append(item)
    return items


def prompt_text(item: ChoiceItem, view: View) -> str:
    """Return the user's turn for one view of an item."""
    if view == "options_only":
        return question_prompt("")
    if view == "question_blind":
        return question_prompt("", item.context)
    return question_prompt(item.question, item.context if view == "full" and item.context else None)


def score_choices(
    model: Transformer, tokenizer: Tokenizer, items: Sequence[ChoiceItem], view: View
) -> dict[str, list[float]]:
    """Return each item's score per option in nats, higher is likelier, by item id."""
    groups: dict[str, list[ChoiceItem]] = defaultdict(list)
    for item in items:
        groups[item.context if view in ("full", "question_blind") else ""].append(item)
    scores: dict[str, list[float]] = {}
    for members in groups.values():
        rows = [
            Continuation(tuple(prompt), (*tokenizer.encode(option), TURN_END))
            for item in members
            for prompt in [encode_prompt(tokenizer, [{"role": "user", "content": prompt_text(item, view)}])]
            for option in item.options
        ]
        losses = iter(continuation_losses(model, rows))
        lengths = (len(row.ids) for row in rows)
        for item in members:
            scores[item.id] = [-next(losses) / next(lengths) for _ in item.options]
    return scores


def choice_rows(items: Sequence[ChoiceItem], scores: Mapping[str, Sequence[float]]) -> list[dict[str, Any]]:
    """Return scores as rows of the report: the first of the best options is the one predicted."""
    rows = []
    for item in items:
        rounded = [round(score, 4) for score in scores[item.id]]
        rows.append(
            {
                "id": item.id,
                "event": item.event,
                "kind": item.kind,
                "answer": item.answer,
                "scores": rounded,
                "predicted": rounded.index(max(rounded)),
            }
        )
    return rows
