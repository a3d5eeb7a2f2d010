"""Move the champion: behind floors, recorded in the lake first, the model loaded once before."""

from __future__ import annotations

import getpass
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tasks.lake import Artifact, Frozen, Lake, LakeError
from tasks.locks import held
from tasks.promotions import Promotion, champion, history, misses, record, replaced_release
from tasks.register.config import RegisterConfig
from tasks.register.registry import (
    RELEASE_TAG,
    client,
    follow,
    is_champion,
    register_version,
    registry_exists,
)


class Outcome(Frozen):
    """What came of a release: its version, the alias it has now, and why."""

    model: str
    version: int
    alias: str
    decision: str


def settle(lake: Lake, release: Artifact, config: RegisterConfig, tracking_uri: str, home: Path) -> Outcome:
    """Register a release and, if it reaches every floor, make it champion. Asking again changes nothing."""
    with held(home / "registry.lock"):  # of two runs that end at once, one registers and the other finds it
        return _settle(lake, release, config, tracking_uri, home)


def _settle(lake: Lake, release: Artifact, config: RegisterConfig, tracking_uri: str, home: Path) -> Outcome:
    name = config.model_name
    current = champion(lake)
    if (
        current is not None
        and current.release == release.folder
        and is_champion(tracking_uri, name, release.uri)
    ):
        said = "it is the champion already"
        return Outcome(model=name, version=current.version, alias="champion", decision=said)
    version = register_version(lake, release, name, tracking_uri, home)
    if current is not None and current.release == release.folder:  # the registry was lost, the lake was not
        said = f"registered again; it has been champion since {current.at}"
        if version == current.version:
            follow(tracking_uri, name, lake, candidate=version)
        else:
            promote(lake, release, version, name, tracking_uri, said, current.decision)
        return Outcome(model=name, version=version, alias="champion", decision=said)
    metrics: Mapping[str, float] = json.loads(lake.path(release, "metrics.json").read_text("utf-8"))
    missed = misses(metrics, config.floors)
    if missed or not config.promote:
        follow(tracking_uri, name, lake, candidate=version)
        why = f"floors not reached: {'; '.join(missed)}" if missed else "register.promote is off"
        return Outcome(model=name, version=version, alias="candidate", decision=why)
    passed = [
        f"{metric} {metrics[metric]:.4g} reaches its floor {floor:g}"
        for metric, floor in config.floors.items()
    ]
    why = "every floor reached" if passed else "no floors are set"
    promote(lake, release, version, name, tracking_uri, why, passed)
    return Outcome(model=name, version=version, alias="champion", decision=why)


def promote(
    lake: Lake,
    release: Artifact,
    version: int,
    name: str,
    tracking_uri: str,
    why: str,
    decision: Sequence[str],
) -> Promotion:
    """Make a registered release champion: load it once, write the history, let the aliases follow.

    Raises:
        LakeError: if the model does not load.
        PromotionTakenError: if another promotion came first.
    """
    _load_once(lake, release)
    entries = history(lake)
    entry = Promotion(
        number=entries[-1].number + 1 if entries else 1,
        version=version,
        model=name,
        release=release.folder,
        replaces=entries[-1].version if entries else None,
        why=why,
        who=getpass.getuser(),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        decision=tuple(decision),
    )
    record(lake, entry)
    follow(tracking_uri, name, lake, candidate=version)
    return entry


def promote_version(lake: Lake, version: int, name: str, tracking_uri: str, why: str) -> Promotion:
    """Make a registered version champion because a person says so, and say why.

    Raises:
        ValueError: if there is no such version, or it is champion already, or no reason is given.
    """
    from mlflow.exceptions import MlflowException

    if not why.strip():
        raise ValueError("a promotion by hand needs a reason (--why)")
    current = champion(lake)
    if current is not None and current.version == version:
        raise ValueError(f"version {version} of {name} is the champion already")
    unknown = f"no version {version} of {name}; sportslm models list shows those there are"
    if not registry_exists(tracking_uri):
        raise ValueError(unknown)
    try:
        found = client(tracking_uri).get_model_version(name, str(version))
    except MlflowException as error:
        raise ValueError(unknown) from error
    place = str(found.tags.get(RELEASE_TAG, ""))
    folder = place.removeprefix(f"{lake.uri}/")
    if folder == place:
        raise ValueError(f"version {version} of {name} was made in another lake ({place or 'unknown'})")
    return promote(lake, lake.artifact_at(folder), version, name, tracking_uri, why, ("by hand",))


def roll_back(lake: Lake, name: str, tracking_uri: str, why: str, home: Path) -> Promotion:
    """Make the version that was champion before champion again.

    Raises:
        ValueError: if there was none before.
    """
    entries = history(lake)
    folder = replaced_release(entries) if entries else None
    if folder is None:
        raise ValueError(
            "there is no earlier champion to go back to; sportslm models history shows what there was"
        )
    release = lake.artifact_at(folder)
    version = register_version(lake, release, name, tracking_uri, home)
    return promote(lake, release, version, name, tracking_uri, why or "rollback", ("rollback",))


def _load_once(lake: Lake, release: Artifact) -> None:
    from sportslm_model.generation import ChatSession, Sampling

    folder = lake.folder_with(release, "weights.safetensors")
    try:
        list(ChatSession.open(folder, Sampling(max_tokens=2)).reply("Who won?"))
    except (ValueError, RuntimeError, OSError) as error:
        raise LakeError(f"{release.uri} does not load ({error}); it was not promoted") from error
