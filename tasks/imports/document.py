"""One imported record to a row of ``DOCUMENTS``: what a record says of itself is kept."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tasks.extract.plain_text import normalised
from tasks.extract.records.answer import JsonText
from tasks.extract.records.read import read_known
from tasks.extract.rejects import storable
from tasks.extract.segment import IMPORTED
from tasks.extract.timestamps import parse_timestamp
from tasks.identity import digest, document_id
from tasks.imports.place import Record
from tasks.imports.records import TEXT_COLUMNS
from tasks.imports.rows import ID_COLUMNS, URL_COLUMNS
from tasks.schema import Kind, Sport

# Canonical JSON of a game, as the readers of records give it.
OWN_RECORD = "record_json"
PUBLISHED = ["published_at", "published", "date", "timestamp"]
SPORTS = {sport.value for sport in Sport}
KINDS = {kind.value for kind in Kind}


@dataclass(frozen=True)
class ImportSource:
    """What holds for all rows of an import unless a row says otherwise. ``sport`` is "" where it varies."""

    id: str
    licence: str
    kind: str = Kind.NEWS.value
    sport: str = ""


def document_of(record: Record, source: ImportSource, extra: Counter[str]) -> dict[str, Any] | str:
    """Return one row of ``DOCUMENTS``, or the named reason why the record gives none."""
    texts = [record[name] for name in TEXT_COLUMNS if isinstance(record.get(name), str)]
    if not texts:
        told = read_known(record)
        if told is None or isinstance(told, str):
            return told or "no_text"
        record = answer_record(told, "")
        texts = [told.text]
    text = normalised(next((text for text in texts if text.strip()), ""))
    if not text:
        return "empty_text"
    own_id, url = string_of(record, *ID_COLUMNS), url_of(record)
    origin = string_of(record, "source") or source.id
    given = next((record[name] for name in PUBLISHED if record.get(name) not in (None, "")), None)
    published_at = parse_timestamp(given)
    extra["bad_timestamp"] += int(given is not None and published_at is None)
    kind, sport = string_of(record, "kind"), string_of(record, "sport")
    return {
        "id": document_id(origin, own_id or url or digest(text), text),
        "source": origin,
        "kind": kind if kind in KINDS else source.kind,
        "sport": sport if sport in SPORTS else source.sport or None,
        "language": string_of(record, "language", "lang"),
        "events": _events(record),
        "source_id": own_id,
        "url": url,
        "title": string_of(record, "title", "headline"),
        "author": string_of(record, "author", "byline"),
        "published_at": published_at,
        "fetched_at": parse_timestamp(record.get("fetched_at")),
        "licence": string_of(record, "licence", "license") or source.licence,
        "robots_verdict": IMPORTED,
        "terms_verdict": IMPORTED,
        "opt_outs": [],
        "label": string_of(record, "label"),
        "record": string_of(record, OWN_RECORD),
        "text": text,
    }


def answer_record(told: JsonText, id_: str) -> Record:
    """Return what an API's answer tells as a record of an import; ``id_`` is its id unless it is one game."""
    record = json.loads(told.record) if told.record else None
    sport = record.get("sport") if isinstance(record, dict) else None
    return {
        "id": told.events[0] if len(told.events) == 1 else id_,
        "title": told.title,
        "date": told.published_at,
        "kind": told.kind,
        "sport": sport,
        "language": "en",
        "events": told.events,
        "text": told.text,
        OWN_RECORD: told.record,
    }


def url_of(record: Record) -> str | None:
    """Return the address a record gives itself."""
    return string_of(record, *URL_COLUMNS)


def string_of(record: Record, *names: str) -> str | None:
    """Return the first plain value under one of the names, as a string; None if there is none."""
    for name in names:
        value = record.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return storable(str(value).strip())
    return None


def _events(record: Record) -> list[str]:
    events = record.get("events")
    if not isinstance(events, list):
        return []
    return [storable(event) for event in events if isinstance(event, str)]
