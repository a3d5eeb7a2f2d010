"""Which values of a JSON record a reader is told, and the record as lines of text."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import lru_cache
from typing import Any

from tasks.extract.plain_text import normalised

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
RANK = {key: place for place, key in enumerate(TOLD_FIRST)} | {TOLD_LAST: len(TOLD_FIRST) + 1}
# For machines only: addresses, keys and pictures say nothing about sport.
SILENT = re.compile(
    r"^(id|_?links?|urls?|uid|guid|href|self|resource|logos?|color|alternateColor|etag|next|"
    r"prev(ious)?([_ ]?(page|cursor|token))?)$"
)
# What can stand in a line of text as it is; all else is quoted as a JSON string.
BARE_KEY = re.compile(r"[^\s:\"|,\[{-](?:[^\s:\"|,]| (?=[^\s]))*")
LIKE_FIELD = re.compile(r": |:$")
LIST_ODD = re.compile(r", |\]$|,$")
CELL_ODD = re.compile(r"-($| )|_$")
PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
SCORES = re.compile(rf"{PLAIN.pattern}(?:-{PLAIN.pattern})+(?:, {PLAIN.pattern}(?:-{PLAIN.pattern})+)+")
NO_CELL = "_"
# Elements of plain values are a table from so many on.
FEWEST_ROWS = 3
# Parts that lie deeper are told as one line of JSON: with every level indented, five megabytes of brackets
# would become hundreds.
DEEPEST = 24
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

    ``read_back.read_text`` gives ``spoken(record)`` again; the grammar stands there.
    """
    said = spoken(record)
    lines: list[str] = []
    _write_fields(said if isinstance(said, dict) else {}, 0, lines)
    return "\n".join(lines)


def spoken(value: Any) -> Any:
    """Return what the text of a value says: its told parts, keys as names, plain values as their spelling.

    None where nothing is told. ``3`` and ``"3"`` are one spelling, and so are line breaks and blanks; keys
    that differ only in blanks and underscores keep their own spelling, others have blanks for underscores.
    """
    if isinstance(value, dict):
        kept = [(key, spoken(value[key])) for key in _told_order(value) if not SILENT.match(key)]
        names = Counter(_name(key) for key, inner in kept if inner is not None)
        found = {
            (_name(key) if names[_name(key)] == 1 else key): inner for key, inner in kept if inner is not None
        }
        return found or None
    if isinstance(value, list):
        if _is_table(value):
            return [row for row in map(_spoken_row, value) if row] or None
        return [inner for inner in map(spoken, value) if inner is not None] or None
    return (spelled(value) or None) if says_something(value) else None


def spelled(value: object) -> str:
    """Return a plain value on one line, in the form that all extracted text has."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return " ".join((text if text.isascii() and text.isprintable() else normalised(text)).split())


def _told_order(record: dict[str, Any]) -> list[str]:
    return sorted(record, key=lambda key: (RANK.get(key, len(TOLD_FIRST)), key))


def _name(key: str) -> str:
    return spelled(key.replace("_", " "))


def _is_table(items: list[Any]) -> bool:
    """Tell whether every item is an object of plain values: their keys stay in the order they came in."""
    return bool(items) and all(isinstance(item, dict) and _is_flat(list(item.values())) for item in items)


def _spoken_row(row: dict[str, Any]) -> dict[str, Any]:
    said = spoken(row) or {}
    own_order = {name: None for key in row for name in (_name(key), key) if name in said}
    return {name: said[name] for name in own_order}


def _write_fields(record: dict[str, Any], depth: int, lines: list[str]) -> None:
    indent = "  " * depth
    for name, value in record.items():
        key = _key(name)
        if isinstance(value, str):
            lines.append(f"{indent}{key}: {_scalar(value)}")
        elif (inline := _inline(value, depth)) is not None:
            lines.append(f"{indent}{key}: {inline}")
        elif isinstance(value, dict):
            lines.append(f"{indent}{key}:")
            _write_fields(value, depth + 1, lines)
        else:
            lines.append(f"{indent}{key}:")
            _write_items(value, depth + 1, lines)


def _write_items(items: list[Any], depth: int, lines: list[str]) -> None:
    """A table, or one line for an element of plain values and a block for one with parts of its own."""
    indent = "  " * depth
    columns = _columns(items)
    if columns:
        lines.append(indent + " | ".join(map(_key, columns)))
        lines += [
            indent + " | ".join(_cell(row[name]) if name in row else NO_CELL for name in columns)
            for row in items
        ]
        return
    for item in items:
        if isinstance(item, str):
            lines.append(f"{indent}- {_quoted(item) if LIKE_FIELD.search(item) else _scalar(item)}")
        elif (inline := _inline(item, depth)) is not None:
            lines.append(f"{indent}- {inline}")
        elif isinstance(item, list):
            lines.append(f"{indent}-")
            _write_items(item, depth + 1, lines)
        elif _is_flat(list(item.values())):
            parts = (f"{_key(k)}: {_quoted(v) if ', ' in v else _scalar(v)}" for k, v in _ranked(item))
            lines.append(f"{indent}- {', '.join(parts)}")
        else:
            lines.append(f"{indent}-")
            _write_fields(item, depth + 1, lines)


def _ranked(row: dict[str, str]) -> list[tuple[str, str]]:
    rank = {key.replace("_", " "): place for key, place in RANK.items()}
    return sorted(row.items(), key=lambda pair: (rank.get(pair[0], len(TOLD_FIRST)), pair[0]))


def _inline(value: Any, depth: int) -> str | None:
    """Return a value with parts as one line, where it is one: ``[a, b]``, ``7-3, 0-14``; else None."""
    if isinstance(value, list) and _is_flat(value):
        return f"[{', '.join(_quoted(v) if LIST_ODD.search(v) else _scalar(v) for v in value)}]"
    if isinstance(value, list) and _are_scores(value):
        return ", ".join("-".join(scores) for scores in value)
    return f"{{{canonical(value)}}}" if depth >= DEEPEST else None


def _are_scores(items: list[Any]) -> bool:
    """Scores by period come as [[0, 7], [7, 3]]: "periods: 0-7, 7-3"."""
    return len(items) > 1 and all(
        isinstance(item, list)
        and len(item) > 1
        and all(isinstance(one, str) and PLAIN.fullmatch(one) for one in item)
        for item in items
    )


def _columns(items: list[Any]) -> list[str]:
    """Return the columns of elements that make a table, [] where they make none."""
    if len(items) < FEWEST_ROWS or not all(isinstance(i, dict) and _is_flat(list(i.values())) for i in items):
        return []
    columns = list(dict.fromkeys(name for item in items for name in item))
    num_cells = sum(map(len, items))
    return columns if len(columns) > 1 and num_cells * 2 > len(columns) * len(items) else []


def _is_flat(values: list[Any]) -> bool:
    return not any(isinstance(value, dict | list) for value in values)


@lru_cache(4096)
def _key(name: str) -> str:
    bare = name != NO_CELL and spelled(name) == name and BARE_KEY.fullmatch(name)
    return name if bare else json.dumps(name)


def _scalar(text: str) -> str:
    return _quoted(text) if text[0] in '"[{' or SCORES.fullmatch(text) else text


def _cell(text: str) -> str:
    return _quoted(text) if "|" in text or text[0] == '"' or CELL_ODD.match(text) else text


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
