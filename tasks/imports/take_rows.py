"""Records to tables of documents, a piece at a time: ``documents.parquet`` and ``rejected.parquet`` each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from crawlers.url_filter import url_test
from tasks.counts import Counts
from tasks.extract.rejects import Rejects
from tasks.extract.segment import FILE_STRIDE
from tasks.imports.document import ImportSource, document_of, url_of
from tasks.imports.json_file import read_json_file
from tasks.imports.pieces import place_counts
from tasks.imports.place import Item, Meter, Place, Reading, Record
from tasks.imports.pulse import beat
from tasks.imports.records import read_jsonl, read_text, read_unsupported
from tasks.imports.rows import NO_URL, OTHER_URL, read_rows
from tasks.imports.seen import SeenKeys
from tasks.imports.wiki_dump import read_dump
from tasks.schema import DOCUMENTS, table_of, write_parquet

# Rows are turned into Arrow this many at a time, so that a piece's texts are held once, not twice.
BATCH_ROWS = 2_000
# A piece ends after so many documents or records, whatever their size.
PIECE_ROWS = 50_000
PIECE_RECORDS = 500_000
BEAT_RECORDS = 500

READERS = {
    "jsonl": read_jsonl,
    "text": read_text,
    "unsupported": read_unsupported,
    "wiki": read_dump,
    "json": read_json_file,
}


@dataclass
class RowsTaker:
    """Takes one file of records (tasks/imports/pieces.py).

    Attributes:
        name: what to call the file in ids and reports.
        file_number: its place in the import; ordinal = file_number * 2**32 + record.
        urls: which addresses are wanted (crawlers/url_filter.py); none given means all.
        piece_bytes: a piece ends after so many bytes of text.
    """

    path: Path
    name: str
    format: str
    file_number: int
    source: ImportSource
    urls: tuple[str, ...]
    piece_bytes: int
    pulse: Path
    _seen: SeenKeys = field(default_factory=SeenKeys)
    _meter: Meter = field(default_factory=Meter)

    def open(self, place: Place) -> None:
        """Begin to read at a place.

        Raises:
            ValueError: for a file that is not what its name says.
        """
        self._place = place
        self._wanted = url_test(self.urls) if self.urls else None
        reading = Reading(self.path, self.name, place, self._meter)
        self._items = self._read(reading)
        self._ahead = next(self._items, None)

    def _read(self, reading: Reading) -> Iterator[Item]:
        if self.format == "parquet":
            return read_rows(reading, self._wanted)
        return READERS[self.format](reading)

    def resume(self, files: Mapping[str, Path]) -> None:
        """Note the ids of a piece that is there already."""
        for path in files.values():
            self._seen.add_table(path)

    def piece(self, out: Path) -> Counts:
        """Write the next piece.

        Raises:
            ValueError: for a file that turns out to be damaged.
        """
        piece = _Rows(self)
        begin, rows_in, item = self._place, 0, self._ahead
        place = begin
        while item is not None and rows_in < PIECE_RECORDS and not piece.full:
            number = begin.record + rows_in
            piece.add(self._row(item, piece.extra), number, item)
            rows_in += 1
            place = Place(item.offset, item.within, number + 1)
            if rows_in % BEAT_RECORDS == 0:
                beat(self.pulse, self._meter.num_bytes)
            item = next(self._items, None)
        self._place, self._ahead = place, item
        counts = piece.write(out, rows_in)
        return place_counts(counts, begin, place, self._meter.num_bytes, last=item is None)

    def _row(self, item: Item, extra: Counter[str]) -> dict[str, Any] | str:
        if isinstance(item.record, str):
            return item.record
        if self._wanted is not None and self.format != "parquet":
            url = url_of(item.record)
            if url is None or not self._wanted(url):
                return NO_URL if url is None else OTHER_URL
        return document_of(item.record, self.source, extra)

    def unseen(self, ids: list[str]) -> list[bool]:
        """Tell for each id whether its document is new in this file, and note them all."""
        repeated = self._seen.repeated(ids)
        self._seen.add(ids)
        return [not again for again in repeated]


class _Rows:
    """The documents of one piece, and its drops."""

    def __init__(self, taker: RowsTaker) -> None:
        self._taker = taker
        self._rejects, self.extra = Rejects(), Counter[str]()
        self._tables: list[pa.Table] = []
        self._rows: list[dict[str, Any]] = []
        self._num_rows = self._num_bytes = 0

    @property
    def full(self) -> bool:
        return self._num_rows >= PIECE_ROWS or self._num_bytes >= self._taker.piece_bytes

    def add(self, row: dict[str, Any] | str, number: int, item: Item) -> None:
        if isinstance(row, str):
            name = self._taker.name
            detail = f"record {number} of {name}"
            excerpt = "" if isinstance(item.record, str) else _excerpt(item.record)
            self._rejects.add(f"{name}:{number}", row, detail=detail, excerpt=excerpt)
            return
        row["ordinal"] = self._taker.file_number * FILE_STRIDE + number
        self._num_rows += 1
        self._num_bytes += len(row["text"].encode())
        self._rows.append(row)
        if len(self._rows) == BATCH_ROWS:
            self._pack()

    def _pack(self) -> None:
        self._tables.append(table_of(self._rows, DOCUMENTS))
        self._rows = []

    def write(self, out: Path, rows_in: int) -> Counts:
        self._pack()
        documents = pa.concat_tables(self._tables)
        new = self._taker.unseen([str(id_) for id_ in documents.column("id").to_pylist()])
        if not all(new):
            self._reject_repeated(documents, new)
            documents = documents.filter(pa.array(new))
        # A file may name several sources; all tables of the lake are sorted by (source, ordinal, id).
        documents = documents.sort_by(
            [("source", "ascending"), ("ordinal", "ascending"), ("id", "ascending")]
        )
        write_parquet(documents, out / "documents.parquet")
        self._rejects.write(out / "rejected.parquet")
        return Counts(rows_in, len(documents), self._rejects.dropped(), dict(sorted(self.extra.items())))

    def _reject_repeated(self, documents: pa.Table, new: list[bool]) -> None:
        name = self._taker.name
        repeated = documents.select(["ordinal", "text"]).filter(pa.array([not one for one in new]))
        for batch in repeated.to_batches(max_chunksize=1024):
            for row in batch.to_pylist():
                number = row["ordinal"] % FILE_STRIDE
                detail = f"record {number} of {name}"
                self._rejects.add(f"{name}:{number}", "duplicate_id", detail=detail, excerpt=row["text"])


def _excerpt(record: Record) -> str:
    """Return the beginning of each of a record's values; never all of a long text."""
    return str({name: value[:200] if isinstance(value, str) else value for name, value in record.items()})
