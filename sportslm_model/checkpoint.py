"""Model folders and training checkpoints: written whole or not at all, checked before they are trusted.

    config.json weights.safetensors tokenizer.json tokenizer_config.json   the model
    training.json                                                          how it came to be (no clock in it)
    state.safetensors state.json                                           what continuing needs, and every
                                                                           file's size and SHA-256

Nothing is ever pickled, and nothing pickled is ever read: loading a pickle runs code of its writer.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from pydantic import ValidationError
from torch import Tensor

from .config import ModelConfig
from .tokenizer import Tokenizer
from .transformer import Transformer

FORMAT = 1
ARCHITECTURE = "transformer"
CONFIG_FILE = "config.json"
WEIGHTS_FILE = "weights.safetensors"
TRAINING_FILE = "training.json"
STATE_TENSORS_FILE = "state.safetensors"
STATE_FILE = "state.json"
PICKLE_SUFFIXES = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"}
KEPT_CHECKPOINTS = 2

logger = logging.getLogger(__name__)


class CheckpointError(ValueError):
    """A model folder that cannot be trusted: incomplete, altered, pickled, or of another kind."""


@dataclass
class TrainingState:
    """What a job needs to go on where it stopped.

    Attributes:
        values: JSON-able facts (step, loader position, losses so far).
        tensors: optimizer moments and random generators, by name.
    """

    values: dict[str, Any] = field(default_factory=dict)
    tensors: dict[str, Tensor] = field(default_factory=dict)


def save_model(
    folder: Path,
    model: Transformer,
    tokenizer: Tokenizer,
    training: Mapping[str, Any],
    state: TrainingState | None = None,
) -> None:
    """Write a model folder so that a reader sees all of it or none.

    A folder that does not exist yet appears by one rename. Into one that does (a container's mounted
    ``model/``) files are renamed one by one, the list of hashes last.
    """
    state = state or TrainingState()
    temporary = folder.parent / f".{folder.name}.tmp-{os.getpid()}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        described = {"format": FORMAT, "architecture": ARCHITECTURE, **model.config.model_dump(mode="json")}
        (temporary / CONFIG_FILE).write_bytes(_json_bytes(described))
        _write_tensors(temporary / WEIGHTS_FILE, model.state_dict())
        for name, data in tokenizer.files.items():
            (temporary / name).write_bytes(data)
        (temporary / TRAINING_FILE).write_bytes(_json_bytes(dict(training)))
        _write_tensors(temporary / STATE_TENSORS_FILE, state.tensors)
        files = {path.name: _size_and_hash(path) for path in sorted(temporary.iterdir())}
        body = {"format": FORMAT, "files": files, "state": state.values}
        (temporary / STATE_FILE).write_bytes(_json_bytes(body | {"digest": _digest(body)}))
        _flush(temporary)
        if folder.exists():
            for name in [*files, STATE_FILE]:
                os.replace(temporary / name, folder / name)
        else:
            os.rename(temporary, folder)
        _fsync(folder.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def load_model(folder: Path, device: str | torch.device = "cpu") -> Transformer:
    """Return the model in a folder, its files checked, in fp32 and ready to score or decode.

    Raises:
        CheckpointError: if the folder is incomplete, altered, truncated, pickled or of another architecture.
    """
    config = load_config(folder)
    verify(folder)
    weights = _read_tensors(folder / WEIGHTS_FILE)
    with torch.device("meta"):
        model = Transformer(config)
    needed = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    if needed != found:
        names = [name for name in sorted(needed | found) if needed.get(name) != found.get(name)]
        raise CheckpointError(
            f"{folder / WEIGHTS_FILE} does not hold the model its {CONFIG_FILE} describes: {names[0]} is "
            f"{found.get(names[0])}, needed {needed.get(names[0])} ({len(names)} such); "
            "the two files are of different models"
        )
    # Copied, not mapped: where a tensor lies in a file decides which kernel rounds it how.
    model = model.to_empty(device=device)
    model.load_state_dict(weights)
    return model.eval().requires_grad_(False)


def load_config(folder: Path) -> ModelConfig:
    """Return the dimensions of the model in a folder.

    Raises:
        CheckpointError: if there is no model there, or it is pickled, or of another format or architecture.
    """
    path = folder / CONFIG_FILE
    if not (folder / WEIGHTS_FILE).is_file():
        pickles = sorted(p.name for p in folder.glob("*") if p.suffix in PICKLE_SUFFIXES)
        if pickles:
            raise CheckpointError(
                f"{folder} holds {pickles[0]}, a pickle, which could run code when read; "
                f"needed {WEIGHTS_FILE}: convert it to safetensors where you trust it"
            )
        raise CheckpointError(f"{folder} holds no model: {WEIGHTS_FILE} is missing")
    values = _read_json(path)
    if values.get("format") != FORMAT or values.get("architecture") != ARCHITECTURE:
        raise CheckpointError(
            f"{path} says format {values.get('format')!r}, architecture {values.get('architecture')!r}; "
            f"this version reads format {FORMAT}, architecture {ARCHITECTURE!r}"
        )
    try:
        return ModelConfig.model_validate(
            {k: v for k, v in values.items() if k not in ("format", "architecture")}
        )
    except ValidationError as error:
        raise CheckpointError(f"{path} does not describe a model: {error.errors()[0]['msg']}") from error


def load_state(folder: Path) -> TrainingState:
    """Return what continuing a training job needs.

    Raises:
        CheckpointError: if the folder holds none, or its files are not the ones that were written.
    """
    if not (folder / STATE_FILE).is_file():
        raise CheckpointError(
            f"{folder} holds a model but no training state ({STATE_FILE}); it can only start a new job"
        )
    verify(folder)
    return TrainingState(_read_json(folder / STATE_FILE)["state"], _read_tensors(folder / STATE_TENSORS_FILE))


def verify(folder: Path) -> None:
    """Check every file of a model folder against the sizes and hashes written with it, where it has them.

    Raises:
        CheckpointError: naming the first file that is missing, cut short or altered.
    """
    path = folder / STATE_FILE
    if not path.is_file():
        return
    body = _read_json(path)
    digest = body.pop("digest", None)
    if digest != _digest(body):
        raise CheckpointError(
            f"{path} was altered after it was written; restore the folder or use an older checkpoint"
        )
    for name, (size, sha256) in body["files"].items():
        if not (folder / name).is_file():
            raise CheckpointError(f"{folder} is incomplete: {name} is missing; use an older checkpoint")
        found_size = (folder / name).stat().st_size
        if found_size != size:
            raise CheckpointError(
                f"{folder / name} has {found_size} bytes, {size} were written: it was cut short or replaced; "
                "use an older checkpoint"
            )
        if _size_and_hash(folder / name)[1] != sha256:
            raise CheckpointError(
                f"{folder / name} was altered after it was written; use an older checkpoint"
            )


def model_digest(folder: Path) -> str:
    """Return the identity of a model: a SHA-256 over its configuration, weights and tokenizer."""
    names = (CONFIG_FILE, WEIGHTS_FILE, "tokenizer.json")
    return _digest([_size_and_hash(folder / name)[1] for name in names])


def checkpoint_folder(checkpoints: Path, step: int) -> Path:
    """Return where the checkpoint after ``step`` optimizer steps lies."""
    return checkpoints / f"step-{step:06d}"


def newest_checkpoint(checkpoints: Path) -> Path | None:
    """Return the newest checkpoint whose files are whole, or None; broken ones are skipped with a warning."""
    for folder in _newest_first(checkpoints):
        try:
            load_config(folder)
            load_state(folder)
            return folder
        except CheckpointError as error:
            logger.warning("skipping checkpoint %s: %s", folder.name, error)
    return None


def prune_checkpoints(checkpoints: Path) -> None:
    """Delete all but the two newest checkpoints, and what a killed save left behind."""
    for folder in _newest_first(checkpoints)[KEPT_CHECKPOINTS:]:
        shutil.rmtree(folder)
    for folder in checkpoints.glob(".step-*.tmp-*"):
        shutil.rmtree(folder)


def _newest_first(checkpoints: Path) -> list[Path]:
    folders = [folder for folder in checkpoints.glob("step-*") if folder.name.removeprefix("step-").isdigit()]
    return sorted(folders, key=lambda folder: int(folder.name.removeprefix("step-")), reverse=True)


def _write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    safetensors.torch.save_file(
        {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, path
    )


def _read_tensors(path: Path) -> dict[str, Tensor]:
    with path.open("rb") as file:
        start = file.read(2)
    if start == b"PK" or start[:1] == b"\x80":
        raise CheckpointError(
            f"{path} is a pickle under a safetensors name; refused, since reading it could run code"
        )
    try:
        tensors: dict[str, Tensor] = safetensors.torch.load_file(path)
    except (safetensors.SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{path} is not a whole safetensors file ({error}); use an older checkpoint"
        ) from error
    return tensors


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CheckpointError(f"{path} cannot be read ({error}); use an older checkpoint") from error
    if not isinstance(values, dict):
        raise CheckpointError(f"{path} holds {type(values).__name__}, needed a JSON object")
    return values


def _json_bytes(values: Mapping[str, Any]) -> bytes:
    return (json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")


def _digest(value: object) -> str:
    return hashlib.sha256(
        json.dumps(value, sort_keys=True, separators=(",", ":")).encode("utf-8")
    ).hexdigest()


def _size_and_hash(path: Path) -> list[int | str]:
    with path.open("rb") as file:
        return [path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()]


def _flush(folder: Path) -> None:
    for path in folder.iterdir():
        _fsync(path)
    _fsync(folder)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
