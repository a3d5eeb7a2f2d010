"""The band index: for every document seen, its band keys and what became of it. It grows by each snapshot.

Rows stand in arrival order over the whole chain of snapshots, so a row's place is the document's age. The
file's metadata says how the keys were made; keys made otherwise are never compared with it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.dedup.config import DedupConfig
from tasks.dedup.shingles import Hashes
from tasks.schema import write_parquet

Field: TypeAlias = "pa.Field[Any]"
SCHEME = b"sportslm.minhash"


def band_names(config: DedupConfig) -> list[str]:
    """Return the names of the key columns; ``text_key``, the first, is shared by equal texts only."""
    return ["text_key", *(f"band_{band:02d}" for band in range(config.num_bands))]


def signed_schema(config: DedupConfig) -> pa.Schema:
    """Return the columns of a signed shard: who each document is, and its keys."""
    fields: list[Field] = [pa.field("id", pa.string()), pa.field("source", pa.string())]
    fields.append(pa.field("ordinal", pa.int64()))
    return _with_scheme(fields + _key_fields(config), config)


def index_schema(config: DedupConfig) -> pa.Schema:
    """Return the columns of the index; ``cluster`` is the first document of a row's duplicates."""
    fields: list[Field] = [pa.field("id", pa.string()), pa.field("kept", pa.bool_())]
    fields.append(pa.field("cluster", pa.string()))
    return _with_scheme(fields + _key_fields(config), config)


def write_keys(columns: dict[str, Any], schema: pa.Schema, path: Path) -> None:
    """Write a signed shard or an index."""
    write_parquet(pa.table(columns, schema=schema), path)


def read_keys(path: Path, schema: pa.Schema, columns: list[str] | None = None) -> pa.Table:
    """Return columns of a signed shard or an index.

    Raises:
        ValueError: if the file was made with another scheme or config, or is not such a file.
    """
    try:
        found = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(
            f"{path} is not a readable Parquet file ({error}); rebuild the dedup stage"
        ) from error
    here, there = schema.metadata[SCHEME], (found.metadata or {}).get(SCHEME)
    if here != there:
        raise ValueError(
            f"{path} was made with {_difference(there, here)}; rebuild the chain of snapshots "
            "under the new config "
            "(sportslm stage dedup --refresh) or use the old config"
        )
    return pq.read_table(path, columns=columns or schema.names)


def key_column(table: pa.Table, name: str) -> Hashes:
    """Return a column of keys as an array."""
    keys: NDArray[np.uint64] = table.column(name).to_numpy()
    return keys


def _key_fields(config: DedupConfig) -> list[Field]:
    return [pa.field(name, pa.uint64()) for name in band_names(config)]


def _with_scheme(fields: list[Field], config: DedupConfig) -> pa.Schema:
    return pa.schema(fields, metadata={SCHEME: json.dumps(config.scheme(), sort_keys=True).encode()})


def _difference(there: bytes | None, here: bytes) -> str:
    if there is None:
        return "no MinHash scheme at all"
    old, new = json.loads(there), json.loads(here)
    names = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
    return ", ".join(f"{name} {old.get(name)} (this config has {new.get(name)})" for name in names)
