"""MLflow's side of a release: a run with its figures, a version, and the aliases that follow the lake."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.lake import Artifact, Lake
from tasks.promotions import history, replaced_release

if TYPE_CHECKING:
    from mlflow import MlflowClient

RELEASE_TAG = "sportslm.release"
DIGEST_TAG = "sportslm.content_digest"
EXPERIMENT = "sportslm"
SQLITE = "sqlite:///"


def client(tracking_uri: str) -> MlflowClient:
    """Return a client of MLflow's store and registry."""
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=tracking_uri, registry_uri=tracking_uri)


def register_version(lake: Lake, release: Artifact, name: str, tracking_uri: str, home: Path) -> int:
    """Return the version that stands for a release, making it if there is none: asking twice makes one."""
    mlflow = client(tracking_uri)
    found = find_version(mlflow, name, release.uri)
    if found is not None:
        return found
    run_id = _log_run(mlflow, lake, release, home)
    _ensure_model(mlflow, name)
    made = mlflow.create_model_version(
        name=name,
        source=_mlflow_source(lake, release),
        run_id=run_id,
        tags={RELEASE_TAG: f"{lake.uri}/{release.folder}", DIGEST_TAG: release.content_digest},
        description=lake.path(release, "model_card.md").read_text("utf-8"),
    )
    return int(made.version)


def find_version(mlflow: MlflowClient, name: str, release_uri: str) -> int | None:
    """Return the version registered for a release, or None."""
    found = mlflow.search_model_versions(f"name = '{name}' and tags.`{RELEASE_TAG}` = '{release_uri}'")
    return int(found[0].version) if found else None


def registry_exists(tracking_uri: str) -> bool:
    """Tell whether there is a registry to read; a client that only looks would make an empty one."""
    return not tracking_uri.startswith(SQLITE) or Path(tracking_uri.removeprefix(SQLITE)).exists()


def is_champion(tracking_uri: str, name: str, release_uri: str) -> bool:
    """Tell, without importing MLflow (3.5 s), whether its alias champion is on a release already.

    Reads the tables of MLflow's own SQLite store; "no" is always safe, the client then looks for itself.
    """
    if not tracking_uri.startswith(SQLITE):
        return False
    place = Path(tracking_uri.removeprefix(SQLITE)).as_uri()
    query = (
        "SELECT 1 FROM registered_model_aliases AS a JOIN model_version_tags AS t "
        "ON t.name = a.name AND t.version = a.version "
        "WHERE a.alias = 'champion' AND a.name = ? AND t.key = ? AND t.value = ?"
    )
    try:
        with contextlib.closing(sqlite3.connect(f"{place}?mode=ro", uri=True)) as database:
            return database.execute(query, (name, RELEASE_TAG, release_uri)).fetchone() is not None
    except sqlite3.Error:
        return False


def _ensure_model(mlflow: MlflowClient, name: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        mlflow.create_registered_model(name, description="Sports language models built by sportslm.")
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _mlflow_source(lake: Lake, release: Artifact) -> str:
    manifest = lake.manifest(release)
    inside = next(f for f in manifest.files if f.name.endswith("mlflow_model/MLmodel"))
    folder = f"{release.folder}/{inside.path.removesuffix('/MLmodel')}"
    return f"{lake.uri}/{folder}" if "://" in lake.uri else Path(lake.uri, folder).as_uri()


def _log_run(mlflow: MlflowClient, lake: Lake, release: Artifact, home: Path) -> str:
    """Log the release's figures, settings, datasets, curves and report as one finished MLflow run."""
    from mlflow.entities import Metric, Param, RunTag

    lineage: dict[str, Any] = json.loads(lake.path(release, "lineage.json").read_text("utf-8"))
    metrics: Mapping[str, float] = json.loads(lake.path(release, "metrics.json").read_text("utf-8"))
    run = mlflow.create_run(
        _experiment(mlflow, home), run_name=f"{release.snapshot} {release.fingerprint}", tags={}
    )
    run_id = run.info.run_id
    made_at = int(run.info.start_time)
    params = [
        Param(f"{node['stage']}.{key}", str(value)[:500])
        for node in lineage.values()
        if node["stage"] in ("dedup", "mix", "tokenizer", "pretrain", "sft", "align")
        for key, value in sorted(node["config"].items())
    ]
    unique = {param.key: param for param in params}
    mlflow.log_batch(
        run_id,
        metrics=[Metric(key, float(value), made_at, 0) for key, value in sorted(metrics.items())],
        params=list(unique.values())[:100],
        tags=[RunTag(RELEASE_TAG, release.uri)],
    )
    _log_datasets(mlflow, run_id, lake, lineage)
    for path in lineage:
        if path.startswith("checkpoint/"):
            _log_curve(mlflow, run_id, lake, lake.artifact_at(path), made_at)
        if path.startswith("report/"):
            report = lake.artifact_at(path)
            for name in ("report.html", "report.md", "report.json"):
                mlflow.log_artifact(run_id, str(lake.path(report, name)))
    mlflow.log_artifact(run_id, str(lake.path(release, "lineage.json")))
    mlflow.set_terminated(run_id)
    return str(run_id)


def _experiment(mlflow: MlflowClient, home: Path) -> str:
    found = mlflow.get_experiment_by_name(EXPERIMENT)
    if found is not None:
        return str(found.experiment_id)
    place = (home.absolute() / "mlartifacts").as_uri()
    return str(mlflow.create_experiment(EXPERIMENT, artifact_location=place))


def _log_datasets(
    mlflow: MlflowClient, run_id: str, lake: Lake, lineage: Mapping[str, Mapping[str, Any]]
) -> None:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    inputs = [
        DatasetInput(
            Dataset(
                name=f"{node['stage']} {node['snapshot']}",
                digest=str(node["content_digest"])[:36],
                source_type="local" if "://" not in lake.uri else "s3",
                source=json.dumps({"uri": f"{lake.uri}/{path}"}),
                profile=json.dumps({"rows": node["rows_out"]}),
            ),
            [InputTag("mlflow.data.context", str(node["stage"]))],
        )
        for path, node in lineage.items()
        if node["stage"] in ("crawl", "import", "dedup", "mix", "conversations")
    ]
    mlflow.log_inputs(run_id, inputs)


def _log_curve(mlflow: MlflowClient, run_id: str, lake: Lake, checkpoint: Artifact, made_at: int) -> None:
    from mlflow.entities import Metric

    points = [
        Metric(f"{checkpoint.stage}.{key}", float(line[key]), made_at, int(line["step"]))
        for line in map(json.loads, lake.path(checkpoint, "metrics.jsonl").read_text("utf-8").splitlines())
        for key in ("loss_nats", "validation_loss_nats", "learning_rate", "tokens_per_s")
        if line.get(key) is not None
    ]
    for begin in range(0, len(points), 1000):
        mlflow.log_batch(run_id, metrics=points[begin : begin + 1000])


def follow(tracking_uri: str, name: str, lake: Lake, candidate: int | None = None) -> None:
    """Set the aliases to what the lake's history says: champion, previous and, if given, candidate.

    A release that this registry does not know gets no alias: a registry can be lost, the history is not.
    """
    mlflow = client(tracking_uri)
    entries = history(lake)
    wanted: dict[str, int | None] = {"candidate": candidate}
    if entries:
        before = replaced_release(entries)
        wanted["champion"] = find_version(mlflow, name, f"{lake.uri}/{entries[-1].release}")
        wanted["previous"] = find_version(mlflow, name, f"{lake.uri}/{before}") if before else None
    aliases = dict(mlflow.get_registered_model(name).aliases)
    for alias, version in wanted.items():
        if version is not None and str(aliases.get(alias)) != str(version):
            mlflow.set_registered_model_alias(name, alias, str(version))
