"""The records of a WARC of any size, one after another: where each lies, what it is, and how to copy it.

Only heads are looked at; bodies are passed by (compressed ones inflated to find their end, and let go). A
file compressed record by record (ISO 28500 annex D) is copied byte by byte; one that is a single gzip stream
is written anew record by record, so that its records can be found again.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from tasks.imports.place import Meter

GZIP_MAGIC = b"\x1f\x8b\x08"
HEAD_END = b"\r\n\r\n"
# No honest record's head comes near this.
MAX_HEAD_BYTES = 64_000
CHUNK_BYTES = 1 << 18
# After a record two line ends follow; some writers leave one out or add a few.
MAX_BLANK_BYTES = 16
# zlib's; see crawlers/warc.py.
GZIP_LEVEL = 4


@dataclass(frozen=True)
class WarcRecord:
    """One record, or damage in its place.

    Attributes:
        kind: its WARC-Type, lower case; "" if damaged.
        begin, end: its bytes: in the file if that is plain or compressed by record, else in the plain stream.
        damage: named reason why it is no whole record, or "".
    """

    kind: str
    url: str
    begin: int
    end: int
    damage: str = ""


class RecordStream(Protocol):
    """A WARC from some offset on. ``copy`` writes the record that was yielded last."""

    suffix: str

    def records(self, offset: int) -> Iterator[WarcRecord]: ...
    def copy(self, record: WarcRecord, sink: IO[bytes]) -> None: ...


def open_records(path: Path, meter: Meter) -> RecordStream:
    """Return the reader that a file's first bytes ask for; ``meter`` says how far it has come in the file."""
    with path.open("rb") as file:
        if file.read(len(GZIP_MAGIC)) != GZIP_MAGIC:
            return PlainRecords(path, meter, compressed=False)
    first = _Member.at(path, 0)
    if first is not None and first.rest > MAX_BLANK_BYTES:
        return PlainRecords(path, meter, compressed=True)
    return MemberRecords(path, meter)


def head_facts(head: bytes) -> tuple[str, str, int | None]:
    """Return type, URL and content length (None if it has none) from a record's head."""
    kind, url, length = "", "", None
    for line in head.decode("utf-8", "replace").splitlines()[1:]:
        name, _, value = line.partition(":")
        match name.strip().lower():
            case "warc-type":
                kind = value.strip().lower()
            case "warc-target-uri":
                url = value.strip().strip("<>")
            case "content-length" if value.strip().isdigit():
                length = int(value)
    return kind, url, length


@dataclass(frozen=True)
class _Member:
    """One gzip member: where it ends, how its plain bytes begin, and how many there are."""

    end: int
    head: bytes
    num_plain: int
    whole: bool

    @classmethod
    def at(cls, path: Path, offset: int) -> _Member | None:
        with path.open("rb") as file:
            return cls.read(file, offset)

    @classmethod
    def read(cls, file: IO[bytes], offset: int) -> _Member | None:
        """Return the member that begins at ``offset``; None if its bytes are no gzip."""
        file.seek(offset)
        inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
        head, num_plain, position = b"", 0, offset
        try:
            while not inflater.eof and (chunk := file.read(CHUNK_BYTES)):
                position += len(chunk)
                while chunk and not inflater.eof:
                    plain = inflater.decompress(chunk, CHUNK_BYTES * 4)
                    if len(head) < MAX_HEAD_BYTES:
                        head += plain[: MAX_HEAD_BYTES - len(head)]
                    num_plain += len(plain)
                    chunk = inflater.unconsumed_tail
        except zlib.error:
            return None
        return cls(position - len(inflater.unused_data), head, num_plain, inflater.eof)

    @property
    def rest(self) -> int:
        """Plain bytes after the first record; negative if the record is cut short."""
        head, found, _ = self.head.partition(HEAD_END)
        length = head_facts(head)[2] if found else None
        return self.num_plain - len(head) - len(HEAD_END) - length if length is not None else -1


class MemberRecords:
    """A file in which each record is a gzip member."""

    suffix = ".warc.gz"

    def __init__(self, path: Path, meter: Meter) -> None:
        self._path, self._meter = path, meter
        self._size = path.stat().st_size

    def records(self, offset: int) -> Iterator[WarcRecord]:
        with self._path.open("rb") as file:
            while offset < self._size and not _is_padding(file, offset):
                record = self._record(file, offset)
                self._meter.num_bytes = record.end
                yield record
                offset = record.end

    def at(self, offset: int) -> WarcRecord:
        """Return the record at an offset that an index gives; damage if there is none."""
        with self._path.open("rb") as file:
            return self._record(file, offset)

    def copy(self, record: WarcRecord, sink: IO[bytes]) -> None:
        with self._path.open("rb") as file:
            file.seek(record.begin)
            _copy(file, record.end - record.begin, sink)

    def _record(self, file: IO[bytes], offset: int) -> WarcRecord:
        member = _Member.read(file, offset)
        if member is None or not member.head.startswith(b"WARC/"):
            return self._damaged(file, offset, "bad_compression" if member is None else "not_a_record")
        kind, url, _ = head_facts(member.head.partition(HEAD_END)[0])
        if not member.whole or member.rest < 0:
            return self._damaged(file, offset, "truncated", url)
        if not kind or member.rest > MAX_BLANK_BYTES:
            return WarcRecord("", url, offset, member.end, "not_a_record")
        return WarcRecord(kind, url, offset, member.end)

    def _damaged(self, file: IO[bytes], offset: int, reason: str, url: str = "") -> WarcRecord:
        return WarcRecord("", url, offset, self._next(file, offset + 1), reason)

    def _next(self, file: IO[bytes], offset: int) -> int:
        """Return where the next record begins, or the file's size."""
        while offset < self._size:
            file.seek(offset)
            chunk = file.read(CHUNK_BYTES)
            found = chunk.find(GZIP_MAGIC)
            while found >= 0:
                if _begins_record(file, offset + found):
                    return offset + found
                found = chunk.find(GZIP_MAGIC, found + 1)
            offset += max(len(chunk) - len(GZIP_MAGIC) + 1, 1)
        return self._size


def _is_padding(file: IO[bytes], offset: int) -> bool:
    """Tell whether nothing but NULs follows, as some disks leave behind."""
    file.seek(offset)
    while not any(chunk := file.read(CHUNK_BYTES)):
        if not chunk:
            return True
    return False


def _begins_record(file: IO[bytes], offset: int) -> bool:
    file.seek(offset)
    try:
        return zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(file.read(4096), 16).startswith(b"WARC/")
    except zlib.error:
        return False


class PlainRecords:
    """A file without compression, or one that is compressed as a whole; offsets are of its plain bytes."""

    def __init__(self, path: Path, meter: Meter, *, compressed: bool) -> None:
        self._path, self._meter, self._compressed = path, meter, compressed
        self.suffix = ".warc.gz" if compressed else ".warc"
        self._head = b""
        self._unread = 0
        self._next_line = b""

    def records(self, offset: int) -> Iterator[WarcRecord]:
        with self._path.open("rb") as raw:
            self._plain: IO[bytes] = gzip.GzipFile(fileobj=raw) if self._compressed else raw  # type: ignore[assignment]
            try:
                self._plain.seek(offset)
                while (record := self._record(offset)) is not None:
                    yield record
                    if self._unread:  # nobody copied it
                        self._plain.seek(self._unread, 1)
                        self._unread = 0
                    offset = record.end
                    self._meter.num_bytes = raw.tell()
            except (EOFError, zlib.error, gzip.BadGzipFile):
                yield WarcRecord("", "", offset, offset + 1, "truncated")

    def copy(self, record: WarcRecord, sink: IO[bytes]) -> None:
        if self._compressed:
            with gzip.GzipFile("", "wb", GZIP_LEVEL, sink, mtime=0) as member:
                self._copy(member)
        else:
            self._copy(sink)

    def _copy(self, sink: IO[bytes] | gzip.GzipFile) -> None:
        sink.write(self._head)
        unread, self._unread = self._unread, 0
        _copy(self._plain, unread, sink)
        sink.write(HEAD_END)

    def _record(self, offset: int) -> WarcRecord | None:
        """Read one head; the body is left to be copied or passed by. None at the end of the file."""
        line = self._next_line or self._plain.readline(MAX_HEAD_BYTES)
        self._next_line = b""
        while line in (b"\r\n", b"\n"):
            offset += len(line)
            line = self._plain.readline(MAX_HEAD_BYTES)
        if not line:
            return None
        head = b""
        while line.strip() and len(head) < MAX_HEAD_BYTES:
            head += line
            line = self._plain.readline(MAX_HEAD_BYTES)
        self._head = head + line
        kind, url, length = head_facts(head)
        end = offset + len(self._head)
        if not head.startswith(b"WARC/") or not kind or length is None:
            return WarcRecord("", url, offset, self._after_damage(end), "not_a_record")
        if not self._compressed and (left := self._path.stat().st_size - end) < length:
            return WarcRecord("", url, offset, end + max(left, 0), "truncated")
        self._unread = length
        return WarcRecord(kind, url, offset, end + length)

    def _after_damage(self, end: int) -> int:
        """Pass by what is no record; return where the next one begins, or the file ends."""
        while (line := self._plain.readline(MAX_HEAD_BYTES)) and not line.startswith(b"WARC/"):
            end += len(line)
        self._next_line = line
        return end


def _copy(source: IO[bytes], num_bytes: int, sink: IO[bytes] | gzip.GzipFile) -> None:
    while num_bytes and (chunk := source.read(min(num_bytes, CHUNK_BYTES))):
        sink.write(chunk)
        num_bytes -= len(chunk)
    if num_bytes:
        raise EOFError(f"{num_bytes} bytes of the record are missing")
