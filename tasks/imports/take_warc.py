"""WARC files to raw data, a piece at a time: whole records as they are, those wanted by their URL only.

What the records hold is found out by extraction. Responses, resources and conversions are what an import
counts; records about them (requests, metadata) go along when all is taken and are left out when URLs decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from crawlers.url_filter import url_test
from tasks.counts import Counts
from tasks.extract.warc_records import PAYLOAD_TYPES
from tasks.imports.cdx import BadRecord, IndexedRecords
from tasks.imports.pieces import place_counts
from tasks.imports.place import Meter, Place
from tasks.imports.plan import check_warc, stem_of
from tasks.imports.pulse import beat
from tasks.imports.rows import NO_URL, OTHER_URL
from tasks.imports.warc_stream import RecordStream, WarcRecord, open_records

# Where few records are wanted, a piece ends after so many times its own size was read.
READ_PER_PIECE = 4
BEAT_RECORDS = 500
WARCINFO = "warcinfo"


@dataclass
class WarcTaker:
    """Takes one WARC, or the records that an index names (tasks/imports/pieces.py).

    Attributes:
        urls: which addresses are wanted (crawlers/url_filter.py); none given means all.
        piece_bytes: a piece ends after so many bytes as they are stored.
        indexed: the file is an index (CDXJ) of WARC files beside it.
    """

    path: Path
    name: str
    urls: tuple[str, ...]
    piece_bytes: int
    pulse: Path
    indexed: bool = False
    _meter: Meter = field(default_factory=Meter)

    def open(self, place: Place) -> None:
        """Begin to read at a place.

        Raises:
            ValueError: if the file is no WARC.
        """
        self._place = place
        self._wanted = url_test(self.urls) if self.urls else None
        if not self.indexed:
            check_warc(self.path)
        self._stream: RecordStream = (
            IndexedRecords(self.path, self._meter) if self.indexed else open_records(self.path, self._meter)
        )
        self._records = self._stream.records(place.offset)
        self._stored = 0

    def resume(self, files: Mapping[str, Path]) -> None:
        """Raw pieces need nothing of earlier ones."""

    def piece(self, out: Path) -> Counts:
        """Write the next piece: one WARC, or none if no record of it is taken."""
        target = out / (stem_of(self.name) + self._stream.suffix)
        begin = place = self._place
        taken, dropped, extra = 0, Counter[str](), Counter[str]()
        with target.open("wb") as sink:
            for record in self._records:
                place = Place(record.end, 0, place.record)
                verdict = self._verdict(record) or self._copied(record, sink)
                if not record.damage and record.kind not in PAYLOAD_TYPES:
                    extra[f"skipped_{record.kind}"] += 1
                elif verdict:
                    dropped[verdict] += 1
                else:
                    taken += 1
                if (taken + dropped.total()) % BEAT_RECORDS == 0:
                    beat(self.pulse, self._meter.num_bytes)
                if self._full(sink, place.offset - begin.offset):
                    break
            else:
                self._ended = True
            extra["warc_bytes"] = sink.tell()
        if not taken:
            target.unlink()
            extra["warc_bytes"] = 0
        self._place = Place(place.offset, 0, begin.record + taken + dropped.total())
        counts = Counts(self._place.record - begin.record, taken, dict(sorted(dropped.items())), dict(extra))
        return place_counts(counts, begin, self._place, self._meter.num_bytes, last=self._ended)

    _ended = False

    def _full(self, sink: IO[bytes], num_read: int) -> bool:
        return sink.tell() >= self.piece_bytes or num_read >= READ_PER_PIECE * self.piece_bytes

    def _verdict(self, record: WarcRecord) -> str:
        """Name why a record is not taken, or return ""."""
        if record.damage:
            return record.damage
        if self._wanted is None or record.kind == WARCINFO:
            return ""
        if record.kind not in PAYLOAD_TYPES:
            return OTHER_URL
        if not record.url:
            return NO_URL
        return "" if self._wanted(record.url) else OTHER_URL

    def _copied(self, record: WarcRecord, sink: IO[bytes]) -> str:
        """Copy a record and return ""; or name why that could not be done, nothing being written then."""
        begin = sink.tell()
        try:
            self._stream.copy(record, sink)
        except (EOFError, BadRecord) as error:
            sink.seek(begin)
            sink.truncate()
            return error.reason if isinstance(error, BadRecord) else "truncated"
        return ""
