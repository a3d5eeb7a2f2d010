"""One WARC segment to ``documents.parquet``, ``rejected.parquet`` and ``gone.parquet``: extract's
shard function.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tasks.counts import Counts
from tasks.extract.config import ExtractConfig
from tasks.extract.html_page import PageRequest
from tasks.extract.plain_text import normalised
from tasks.extract.records.read import read_json
from tasks.extract.rejects import Rejects, storable
from tasks.extract.sandbox import Sandbox, sandbox_for
from tasks.extract.timestamps import parse_timestamp
from tasks.extract.warc_records import Response, read_responses
from tasks.identity import document_id, document_key
from tasks.schema import DOCUMENTS, GONE, Kind, table_of, write_parquet

HTML_TYPES = {"text/html", "application/xhtml+xml", ""}
FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/xml", "text/xml"}
# An import's rows are numbered within their file; ordinal = file number * FILE_STRIDE + row.
FILE_STRIDE = 2**32
IMPORTED = "imported"
TOMBSTONE = "tombstone"

Row = dict[str, Any]


@dataclass(frozen=True)
class SegmentProvenance:
    """Where a segment comes from, and what holds for its pages unless the crawl's index says otherwise.

    Attributes:
        kind: a Kind. sport: a Sport, or "" where the source covers several or nobody knows.
        warc_file: the segment's lake-relative name, stored with every document.
        index: the crawl's record of each page, JSON lines beside the segment; None for an imported WARC.
        file_number: an imported file's place in its import; None for crawled segments, whose ordinals are 0.
    """

    source: str
    licence: str
    kind: str
    sport: str
    warc_file: str
    index: Path | None = None
    file_number: int | None = None


def extract_segment(warc: Path, out: Path, config: ExtractConfig, provenance: SegmentProvenance) -> Counts:
    """Write the segment's documents, sorted by (source, ordinal, id), and return the counts.

    Every response is a row that comes in, redirects excepted. A damaged segment gives what is readable.

    Raises:
        ValueError: if ``warc`` is no WARC file, or the index is not JSON lines.
    """
    index = _load_index(provenance.index)
    rejects, other, rows, seen = Rejects(), Counter[str](), [], set[str]()
    rows_in = 0
    sandbox = sandbox_for(config)
    starts = sandbox.starts
    for item in read_responses(warc, config.max_page_bytes):
        if not isinstance(item, str) and (index.get(item.offset) or {}).get("record") == TOMBSTONE:
            other["tombstones"] += 1
            continue
        if isinstance(item, str) or 300 <= item.status < 400:
            other[f"skipped_{item if isinstance(item, str) else 'redirect'}"] += 1
            continue
        rows_in += 1
        other["body_bytes"] += len(item.body)
        row = _document(item, _Facts.of(item, index, provenance), sandbox, config)
        if isinstance(row, dict) and row["id"] in seen:
            row = "duplicate_id"
        if isinstance(row, str):
            excerpt = item.body[:1000].decode("utf-8", "replace")
            rejects.add(item.url or f"offset {item.offset}", row, detail=_detail(item), excerpt=excerpt)
            continue
        if provenance.file_number is not None:
            row["ordinal"] = provenance.file_number * FILE_STRIDE + rows_in - 1
        seen.add(row["id"])
        rows.append(row)
    other["parser_starts"] = sandbox.starts - starts
    rows.sort(key=lambda row: (row["source"], row["ordinal"], row["id"]))
    write_parquet(table_of(rows, DOCUMENTS), out / "documents.parquet")
    rejects.write(out / "rejected.parquet")
    write_parquet(table_of(_gone(index, provenance.source), GONE), out / "gone.parquet")
    return Counts(rows_in, len(rows), rejects.dropped(), dict(sorted(other.items())))


def _gone(index: dict[object, Row], source: str) -> list[Row]:
    """Return a row for every page that the crawl found gone, by URL."""
    rows = [row for place, row in index.items() if isinstance(place, str) and row.get("record") == TOMBSTONE]
    return [
        {
            "key": document_key(source, storable(row["url"])),
            "source": source,
            "url": storable(row["url"]),
            "seen_at": parse_timestamp(row.get("fetched_at")),
            "why": f"status {row['status']}" if row.get("status") else str(row.get("robots")),
        }
        for row in sorted(rows, key=lambda row: str(row["url"]))
    ]


@dataclass(frozen=True)
class _Facts:
    """What is known about a page before it is read."""

    source: str
    kind: str
    sport: str
    licence: str
    robots: str
    terms: str
    opt_outs: list[str]
    fetched_at: datetime | None
    warc_file: str
    crawled: bool

    @classmethod
    def of(cls, item: Response, index: dict[object, Row], provenance: SegmentProvenance) -> _Facts:
        entry = index.get(item.offset) or index.get(item.url) or {}
        crawled = provenance.index is not None
        unknown = "" if crawled else IMPORTED
        return cls(
            source=provenance.source,
            kind=entry.get("kind") or provenance.kind,
            sport=entry.get("sport") or provenance.sport,
            licence=provenance.licence,
            robots=_verdict(entry.get("robots"), unknown),
            terms=_verdict(entry.get("terms"), unknown),
            opt_outs=[str(name) for name in entry.get("opt_outs") or []],
            fetched_at=parse_timestamp(entry.get("fetched_at")) or item.fetched_at,
            warc_file=provenance.warc_file,
            crawled=crawled,
        )


def _document(item: Response, facts: _Facts, sandbox: Sandbox, config: ExtractConfig) -> Row | str:
    """Return one row of ``DOCUMENTS``, or the named reason why the response gives none."""
    reason = _unreadable(item)
    if reason:
        return reason
    if item.content_type.endswith("json"):
        found = read_json(item.body, item.charset)
        if isinstance(found, str):
            return found
        kind = facts.kind if facts.crawled else found.kind
        return _row(item, facts, kind, found.text, title=found.title, published_at=found.published_at,
                    events=found.events, record=found.record)  # fmt: skip
    if item.content_type == "text/plain":
        return _row(item, facts, facts.kind, normalised(item.body.decode("utf-8", "replace")))
    fetched_on = facts.fetched_at.date().isoformat() if facts.fetched_at else ""
    request = PageRequest(item.url, item.charset, facts.kind, facts.crawled, config.quality, fetched_on)
    page = sandbox.read_page(item.body, request)
    if isinstance(page, str):
        return page
    kind = Kind.STATISTICS.value if page.statistics and not facts.crawled else facts.kind
    return _row(item, facts, kind, page.text, title=page.title, author=page.author, language=page.language,
                published_at=page.published_at, events=list(page.events))  # fmt: skip


def _unreadable(item: Response) -> str | None:
    """Name what keeps a response from being read at all, or return None."""
    if item.status and item.status != 200:
        return "bad_status"
    if item.damage:
        return item.damage
    if not item.body.strip():
        return "empty"
    start = item.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if item.url.endswith("/robots.txt"):
        return "index_page"
    if item.content_type in FEED_TYPES or start.startswith(
        (b"<?xml", b"<rss", b"<feed", b"<urlset", b"<sitemapindex")
    ):
        return None if b"<html" in start or b"xhtml" in start else "index_page"
    if item.content_type in HTML_TYPES | {"text/plain"} or item.content_type.endswith("json"):
        return "not_text" if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")) else None
    return "not_text"


def _row(
    item: Response,
    facts: _Facts,
    kind: str,
    text: str,
    *,
    title: str = "",
    author: str = "",
    language: str = "",
    published_at: str = "",
    events: list[str] | None = None,
    record: str | None = None,
) -> Row | str:
    if not text:
        return "no_text"
    url = storable(item.url)
    return {
        "id": document_id(facts.source, url, text),
        "source": facts.source,
        "ordinal": 0,
        "kind": kind,
        "sport": facts.sport or None,
        "language": language or None,
        "events": events or [],
        "url": url,
        "title": storable(title) or None,
        "author": author or None,
        "published_at": parse_timestamp(published_at),
        "fetched_at": facts.fetched_at,
        "licence": facts.licence,
        "robots_verdict": facts.robots,
        "terms_verdict": facts.terms,
        "opt_outs": facts.opt_outs,
        "warc_file": facts.warc_file,
        "warc_offset": item.offset,
        "record": storable(record) if record else None,
        "text": text,
    }


def _detail(item: Response) -> str:
    return f"status {item.status}, {item.content_type or 'no content type'}, offset {item.offset}"


def _verdict(value: object, unknown: str) -> str:
    return str(value) if value not in (None, "") else unknown


def _load_index(path: Path | None) -> dict[object, Row]:
    """Return the index's rows by record offset and by URL; where a URL was fetched twice, the last row."""
    index: dict[object, Row] = {}
    if path is None:
        return index
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ValueError(
                    f"{path}, line {number}: not JSON ({error}); the index is damaged, restore the snapshot"
                ) from error
            index[row["url"]] = row
            if row.get("offset") is not None:
                index[int(row["offset"])] = row
    return index
