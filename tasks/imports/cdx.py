"""An index of WARC files (CDXJ, as Common Crawl and pywb write it): a line a capture, sorted by address.

A line is a key, a timestamp and JSON with ``url``, ``filename``, ``offset`` and ``length``. An index that is
imported selects those records from the WARC files that lie beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from tasks.imports.place import Item, Meter
from tasks.imports.records import BROKEN, decompressed
from tasks.imports.warc_stream import MemberRecords, WarcRecord

NOT_HERE, BAD_LINE, BAD_OFFSET = "warc_not_here", "bad_index_line", "bad_offset"


class BadRecord(Exception):  # noqa: N818 - it says what happened
    """What an index promises is not there; ``reason`` is the name under which it is counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def warc_beside(index: Path, filename: str) -> Path | None:
    """Return the WARC an index names: under its whole path below the index's folder, or by its own name."""
    parts = PurePosixPath(filename.lstrip("/"))
    if not filename or ".." in parts.parts:
        return None
    candidates = [index.parent / parts, index.parent / parts.name]
    return next((path for path in candidates if path.is_file()), None)


def warcs_of(index: Path) -> list[Path]:
    """Return the WARC files that an index names and that are there, sorted."""
    names = {str(item.record["filename"]) for item in read_lines(index) if isinstance(item.record, dict)}
    return sorted({path for name in names if (path := warc_beside(index, name)) is not None})


def read_lines(index: Path, offset: int = 0, meter: Meter | None = None) -> Iterator[Item]:
    """Yield each line's JSON, ``bad_index_line`` where there is none; offsets are of decompressed bytes."""
    with index.open("rb") as raw:
        lines = decompressed(raw)
        lines.seek(offset)
        try:
            for line in lines:
                offset += len(line)
                if meter is not None:
                    meter.num_bytes = raw.tell() if lines is not raw else offset
                if line.strip() and not line.startswith((b"!", b" CDX")):  # headers
                    yield Item(_parsed(line), offset)
        except BROKEN:
            yield Item("truncated", offset + 1)


def _parsed(line: bytes) -> dict[str, Any] | str:
    try:
        found = json.loads(line[line.index(b"{") :])
        begin, length = int(found["offset"]), int(found["length"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return BAD_LINE
    named = isinstance(found.get("filename"), str) and isinstance(found.get("url"), str)
    return found | {"begin": begin, "end": begin + length} if named and length > 0 <= begin else BAD_LINE


class IndexedRecords:
    """The records an index names, in the index's order."""

    suffix = ".warc.gz"

    def __init__(self, index: Path, meter: Meter) -> None:
        self._index, self._meter = index, meter
        self._open: dict[Path, MemberRecords] = {}
        self._here: tuple[Path, WarcRecord] | None = None

    def records(self, offset: int) -> Iterator[WarcRecord]:
        for item in read_lines(self._index, offset, self._meter):
            if isinstance(item.record, str):
                yield WarcRecord("", "", item.offset, item.offset, item.record)
                continue
            url = item.record["url"]
            warc = warc_beside(self._index, item.record["filename"])
            if warc is None:
                yield WarcRecord("", url, item.offset, item.offset, NOT_HERE)
                continue
            # The record itself is read only when it is copied: whether its URL is wanted, the line says.
            self._here = warc, WarcRecord("response", url, item.record["begin"], item.record["end"])
            yield WarcRecord("response", url, item.offset, item.offset)

    def copy(self, record: WarcRecord, sink: IO[bytes]) -> None:
        assert self._here is not None, "records() yields what copy() takes"
        warc, place = self._here
        source = self._open.setdefault(warc, MemberRecords(warc, Meter()))
        found = source.at(place.begin)
        if found.damage or found.end != place.end or found.url != place.url:
            raise BadRecord(BAD_OFFSET)
        source.copy(place, sink)
