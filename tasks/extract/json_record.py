"""Answers of JSON APIs to text: records line by line, discussions as written, lists of links as nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tasks.extract.plain_text import normalised

# Where an API page keeps its records.
LIST_KEYS = ["data", "results", "games", "items", "events", "records"]
# An element with one of these and little else points to a record, it is none.
POINTER_KEYS = {"url", "href", "link", "resource", "self"}
MIN_FACTS = 4
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
# For machines only: addresses, keys and pictures say nothing about sport.
SILENT = re.compile(
    r"^(id|_?links?|urls?|uid|guid|href|self|resource|logos?|color|alternateColor|etag|next|prev.*)$"
)
ADDRESS = re.compile(r"^(https?:|//|/|data:)\S*$")
# A Reddit thread nests four levels a reply; deeper than this is an attack.
MAX_DEPTH = 200


@dataclass(frozen=True)
class JsonText:
    """What an API answer says. ``record`` is its canonical JSON; ``kind`` is a Kind."""

    text: str
    kind: str
    title: str
    published_at: str
    events: list[str]
    record: str | None


def read_json(body: bytes, charset: str) -> JsonText | str:
    """Return the answer as text, or the named reason why there is none: not_json, index_page, no_text."""
    try:
        value = json.loads(body.decode(charset or "utf-8-sig", "strict"))
    except (ValueError, RecursionError, LookupError):
        return "not_json"
    if _depth_exceeds(value, MAX_DEPTH):
        return "not_json"
    posts = list(_posts(value))
    if posts:
        title = next((post["title"] for post in posts if post.get("title")), "")
        return JsonText(normalised("\n\n".join(map(_post_text, posts))), "discussion", title, "", [], None)
    records = _records(value)
    if records is None:
        return "no_text"
    told = [record for record in records if not is_pointer(record)]
    if not told:
        return "index_page"
    text = normalised("\n\n".join(record_text(record) for record in told))
    whole = told[0] if len(told) == 1 else told
    events = [str(record["id"]) for record in told if record.get("type") == "game" and record.get("id")]
    return JsonText(
        text, "record", _title(told[0]), _date(told[0]), list(dict.fromkeys(events)), canonical(whole)
    )


def canonical(value: object) -> str:
    """Return the one JSON spelling of a value: keys sorted, no blanks."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def is_pointer(record: dict[str, Any]) -> bool:
    """Tell whether an element only says where its record is: too few facts, or an address and hardly more."""
    facts = num_facts(record)
    return facts < MIN_FACTS or (bool(POINTER_KEYS & record.keys()) and facts < 2 * MIN_FACTS)


def num_facts(value: object) -> int:
    """Return how many plain values a reader would be told, at any depth."""
    if isinstance(value, dict):
        return sum(
            num_facts(inner) for key, inner in value.items() if key != "type" and not SILENT.match(key)
        )
    if isinstance(value, list):
        return sum(map(num_facts, value))
    return int(_says_something(value))


def record_text(record: dict[str, Any]) -> str:
    """Return the record as lines ``key: value``, nested parts indented below their key, always in one
    order.
    """
    return "\n".join(_lines(record, 0))


def _lines(record: dict[str, Any], depth: int) -> Iterator[str]:
    rank = {key: place for place, key in enumerate(TOLD_FIRST)}
    indent = "  " * depth
    for key in sorted(record, key=lambda key: (rank.get(key, len(rank)), key)):
        value = record[key]
        if SILENT.match(key) or not _says_something(value):
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
            yield f"{indent}{name}: {', '.join(_said(item) for item in value if _says_something(item))}"
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
        elif isinstance(item, list):
            yield f"{indent}- " + ", ".join(_said(part) for part in item if not isinstance(part, dict | list))
        elif _says_something(item):
            yield f"{indent}- {_said(item)}"


def _is_flat(values: list[Any]) -> bool:
    return not any(isinstance(value, dict | list) for value in values)


def _says_something(value: object) -> bool:
    if value is None or value == "" or value == [] or value == {}:
        return False
    return not (isinstance(value, str) and ADDRESS.match(value))


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(str(value).split())


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


def _title(record: dict[str, Any]) -> str:
    for key in ("title", "name", "headline"):
        if isinstance(record.get(key), str):
            return str(record[key])
    if isinstance(record.get("home"), str) and isinstance(record.get("away"), str):
        return f"{record['home']} v {record['away']}"
    return ""


def _date(record: dict[str, Any]) -> str:
    return next((str(record[key]) for key in ("published_at", "date", "updated_at") if record.get(key)), "")


def _posts(value: object) -> Iterator[dict[str, Any]]:
    """Yield posts and comments of a Reddit listing, in the order in which they are shown."""
    if isinstance(value, list):
        for item in value:
            yield from _posts(item)
    elif isinstance(value, dict) and isinstance(value.get("data"), dict):
        data = value["data"]
        if value.get("kind") in {"t1", "t3"}:
            yield data
            yield from _posts(data.get("replies"))
        elif value.get("kind") == "Listing":
            yield from _posts(data.get("children"))


def _post_text(post: dict[str, Any]) -> str:
    parts = [post.get("title"), post.get("selftext") or post.get("body")]
    author = post.get("author")
    said = "\n".join(str(part) for part in parts if isinstance(part, str) and part)
    return f"{author}: {said}" if author and said else said


def _depth_exceeds(value: object, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        inner: list[object] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
        if not inner:
            return False
        level = inner
    return True
