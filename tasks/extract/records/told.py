"""Which values of a JSON record a reader is told, and the record as lines of text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

# The order in which people tell a game; other keys follow in alphabetical order.
TOLD_FIRST = [
    "type",
    "date",
    "sport",
    "league",
    "season",
    "matchday",
    "home",
    "away",
    "home_score",
    "away_score",
]
TOLD_LAST = "more"
# For machines only: addresses, keys and pictures say nothing about sport.
SILENT = re.compile(
    r"^(id|_?links?|urls?|uid|guid|href|self|resource|logos?|color|alternateColor|etag|next|"
    r"prev(ious)?([_ ]?(page|cursor|token))?)$"
)
ADDRESS = re.compile(r"^(https?:|//|/|data:)\S*$")


def canonical(value: object) -> str:
    """Return the one JSON spelling of a value: keys sorted, no blanks."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def says_something(value: object) -> bool:
    """Return whether a value is told at all: not empty, and no address."""
    if value is None or value == "" or value == [] or value == {}:
        return False
    return not (isinstance(value, str) and ADDRESS.match(value))


def told_of(value: Any) -> Any:
    """Return a value without what no reader is told; None where nothing is left."""
    if isinstance(value, dict):
        kept = {key: told_of(inner) for key, inner in value.items() if not SILENT.match(key)}
        return {key: inner for key, inner in kept.items() if inner is not None} or None
    if isinstance(value, list):
        return [inner for inner in map(told_of, value) if inner is not None] or None
    return value if says_something(value) else None


def num_facts(value: object) -> int:
    """Return how many plain values a reader would be told, at any depth."""
    if isinstance(value, dict):
        return sum(
            num_facts(inner) for key, inner in value.items() if key != "type" and not SILENT.match(key)
        )
    if isinstance(value, list):
        return sum(map(num_facts, value))
    return int(says_something(value))


def record_text(record: dict[str, Any]) -> str:
    """Return the record as lines ``key: value``, nested parts indented below their key, always in one
    order.
    """
    return "\n".join(_lines(record, 0))


def _lines(record: dict[str, Any], depth: int) -> Iterator[str]:
    rank = {key: place for place, key in enumerate(TOLD_FIRST)} | {TOLD_LAST: len(TOLD_FIRST) + 1}
    indent = "  " * depth
    for key in sorted(record, key=lambda key: (rank.get(key, len(TOLD_FIRST)), key)):
        value = record[key]
        if SILENT.match(key) or not says_something(value):
            continue
        name = key.replace("_", " ")
        if isinstance(value, dict):
            inner = list(_lines(value, depth + 1))
            yield from [f"{indent}{name}:", *inner] if inner else []
        elif isinstance(value, list) and all(isinstance(item, list) and _is_flat(item) for item in value):
            # Scores by period come as [[0, 7], [7, 3]]: "periods: 0-7, 7-3".
            yield f"{indent}{name}: {', '.join('-'.join(map(_said, item)) for item in value)}"
        elif isinstance(value, list) and not _is_flat(value):
            yield f"{indent}{name}:"
            yield from _item_lines(value, depth + 1)
        elif isinstance(value, list):
            yield f"{indent}{name}: {', '.join(_said(item) for item in value if says_something(item))}"
        else:
            yield f"{indent}{name}: {_said(value)}"


def _item_lines(items: list[Any], depth: int) -> Iterator[str]:
    """One line for an element of plain values, a block for one with parts of its own."""
    indent = "  " * depth
    for item in items:
        if isinstance(item, dict) and not _is_flat(list(item.values())):
            lines = list(_lines(item, depth + 1))
            yield from [f"{indent}-", *lines] if lines else []
        elif isinstance(item, dict):
            yield f"{indent}- " + ", ".join(line.strip() for line in _lines(item, 0))
        elif isinstance(item, list) and _is_flat(item):
            yield f"{indent}- " + ", ".join(_said(part) for part in item)
        elif isinstance(item, list):
            yield f"{indent}-"
            yield from _item_lines(item, depth + 1)
        elif says_something(item):
            yield f"{indent}- {_said(item)}"


def _is_flat(values: list[Any]) -> bool:
    return not any(isinstance(value, dict | list) for value in values)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(str(value).split())
