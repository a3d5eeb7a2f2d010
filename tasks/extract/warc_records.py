"""Reading a WARC segment (ISO 28500) that may be damaged: what is whole is read, what is not is named."""

from __future__ import annotations

import base64
import hashlib
import io
import mmap
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.extract.timestamps import parse_timestamp

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

GZIP_MAGIC = b"\x1f\x8b\x08"
# A response's block is its HTTP head and its body; no honest head comes near this.
MAX_HEAD_BYTES = 256_000
PAYLOAD_TYPES = {"response", "resource", "conversion"}


@dataclass(frozen=True)
class Response:
    """One answer of a server as the segment holds it.

    Attributes:
        status: HTTP status; 200 for records that carry a payload without HTTP.
        content_type: lower-case media type without parameters, "" if none is given.
        charset: from the Content-Type header, "" if none is given.
        body: payload with transfer and content encodings undone; empty if ``damage`` is set.
        offset: byte at which the record (its gzip member) starts.
        damage: named reason why the body cannot be used, or None.
    """

    url: str
    status: int
    content_type: str
    charset: str
    body: bytes
    fetched_at: datetime | None
    offset: int
    digest: str
    damage: str | None = None


def check_warc(path: Path) -> None:
    """Return if the file starts like a WARC, compressed or not.

    Raises:
        ValueError: naming the file and what it starts with.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    found = _inflated_start(start) if start.startswith(GZIP_MAGIC) else start[:16]
    if not found.startswith(b"WARC/"):
        what = f"starts with {found[:8]!r}" if found else "is empty or cut off in its first bytes"
        raise ValueError(f"{path} is not a WARC file: it {what}, a WARC starts with 'WARC/'; check the path")


def read_responses(path: Path, max_body_bytes: int) -> Iterator[Response | str]:
    """Yield every response of a segment in file order; other records come as the name of their type.

    A damaged record is a Response whose ``damage`` is set; reading goes on with the next whole one.

    Args:
        max_body_bytes: bodies that grow larger, before or after decompression, are damaged as ``too_large``.

    Raises:
        ValueError: if the file is not a WARC at all.
    """
    check_warc(path)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = 0
        while start >= 0:
            last = start
            item: Response | str | None = None
            try:
                for offset, item in _records_from(data, start, max_body_bytes):
                    last = offset
                    yield item
                if not (isinstance(item, Response) and item.damage == "truncated") and _is_cut_off(
                    data, last
                ):
                    yield _damaged("", last, "truncated")
                return
            except OSError:  # what the decompressor and the header parser raise on damage
                if isinstance(item, str) or (item and item.damage != "truncated"):
                    start = _record_after(data, last)
                    continue
                if item is None:
                    yield _damaged("", start, "truncated")
            start = _next_record(data, last + 1)


def _records_from(data: mmap.mmap, start: int, max_body_bytes: int) -> Iterator[tuple[int, Response | str]]:
    """Yield (offset, response or record type) from ``start`` up to the end or the first damage."""
    from fastwarc.warc import ArchiveIterator

    stream = io.BytesIO(data[start:]) if start else data
    for record in ArchiveIterator(stream, parse_http=False, strict_mode=False):  # type: ignore[arg-type]
        offset = start + record.stream_pos
        kind = (record.headers.get("WARC-Type") or "").lower()
        if kind in PAYLOAD_TYPES:
            yield offset, _response(record, kind, offset, max_body_bytes)
        elif not kind:
            raise OSError("a record without WARC-Type")
        else:
            yield offset, kind


def _response(record: WarcRecord, kind: str, offset: int, max_body_bytes: int) -> Response:
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
    if not record.headers.get("Content-Length"):  # cut off within its head, so no length to fall short of
        return _damaged(url, offset, "truncated")
    if record.content_length > max_body_bytes + MAX_HEAD_BYTES:
        return _damaged(url, offset, "too_large")
    try:
        block = record.reader.read()
    except OSError:
        return _damaged(url, offset, "truncated")
    if len(block) != record.content_length:
        return _damaged(url, offset, "truncated")
    status, headers, payload = 200, {"content-type": record.headers.get("Content-Type") or ""}, block
    if kind == "response":
        head, _, payload = block.partition(b"\r\n\r\n")
        status, headers = parse_http_head(head)
    digest = record.headers.get("WARC-Payload-Digest") or ""
    unchunked = dechunk(payload) if headers.get("transfer-encoding", "").lower() == "chunked" else payload
    fetched_at = parse_timestamp(record.headers.get("WARC-Date"))
    if digest and not (matches_digest(payload, digest) or matches_digest(unchunked, digest)):
        return _damaged(url, offset, "bad_digest", status, fetched_at)
    try:
        body = decompress(unchunked, headers.get("content-encoding", "").lower(), max_body_bytes)
    except ValueError as error:
        return _damaged(url, offset, str(error), status, fetched_at)
    media, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.lower().partition("charset=")[2].split(";")[0].strip(" \"'")
    return Response(url, status, media.strip().lower(), charset, body, fetched_at, offset, digest)


def _damaged(
    url: str, offset: int, reason: str, status: int = 0, fetched_at: datetime | None = None
) -> Response:
    return Response(url, status, "", "", b"", fetched_at, offset, "", reason)


def parse_http_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Return status (0 if there is none) and headers by lower-case name, the last of each."""
    first, *lines = head.decode("latin-1").splitlines() or [""]
    words = first.split()
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    pairs = (line.partition(":") for line in lines)
    return status, {name.strip().lower(): value.strip() for name, _, value in pairs}


def matches_digest(payload: bytes, digest: str) -> bool:
    """Tell whether ``algorithm:value`` (base32 or hex) is the payload's digest; unknown algorithms pass."""
    algorithm, _, value = digest.partition(":")
    try:
        found = hashlib.new(algorithm.lower().replace("-", ""), payload, usedforsecurity=False)
    except ValueError:
        return True
    return value.lower() in {found.hexdigest(), base64.b32encode(found.digest()).decode().lower()}


def dechunk(payload: bytes) -> bytes:
    """Undo chunked transfer coding (RFC 9112 section 7.1); what is not chunked comes back as it is."""
    parts: list[bytes] = []
    position = 0
    while True:
        line_end = payload.find(b"\r\n", position)
        size_text = payload[position:line_end].split(b";")[0].strip()
        if line_end < 0 or not size_text:
            return payload
        try:
            size = int(size_text, 16)
        except ValueError:
            return payload
        if size == 0:
            return b"".join(parts)
        parts.append(payload[line_end + 2 : line_end + 2 + size])
        position = line_end + 2 + size + 2


def decompress(payload: bytes, encoding: str, max_bytes: int) -> bytes:
    """Undo a content encoding without growing past ``max_bytes``; an archive may have undone it before.

    Raises:
        ValueError: whose message is a named reason: ``too_large``, ``bad_compression``, ``unknown_encoding``.
    """
    if len(payload) > max_bytes:
        raise ValueError("too_large")
    if encoding in {"gzip", "x-gzip"}:
        if not payload.startswith(GZIP_MAGIC):
            return payload
        window_bits = 31
    elif encoding == "deflate":
        window_bits = 15 if payload[:1] == b"\x78" else -15
    elif encoding in {"", "identity"} or _looks_like_text(payload):
        return payload
    else:
        raise ValueError("unknown_encoding")
    inflater = zlib.decompressobj(window_bits)
    try:
        body = inflater.decompress(payload, max_bytes + 1)
    except zlib.error:
        raise ValueError("bad_compression") from None
    if len(body) > max_bytes:
        raise ValueError("too_large")
    return body


def _looks_like_text(payload: bytes) -> bool:
    return payload.lstrip()[:1] in {b"<", b"{", b"["}


def _inflated_start(start: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(start, 16)
    except zlib.error:
        return start[:16]


def _record_after(data: mmap.mmap, offset: int) -> int:
    """Return where the whole record at ``offset`` ends, which is where the damaged one starts."""
    if data[:3] != GZIP_MAGIC:
        return _next_record(data, offset + 1)
    inflater = zlib.decompressobj(31)
    position = offset
    while not inflater.eof and position < len(data):
        inflater.decompress(data[position : position + 65_536])
        position += 65_536
    return min(position, len(data)) - len(inflater.unused_data)


def _is_cut_off(data: mmap.mmap, offset: int) -> bool:
    """Tell whether a compressed file goes on after its last readable record (at ``offset``) or ends in it."""
    if data[:3] != GZIP_MAGIC:
        return False
    inflater = zlib.decompressobj(31)
    position = offset
    while not inflater.eof and position < len(data):
        inflater.decompress(data[position : position + 65_536])
        position += 65_536
    end = min(position, len(data)) - len(inflater.unused_data)
    return not inflater.eof or any(data[end:])


def _next_record(data: mmap.mmap, start: int) -> int:
    """Return the offset of the next thing that starts like a record, or -1."""
    compressed = data[:3] == GZIP_MAGIC
    needle = GZIP_MAGIC if compressed else b"\r\n\r\nWARC/1."
    position = data.find(needle, start)
    while (
        compressed
        and position >= 0
        and not _inflated_start(data[position : position + 4096]).startswith(b"WARC/")
    ):
        position = data.find(needle, position + 1)
    return position if compressed or position < 0 else position + 4
