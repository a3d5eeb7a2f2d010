"""The records of one data file, in file order; what cannot be read as a record comes as its named reason."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

TEXT_COLUMNS = ["text", "content", "body", "article"]
# One record's longest line or file, in bytes; a book has about a million.
LARGEST_RECORD_BYTES = 20_000_000
GZIP_MAGIC = b"\x1f\x8b"

Record = dict[str, Any]


def read_jsonl(path: Path) -> Iterator[Record | str]:
    """Yield the objects of JSON Lines, gzip or not; blank lines are no records.

    A gzip that breaks off gives its readable lines, then ``truncated``.
    """
    with path.open("rb") as raw:
        compressed = raw.read(2) == GZIP_MAGIC
        raw.seek(0)
        lines: IO[bytes] = gzip.GzipFile(fileobj=raw) if compressed else raw  # type: ignore[assignment]
        first = True
        while True:
            try:
                line = lines.readline(LARGEST_RECORD_BYTES)
                whole = len(line) < LARGEST_RECORD_BYTES or line.endswith(b"\n")
                while not whole and (rest := lines.readline(LARGEST_RECORD_BYTES)):
                    whole = rest.endswith(b"\n")
            except (EOFError, zlib.error, gzip.BadGzipFile):
                yield "truncated"
                return
            if not line:
                return
            if len(line) >= LARGEST_RECORD_BYTES:
                yield "too_long"
            elif line.strip():
                yield parse_line(line.removeprefix(b"\xef\xbb\xbf") if first else line)
            first = False


def parse_line(line: bytes) -> Record | str:
    """Return one line's object, or why it is none: bad_encoding, not_json, not_an_object."""
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return "bad_encoding"
    except (ValueError, RecursionError):
        return "not_json"
    return value if isinstance(value, dict) else "not_an_object"


def read_text(path: Path, name: str) -> Iterator[Record | str]:
    """Yield the one document that a text file is; its name is its id."""
    if path.stat().st_size > LARGEST_RECORD_BYTES:
        yield "too_long"
        return
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        yield "bad_encoding"
        return
    yield {"id": name, "text": text}


def read_rows(path: Path) -> Iterator[Record | str]:
    """Yield the rows of a Parquet file.

    Raises:
        ValueError: if it is no Parquet file, or has no column of text under a name we know.
    """
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(
            f"{path} is not a readable Parquet file ({error}); fetch or write it again"
        ) from error
    with file:
        schema = file.schema_arrow
        texts = [name for name in TEXT_COLUMNS if name in schema.names]
        readable = [name for name in texts if _is_text(schema.field(name).type)]
        if not readable:
            columns = ", ".join(f"{field.name} ({field.type})" for field in schema)
            raise ValueError(
                f"{path} has the columns {columns}; an import needs a column of strings named "
                f"{' or '.join(TEXT_COLUMNS)}: rename yours"
            )
        for batch in file.iter_batches(batch_size=1024):
            yield from batch.to_pylist()


def _is_text(type_: pa.DataType) -> bool:
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    return pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_)
