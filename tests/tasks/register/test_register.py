"""A real release of a random model, registered in a real MLflow on SQLite, promoted, lost, found again."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from mlflow import MlflowClient

from sportslm_model.checkpoint import save_model
from sportslm_model.presets import preset
from sportslm_model.tokenizer import Tokenizer
from sportslm_model.transformer import Transformer
from tasks.counts import Counts
from tasks.lake import Artifact, Lake, LakeError
from tasks.promotions import champion, history
from tasks.register.config import RegisterConfig
from tasks.register.promote import promote_version, roll_back, settle
from tasks.register.registry import is_champion
from tasks.register.task import STAGE
from tasks.register.versions import find_release, list_versions
from tasks.stage import Attempt, Stage, build_artifact
from tests.sportslm_model.conftest import tokenizer, tokenizer_folder
from tests.tasks.stages import SERIAL, SNAPSHOT, NoConfig

__all__ = ["tokenizer", "tokenizer_folder"]

pytestmark = pytest.mark.slow

OPEN = RegisterConfig()
STRICT = RegisterConfig(floors={"bits_per_byte": 0.5})


def made(lake: Lake, name: str, kind: str, write: Callable[[Path], Counts]) -> Artifact:
    def build(attempt: Attempt) -> Counts:
        return attempt.one(write)

    stage = Stage(name=name, artifact=kind, version=1, build=build, code=("tasks.counts",))
    return build_artifact(lake, stage, SNAPSHOT, NoConfig(), {}, SERIAL)


def release(lake: Lake, tokenizer: Tokenizer, seed: int) -> Artifact:
    """Package a model with random weights that scored ``seed`` bits per byte."""

    def checkpoint(out: Path) -> Counts:
        torch.manual_seed(seed)
        model = Transformer(preset("tiny", tokenizer.vocab_size, context_length=64))
        save_model(out / "model", model, tokenizer, {"seed": seed})
        for path in (out / "model").iterdir():
            path.rename(out / path.name)
        (out / "model").rmdir()
        (out / "metrics.jsonl").write_text('{"step": 1, "loss_nats": 2.5, "learning_rate": 0.1}\n')
        return Counts(1, 1)

    def report(out: Path) -> Counts:
        (out / "report.json").write_text(json.dumps({"metrics": {"bits_per_byte": float(seed)}}))
        for name in ("report.html", "report.md"):
            (out / name).write_text(f"{seed} bits per byte")
        return Counts(1, 1)

    inputs = {
        "checkpoint": [made(lake, f"seed{seed}", "checkpoint", checkpoint)],
        "report": [made(lake, f"scores{seed}", "report", report)],
        "tokenizer": [],
    }
    return build_artifact(lake, STAGE, SNAPSHOT, OPEN, inputs, SERIAL)


class House:
    """A lake with two releases, and a registry."""

    def __init__(self, home: Path, tokenizer: Tokenizer) -> None:
        self.home = home
        self.lake = Lake(str(home / "lake"))
        self.first, self.second = (release(self.lake, tokenizer, seed) for seed in (1, 2))
        self.uri = f"sqlite:///{home / 'mlflow.db'}"

    def settle(self, which: Artifact, config: RegisterConfig = OPEN) -> tuple[int, str, str]:
        outcome = settle(self.lake, which, config, self.uri, self.home)
        return outcome.version, outcome.alias, outcome.decision

    def aliases(self) -> dict[str, str]:
        found = MlflowClient(self.uri).get_registered_model("sportslm").aliases
        return {alias: str(version) for alias, version in found.items()}

    def lose_registry(self) -> None:
        """Go on with an empty one (a deleted SQLite file lives on in this process's connections)."""
        self.uri = f"sqlite:///{self.home / 'new.db'}"


@pytest.fixture
def house(tmp_path: Path, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    return House(tmp_path, tokenizer)


def test_release_is_settled_once_and_a_lost_registry_is_made_again(house: House) -> None:
    assert list_versions("sportslm", house.uri) == []
    with pytest.raises(ValueError, match="no model '1'"):
        find_release(house.lake, "sportslm", house.uri, "1")
    with pytest.raises(ValueError, match="no version 1 of sportslm"):
        promote_version(house.lake, 1, "sportslm", house.uri, "why not")
    assert not (house.home / "mlflow.db").exists(), "looking made a registry"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: house.settle(house.first), range(4)))
    assert {outcome[:2] for outcome in outcomes} == {(1, "champion")}
    assert sorted(outcome[2] for outcome in outcomes) == ["it is the champion already"] * 3 + [
        "no floors are set"
    ]
    assert len(history(house.lake)) == 1
    assert house.aliases() == {"candidate": "1", "champion": "1"}

    assert house.settle(house.second, STRICT) == (
        2,
        "candidate",
        "floors not reached: bits_per_byte: 2, needed at most 0.5",
    )
    quiet = RegisterConfig(promote=False)
    assert house.settle(house.second, quiet) == (2, "candidate", "register.promote is off")
    assert house.aliases() == {"candidate": "2", "champion": "1"}
    entry = promote_version(house.lake, 2, "sportslm", house.uri, "a person said so")
    assert (entry.number, entry.version, entry.replaces, entry.why, entry.decision) == (
        2,
        2,
        1,
        "a person said so",
        ("by hand",),
    )
    assert entry.who
    assert house.aliases() == {"candidate": "2", "champion": "2", "previous": "1"}
    assert find_release(house.lake, "sportslm", house.uri, "champion") == house.second
    assert find_release(house.lake, "sportslm", house.uri, "previous") == house.first
    listed = list_versions("sportslm", house.uri)
    assert [(row["version"], row["aliases"], row["bits_per_byte"]) for row in listed] == [
        (2, ["candidate", "champion"], 2.0),
        (1, ["previous"], 1.0),
    ]

    # In a new registry the champion is version 1: the history says so, and going back still finds the other.
    house.lose_registry()
    version, alias, decision = house.settle(house.second)
    assert (version, alias) == (1, "champion")
    assert decision.startswith("registered again; it has been champion since ")
    now = champion(house.lake)
    assert now is not None
    assert (now.number, now.version, now.release) == (3, 1, house.second.folder)
    assert house.settle(house.second)[2] == "it is the champion already"
    back = roll_back(house.lake, "sportslm", house.uri, "worse", house.home)
    assert (back.number, back.version, back.release, back.replaces) == (4, 2, house.first.folder, 1)
    assert house.aliases() == {"candidate": "2", "champion": "2", "previous": "1"}
    assert is_champion(house.uri, "sportslm", house.first.uri)
    assert not is_champion(house.uri, "sportslm", house.second.uri)


def test_release_whose_aliases_were_left_behind_is_mended(house: House) -> None:
    house.settle(house.first)
    client = MlflowClient(house.uri)
    client.delete_registered_model_alias("sportslm", "champion")  # as if killed between history and registry
    assert house.settle(house.first)[:2] == (1, "champion")
    assert house.aliases()["champion"] == "1"
    assert len(history(house.lake)) == 1
    with pytest.raises(ValueError, match="no earlier champion to go back to"):
        roll_back(house.lake, "sportslm", house.uri, "", house.home)
    with pytest.raises(ValueError, match="is the champion already"):
        promote_version(house.lake, 1, "sportslm", house.uri, "again")


def test_release_that_does_not_load_is_not_promoted(house: House) -> None:
    house.settle(house.first)
    weights = house.lake.path(house.second, "weights.safetensors")
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(LakeError, match="is not the file its manifest lists"):
        house.settle(house.second)
    assert [entry.release for entry in history(house.lake)] == [house.first.folder]
    assert house.aliases()["champion"] == "1"


def test_release_holds_card_lineage_and_no_pickle(house: House) -> None:
    names = {file.name.removeprefix("00000/") for file in house.lake.manifest(house.first).files}
    assert {"model_card.md", "lineage.json", "metrics.json", "mlflow_model/MLmodel"} <= names
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".pt", ".bin"))]
    lineage = json.loads(house.lake.path(house.first, "lineage.json").read_text())
    assert {node["stage"] for node in lineage.values()} == {"seed1", "scores1"}
    inputs = {name: [house.lake.artifact_at(f) for f in made] for name, made in house.first.inputs.items()}
    again = build_artifact(house.lake, STAGE, SNAPSHOT, OPEN, inputs, replace(SERIAL, refresh=True))
    assert again == house.first, "packaging twice gives two releases"
