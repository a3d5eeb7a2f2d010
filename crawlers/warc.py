"""WARC segments (ISO 28500): written as ``.open`` files, closed by renaming the archive and then its index.

A segment is closed when both files have their final names; anything else is a leftover of a killed crawl.
Its records are responses, revisits (the page is what it was: no body) and tombstones (the page is gone: the
answer that says so).
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import json
import math
import os
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordbuilder import RecordBuilder
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

RESPONSE, REVISIT, TOMBSTONE = "response", "revisit", "tombstone"
# What a revisit is known by (ISO 28500 section 6.7.2, 6.7.3).
PROFILES = {
    "identical-payload-digest": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
    "server-not-modified": "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
}
# zlib's; warcio would take 9. On 14 kB pages 4 took 0.2 ms and 5,546 bytes, 6 0.7 ms, 9 1.2 ms and 5,371.
GZIP_LEVEL = 4
RECORDS = RecordBuilder(warc_version="1.1")  # 1.0 has no fractions of seconds in its dates
# Headers that describe how a body travelled; ours is stored decoded.
TRANSPORT_HEADERS = frozenset(
    {"content-encoding", "transfer-encoding", "content-length", "connection", "set-cookie"}
)


@dataclass(frozen=True)
class StoredResponse:
    """A response with everything its index row needs besides its place in the archive.

    Attributes:
        status: HTTP status; 0 where a page is gone because nobody may ask for it any more.
        opt_outs: objections to the use of the page (``crawlers/opt_outs.py``).
    """

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    content_type: str
    robots: str
    terms: str
    fetched_at: str
    etag: str | None
    last_modified: str | None
    kind: str
    sport: str
    record: str = RESPONSE
    opt_outs: tuple[str, ...] = ()

    @property
    def payload_digest(self) -> str:
        """The decoded body's digest, as WARC-Payload-Digest writes it."""
        return payload_digest(self.body)


@dataclass(frozen=True)
class IndexRow:
    """One line of a segment's index; ``offset`` and ``length`` are of the record's own gzip member."""

    url: str
    status: int
    payload_digest: str
    content_type: str
    robots: str
    terms: str
    fetched_at: str
    offset: int
    length: int
    etag: str | None
    last_modified: str | None
    kind: str
    sport: str
    record: str = RESPONSE
    opt_outs: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> IndexRow:
        """Return the row that a line holds.

        Raises:
            TypeError: if a field is missing or unknown.
        """
        return cls(**{**row, "opt_outs": tuple(row.get("opt_outs", ()))})


def payload_digest(body: bytes) -> str:
    """Return ``sha1:`` and the digest in base 32."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def closed_segments(folder: Path) -> list[Path]:
    """Return the archives of closed segments, in order."""
    return sorted(p for p in folder.glob("segment-*.warc.gz") if index_path(p).is_file())


def index_path(archive: Path) -> Path:
    """Return the path of an archive's index."""
    return archive.with_name(archive.name.removesuffix(".warc.gz") + ".jsonl")


def read_index(archive: Path) -> list[IndexRow]:
    """Return the rows of a closed segment."""
    lines = index_path(archive).read_text(encoding="utf-8").splitlines()
    return [IndexRow.from_json(json.loads(line)) for line in lines]


def read_segment(archive: Path) -> Iterator[tuple[IndexRow, bytes]]:
    """Yield each indexed record with its body, decoded; a revisit's is empty.

    Raises:
        ValueError: naming the record that is not whole.
    """
    with archive.open("rb") as stream:
        for row in read_index(archive):
            stream.seek(row.offset)
            yield row, _body(stream.read(row.length), row, archive)


def verify_segment(archive: Path) -> list[str]:
    """Return what is wrong with a closed segment, a line each.

    Records that are cut short, altered or not where the index says, and bytes that nobody indexed.
    """
    try:
        rows = read_index(archive)
        size = archive.stat().st_size
    except (OSError, ValueError, TypeError, AttributeError) as error:
        return [f"{archive.name} or its index cannot be read: {error}"]
    if not rows:
        return [f"{index_path(archive).name} is empty; segments without records are never closed"]
    problems = []
    with archive.open("rb") as stream:
        end = rows[0].offset
        if end and not _is_warcinfo(stream.read(end)):
            problems.append(f"{archive.name} does not begin with a whole warcinfo record of {end} bytes")
        for row in rows:
            if row.offset != end:
                problems.append(f"{archive.name}, {row.url} at {row.offset}: the record before ends at {end}")
            end = row.offset + row.length
            try:
                stream.seek(row.offset)
                _body(stream.read(row.length), row, archive)
            except (ValueError, OSError) as error:
                problems.append(str(error))
    if end < size:
        problems.append(f"{archive.name} has {size - end} bytes after its last indexed record")
    return problems


def _is_warcinfo(member: bytes) -> bool:
    try:
        record = next(iter(ArchiveIterator(BytesIO(_inflated(member)))))
        return bool(record.rec_type == "warcinfo")
    except (EOFError, zlib.error, StopIteration, ArchiveLoadFailed):
        return False


def _inflated(member: bytes) -> bytes:
    """Return what one gzip member holds, its checksum and length verified.

    Raises:
        EOFError: if it is cut off, or not the only one.
    """
    stream = zlib.decompressobj(zlib.MAX_WBITS + 16)
    plain = stream.decompress(member)
    if not stream.eof or stream.unused_data:
        raise EOFError("the gzip member does not end where the index says")
    return plain


def _body(member: bytes, row: IndexRow, archive: Path) -> bytes:
    """Return the body in one record's gzip member, which must be whole and what the index says."""
    where = f"{archive.name}, {row.url} at {row.offset}"
    if len(member) != row.length:
        raise ValueError(f"{where}: cut short, {len(member)} of {row.length} bytes are there")
    try:
        record: ArcWarcRecord = next(iter(ArchiveIterator(BytesIO(_inflated(member)))))
        body: bytes = record.raw_stream.read()
    except (EOFError, zlib.error, StopIteration, ArchiveLoadFailed) as error:
        raise ValueError(f"{where}: no whole record: {error}") from error
    if record.rec_headers.get_header("WARC-Target-URI") != row.url:
        raise ValueError(f"{where}: the record is of {record.rec_headers.get_header('WARC-Target-URI')}")
    if row.record != REVISIT and payload_digest(body) != row.payload_digest:
        raise ValueError(f"{where}: the body is not the one that was stored, its digest differs")
    return body


def remove_leftovers(folder: Path) -> int:
    """Remove what a killed crawl left behind; return how many files."""
    closed = set(closed_segments(folder))
    leftovers = [
        p for p in folder.glob("segment-*") if p not in closed and p not in {index_path(c) for c in closed}
    ]
    for path in leftovers:
        path.unlink()
    return len(leftovers)


class SegmentWriter:
    """Writes records into numbered segments of one folder, rotating by records, bytes and age.

    Args:
        max_records: after so many a segment is closed.
        max_bytes: likewise, compressed.
        max_seconds: likewise, since its first record.
        clock: seconds, for tests.
        on_close: called with each archive once it is closed and durable.
        info: fields of the warcinfo record that begins each archive.
    """

    _stream: BinaryIO
    _index: BinaryIO
    _num_rows: int
    _begun: float

    def __init__(
        self,
        folder: Path,
        max_records: int,
        max_bytes: int,
        max_seconds: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
        on_close: Callable[[Path], None] | None = None,
        info: Mapping[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._max_records, self._max_bytes = folder, max_records, max_bytes
        self._max_seconds, self._clock = max_seconds, clock
        self._on_close, self._info = on_close, dict(info or {})
        remove_leftovers(folder)
        closed = closed_segments(folder)
        self._number = int(closed[-1].name[8:13]) + 1 if closed else 0
        self._open()

    def write(self, response: StoredResponse) -> IndexRow:
        """Append a response or a tombstone and return its index row; a full segment is closed before it."""
        return self._append(response, _record(response), response.payload_digest)

    def write_revisit(self, response: StoredResponse, digest: str, fetched_at: str, profile: str) -> IndexRow:
        """Append the news that a page is what it was.

        Args:
            response: the answer; its body is left out.
            digest: the payload digest of the body as it was stored; "" if that is not known.
            fetched_at: when that was; likewise.
            profile: ``server-not-modified`` or ``identical-payload-digest``.
        """
        told = {
            "WARC-Profile": PROFILES[profile],
            "WARC-Payload-Digest": digest,
            "WARC-Refers-To-Target-URI": response.url,
            "WARC-Refers-To-Date": fetched_at,
        }
        record = RECORDS.create_warc_record(
            response.url,
            "revisit",
            http_headers=_http_head(response, 0),
            warc_headers_dict={**_warc_headers(response), **{k: v for k, v in told.items() if v}},
        )
        return self._append(response, record, digest)

    def rotate_if_due(self) -> None:
        """Close the open segment if its first record is old enough."""
        if self._num_rows and self._clock() - self._begun >= self._max_seconds:
            self.commit()

    def commit(self) -> None:
        """Close the open segment and begin another; nothing happens to an empty one."""
        if self._num_rows:
            self._close()
            self._number += 1
            self._open()

    def close(self) -> None:
        """Close the last segment; an empty one leaves nothing behind."""
        if self._num_rows:
            self._close()
            self._num_rows = 0
            return
        for stream in (self._stream, self._index):
            stream.close()
        for ending in (".warc.gz.open", ".jsonl.open"):
            self._path(ending).unlink(missing_ok=True)

    def _append(self, response: StoredResponse, record: ArcWarcRecord, digest: str) -> IndexRow:
        # A full segment is closed when the next record comes: by then its last one is in the frontier too.
        if self._num_rows >= self._max_records or self._stream.tell() >= self._max_bytes:
            self.commit()
        if not self._num_rows:
            self._begun = self._clock()
        offset = self._stream.tell()
        row = IndexRow(
            **{key: value for key, value in vars(response).items() if key in _SHARED},
            payload_digest=digest,
            offset=offset,
            length=self._stream.write(_member(record)),
        )
        self._num_rows += 1
        self._index.write(json.dumps(asdict(row), ensure_ascii=False).encode() + b"\n")
        return row

    def _path(self, ending: str) -> Path:
        return self._folder / f"segment-{self._number:05d}{ending}"

    def _open(self) -> None:
        self._num_rows, self._begun = 0, self._clock()
        self._stream = self._path(".warc.gz.open").open("wb")
        self._index = self._path(".jsonl.open").open("wb")
        if self._info:
            name = self._path(".warc.gz").name
            self._stream.write(_member(RECORDS.create_warcinfo_record(name, self._info)))

    def _close(self) -> None:
        for stream in (self._stream, self._index):
            stream.flush()
            os.fsync(stream.fileno())
            stream.close()
        for ending in (".warc.gz", ".jsonl"):
            self._path(ending + ".open").rename(self._path(ending))
            _sync_folder(self._folder)
        if self._on_close is not None:
            self._on_close(self._path(".warc.gz"))


_SHARED = {field.name for field in fields(StoredResponse)} & {field.name for field in fields(IndexRow)}


def _record(response: StoredResponse) -> ArcWarcRecord:
    """Return a response record; where nobody answered (status 0), one of the facts alone."""
    if not response.status:
        return RECORDS.create_warc_record(response.url, "metadata", warc_headers_dict=_warc_headers(response))
    return RECORDS.create_warc_record(
        response.url,
        "response",
        payload=BytesIO(response.body),
        length=len(response.body),
        http_headers=_http_head(response, len(response.body)),
        warc_headers_dict={**_warc_headers(response), "WARC-Payload-Digest": response.payload_digest},
    )


def _member(record: ArcWarcRecord) -> bytes:
    """Return a record as a gzip member of its own (ISO 28500 annex D)."""
    plain = BytesIO()
    WARCWriter(plain, gzip=False).write_record(record)
    return gzip.compress(plain.getvalue(), GZIP_LEVEL, mtime=0)


def _http_head(response: StoredResponse, length: int) -> StatusAndHeaders:
    headers = [(k, v) for k, v in response.headers if k.lower() not in TRANSPORT_HEADERS]
    headers.append(("Content-Length", str(length)))
    return StatusAndHeaders(f"{response.status} {_reason(response.status)}", headers, protocol="HTTP/1.1")


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _warc_headers(response: StoredResponse) -> dict[str, str]:
    return {
        "WARC-Date": response.fetched_at,
        "X-Crawl-Record": response.record,
        "X-Crawl-Robots": response.robots,
        "X-Crawl-Terms": response.terms,
        "X-Crawl-Kind": response.kind,
        "X-Crawl-Sport": response.sport,
        **({"X-Crawl-Opt-Outs": " ".join(response.opt_outs)} if response.opt_outs else {}),
    }


def _sync_folder(folder: Path) -> None:
    """Make renames durable; a file system that cannot do so for folders does it by itself."""
    descriptor = os.open(folder, os.O_RDONLY)
    with contextlib.suppress(OSError):
        os.fsync(descriptor)
    os.close(descriptor)
