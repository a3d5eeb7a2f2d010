"""The order in which a snapshot's documents count as arrived, and random access to their texts.

Documents are signed file by file, in any order; what is decided about them is decided in arrival order. A
document's place is its age in the whole chain: earlier snapshots' documents first, then this one's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.counts import Counts
from tasks.schema import ARRIVAL, table_of

ARRIVAL_FILE = "arrival.parquet"
KEYS_FILE, TEXTS_FILE = "keys.parquet", "texts.arrow"
# Rows of a signed file's texts that are read together.
BATCH_ROWS = 512
# What a shard that reads texts may hold of them.
RANGE_BYTES = 128 * 2**20

Rows = NDArray[np.int64]


def arrange(keys: Sequence[Path], out: Path) -> Counts:
    """Write ``arrival.parquet``: each document's file and row, in arrival order (source, ordinal, id)."""
    parts = [table_of([], ARRIVAL)]
    columns = ["id", "source", "ordinal", "num_bytes"]
    for number, path in enumerate(keys):
        table = pq.read_table(path, columns=columns)
        size = table.num_rows
        table = table.append_column("file", pa.array(np.full(size, number, dtype=np.int32)))
        parts.append(table.append_column("row", pa.array(np.arange(size, dtype=np.int32))))
    table = pa.concat_tables(parts, promote_options="default")
    order = pc.sort_indices(
        table, sort_keys=[("source", "ascending"), ("ordinal", "ascending"), ("id", "ascending")]
    )
    table = table.take(order).select(ARRIVAL.names).cast(ARRIVAL)
    pq.write_table(table, out / ARRIVAL_FILE, compression="none")
    return Counts(table.num_rows, table.num_rows)


def in_arrival_order(keys: Sequence[Path], arrival: Path, name: str) -> NDArray[np.uint64]:
    """Return one column of the signed files, in arrival order."""
    columns = [pq.read_table(path, columns=[name]).column(name).to_numpy() for path in keys]
    starts = np.cumsum([0, *map(len, columns)])
    table = pq.read_table(arrival, columns=["file", "row"])
    places = starts[table.column("file").to_numpy()] + table.column("row").to_numpy()
    found: NDArray[np.uint64] = np.concatenate([np.zeros(0, np.uint64), *columns])[places]
    return found


def ranges(arrival: Path) -> list[tuple[int, int]]:
    """Cut a snapshot, in arrival order, into ranges of about ``RANGE_BYTES`` of text; at least one."""
    sizes = pq.read_table(arrival, columns=["num_bytes"]).column("num_bytes").to_numpy()
    piece = (np.cumsum(sizes) - sizes) // RANGE_BYTES
    starts = [0, *(np.flatnonzero(np.diff(piece)) + 1).tolist()]
    return list(zip(starts, [*starts[1:], len(sizes)], strict=True))


def take_texts(texts: Sequence[Path], files: Rows, rows: Rows, columns: list[str]) -> pa.Table:
    """Return rows of the texts of signed files, in the order asked for; only what is asked for is read."""
    parts, places = [], []
    for number in np.unique(files).tolist():
        here = np.flatnonzero(files == number)
        for table, at in _taken(texts[number], rows[here], columns):
            parts.append(table)
            places.append(here[at])
    if not parts:
        with pa.OSFile(str(texts[0]), "rb") as source:
            return pa.ipc.open_file(source).schema.empty_table().select(columns)
    back = np.empty(len(files), dtype=np.int64)
    back[np.concatenate(places)] = np.arange(len(files))
    return pa.concat_tables(parts).combine_chunks().take(back)


def _taken(path: Path, rows: Rows, columns: list[str]) -> Iterator[tuple[pa.Table, Rows]]:
    """Yield for each batch of a file the rows asked for of it, and which of the askers they are for."""
    with pa.OSFile(
        str(path), "rb"
    ) as source:  # not mapped: a mapped page counts as memory until it is let go
        reader: Any = pa.ipc.open_file(source)
        for number in np.unique(rows // BATCH_ROWS).tolist():
            here = np.flatnonzero(rows // BATCH_ROWS == number)
            batch = pa.Table.from_batches([reader.get_batch(number)]).select(columns)
            yield batch.take(rows[here] - number * BATCH_ROWS), here
