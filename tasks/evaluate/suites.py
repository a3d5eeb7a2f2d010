"""A suite's rows of scores as figures: accuracy with its interval, by kind, and against each baseline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from tasks.evaluate.intervals import Interval, cluster_interval

Row = Mapping[str, Any]
# Baselines that do not see the question; the page they may see.
BLIND = ("question_blind", "options_only", "prior")
BASELINES = ("question_blind", "context_blind", "options_only", "prior")


def choice_figures(
    suite: str, choice: Mapping[str, Sequence[Row]], prior: Mapping[str, int], num_resamples: int
) -> dict[str, Any]:
    """Return a multiple-choice suite's figures; ``difference`` is model minus baseline, item by item.

    Args:
        suite: its name; rows of its blind views are under ``<suite>:<view>``.
        choice: rows by suite and view, as the evaluation job wrote them.
        prior: for each item the option that training answers make likeliest.
        num_resamples: of the bootstrap.
    """
    rows = choice[suite]
    events = [str(row["event"]) for row in rows]
    right = [_is_right(row) for row in rows]
    guesses: dict[str, list[float]] = {}
    for name in BASELINES:
        if f"{suite}:{name}" in choice:
            by_id = {row["id"]: _is_right(row) for row in choice[f"{suite}:{name}"]}
            guesses[name] = [by_id[row["id"]] for row in rows]
        elif name == "prior" and prior:
            guesses[name] = [float(prior[row["id"]] == row["answer"]) for row in rows]
    return {
        "chance": round(sum(1 / len(row["scores"]) for row in rows) / len(rows), 4),
        "accuracy": cluster_interval(right, events, num_resamples).as_json(),
        "by_kind": _by_kind(rows, num_resamples),
        "baselines": {
            name: {
                "accuracy": cluster_interval(guess, events, num_resamples).as_json(),
                "difference": _difference(right, guess, events, num_resamples).as_json(),
            }
            for name, guess in guesses.items()
        },
    }


def cloze_figures(rows: Sequence[Row], num_resamples: int) -> dict[str, Any]:
    """Return the share of answers that are exactly right."""
    right = [float(row["correct"]) for row in rows]
    return {"accuracy": cluster_interval(right, [str(row["event"]) for row in rows], num_resamples).as_json()}


def _is_right(row: Row) -> float:
    return float(row["predicted"] == row["answer"])


def _by_kind(rows: Sequence[Row], num_resamples: int) -> dict[str, Any]:
    kinds: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        kinds[row["kind"]].append(row)
    figures = {}
    for kind, asked in sorted(kinds.items()):
        right, events = [_is_right(row) for row in asked], [str(row["event"]) for row in asked]
        figures[kind] = cluster_interval(right, events, num_resamples).as_json()
    return figures


def _difference(
    right: Sequence[float], guess: Sequence[float], events: Sequence[str], num_resamples: int
) -> Interval:
    return cluster_interval([a - b for a, b in zip(right, guess, strict=True)], events, num_resamples)
