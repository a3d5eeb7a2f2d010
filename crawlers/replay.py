"""Crawling recorded WARC files as if they were the web: nothing leaves this process.

An address answers what its newest recording says; any other is not found. What the source's own listings
would have led to is often not recorded: the recorded addresses on its hosts are found as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import HtmlResponse, Response
from w3lib.url import safe_url_string
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawlers.catalog import Politeness, Source, host_of
from crawlers.settings import MAX_BODY_BYTES
from crawlers.warc import TRANSPORT_HEADERS

if TYPE_CHECKING:
    from scrapy import Request

# Nobody is asked anything, so nobody's patience is tried.
NO_WAITING = Politeness(delay_s=0, max_delay_s=1e-6, response_multiple=0)


@dataclass(frozen=True)
class Place:
    """Where a response is recorded."""

    archive: Path
    offset: int
    recorded_at: str


class Recording:
    """The newest response to each address in some WARC files.

    Raises:
        ValueError: naming the file that is no WARC, or where it is cut off.
    """

    def __init__(self, archives: Iterable[Path]) -> None:
        self.places: dict[str, Place] = {}
        for archive in archives:
            self._read(archive)

    def _read(self, archive: Path) -> None:
        try:
            with archive.open("rb") as stream:
                records = ArchiveIterator(stream)
                for record in records:
                    if record.rec_type == "response" and record.http_headers is not None:
                        self._add(record.rec_headers, archive, records.get_record_offset())
        except (ArchiveLoadFailed, EOFError, OSError) as error:
            raise ValueError(f"replay: {archive} cannot be read as a WARC file: {error}") from error

    def _add(self, headers: Mapping[str, str], archive: Path, offset: int) -> None:
        url, recorded_at = (headers.get("WARC-Target-URI") or "").strip("<> "), headers.get("WARC-Date") or ""
        known = self.places.get(_key(url))
        if known is None or recorded_at >= known.recorded_at:
            self.places[_key(url)] = Place(archive, offset, recorded_at)

    def pages_of(self, source: Source) -> dict[str, str]:
        """Return the recorded addresses on a source's hosts, each with "" for its lastmod."""
        return {url: "" for url in sorted(self.places) if host_of(url) in source.scope.hosts}

    def answer(self, request: Request) -> Response:
        """Return what was recorded for a request: 304 if it has it already, 404 if nothing was."""
        place = self.places.get(_key(request.url))
        if place is None:
            return Response(request.url, status=404, request=request)
        with place.archive.open("rb") as stream:
            stream.seek(place.offset)
            record = next(iter(ArchiveIterator(stream)))
            body = record.content_stream().read(MAX_BODY_BYTES + 1)[:MAX_BODY_BYTES]
        status = int(record.http_headers.get_statuscode() or 0)
        headers: dict[bytes, list[bytes]] = {}
        for name, value in record.http_headers.headers:
            if name.lower() not in TRANSPORT_HEADERS:
                headers.setdefault(name.encode("latin-1", "replace"), []).append(
                    value.encode("latin-1", "replace")
                )
        etag = record.http_headers.get_header("ETag")
        asked = request.headers.get("If-None-Match")
        if etag and asked is not None and asked.decode("latin-1") == etag:
            status, body = 304, b""
        return HtmlResponse(
            request.url, status=status, headers=headers, body=body, flags=[place.recorded_at], request=request
        )


class ReplayHandler(BaseDownloadHandler):
    """Answers http and https requests from the recording that the spider was given."""

    async def download_request(self, request: Request) -> Response:
        """Return what was recorded."""
        spider = self.crawler.spider
        recording: Recording | None = spider.assignment.recording if spider else None  # type: ignore[attr-defined]
        assert recording is not None, "the runner sets a recording where it sets this handler"
        return recording.answer(request)


def replayed(source: Source) -> Source:
    """Return a source that is neither spared nor told who we are: a recording has no patience and no
    doors.
    """
    return source.model_copy(update={"politeness": NO_WAITING, "auth": None, "oauth": None})


def _key(url: str) -> str:
    try:
        return str(safe_url_string(urldefrag(url).url))
    except ValueError:
        return url
