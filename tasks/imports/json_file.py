"""A JSON file, plain or gzip: a season of openfootball, or one answer of an API that is known.

Answers are read as those of a crawl (tasks/extract/records): a file is one document.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tasks.extract.records.read import read_known
from tasks.imports.document import answer_record
from tasks.imports.openfootball import match_record, matches_of
from tasks.imports.place import Item, Reading
from tasks.imports.records import BROKEN, LARGEST_RECORD_BYTES, decompressed


def read_json_file(reading: Reading) -> Iterator[Item]:
    """Yield a file's records, or the one reason why it has none; ``unsupported_format`` for other JSON."""
    reading.meter.num_bytes = reading.path.stat().st_size
    try:
        with reading.path.open("rb") as raw:
            body = decompressed(raw).read(LARGEST_RECORD_BYTES + 1)
        value: Any = json.loads(body.decode("utf-8-sig")) if len(body) <= LARGEST_RECORD_BYTES else None
    except (ValueError, RecursionError, *BROKEN):
        value = None
    matches = matches_of(value)
    if matches is not None:
        league = str(value.get("name") or "")
        for number, match in enumerate(matches[reading.place.offset :], reading.place.offset + 1):
            yield Item(match_record(match, league), number)
    elif not reading.place.record:
        told = read_known(value)
        if told is None:
            yield Item("unsupported_format", 1)
        else:
            yield Item(told if isinstance(told, str) else answer_record(told, reading.name), 1)
