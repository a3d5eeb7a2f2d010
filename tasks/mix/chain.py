"""The chain of snapshots as files, and reading a mixture's texts back from it in arrival order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.schema import MIXTURE, UNIQUE, read_parquet


@dataclass(frozen=True)
class SnapshotFiles:
    """One snapshot's tables, wherever their shards lie.

    Attributes:
        snapshot: its name, ``20261120T0600Z``.
        unique: the ``unique.parquet`` shards.
        documents: the ``documents.parquet`` shards.
        gone: the ``gone.parquet`` shards: pages that its crawl found gone.
    """

    snapshot: str
    unique: Sequence[Path]
    documents: Sequence[Path] = ()
    gone: Sequence[Path] = ()


@dataclass(frozen=True)
class MixedText:
    """One document that the mixture uses, with its text."""

    id: str
    snapshot: str
    split: str
    group: str
    source: str
    kind: str
    events: tuple[str, ...]
    text: str


def mixed_texts(
    mixture: Path, chain: Sequence[SnapshotFiles], split: str | None = None
) -> Iterator[MixedText]:
    """Yield the documents a mixture does not exclude, in arrival order, one snapshot in memory at a time.

    Raises:
        ValueError: if a document of the mixture is in none of the chain's files.
    """
    rows = [
        row
        for row in read_parquet(mixture, MIXTURE).to_pylist()
        if row["exclusion"] is None and split in (None, row["split"])
    ]
    files = {part.snapshot: part for part in chain}
    position = 0
    while position < len(rows):
        snapshot = rows[position]["snapshot"]
        end = position
        while end < len(rows) and rows[end]["snapshot"] == snapshot:
            end += 1
        wanted = {row["id"] for row in rows[position:end]}
        found = _texts(files[snapshot], wanted) if snapshot in files else {}
        for row in rows[position:end]:
            if row["id"] not in found:
                raise ValueError(
                    f"document {row['id']} of the mixture is in none of the files of snapshot {snapshot}; "
                    "the mixture belongs to another chain: rebuild it (sportslm stage mix)"
                )
            source, kind, events, text = found[row["id"]]
            yield MixedText(row["id"], snapshot, row["split"], row["group"], source, kind, events, text)
        position = end


def _texts(part: SnapshotFiles, wanted: set[str]) -> dict[str, tuple[str, str, tuple[str, ...], str]]:
    found = {}
    for path in part.unique:
        for row in read_parquet(path, UNIQUE, ["id", "source", "kind", "events", "text"]).to_pylist():
            if row["id"] in wanted:
                found[row["id"]] = (row["source"], row["kind"], tuple(row["events"] or ()), row["text"])
    return found
