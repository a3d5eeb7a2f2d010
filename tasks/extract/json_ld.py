"""Structured data in pages (JSON-LD, schema.org): which games a page is about, and when it was published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

EVENT_TYPE = "SportsEvent"
# A page that nests deeper than this is an attack or an accident.
MAX_DEPTH = 50


def parse_blocks(blocks: list[str]) -> list[Any]:
    """Return the parsed JSON of each script, skipping what is not JSON."""
    parsed = []
    for block in blocks:
        try:
            parsed.append(json.loads(block))
        except (ValueError, RecursionError):
            continue
    return parsed


def event_ids(parsed: list[Any]) -> list[str]:
    """Return the identifiers of all sports events, in page order, each once."""
    found: dict[str, None] = {}
    for node in _objects(parsed):
        types = node.get("@type")
        if EVENT_TYPE in (types if isinstance(types, list) else [types]):
            identifier = _identifier(node.get("identifier")) or _identifier(node.get("@id"))
            if identifier:
                found[identifier] = None
    return list(found)


def first_value(parsed: list[Any], name: str) -> str:
    """Return the first string under a property name, at any depth, or ""."""
    for node in _objects(parsed):
        value = node.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _identifier(value: object) -> str:
    if isinstance(value, list):
        return next((found for item in value if (found := _identifier(item))), "")
    if isinstance(value, dict):  # schema.org PropertyValue
        value = value.get("value") or value.get("@id")
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _objects(value: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner, depth + 1)
