"""WARC segments (ISO 28500): written as ``.open`` files, closed by renaming the archive and then its index.

A segment is closed when both files have their final names; anything else is a leftover of a killed crawl.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

# Headers that describe how a body travelled; ours is stored decoded.
TRANSPORT_HEADERS = frozenset(
    {"content-encoding", "transfer-encoding", "content-length", "connection", "set-cookie"}
)


@dataclass(frozen=True)
class StoredResponse:
    """A response with everything its index row needs besides its place in the archive."""

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
    return [
        IndexRow(**json.loads(line)) for line in index_path(archive).read_text(encoding="utf-8").splitlines()
    ]


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
    """Writes responses into numbered segments of one folder, rotating by records and bytes."""

    def __init__(self, folder: Path, max_records: int, max_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._max_records, self._max_bytes = folder, max_records, max_bytes
        remove_leftovers(folder)
        closed = closed_segments(folder)
        self._number = int(closed[-1].name[8:13]) + 1 if closed else 0
        self._rows: list[IndexRow] = []
        self._open()

    def write(self, response: StoredResponse) -> IndexRow:
        """Append a response and return its index row; rotates when the segment is full."""
        offset = self._stream.tell()
        self._writer.write_record(self._record(response))
        self._stream.flush()
        row = IndexRow(
            **{key: value for key, value in asdict(response).items() if key not in {"headers", "body"}},
            payload_digest=response.payload_digest,
            offset=offset,
            length=self._stream.tell() - offset,
        )
        self._rows.append(row)
        self._index.write(json.dumps(asdict(row), ensure_ascii=False).encode() + b"\n")
        if len(self._rows) >= self._max_records or self._stream.tell() >= self._max_bytes:
            self._commit()
            self._number += 1
            self._open()
        return row

    def close(self) -> None:
        """Close the last segment; an empty one leaves nothing behind."""
        if self._rows:
            self._commit()
            return
        for stream in (self._stream, self._index):
            stream.close()
        self._path(".warc.gz.open").unlink()
        self._path(".jsonl.open").unlink()

    def _path(self, ending: str) -> Path:
        return self._folder / f"segment-{self._number:05d}{ending}"

    def _open(self) -> None:
        self._rows = []
        self._stream = self._path(".warc.gz.open").open("wb")
        self._index = self._path(".jsonl.open").open("wb")
        self._writer = WARCWriter(self._stream, gzip=True)

    def _commit(self) -> None:
        for stream in (self._stream, self._index):
            stream.flush()
            os.fsync(stream.fileno())
            stream.close()
        self._path(".warc.gz.open").rename(self._path(".warc.gz"))
        self._path(".jsonl.open").rename(self._path(".jsonl"))

    def _record(self, response: StoredResponse) -> object:
        headers = [(k, v) for k, v in response.headers if k.lower() not in TRANSPORT_HEADERS]
        headers.append(("Content-Length", str(len(response.body))))
        return self._writer.create_warc_record(
            response.url,
            "response",
            payload=BytesIO(response.body),
            length=len(response.body),
            http_headers=StatusAndHeaders(f"{response.status} OK", headers, protocol="HTTP/1.1"),
            warc_headers_dict={
                "WARC-Date": response.fetched_at,
                "WARC-Payload-Digest": response.payload_digest,
                "X-Crawl-Robots": response.robots,
                "X-Crawl-Terms": response.terms,
                "X-Crawl-Kind": response.kind,
                "X-Crawl-Sport": response.sport,
            },
        )
