"""The band index: for every document seen, its keys and what became of it. Each snapshot adds its own part.

The parts of a chain, oldest first, are the index; nothing old is written again. Rows stand in arrival order,
so a row's place in all parts together is the document's age. A part's metadata says how the keys were made;
keys made otherwise are never compared with it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.dedup.config import DedupConfig

Field: TypeAlias = "pa.Field[Any]"
SCHEME = b"sportslm.minhash"
# ``page_key`` is shared by the revisions of one document, ``text_key`` by equal texts (and a few others).
PAGE_KEY, TEXT_KEY = "page_key", "text_key"
INDEX_FILE = "index.parquet"


def band_names(config: DedupConfig) -> list[str]:
    """Return the names of the key columns whose buckets hold candidates."""
    return [TEXT_KEY, *(f"band_{band:02d}" for band in range(config.num_bands))]


def key_names(config: DedupConfig) -> list[str]:
    """Return the names of all key columns."""
    return [PAGE_KEY, *band_names(config)]


def signed_schema(config: DedupConfig) -> pa.Schema:
    """Return the columns of a signed file: who each document is, and its keys."""
    fields: list[Field] = [pa.field("id", pa.string()), pa.field("source", pa.string())]
    fields += [pa.field("ordinal", pa.int64()), pa.field("num_bytes", pa.int64())]
    return _with_scheme(fields, config)


def index_schema(config: DedupConfig) -> pa.Schema:
    """Return the columns of the index; ``cluster`` is the first document of a row's duplicates."""
    fields: list[Field] = [pa.field("id", pa.string()), pa.field("kept", pa.bool_())]
    fields.append(pa.field("cluster", pa.string()))
    return _with_scheme(fields, config)


def write_keys(table: pa.Table, path: Path) -> None:
    """Write a signed file or a part of the index; keys are as good as random, so they are not compressed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = {name for name in table.column_names if table.schema.field(name).type == pa.uint64()}
    pq.write_table(
        table.combine_chunks(),
        path,
        compression={name: "none" if name in keys else "zstd" for name in table.column_names},
        use_dictionary=False,
        row_group_size=2**20,
        write_statistics=False,
    )


def read_keys(path: Path, config: DedupConfig, columns: list[str] | None = None) -> pa.Table:
    """Return columns of a signed file or a part of the index.

    Raises:
        ValueError: if the file was made with another scheme or config, or is not such a file.
    """
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(
            f"{path} is not a readable Parquet file ({error}); rebuild the dedup stage"
        ) from error
    here, there = _scheme(config), (file.schema_arrow.metadata or {}).get(SCHEME)
    if here != there:
        raise ValueError(
            f"{path} was made with {_difference(there, here)}; rebuild the chain of snapshots "
            "under the new config "
            "(sportslm stage dedup --refresh) or use the old config"
        )
    return file.read(columns=columns, use_threads=False)


def compacted(parts: Sequence[Path], config: DedupConfig, path: Path) -> None:
    """Write the parts of a chain's index as one, which is the index of a rebuild from nothing."""
    tables = [read_keys(part, config) for part in parts]
    write_keys(pa.concat_tables([index_schema(config).empty_table(), *tables]), path)


def _with_scheme(fields: list[Field], config: DedupConfig) -> pa.Schema:
    keys = [pa.field(name, pa.uint64()) for name in key_names(config)]
    return pa.schema([*fields, *keys], metadata={SCHEME: _scheme(config)})


def _scheme(config: DedupConfig) -> bytes:
    return json.dumps(config.scheme(), sort_keys=True).encode()


def _difference(there: bytes | None, here: bytes) -> str:
    if there is None:
        return "no MinHash scheme at all"
    old, new = json.loads(there), json.loads(here)
    names = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
    return ", ".join(f"{name} {old.get(name)} (this config has {new.get(name)})" for name in names)
