"""Model folders: what was saved comes back, and what was damaged or pickled does not."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from sportslm_model.checkpoint import (
    CheckpointError,
    TrainingState,
    checkpoint_folder,
    load_model,
    load_state,
    model_digest,
    newest_checkpoint,
    prune_checkpoints,
    save_model,
)
from sportslm_model.presets import preset
from sportslm_model.tokenizer import Tokenizer
from sportslm_model.transformer import Transformer


def model_of(tokenizer: Tokenizer, seed: int = 1) -> Transformer:
    model = Transformer(preset("tiny", tokenizer.vocab_size))
    model.initialise(seed)
    return model


@pytest.fixture
def folder(tokenizer: Tokenizer, tmp_path: Path) -> Path:
    """A whole checkpoint at ``checkpoints/step-000100``."""
    state = TrainingState({"step": 100}, {"rng.cpu": torch.arange(5)})
    path = checkpoint_folder(tmp_path / "checkpoints", 100)
    save_model(path, model_of(tokenizer), tokenizer, {"job": "pretrain"}, state)
    return path


def test_save_and_load_give_back_weights_tokenizer_and_state(folder: Path, tokenizer: Tokenizer) -> None:
    loaded = load_model(folder)
    for name, tensor in model_of(tokenizer).state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor)
    assert Tokenizer.load(folder).encode("Lions won") == tokenizer.encode("Lions won")
    state = load_state(folder)
    assert state.values == {"step": 100}
    assert torch.equal(state.tensors["rng.cpu"], torch.arange(5))
    assert sorted(path.name for path in folder.parent.iterdir()) == ["step-000100"]


def test_save_twice_gives_the_same_bytes_and_replaces_an_existing_model(
    tokenizer: Tokenizer, tmp_path: Path
) -> None:
    target = tmp_path / "model"
    target.mkdir()
    save_model(target, model_of(tokenizer, 1), tokenizer, {"job": "pretrain"})
    first = {path.name: path.read_bytes() for path in target.iterdir()}
    save_model(target, model_of(tokenizer, 2), tokenizer, {"job": "pretrain"})
    assert load_model(target) is not None
    assert (target / "weights.safetensors").read_bytes() != first["weights.safetensors"]
    save_model(target, model_of(tokenizer, 1), tokenizer, {"job": "pretrain"})
    assert {path.name: path.read_bytes() for path in target.iterdir()} == first


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 5)


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "said"), [(truncate, "cut short"), (flip_a_bit, "altered"), (os.remove, "missing")]
)
@pytest.mark.parametrize("name", ["weights.safetensors", "state.safetensors", "tokenizer.json"])
def test_load_of_a_damaged_file_names_it(
    folder: Path, name: str, damage: Callable[[Path], None], said: str
) -> None:
    damage(folder / name)
    with pytest.raises(CheckpointError, match=f"{name}.*{said}"):
        load_model(folder)
    assert newest_checkpoint(folder.parent) is None


def test_load_with_an_altered_state_file_is_refused(folder: Path) -> None:
    path = folder / "state.json"
    path.write_text(path.read_text("utf-8").replace('"step": 100', '"step": 900'), "utf-8")
    with pytest.raises(CheckpointError, match=r"state.json was altered"):
        load_state(folder)


class Bomb:
    """Runs code when unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return (os.mkdir, ("exploded",))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.safetensors"])
@pytest.mark.parametrize("write", [torch.save, lambda value, path: path.write_bytes(pickle.dumps(value))])
def test_load_of_a_pickle_is_refused_and_runs_nothing(
    folder: Path,
    name: str,
    write: Callable[[object, Path], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    (folder / "weights.safetensors").unlink()
    (folder / "state.json").unlink()
    write({"weights": Bomb()}, folder / name)
    with pytest.raises(CheckpointError, match="pickle"):
        load_model(folder)
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"architecture": "rwkv6"}, "architecture 'rwkv6'"),
        ({"format": 2}, "format 2"),
        ({"num_layers": 3}, r"blocks\.2\..* is None"),
        ({"d_ff": 200}, "needed"),
        ({"num_layers": 0}, "does not describe a model"),
    ],
)
def test_load_with_another_config_is_refused(folder: Path, change: dict[str, object], said: str) -> None:
    (folder / "state.json").unlink()
    values = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(values | change), "utf-8")
    with pytest.raises(CheckpointError, match=said):
        load_model(folder)


def test_newest_checkpoint_skips_a_broken_one_and_says_so(
    folder: Path, tokenizer: Tokenizer, caplog: pytest.LogCaptureFixture
) -> None:
    newer = checkpoint_folder(folder.parent, 1_000_000)
    save_model(newer, model_of(tokenizer, 2), tokenizer, {})
    assert newest_checkpoint(folder.parent) == newer
    truncate(newer / "weights.safetensors")
    assert newest_checkpoint(folder.parent) == folder
    assert "skipping checkpoint step-1000000" in caplog.text


def test_prune_checkpoints_keeps_the_two_newest_and_clears_leftovers(tmp_path: Path) -> None:
    for name in ("step-000900", "step-001000", "step-1000000", ".step-000950.tmp-77"):
        (tmp_path / name).mkdir()
    prune_checkpoints(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-001000", "step-1000000"]


def test_model_digest_follows_weights_and_not_training_state(tokenizer: Tokenizer, tmp_path: Path) -> None:
    for name, seed, steps in (("a", 1, 1), ("b", 1, 2), ("c", 2, 1)):
        save_model(tmp_path / name, model_of(tokenizer, seed), tokenizer, {"steps": steps})
    assert model_digest(tmp_path / "a") == model_digest(tmp_path / "b") != model_digest(tmp_path / "c")
