"""From an evaluation job's output to the report files: the n-gram reference, intervals, pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tasks.evaluate.config import EvaluateStageConfig
from tasks.evaluate.items import PRIOR_FILE
from tasks.evaluate.ngram import capped, ngram_bits_per_byte
from tasks.evaluate.report import Surroundings, build_report, write_report
from tasks.mix.chain import SnapshotFiles, mixed_texts
from tasks.mix.splits import Split


def assemble_report(
    scores: Path,
    items: Path,
    mixture: Path,
    chain: Sequence[SnapshotFiles],
    out: Path,
    config: EvaluateStageConfig,
    surroundings: Surroundings,
) -> dict[str, float]:
    """Write the report files under ``out`` and return the flat metrics that floors name.

    Args:
        scores: the job's ``scores.json``.
        items: the items folder that `build_items` wrote.
        mixture: whose held-out documents the job scored.
        chain: the mixture's snapshots, for the n-gram reference's text.
        out: the artifact's folder.
        config: the stage's settings.
        surroundings: what is shown beside the scores.

    Raises:
        ValueError: if the scores cannot be read or hold nothing.
    """
    try:
        scored = json.loads(scores.read_text("utf-8"))
        prior = json.loads((items / PRIOR_FILE).read_text("utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise ValueError(
            f"the evaluation job's output cannot be read ({error}); run evaluate again"
        ) from error
    ngram = None
    if config.ngram_reference:
        train = (text.text for text in mixed_texts(mixture, chain, Split.TRAIN))
        held_out = ((text.group, text.text) for text in mixed_texts(mixture, chain, Split.VALIDATION))
        ngram = ngram_bits_per_byte(capped(train, config.max_ngram_bytes), held_out)
    report = build_report(scored, prior, ngram, config.num_resamples)
    write_report(report, surroundings, out)
    metrics: dict[str, float] = report["metrics"]
    return metrics
