"""The classifiers' report: where the labels came from, how many, and scores on held-out documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STRONGEST = 12


def report_markdown(model: Mapping[str, Any]) -> str:
    """Return the report of a classifiers file."""
    origin, lines = model["origin"], ["# Classifiers: sport, and which sport", ""]
    found = origin.get("held_out", {})
    if found:
        lines += [
            f"On held-out documents, copies kept together ({found['folds']} folds, labels as below): F1 "
            f"{found['f1']:.3f} (precision {found['precision']:.3f}, recall {found['recall']:.3f}) on "
            f"{found['num_judged']:,}; which sport {found['which_sport_accuracy']:.3f} on "
            f"{found['num_named']:,}.",
            "",
        ]
    lines += ["| collection | where its labels came from | documents |", "|---|---|---|"]
    lines += [
        f"| {collection} | {name} | {count:,} |"
        for collection, labels in sorted(origin.get("collections", {}).items())
        for name, count in sorted(labels.items())
    ]
    words = model["sport"]["words"]
    ranked = sorted(words, key=lambda word: (words[word], word))
    lines += ["", f"Strongest for sport: {', '.join(reversed(ranked[-STRONGEST:]))}."]
    lines += [f"Strongest against it: {', '.join(ranked[:STRONGEST])}.", ""]
    for sport, weights in sorted(model["which"]["words"].items()):
        best = sorted(weights, key=lambda word: (-weights[word], word))[:STRONGEST]
        if best:
            lines.append(f"- {sport}: {', '.join(best)}")
    return "\n".join([*lines, ""])
