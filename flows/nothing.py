"""When a refresh leaves nothing to train on: which stage had nothing, why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from flows.walk import Taken
from tasks.counts import Counts, total

REMEDIES = {
    "clean": "change what it refuses (clean.*), or bring other data (sportslm import, --set snapshot=new)",
    "extract": "look at a page of it (sportslm lineage URL), or bring other data (sportslm import)",
    "crawl": "look at the sources (sportslm sources list) and at the crawl's log in the home folder",
}


def refuse_nothing(taken: Sequence[Taken]) -> None:
    """Refuse to go on from snapshots that hold no document worth training on.

    Raises:
        ValueError: naming the stage that had something and left nothing.
    """
    came = {stage: _counts(stage, taken) for stage in REMEDIES}
    if came["clean"].rows_out:
        return
    stage = next((name for name in REMEDIES if came[name].rows_in), "crawl")
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in came[stage].dropped.items()) or "none came"
    raise ValueError(
        f"nothing to train on: {stage} kept none of {came[stage].rows_in:,} rows ({reasons}); "
        f"{REMEDIES[stage]}"
    )


def _counts(stage: str, taken: Sequence[Taken]) -> Counts:
    steps = [step.artifact for step in taken if step.stage == stage]
    return total(Counts(a.rows_in, a.rows_out, a.dropped) for a in steps)
