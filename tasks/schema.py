"""Every column of every table in the lake, in one place, and the one way tables are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


class Sport(StrEnum):
    """The ten sports we cover, and the rest."""

    FOOTBALL = "football"
    AMERICAN_FOOTBALL = "american_football"
    BASKETBALL = "basketball"
    BASEBALL = "baseball"
    TENNIS = "tennis"
    CRICKET = "cricket"
    ICE_HOCKEY = "ice_hockey"
    GOLF = "golf"
    COMBAT_SPORTS = "combat_sports"
    OLYMPICS = "olympics"
    OTHER = "other"


class Kind(StrEnum):
    """What sort of page a document came from."""

    NEWS = "news"
    STATISTICS = "statistics"
    RECORD = "record"
    DISCUSSION = "discussion"
    REFERENCE = "reference"


TIMESTAMP = pa.timestamp("us", tz="UTC")

Columns = list[tuple[str, pa.DataType]]


def _schema(columns: Columns) -> pa.Schema:
    return pa.schema(columns)


# What identifies and groups a document, carried by every table that holds text.
_CARRIED: Columns = [
    ("id", pa.string()),
    ("source", pa.string()),
    ("ordinal", pa.int64()),
    ("kind", pa.string()),
    ("sport", pa.string()),
    ("language", pa.string()),
    ("events", pa.list_(pa.string())),
]

DOCUMENTS = _schema(
    [
        *_CARRIED,
        ("source_id", pa.string()),
        ("url", pa.string()),
        ("title", pa.string()),
        ("author", pa.string()),
        ("published_at", TIMESTAMP),
        ("fetched_at", TIMESTAMP),
        ("licence", pa.string()),
        ("robots_verdict", pa.string()),
        ("terms_verdict", pa.string()),
        ("opt_outs", pa.list_(pa.string())),
        ("warc_file", pa.string()),
        ("warc_offset", pa.int64()),
        ("label", pa.string()),
        ("record", pa.string()),
        ("text", pa.string()),
    ]
)

# Pages that a crawl found gone: answered 404 or 410, deleted, or closed to us since.
GONE = _schema(
    [
        ("key", pa.string()),
        ("source", pa.string()),
        ("url", pa.string()),
        ("seen_at", TIMESTAMP),
        ("why", pa.string()),
    ]
)

# The four scores behind ``quality``, each in [0, 1]; consistency is null where nothing could be checked.
CLEAN = _schema(
    [
        *_CARRIED,
        ("quality", pa.float32()),
        ("coherence", pa.float32()),
        ("relevance", pa.float32()),
        ("consistency", pa.float32()),
        ("linguistic", pa.float32()),
        ("num_bytes", pa.int64()),
        ("text", pa.string()),
    ]
)

REJECTED = _schema(
    [("id", pa.string()), ("reason", pa.string()), ("detail", pa.string()), ("excerpt", pa.string())]
)

UNIQUE = _schema(
    [
        *_CARRIED,
        ("cluster", pa.string()),
        ("quality", pa.float32()),
        ("num_bytes", pa.int64()),
        ("text", pa.string()),
    ]
)

REMOVED = _schema(
    [
        ("id", pa.string()),
        ("source", pa.string()),
        ("witness_id", pa.string()),
        ("score", pa.float32()),
        ("how", pa.string()),
    ]
)

# Between the steps of dedup; places are ages in the chain, files and rows those of clean's.
ARRIVAL = _schema(
    [
        ("id", pa.string()),
        ("source", pa.string()),
        ("num_bytes", pa.int64()),
        ("file", pa.int32()),
        ("row", pa.int32()),
    ]
)

RECALLED = _schema(
    [
        ("place", pa.int64()),
        ("id", pa.string()),
        ("kept", pa.bool_()),
        ("cluster", pa.string()),
        ("page_key", pa.uint64()),
        ("text", pa.string()),
    ]
)

VERIFIED = _schema(
    [("later", pa.int64()), ("earlier", pa.int64()), ("score", pa.float64()), ("exact", pa.bool_())]
)

MIXTURE = _schema(
    [
        ("id", pa.string()),
        ("snapshot", pa.string()),
        ("split", pa.string()),
        ("group", pa.string()),
        ("weight", pa.float32()),
        ("exclusion", pa.string()),
        ("num_bytes", pa.int64()),
    ]
)

MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string()), ("loss", pa.bool_())])

CONVERSATIONS = _schema(
    [
        ("id", pa.string()),
        ("document_id", pa.string()),
        ("split", pa.string()),
        ("kind", pa.string()),
        ("source", pa.string()),
        ("licence", pa.string()),
        ("events", pa.list_(pa.string())),
        ("messages", pa.list_(MESSAGE)),
    ]
)

PREFERENCES = _schema(
    [
        ("id", pa.string()),
        ("document_id", pa.string()),
        ("split", pa.string()),
        ("source", pa.string()),
        ("licence", pa.string()),
        ("prompt", pa.list_(MESSAGE)),
        ("chosen", pa.string()),
        ("rejected", pa.string()),
    ]
)

# Where each document lies in a shard of tokens: begin and length in tokens, without an end token.
TOKENS_INDEX = _schema(
    [("id", pa.string()), ("begin", pa.int64()), ("length", pa.int64()), ("num_bytes", pa.int64())]
)

WRITER: dict[str, Any] = {"compression": "zstd", "compression_level": 3, "use_dictionary": True}


def table_of(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Return rows as a table with exactly the schema's columns; a missing key is a null."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a table so that equal tables give equal bytes (fixed codec, level and row groups)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.combine_chunks(), path, row_group_size=32_768, **WRITER)


def read_parquet(path: Path, schema: pa.Schema, columns: list[str] | None = None) -> pa.Table:
    """Return a table from the lake, refusing one whose columns are not the schema's.

    Raises:
        ValueError: if the file is not Parquet, or has other columns or types.
    """
    try:
        found = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(
            f"{path} is not a readable Parquet file ({error}); rebuild the stage that made it"
        ) from error
    types = {
        name: found.field(name).type if name in found.names else "none" for name in columns or schema.names
    }
    wrong = [
        f"{name}: needed {schema.field(name).type}, found {type_}"
        for name, type_ in types.items()
        if type_ != schema.field(name).type
    ]
    if wrong:
        raise ValueError(
            f"{path} has other columns than this version needs ({'; '.join(wrong)}); rebuild its stage"
        )
    return pq.read_table(path, columns=columns)
