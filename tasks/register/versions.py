"""Look registered models up: by alias or version, and as a list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tasks.lake import Artifact, Lake
from tasks.promotions import champion
from tasks.register.registry import RELEASE_TAG, client, registry_exists

ALIASES = ("champion", "candidate", "previous")


def find_release(lake: Lake, name: str, tracking_uri: str, model: str) -> Artifact:
    """Return the release that an alias or a version number names.

    The champion is looked up in the lake, whose history the registry follows.

    Raises:
        ValueError: if there is no such model, or its release lies in another lake.
    """
    if model == "champion":
        entry = champion(lake)
        if entry is None:
            raise ValueError(f"lake {lake.uri} has no champion yet: make one with `sportslm run`")
        return lake.artifact_at(entry.release)
    unknown = (
        f"no model {model!r}: needed a version number or one of {', '.join(ALIASES)} "
        "(sportslm models list shows those there are)"
    )
    if not registry_exists(tracking_uri):
        raise ValueError(unknown)
    from mlflow.exceptions import MlflowException

    registry = client(tracking_uri)
    try:
        found = (
            registry.get_model_version(name, model)
            if model.isdigit()
            else registry.get_model_version_by_alias(name, model)
        )
    except MlflowException as error:
        raise ValueError(unknown) from error
    place = str(found.tags.get(RELEASE_TAG, ""))
    if not place.startswith(f"{lake.uri}/"):
        raise ValueError(f"version {found.version} of {name} lies in another lake ({place or 'unknown'})")
    return lake.artifact_at(place.removeprefix(f"{lake.uri}/"))


def list_versions(name: str, tracking_uri: str) -> list[dict[str, Any]]:
    """Return the registered versions, newest first."""
    if not registry_exists(tracking_uri):
        return []
    registry = client(tracking_uri)
    found = registry.search_model_versions(f"name = '{name}'")
    if not found:
        return []
    aliases: dict[str, list[str]] = {}
    for alias, version in registry.get_registered_model(name).aliases.items():
        aliases.setdefault(str(version), []).append(alias)
    rows = []
    for version in sorted(found, key=lambda v: int(v.version), reverse=True):
        metrics = registry.get_run(version.run_id).data.metrics if version.run_id else {}
        rows.append(
            {
                "version": int(version.version),
                "aliases": sorted(aliases.get(str(version.version), [])),
                "bits_per_byte": _rounded(metrics.get("bits_per_byte")),
                "open_book_accuracy": _rounded(metrics.get("open_book_accuracy")),
                "made": datetime.fromtimestamp(version.creation_timestamp / 1000, UTC).isoformat(
                    timespec="seconds"
                ),
                "release": version.tags.get(RELEASE_TAG, ""),
            }
        )
    return rows


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
