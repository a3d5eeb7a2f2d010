"""The rows of a Parquet file, a page of a column at a time, the URL column first where URLs decide."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.imports.place import Item, Reading
from tasks.imports.records import TEXT_COLUMNS

UrlTest = Callable[[str], bool]

ID_COLUMNS = ["id", "source_id", "_id"]
URL_COLUMNS = ["url", "link"]
# What a row may say of itself (tasks/imports/document.py); other columns, such as embeddings, stay unread.
COLUMNS = frozenset(
    [*TEXT_COLUMNS, *ID_COLUMNS, *URL_COLUMNS, "source", "published_at", "published", "date", "timestamp",
     "fetched_at", "kind", "sport", "language", "lang", "title", "headline", "author", "byline", "licence",
     "license", "events", "label"]
)  # fmt: skip
BATCH_ROWS = 1024
OTHER_URL, NO_URL = "other_url", "no_url"


def read_rows(reading: Reading, wanted: UrlTest | None = None) -> Iterator[Item]:
    """Yield the rows of a Parquet file; those whose URL is not wanted as ``other_url`` or ``no_url``.

    Where URLs decide, a row group's URL column is read first, and its other columns only if a row of it is
    wanted.

    Raises:
        ValueError: if it is no Parquet file, is damaged, or has no column of text under a name we know.
    """
    size = reading.path.stat().st_size
    with _opened(reading.path) as file:
        columns = _columns(file.schema_arrow, reading.path)
        num_rows = max(file.metadata.num_rows, 1)
        first = 0
        for group in range(file.num_row_groups):
            begin, first = first, first + file.metadata.row_group(group).num_rows
            if first <= reading.place.offset:
                continue
            skip = max(reading.place.offset - begin, 0)
            try:
                for number, record in _group(file, group, columns, skip, wanted):
                    reading.meter.num_bytes = size * (begin + number) // num_rows
                    yield Item(record, begin + number + 1)
            except (pa.ArrowInvalid, OSError) as error:
                raise ValueError(
                    f"{reading.path}, row group {group}: damaged ({error}); fetch or write the file again"
                ) from error
    reading.meter.num_bytes = size


def _opened(path: Path) -> pq.ParquetFile:
    try:
        # Without pre-buffering a row group is read page by page: pyarrow writes a million rows into one.
        return pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20)
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(
            f"{path} is not a readable Parquet file ({error}); fetch or write it again"
        ) from error


def _columns(schema: pa.Schema, path: Path) -> list[str]:
    readable = [name for name in TEXT_COLUMNS if name in schema.names and _is_text(schema.field(name).type)]
    if not readable:
        columns = ", ".join(f"{field.name} ({field.type})" for field in schema)
        raise ValueError(
            f"{path} has the columns {columns}; an import needs a column of strings named "
            f"{' or '.join(TEXT_COLUMNS)}: rename yours"
        )
    return [name for name in schema.names if name in COLUMNS]


def _group(
    file: pq.ParquetFile, group: int, columns: list[str], skip: int, wanted: UrlTest | None
) -> Iterator[tuple[int, dict[str, object] | str]]:
    """Yield (row of the group, record or reason) from row ``skip`` on."""
    reasons = _reasons(file, group, wanted)
    if reasons is not None and all(reasons[skip:]):
        yield from enumerate(itertools.islice(reasons, skip, None), skip)
        return
    number = 0
    for batch in file.iter_batches(BATCH_ROWS, row_groups=[group], columns=columns):
        end = number + batch.num_rows
        if end > skip:
            begin = max(skip, number)
            yield from _batch(batch.slice(begin - number), begin, reasons)
        number = end


def _batch(
    batch: pa.RecordBatch, begin: int, reasons: list[str] | None
) -> Iterator[tuple[int, dict[str, object] | str]]:
    if reasons is None:
        yield from enumerate(batch.to_pylist(), begin)
        return
    here = reasons[begin : begin + batch.num_rows]
    taken = iter(batch.filter(pa.array([not reason for reason in here])).to_pylist())
    for number, reason in enumerate(here, begin):
        yield number, reason or next(taken)


def _reasons(file: pq.ParquetFile, group: int, wanted: UrlTest | None) -> list[str] | None:
    """Return for each row of a group why its URL is not wanted, "" where it is; None where URLs are free."""
    if wanted is None:
        return None
    names = [name for name in URL_COLUMNS if name in file.schema_arrow.names]
    if not names:
        return [NO_URL] * file.metadata.row_group(group).num_rows
    reasons = []
    for batch in file.iter_batches(BATCH_ROWS, row_groups=[group], columns=names):
        for row in batch.to_pylist():
            url = next((row[name] for name in names if row[name]), "")
            reasons.append("" if url and wanted(str(url)) else OTHER_URL if url else NO_URL)
    return reasons


def _is_text(type_: pa.DataType) -> bool:
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    return pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_)
