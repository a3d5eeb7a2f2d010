"""Package a model for the registry: the checkpoint as an MLflow model, its card, and its lineage."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tasks.counts import Counts
from tasks.lake import Artifact, Lake, LakeError, link

CODE = Path(__file__).with_name("mlflow_model.py")
REQUIREMENTS = ("torch", "numpy", "safetensors", "tokenizers", "pydantic")
CHECKPOINT_FILES = (
    "config.json",
    "weights.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "training.json",
)


def package(lake: Lake, checkpoint: Artifact, report: Artifact, out: Path) -> Counts:
    """Write the release: ``mlflow_model/``, ``model_card.md``, ``lineage.json`` and ``metrics.json``."""
    folder = out.parent / f".{out.name}-checkpoint"
    for path in lake.paths(checkpoint):
        if path.name in CHECKPOINT_FILES:
            link(path, folder / path.name)
    save_mlflow_model(folder, out / "mlflow_model")
    shutil.rmtree(folder)
    metrics = json.loads(lake.path(report, "report.json").read_text("utf-8"))["metrics"]
    lineage = trace(lake, [checkpoint, report])
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1, sort_keys=True))
    (out / "lineage.json").write_text(json.dumps(lineage, indent=1, sort_keys=True))
    (out / "model_card.md").write_text(model_card(metrics, lineage), "utf-8")
    return Counts(1, 1)


def save_mlflow_model(checkpoint: Path, target: Path) -> None:
    """Save a checkpoint folder as a pyfunc model: code, safetensors and a tokenizer."""
    import mlflow.pyfunc

    mlflow.pyfunc.save_model(
        path=str(target),
        python_model=str(CODE),
        artifacts={"checkpoint": str(checkpoint)},
        pip_requirements=list(REQUIREMENTS),
    )


def trace(lake: Lake, roots: list[Artifact]) -> dict[str, dict[str, Any]]:
    """Return every artifact that ``roots`` were made from, by folder: stage, digest, inputs, counts.

    Raises:
        LakeError: if a manifest on the way is gone.
    """
    found: dict[str, dict[str, Any]] = {}
    waiting = list(roots)
    while waiting:
        artifact = waiting.pop()
        if artifact.folder in found:
            continue
        manifest = lake.manifest(artifact)
        found[artifact.folder] = {
            "stage": manifest.stage,
            "snapshot": manifest.snapshot,
            "content_digest": manifest.content_digest,
            "config": manifest.config,
            "inputs": {name: [ref["path"] for ref in refs] for name, refs in manifest.inputs.items()},
            "rows_in": manifest.rows_in,
            "rows_out": manifest.rows_out,
            "dropped": manifest.dropped,
        }
        for refs in manifest.inputs.values():
            for ref in refs:
                source = lake.manifest_at(f"{ref['path']}/manifest.json")
                if source is None:
                    raise LakeError(f"{lake.uri}/{ref['path']}/manifest.json is gone: the lineage has a hole")
                waiting.append(source.to_artifact(lake.uri))
    return dict(sorted(found.items()))


def model_card(metrics: dict[str, float], lineage: dict[str, dict[str, Any]]) -> str:
    """Return the model card: what it was made from, what it scores, what it is not for."""
    pretrain = next((node for node in lineage.values() if node["stage"] == "pretrain"), None)
    crawled = [node for node in lineage.values() if node["stage"] in ("crawl", "import")]
    lines = [
        "# A sports language model",
        "",
        "Built by sportslm from the snapshots "
        + ", ".join(sorted({node["snapshot"] for node in crawled}))
        + (f"; preset `{pretrain['config']['preset']}`." if pretrain else "."),
        "",
        "## Figures",
        "",
        "| metric | value |",
        "|---|---|",
        *(f"| {name} | {value:.4g} |" for name, value in sorted(metrics.items())),
        "",
        "## Data",
        "",
        "| stage | snapshot | rows in | rows out |",
        "|---|---|---|---|",
        *(
            f"| {node['stage']} | {node['snapshot']} | {node['rows_in']:,} | {node['rows_out']:,} |"
            for node in lineage.values()
            if node["stage"] in ("crawl", "import", "extract", "clean", "dedup", "mix")
        ),
        "",
        "## Limits",
        "",
        "It says what its pages said, and makes up the rest. Check every score and name before you print it. "
        "Not for betting, and not for judgements about people.",
        "",
    ]
    return "\n".join(lines)
