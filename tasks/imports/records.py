"""The records of lines and text files, in file order; what cannot be read comes as its named reason."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from typing import IO, Any

from tasks.imports.place import Item, Reading, Record

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT_COLUMNS = ["text", "content", "body", "article"]
# One record's longest line or file, in bytes; a book has about a million.
LARGEST_RECORD_BYTES = 20_000_000
GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A stream that breaks off, or whose bytes were altered.
BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zstd.ZstdError)


def read_jsonl(reading: Reading) -> Iterator[Item]:
    """Yield the objects of JSON Lines, plain, gzip or Zstandard; blank lines are no records.

    Offsets are bytes after decompression. A stream that breaks off gives its readable lines, then
    ``truncated``.
    """
    with reading.path.open("rb") as raw:
        lines = decompressed(raw)
        offset = reading.place.offset
        try:
            _skip(lines, raw, offset)
            while True:
                first = offset == 0
                line, length = _line(lines)
                offset += length
                reading.meter.num_bytes = raw.tell()
                if not length:
                    return
                if line is None:
                    yield Item("too_long", offset)
                elif line.strip():
                    yield Item(parse_line(line.removeprefix(BYTE_ORDER_MARK) if first else line), offset)
        except BROKEN:
            yield Item("truncated", offset)


def decompressed(raw: IO[bytes]) -> IO[bytes]:
    """Return the file's content as a stream, by the magic it begins with."""
    start = raw.read(4)
    raw.seek(0)
    stream: Any = raw
    if start.startswith(GZIP_MAGIC):
        stream = gzip.GzipFile(fileobj=raw)
    elif start == ZSTD_MAGIC:
        stream = io.BufferedReader(zstd.ZstdFile(raw))
    found: IO[bytes] = stream
    return found


def parse_line(line: bytes) -> Record | str:
    """Return one line's object, or why it is none: bad_encoding, not_json, not_an_object."""
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return "bad_encoding"
    except (ValueError, RecursionError):
        return "not_json"
    return value if isinstance(value, dict) else "not_an_object"


def read_text(reading: Reading) -> Iterator[Item]:
    """Yield the one document that a text file is; its name is its id."""
    size = reading.path.stat().st_size
    reading.meter.num_bytes = size
    if reading.place.record:
        return
    if size > LARGEST_RECORD_BYTES:
        yield Item("too_long", size)
        return
    try:
        text = reading.path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        yield Item("bad_encoding", size)
        return
    yield Item({"id": reading.name, "text": text}, size)


def read_unsupported(reading: Reading) -> Iterator[Item]:
    """Yield the one reason why a file of another format is not taken."""
    reading.meter.num_bytes = reading.path.stat().st_size
    if not reading.place.record:
        yield Item("unsupported_format", 1)


def _line(lines: IO[bytes]) -> tuple[bytes | None, int]:
    """Return the next line, None in the place of one that is too long, and how many bytes it has."""
    line = lines.readline(LARGEST_RECORD_BYTES)
    length = len(line)
    if length < LARGEST_RECORD_BYTES:
        return line, length
    whole = line.endswith(b"\n")
    while not whole and (rest := lines.readline(LARGEST_RECORD_BYTES)):
        length += len(rest)
        whole = rest.endswith(b"\n")
    return None, length


def _skip(lines: IO[bytes], raw: IO[bytes], num_bytes: int) -> None:
    """Go on after the first ``num_bytes``: at once in a plain file, by reading them in a compressed one."""
    if lines is raw:
        raw.seek(num_bytes)
        return
    while num_bytes and (chunk := lines.read(min(num_bytes, 1 << 20))):
        num_bytes -= len(chunk)
