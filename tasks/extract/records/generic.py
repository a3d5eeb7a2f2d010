"""Answers of no API that we know by name: their records as they are, lists of links as nothing."""

from __future__ import annotations

from typing import Any

from tasks.extract.records.answer import INDEX_PAGE, NO_TEXT, JsonText, records_answer
from tasks.extract.records.told import num_facts

# Where an API page keeps its records.
LIST_KEYS = ["data", "results", "games", "items", "events", "records"]
# An element with one of these and little else points to a record, it is none.
POINTER_KEYS = {"url", "href", "link", "resource", "self"}
MIN_FACTS = 4


def read(value: object) -> JsonText | str:
    """Return any answer's records as text, or the named reason why there are none."""
    records = _records(value)
    if records is None:
        return NO_TEXT
    told = [record for record in records if not is_pointer(record)]
    return records_answer(told) if told else INDEX_PAGE


def is_pointer(record: dict[str, Any]) -> bool:
    """Tell whether an element only says where its record is: too few facts, or an address and hardly more."""
    facts = num_facts(record)
    return facts < MIN_FACTS or (bool(POINTER_KEYS & record.keys()) and facts < 2 * MIN_FACTS)


def _records(value: object) -> list[dict[str, Any]] | None:
    """Return the records of an answer: those under a list key, or the object itself; None if it has none."""
    if isinstance(value, dict):
        for key in LIST_KEYS:
            inner = value.get(key)
            if isinstance(inner, dict) and key == "data":
                return [inner]
            if (
                isinstance(inner, list)
                and (not inner or isinstance(inner[0], dict))
                and len(value) < 2 * MIN_FACTS
            ):
                return [item for item in inner if isinstance(item, dict)]
        return [value]
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)] or None
    return None
