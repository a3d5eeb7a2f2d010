"""One imported file to ``documents.parquet`` and ``rejected.parquet``: the shard function of an import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from tasks.counts import Counts
from tasks.extract.plain_text import normalised
from tasks.extract.rejects import Rejects, storable
from tasks.extract.segment import FILE_STRIDE, IMPORTED
from tasks.extract.timestamps import parse_timestamp
from tasks.identity import digest, document_id
from tasks.imports.plan import UNSUPPORTED, check_warc, format_of
from tasks.imports.records import TEXT_COLUMNS, Record, read_jsonl, read_rows, read_text
from tasks.schema import DOCUMENTS, Kind, Sport, table_of, write_parquet

# Rows are turned into Arrow this many at a time, so that a large file's texts are held once, not twice.
BATCH_ROWS = 10_000
PUBLISHED = ["published_at", "published", "date", "timestamp"]
SPORTS = {sport.value for sport in Sport}
KINDS = {kind.value for kind in Kind}


@dataclass(frozen=True)
class ImportSource:
    """What holds for all rows of an import unless a row says otherwise. ``sport`` is "" where it varies."""

    id: str
    licence: str
    kind: str = Kind.NEWS.value
    sport: str = ""


def import_file(file: Path, out: Path, source: ImportSource, file_number: int, name: str = "") -> Counts:
    """Write a file's records as documents, in file order, and return the counts.

    Args:
        file_number: the file's place in its import; ordinal = file_number * 2**32 + record.
        name: what to call the file in ids and reports; its own name if empty.

    Raises:
        ValueError: for a Parquet file that is damaged or has no text column, and for a WARC file, which is
            stored as raw and extracted, not imported here.
    """
    name = name or file.name
    rejects, extra, seen = Rejects(), Counter[str](), set[str]()
    tables: list[pa.Table] = []
    rows: list[dict[str, Any]] = []
    rows_in = 0
    for number, record in enumerate(_records(file, name)):
        rows_in += 1
        row = record if isinstance(record, str) else _document(record, source, extra)
        if isinstance(row, dict) and row["id"].split("-")[0] in seen:
            row = "duplicate_id"
        if isinstance(row, str):
            excerpt = "" if isinstance(record, str) else str(record)
            rejects.add(f"{name}:{number}", row, detail=f"record {number} of {name}", excerpt=excerpt)
            continue
        row["ordinal"] = file_number * FILE_STRIDE + number
        seen.add(row["id"].split("-")[0])
        rows.append(row)
        if len(rows) == BATCH_ROWS:
            tables.append(table_of(rows, DOCUMENTS))
            rows = []
    tables.append(table_of(rows, DOCUMENTS))
    documents = pa.concat_tables(tables)
    # A file may name several sources; all tables of the lake are sorted by (source, ordinal, id).
    documents = documents.sort_by([("source", "ascending"), ("ordinal", "ascending"), ("id", "ascending")])
    write_parquet(documents, out / "documents.parquet")
    rejects.write(out / "rejected.parquet")
    return Counts(rows_in, len(documents), rejects.dropped(), dict(sorted(extra.items())))


def _records(file: Path, name: str) -> Iterator[Record | str]:
    format_ = format_of(file)
    if format_ == "jsonl":
        return read_jsonl(file)
    if format_ == "parquet":
        return read_rows(file)
    if format_ == "text":
        return read_text(file, name)
    if format_ == UNSUPPORTED:
        return iter(["unsupported_format"])
    check_warc(file)
    raise ValueError(
        f"{file} is a WARC file: it is stored as raw and extracted (plan_import tells which are)"
    )


def _document(record: Record, source: ImportSource, extra: Counter[str]) -> dict[str, Any] | str:
    """Return one row of ``DOCUMENTS``, or the named reason why the record gives none."""
    texts = [record[name] for name in TEXT_COLUMNS if isinstance(record.get(name), str)]
    if not texts:
        return "no_text"
    text = normalised(next((text for text in texts if text.strip()), ""))
    if not text:
        return "empty_text"
    own_id, url = _string(record, "id", "source_id", "_id"), _string(record, "url", "link")
    origin = _string(record, "source") or source.id
    given = next((record[name] for name in PUBLISHED if record.get(name) not in (None, "")), None)
    published_at = parse_timestamp(given)
    extra["bad_timestamp"] += int(given is not None and published_at is None)
    kind, sport = _string(record, "kind"), _string(record, "sport")
    return {
        "id": document_id(origin, own_id or url or digest(text), text),
        "source": origin,
        "kind": kind if kind in KINDS else source.kind,
        "sport": sport if sport in SPORTS else source.sport or None,
        "language": _string(record, "language", "lang"),
        "events": _events(record),
        "source_id": own_id,
        "url": url,
        "title": _string(record, "title", "headline"),
        "author": _string(record, "author", "byline"),
        "published_at": published_at,
        "fetched_at": parse_timestamp(record.get("fetched_at")),
        "licence": _string(record, "licence", "license") or source.licence,
        "robots_verdict": IMPORTED,
        "terms_verdict": IMPORTED,
        "opt_outs": [],
        "label": _string(record, "label"),
        "text": text,
    }


def _string(record: Record, *names: str) -> str | None:
    """Return the first plain value under one of the names, as a string; None if there is none."""
    for name in names:
        value = record.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return storable(str(value).strip())
    return None


def _events(record: Record) -> list[str]:
    events = record.get("events")
    if not isinstance(events, list):
        return []
    return [storable(event) for event in events if isinstance(event, str)]
