"""The door of evaluation: what the model knows, beside what guessing and counting reach."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from sportslm_model.config import EvaluateConfig, ModelConfig
from sportslm_model.presets import num_parameters
from tasks.chain_inputs import snapshot_files
from tasks.counts import Counts
from tasks.door import door
from tasks.evaluate.assemble import assemble_report
from tasks.evaluate.config import EvaluateStageConfig
from tasks.evaluate.items import build_items
from tasks.evaluate.report import FunnelStep, Surroundings, read_curve
from tasks.jobs.stage_work import METRICS, lay_out_artifacts, run_stage_job
from tasks.lake import Artifact, Lake, Manifest
from tasks.pretrain.task import lay_out_dataset
from tasks.stage import Attempt, Stage

MEASUREMENTS = "measurements.json"
FUNNEL = ("crawl", "import", "extract", "clean", "dedup", "mix")


def build(attempt: Attempt) -> Counts:
    """Ask the model about held-out games and text, and write the report."""
    return attempt.one(_evaluate_into, attempt=attempt)


def _evaluate_into(attempt: Attempt, out: Path) -> Counts:
    config: EvaluateStageConfig = attempt.config
    chain = snapshot_files(attempt)
    mixture = attempt.lake.path(attempt.input("mixture"), "mixture.parquet")
    job = EvaluateConfig.model_validate(config.model_dump(include=set(EvaluateConfig.model_fields)))

    def lay_out(folder: Path) -> Counts:
        lay_out_artifacts(attempt, folder, {"init": "checkpoint"})
        lay_out_dataset(attempt, folder)
        return build_items(mixture, chain, folder / "items", config)

    root, counts = run_stage_job(attempt, job, lay_out)
    data = root / "output" / "data"
    shutil.copyfile(data / MEASUREMENTS, out / MEASUREMENTS)
    items = root / "input" / "data" / "items"
    for path in sorted(items.iterdir()):
        shutil.copyfile(path, out / path.name)
    shutil.copyfile(data / "scores.json", out / "scores.json")
    surroundings = _surroundings(attempt, json.loads((data / MEASUREMENTS).read_text("utf-8")))
    assemble_report(data / "scores.json", items, mixture, chain, out, config, surroundings)
    return counts


def _surroundings(attempt: Attempt, measurements: dict[str, Any]) -> Surroundings:
    lake = attempt.lake
    trained = attempt.inputs["trained"]
    return Surroundings(
        model=_model(lake, trained[0], attempt.input("checkpoint")),
        funnel=_funnel(lake, attempt.input("mixture")),
        curves={a.stage: read_curve(lake.path(a, METRICS)) for a in trained},
        measurements=measurements,
        provenance={
            artifact.stage: artifact.folder
            for name in ("unique", "mixture", "tokenizer", "conversations", "trained")
            for artifact in attempt.inputs[name]
        },
    )


def _model(lake: Lake, base: Artifact, final: Artifact) -> dict[str, Any]:
    written = json.loads(lake.path(final, "config.json").read_text("utf-8"))
    shape = ModelConfig.model_validate({name: written[name] for name in ModelConfig.model_fields})
    return {
        "preset": lake.manifest(base).config["preset"],
        "num_parameters": num_parameters(shape),
        "vocab_size": shape.vocab_size,
        "context_length": shape.context_length,
    }


def _funnel(lake: Lake, mixture: Artifact) -> list[FunnelStep]:
    """Return the data's stages over the whole chain of snapshots, each stage's counts added up."""
    found: dict[str, Manifest] = {}
    waiting = [mixture.folder]
    while waiting:
        folder = waiting.pop()
        manifest = lake.manifest_at(f"{folder}/manifest.json")
        if folder not in found and manifest is not None:
            found[folder] = manifest
            waiting += [ref["path"] for refs in manifest.inputs.values() for ref in refs]
    steps = []
    for stage in FUNNEL:
        parts = [m for m in found.values() if m.stage == stage]
        if parts:
            dropped: dict[str, int] = {}
            for part in parts:
                for reason, count in part.dropped.items():
                    dropped[reason] = dropped.get(reason, 0) + count
            steps.append(
                FunnelStep(stage, sum(p.rows_in for p in parts), sum(p.rows_out for p in parts), dropped)
            )
    return steps


STAGE = Stage(
    name="evaluate",
    artifact="report",
    version=1,
    build=build,
    libraries=("numpy", "torch"),
    code=("sportslm_model", "tasks.evaluate"),
    measurements=(MEASUREMENTS, "report.html", "report.md", "card.txt"),
    page="report.md",
    service=True,
)
evaluate = door(STAGE)
