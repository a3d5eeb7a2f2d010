"""The evaluation job: one model folder and items in, ``scores.json`` and ``measurements.json`` out."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from ..checkpoint import load_model
from ..config import EvaluateConfig
from ..job import JobFolder
from ..shards import load_dataset
from ..tokenizer import Tokenizer
from ..training.precision import autocast, pick_device, set_threads
from ..transformer import Transformer
from .bits import BitsTotals, bits_per_byte, score_documents
from .choice import (
    CLOSED_BOOK_VIEWS,
    OPEN_BOOK_VIEWS,
    ChoiceItem,
    choice_rows,
    read_choice_items,
    score_choices,
)
from .cloze import cloze_rows, read_cloze_items
from .speed import measure_speed

SCORES_FILE, MEASUREMENTS_FILE = "scores.json", "measurements.json"
FORMAT = 1

logger = logging.getLogger(__name__)


def run_evaluate(job: JobFolder, config: EvaluateConfig) -> None:
    """Score the model in the ``init`` channel on the channels given: dataset and tokens, items, or both.

    Raises:
        ValueError: if a channel cannot be read, or there is nothing to score.
    """
    set_threads(config.num_threads)
    model = load_model(job.channel("init")).to(pick_device()).eval().requires_grad_(False)
    tokenizer = Tokenizer.load(job.channel("init"))
    if not job.has_channel("dataset") and not job.has_channel("items"):
        raise ValueError("the evaluation job has neither a dataset nor an items channel: nothing to score")
    scores: dict[str, Any] = {"format": FORMAT}
    measured: dict[str, Any] = {"seconds": {}}
    with torch.inference_mode(), autocast(model.embedding.weight.device, config.precision):
        if job.has_channel("dataset"):
            began = time.perf_counter()
            scores |= _bits(job, model, tokenizer, config)
            measured["seconds"]["bits_per_byte"] = round(time.perf_counter() - began, 3)
        if job.has_channel("items"):
            began = time.perf_counter()
            scores["choice"] = choice_scores(
                model, tokenizer, read_choice_items(job.channel("items") / "choice.jsonl")
            )
            measured["seconds"]["choice"] = round(time.perf_counter() - began, 3)
            began = time.perf_counter()
            scores["cloze"] = _cloze(model, tokenizer, job.channel("items") / "cloze.jsonl", config)
            measured["seconds"]["cloze"] = round(time.perf_counter() - began, 3)
        if config.speed_tokens:
            measured["speed"] = measure_speed(model, config.speed_tokens)
    _write(job.output_data / SCORES_FILE, scores)
    _write(job.output_data / MEASUREMENTS_FILE, measured)


def _bits(job: JobFolder, model: Transformer, tokenizer: Tokenizer, config: EvaluateConfig) -> dict[str, Any]:
    dataset = load_dataset(job.channel("dataset"), job.channel("tokens"), "validation")
    totals = score_documents(
        model, dataset, tokenizer.num_bytes_V, config.batch_sequences, config.validation_documents
    )
    overall = BitsTotals(
        sum(group.nats for group in totals.values()),
        sum(group.num_bytes for group in totals.values()),
        sum(group.num_tokens for group in totals.values()),
        sum(group.num_documents for group in totals.values()),
    )
    named = {"overall": overall, **totals}
    logger.info("bits per byte on %d held-out documents", overall.num_documents)
    return {
        "bits_per_byte": {name: round(bits_per_byte(t.nats, t.num_bytes), 4) for name, t in named.items()},
        "held_out": {
            name: {"bytes": t.num_bytes, "tokens": t.num_tokens, "documents": t.num_documents}
            for name, t in named.items()
        },
    }


def choice_scores(model: Transformer, tokenizer: Tokenizer, items: Sequence[ChoiceItem]) -> dict[str, Any]:
    """Return rows of scores by suite, and the blind views under ``<suite>:<view>``."""
    scores: dict[str, Any] = {}
    for suite in sorted({item.suite for item in items}):
        asked = [item for item in items if item.suite == suite]
        open_book = any(item.context for item in asked)
        for view in OPEN_BOOK_VIEWS if open_book else CLOSED_BOOK_VIEWS:
            name = suite if view == "full" else f"{suite}:{view}"
            scores[name] = choice_rows(asked, score_choices(model, tokenizer, asked, view))
            logger.info("%s: %d questions", name, len(asked))
    return scores


def _cloze(model: Transformer, tokenizer: Tokenizer, path: Path, config: EvaluateConfig) -> dict[str, Any]:
    if not path.is_file():
        return {}
    items = read_cloze_items(path)
    return {
        suite: cloze_rows(
            model, tokenizer, [item for item in items if item.suite == suite], config.max_answer_tokens
        )
        for suite in sorted({item.suite for item in items})
    }


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
