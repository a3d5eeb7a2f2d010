"""What a run came to: each step it took, and the model it ended with."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from flows.walk import Taken
from tasks.lake import Artifact


class StepResult(BaseModel):
    """One step of a run: where its artifact lies, and whether it was there before."""

    model_config = ConfigDict(frozen=True)

    stage: str
    snapshot: str
    state: str
    seconds: float
    rows_in: int
    rows_out: int
    dropped: dict[str, int]
    uri: str
    content_digest: str


class RunResult(BaseModel):
    """The steps of a run in order; with a retrain also the release and the decision about it."""

    model_config = ConfigDict(frozen=True)

    snapshot: str
    lake: str
    steps: list[StepResult]
    model: str = ""
    version: int | None = None
    alias: str = ""
    decision: str = ""


def step_results(taken: list[Taken]) -> list[StepResult]:
    """Return a run's steps in a form that can be printed and stored."""
    return [_step(one, one.artifact) for one in taken]


def _step(one: Taken, artifact: Artifact) -> StepResult:
    return StepResult(
        stage=one.stage,
        snapshot=one.snapshot,
        state=one.state,
        seconds=round(one.seconds, 2),
        rows_in=artifact.rows_in,
        rows_out=artifact.rows_out,
        dropped=artifact.dropped,
        uri=artifact.uri,
        content_digest=artifact.content_digest,
    )
