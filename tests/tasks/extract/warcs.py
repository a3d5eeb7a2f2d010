"""WARC segments written for the tests, with the index a crawl leaves beside them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tasks.extract.segment import SegmentProvenance

ARTICLE = (
    "<p>The Harbour Titans beat the Mariners 3-1 on Saturday in front of 18,432 people at Ironside Road. "
    "Esteban Gronwell scored twice before half-time and the visitors never recovered from it.</p>"
    "<p>Their coach said that the team had worked hard for the win, and that the season was still long. "
    "The Mariners play at home again next week, when the Owls come to the city.</p>"
)


def page(body: str, head: str = "") -> bytes:
    """Return an HTML page with a menu and a footer around ``body``."""
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Report</title>{head}</head>'
        "<body>"
        '<nav><ul><li><a href="/">Home</a></li><li><a href="/about">About us</a></li></ul></nav>'
        f"<article><h1>Titans win again</h1>{body}</article>"
        "<footer>Copyright 2026 Example</footer></body></html>"
    ).encode()


def write_segment(path: Path, answers: list[dict[str, Any]], *, index: bool = True) -> Path | None:
    """Write a segment of {url, body, content_type, status, headers, kind, sport}; return its index."""
    rows = []
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "test"}))
        for answer in answers:
            offset = file.tell()
            type_ = answer.get("content_type", "text/html; charset=utf-8")
            headers = [("Content-Type", type_), *answer.get("headers", [])]
            status = str(answer.get("status", 200))
            record = writer.create_warc_record(
                answer["url"],
                "response",
                payload=io.BytesIO(answer["body"]),
                http_headers=StatusAndHeaders(f"{status} X", headers, protocol="HTTP/1.1"),
                warc_headers_dict={"WARC-Date": "2026-11-20T06:00:00Z"},
            )
            writer.write_record(record)
            rows.append(
                {
                    "url": answer["url"],
                    "status": int(status),
                    "offset": offset,
                    "robots": "allowed",
                    "terms": "accepted",
                    "fetched_at": "2026-11-20T06:00:00+00:00",
                    "kind": answer.get("kind", "news"),
                    "sport": answer.get("sport", "football"),
                    "record": answer.get("record", "response"),
                    "opt_outs": answer.get("opt_outs", []),
                }
            )
    if not index:
        return None
    index_path = path.with_suffix("").with_suffix(".jsonl")
    index_path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return index_path


def provenance(index: Path | None = None, file_number: int | None = None) -> SegmentProvenance:
    """Return the provenance of a test segment."""
    return SegmentProvenance("example", "CC0-1.0", "news", "", "raw/s.warc.gz", index, file_number)
