"""What a pretraining job reads: token shards by hard link, and one row a document saying where it lies."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tasks.counts import Counts
from tasks.encode.shard import INDEX_FILE, TOKENS_FILE, load_tokenizer, token_dtype
from tasks.identity import digest
from tasks.mix.splits import Split
from tasks.schema import MIXTURE, TOKENS_INDEX, read_parquet

FORMAT = 1
ROW = np.dtype(
    [("shard", "<i4"), ("begin", "<i8"), ("length", "<i8"), ("group", "<i4"), ("num_bytes", "<i8")]
)


@dataclass(frozen=True)
class _Place:
    shard: int
    begin: int
    length: int
    num_bytes: int


def build_dataset(mixture: Path, tokens: Mapping[str, Sequence[Path]], tokenizer: Path, out: Path) -> Counts:
    """Write the ``dataset/`` and ``tokens/`` channels of a job under ``out``, tokens by link.

    Args:
        mixture: ``mixture.parquet``.
        tokens: for each snapshot, its shard folders (``tokens.bin`` and ``index.parquet``), in order.
        tokenizer: ``tokenizer.json``, for the vocabulary's size and the dataset's fingerprint.
        out: the job's ``input/data`` folder.

    Returns:
        rows of the mixture, documents in the dataset, excluded by reason; ``extra`` has tokens by split.

    Raises:
        ValueError: if a document of the mixture was never encoded.
    """
    vocab_size = load_tokenizer(tokenizer).get_vocab_size()
    names, places = _link_shards(tokens, out / "tokens")
    rows = read_parquet(mixture, MIXTURE).to_pylist()
    used = [row for row in rows if row["exclusion"] is None]
    groups = {row["group"]: row["weight"] for row in used}
    order = {name: position for position, name in enumerate(sorted(groups))}
    splits: dict[str, list[tuple[int, int, int, int, int]]] = {Split.TRAIN: [], Split.VALIDATION: []}
    for row in used:
        place = places.get((row["snapshot"], row["id"]))
        if place is None:
            raise ValueError(
                f"document {row['id']} of snapshot {row['snapshot']} is mixed in but in no token shard; "
                "encode that snapshot again (sportslm stage encode --refresh)"
            )
        splits[row["split"]].append(
            (place.shard, place.begin, place.length, order[row["group"]], place.num_bytes)
        )
    folder = out / "dataset"
    folder.mkdir(parents=True, exist_ok=True)
    for split, documents in splits.items():
        np.save(folder / f"{split}.npy", np.array(documents, dtype=ROW))
    description = {
        "format": FORMAT,
        "fingerprint": _fingerprint(tokenizer, used, places),
        "dtype": token_dtype(vocab_size).name,
        "vocab_size": vocab_size,
        "end_id": 0,
        "shards": names,
        "groups": [{"name": name, "weight": groups[name]} for name in sorted(groups)],
    }
    (folder / "dataset.json").write_text(json.dumps(description, indent=2, sort_keys=True) + "\n")
    return _counts(rows, splits)


def _link_shards(
    tokens: Mapping[str, Sequence[Path]], out: Path
) -> tuple[list[str], dict[tuple[str, str], _Place]]:
    names: list[str] = []
    places: dict[tuple[str, str], _Place] = {}
    for snapshot, folders in tokens.items():
        for number, folder in enumerate(folders):
            name = f"{snapshot}/shard-{number:05d}.bin"
            link_shard(folder / TOKENS_FILE, out / name)
            for row in read_parquet(folder / INDEX_FILE, TOKENS_INDEX).to_pylist():
                places[snapshot, row["id"]] = _Place(
                    len(names), row["begin"], row["length"], row["num_bytes"]
                )
            names.append(name)
    return names, places


def link_shard(source: Path, target: Path) -> None:
    """Make ``target`` the same file as ``source``: a hard link, or a symbolic one across file systems."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        target.symlink_to(source.resolve())


def _fingerprint(
    tokenizer: Path, used: Sequence[dict[str, object]], places: Mapping[tuple[str, str], _Place]
) -> str:
    """Return a digest of what training sees: an id names a text, and the tokenizer decides its tokens."""
    parts = [tokenizer.read_text(encoding="utf-8")]
    for row in used:
        place = places[str(row["snapshot"]), str(row["id"])]
        parts.append(
            f"{row['id']} {row['split']} {row['group']} {row['weight']} {place.length} {place.num_bytes}"
        )
    return digest(*parts)


def _counts(rows: Sequence[dict[str, object]], splits: Mapping[str, Sequence[tuple[int, ...]]]) -> Counts:
    dropped: dict[str, int] = {}
    for row in rows:
        if row["exclusion"] is not None:
            dropped[str(row["exclusion"])] = dropped.get(str(row["exclusion"]), 0) + 1
    extra = {f"{split}_tokens": sum(document[2] for document in splits[split]) for split in sorted(splits)}
    num_used = sum(len(documents) for documents in splits.values())
    return Counts(len(rows), num_used, dict(sorted(dropped.items())), extra)
