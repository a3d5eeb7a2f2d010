"""What a run prints at its end: each step, the report card, the model, and what to do next."""

from __future__ import annotations

from pathlib import Path

from flows.result import RunResult
from tasks.config import PipelineConfig
from tasks.lake import Lake


def steps_text(result: RunResult) -> str:
    """Return a line per step of a run, with what came in, what went out and why the rest did not."""
    lines = [f"{'stage':<14} {'state':<10} {'rows in':>10} {'rows out':>10} {'seconds':>8}  dropped"]
    for step in result.steps:
        dropped = ", ".join(f"{reason} {count:,}" for reason, count in sorted(step.dropped.items()))
        lines.append(
            f"{step.stage:<14} {step.state:<10} {step.rows_in:>10,} {step.rows_out:>10,} "
            f"{step.seconds:>8.1f}  {dropped}".rstrip()
        )
    return "\n".join(lines)


def run_card(result: RunResult, config: PipelineConfig, profile: str) -> str:
    """Return the end of a run as text."""
    parts = [steps_text(result)]
    cached = sum(step.state == "Cached" for step in result.steps)
    if cached == len(result.steps):
        parts.append(f"All {cached} stages Cached: nothing was made, nothing was written.")
    report = next((step for step in result.steps if step.stage == "evaluate"), None)
    if report is not None:
        lake = Lake(config.lake_uri)
        artifact = lake.artifact_at(report.uri.removeprefix(f"{lake.uri}/"))
        parts.append(lake.path(artifact, "card.txt").read_text("utf-8").rstrip())
        parts.append(f"Report: {lake.path(artifact, 'report.html')}")
    if result.version is not None:
        parts.append(
            f"Registered: {result.model} version {result.version}, alias {result.alias or 'none'} "
            f"({result.decision})"
        )
        parts.append(_next_steps(profile))
    return "\n\n".join(parts)


def _next_steps(profile: str) -> str:
    command = Path(".venv/bin/sportslm")
    said = str(command) if command.exists() else "sportslm"
    chosen = f" --profile {profile}" if profile != "demo" else ""
    return "\n".join(
        [
            "What to do next:",
            f"  {said} chat{chosen:<24} talk to the model",
            f"  {said} up{chosen:<26} open the Prefect and MLflow pages",
            f"  {said} plan --set dedup.threshold=0.8   see what a change would run again",
            f"  {said} import PATH --source ID --license L   bring your own pages, then run --profile local",
        ]
    )
