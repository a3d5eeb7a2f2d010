"""A tokenized dataset as a training job receives it: memory-mapped shards and a table of documents.

``dataset/dataset.json`` names the shards (files under ``tokens/``) and groups; ``dataset/train.npy`` and
``validation.npy`` hold one row a document. A document's tokens are a slice of one shard; the end token
between documents is the loader's to add.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

DATASET_FILE = "dataset.json"
DOCUMENT = np.dtype(
    [("shard", "<i4"), ("begin", "<i8"), ("length", "<i8"), ("group", "<i4"), ("num_bytes", "<i8")]
)
Split = Literal["train", "validation"]


class Group(BaseModel):
    """Documents that are sampled alike."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="Sport and kind, as football/news")
    weight: float = Field(description="Times each document is seen in an epoch; a fraction is a chance", ge=0)


class DatasetDescription(BaseModel):
    """What ``dataset.json`` says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = Field(description="Version of this layout")
    fingerprint: str = Field(
        description="Identity of the dataset; a loader resumes on no other", min_length=1
    )
    dtype: Literal["uint16", "uint32"] = Field(description="Integer type of the shards, little-endian")
    vocab_size: int = Field(description="Tokens of the tokenizer that made it", ge=1)
    end_id: int = Field(description="Id that the loader puts after each document", ge=0)
    shards: tuple[str, ...] = Field(description="Shard files, relative to the tokens channel")
    groups: tuple[Group, ...] = Field(description="Groups that documents refer to by number")


@dataclass(frozen=True)
class Dataset:
    """One split: its description, its documents, and the shards they lie in."""

    description: DatasetDescription
    documents: NDArray[np.void]
    shards: list[NDArray[np.unsignedinteger]]

    def tokens(self, document: int) -> NDArray[np.unsignedinteger]:
        """Return one document's ids, without an end token, as a view of its shard."""
        row = self.documents[document]
        shard = self.shards[row["shard"]]
        view: NDArray[np.unsignedinteger] = shard[row["begin"] : row["begin"] + row["length"]]
        return view


def load_dataset(dataset: Path, tokens: Path, split: Split) -> Dataset:
    """Return one split of a dataset, its shards memory-mapped.

    Args:
        dataset: the dataset channel.
        tokens: the tokens channel, which the shard names are relative to.
        split: which documents.

    Raises:
        ValueError: if a file is missing or malformed, or a document lies outside its shard.
    """
    description = _load_description(dataset / DATASET_FILE)
    path = dataset / f"{split}.npy"
    try:
        documents = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{path} cannot be read ({error}); rebuild the mixture (sportslm stage mix)"
        ) from error
    if documents.dtype != DOCUMENT:
        raise ValueError(f"{path} has columns {documents.dtype}, needed {DOCUMENT}; rebuild the mixture")
    shards = [_map_shard(tokens, name, description.dtype) for name in description.shards]
    lengths = np.array([len(shard) for shard in shards], dtype=np.int64)
    known = (documents["shard"] >= 0) & (documents["shard"] < len(shards))
    known &= (documents["group"] >= 0) & (documents["group"] < len(description.groups))
    if not known.all():
        raise ValueError(
            f"{path} row {int(np.argmin(known))} names a shard or group that {DATASET_FILE} does not list"
        )
    inside = (documents["begin"] >= 0) & (documents["length"] >= 0)
    if len(documents):
        inside &= documents["begin"] + documents["length"] <= lengths[documents["shard"]]
    if not inside.all():
        row = documents[np.argmin(inside)]
        raise ValueError(
            f"a document at tokens {row['begin']} to {row['begin'] + row['length']} lies outside shard "
            f"{description.shards[row['shard']]} ({lengths[row['shard']]} tokens); "
            "the shard was cut short or is of another snapshot"
        )
    return Dataset(description, documents, shards)


def _load_description(path: Path) -> DatasetDescription:
    try:
        return DatasetDescription.model_validate(json.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{path} cannot be read ({error}); needed the dataset channel of a training job"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(
            f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}; rebuild the mixture"
        ) from error


def _map_shard(tokens: Path, name: str, dtype: str) -> NDArray[np.unsignedinteger]:
    path = (tokens / name).resolve()
    if not path.is_relative_to(tokens.resolve()):
        raise ValueError(f"shard {name!r} lies outside the tokens channel")
    if not path.is_file():
        raise ValueError(f"shard {name} is not in the tokens channel {tokens}; encode its snapshot again")
    element = np.dtype(dtype).newbyteorder("<")
    size = path.stat().st_size
    if size % element.itemsize:
        raise ValueError(
            f"shard {name} has {size} bytes, no multiple of {element.itemsize}: it was cut short"
        )
    if size == 0:
        return np.zeros(0, dtype=element)
    return np.memmap(path, dtype=element, mode="r")
