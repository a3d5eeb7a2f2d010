"""What earlier snapshots hold of the documents that this one's are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.counts import Counts
from tasks.dedup.band_index import PAGE_KEY, read_keys
from tasks.dedup.candidates import Places, read_pairs
from tasks.dedup.config import DedupConfig
from tasks.schema import RECALLED

RECALLED_FILE = "recalled.parquet"


def recall(
    pairs: Sequence[Path],
    index: Sequence[Path],
    unique: Sequence[Sequence[Path]],
    config: DedupConfig,
    out: Path,
) -> Counts:
    """Write ``recalled.parquet``: the earlier documents among candidate pairs, by place; texts of kept ones.

    Args:
        pairs: the pairs of every key column. index: every earlier snapshot's part of the index, oldest first.
        unique: every earlier snapshot's ``unique.parquet`` files, in the order of ``index``.

    Raises:
        ValueError: if the unique documents are not those of the index.
    """
    sizes = [pq.read_metadata(path).num_rows for path in index]
    starts = np.cumsum([0, *sizes])
    wanted = _old_places(pairs, int(starts[-1]))
    parts: list[pa.Table] = [RECALLED.empty_table()]
    for number, path in enumerate(index):
        here = wanted[(wanted >= starts[number]) & (wanted < starts[number + 1])] - starts[number]
        if len(here):
            part = _recalled(path, unique[number] if number < len(unique) else (), here, config)
            parts.append(part.append_column("place", pa.array(here + starts[number])).select(RECALLED.names))
    table = pa.concat_tables(parts)
    pq.write_table(table, out / RECALLED_FILE, compression="none")
    return Counts(0, 0, extra={"earlier_documents_read": table.num_rows})


def _old_places(pairs: Sequence[Path], num_old: int) -> Places:
    """Return the distinct earlier places among pairs that belong to earlier snapshots."""
    found = [np.zeros(0, np.int64)]
    for path in pairs:
        earlier = read_pairs(path, num_old, 2**32 - 1)[:, 1]
        found.append(np.unique(earlier[earlier < num_old]).astype(np.int64))
    return np.unique(np.concatenate(found))


def _recalled(path: Path, unique: Sequence[Path], rows: Places, config: DedupConfig) -> pa.Table:
    """Return rows of a part of the index, with the texts of those kept."""
    table = read_keys(path, config, ["id", "kept", "cluster", PAGE_KEY])
    kept = table.column("kept").to_numpy()
    row_in_unique = np.cumsum(kept) - 1
    table = table.take(rows)
    texts: list[str | None] = [None] * len(rows)
    wanted = np.flatnonzero(kept[rows])
    ids = table.column("id").take(wanted).to_pylist()
    found = _texts(unique, row_in_unique[rows[wanted]], int(kept.sum()), path)
    for at, id_, (found_id, text) in zip(wanted.tolist(), ids, found, strict=True):
        if id_ != found_id:
            raise ValueError(
                f"{path} and the unique.parquet beside it are not of one build: {id_} is {found_id} there; "
                "rebuild that snapshot (sportslm stage dedup --refresh)"
            )
        texts[at] = text
    return table.append_column("text", pa.array(texts, pa.string()))


def _texts(unique: Sequence[Path], rows: Places, num_kept: int, index: Path) -> list[tuple[str, str]]:
    """Return (id, text) of rows, ascending, of files one after another; reads their row groups only."""
    found: list[tuple[str, str]] = []
    start = 0
    for path in unique:
        file = pq.ParquetFile(path)
        for group in range(file.num_row_groups):
            size = file.metadata.row_group(group).num_rows
            here = rows[(rows >= start) & (rows < start + size)] - start
            start += size
            if len(here):
                read: Any = file.read_row_group(group, columns=["id", "text"]).take(here)
                found += zip(*read.to_pydict().values(), strict=True)
    if start != num_kept:
        raise ValueError(
            f"{index} says that its snapshot kept {num_kept:,} documents, the unique.parquet given hold "
            f"{start:,}; earlier texts are missing: give those of every snapshot of the chain, or rebuild it"
        )
    return found
