"""The door of the mixture: which documents are trained on, held out or left out, and why."""

from __future__ import annotations

from tasks.chain_inputs import snapshot_files
from tasks.counts import Counts
from tasks.door import door
from tasks.mix.mixture import build_mixture
from tasks.stage import Attempt, Stage


def build(attempt: Attempt) -> Counts:
    """Split and weigh the documents of the whole chain of snapshots."""
    return attempt.one(build_mixture, chain=snapshot_files(attempt), config=attempt.config)


STAGE = Stage(
    name="mix", artifact="mixture", version=3, build=build, libraries=("pyarrow", "tld"), code=("tasks.mix",)
)
mix = door(STAGE)
