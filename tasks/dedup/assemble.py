"""The documents that stay, written in arrival order: dedup's last step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from tasks.counts import Counts
from tasks.dedup.arrival import take_texts
from tasks.schema import CLEAN, UNIQUE, WRITER

UNIQUE_FILE = "unique.parquet"
# A later snapshot reads the texts of single documents: a row group is what it has to read for one.
ROW_GROUP_DOCUMENTS = 512


def assemble(start: int, end: int, index: Path, arrival: Path, texts: Sequence[Path], out: Path) -> Counts:
    """Write ``unique.parquet``: the kept documents of a range, with their clusters.

    Args:
        start, end: the range of this snapshot's documents, in arrival order; end is not in it.
        index: this snapshot's part of the index.
    """
    decided = pq.read_table(index, columns=["kept", "cluster"]).slice(start, end - start)
    kept = np.flatnonzero(decided.column("kept").to_numpy())
    where = pq.read_table(arrival, columns=["file", "row"]).slice(start, end - start).take(kept)
    files, rows = (where.column(name).to_numpy().astype(np.int64) for name in ("file", "row"))
    table = take_texts(texts, files, rows, CLEAN.names) if texts else CLEAN.empty_table()
    table = table.append_column("cluster", decided.column("cluster").take(kept))
    table = table.select(UNIQUE.names).cast(UNIQUE).combine_chunks()
    pq.write_table(table, out / UNIQUE_FILE, row_group_size=ROW_GROUP_DOCUMENTS, **WRITER)
    return Counts(0, 0)
