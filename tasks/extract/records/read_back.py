"""Records read back from their text, and compared: what ``told.record_text`` writes loses and adds nothing.

The grammar. A record is the fields of depth 0; a line of depth n begins with 2n blanks.

- ``key: value`` is a field with a plain value.
- ``key: [a, b]`` is a field with a list of plain values.
- ``key: 7-3, 0-14`` is a field with two lists of numbers or more, each of two numbers or more.
- ``key:`` is a field whose value stands below it, one level deeper: fields of an object, or elements.
- Elements: ``- value`` is a plain value, ``- [a, b]`` a list of such, ``- key: value, key: value`` an object
  of such, ``-`` a part one level deeper. Or all elements are a table: a line ``key | key`` and then a line
  ``value | value`` for each; ``_`` is where one has no such key.
- ``{JSON}`` in the place of a value, as in ``{{"a":"1"}}``, is a part that lies deeper than ``told.DEEPEST``.
- Keys and values that could be taken for something else stand in double quotes, as JSON strings.

Types are not told (3 and "3" are one text), nor are empty values, addresses and silent keys: reading back
gives ``told.spoken(record)``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tasks.extract.records.told import DEEPEST, NO_CELL, SCORES, spoken

FIELD = re.compile(r'("(?:[^"\\]|\\.)*"|[^:"|]+):(?: |$)')
DECODER = json.JSONDecoder()
MISSING, CHANGED, EXTRA = "missing", "changed", "extra"


@dataclass(frozen=True)
class Difference:
    """One value that text and record do not share. ``kind`` is missing (from the text), changed or extra."""

    kind: str
    path: tuple[str | int, ...]
    value: Any


def check_text(record: dict[str, Any], text: str) -> list[Difference]:
    """Return how the text of a record differs from the record; [] where it says the same.

    Raises:
        ValueError: naming the line that is no record's.
    """
    return differences(spoken(record) or {}, read_text(text))


def differences(record: Any, found: Any) -> list[Difference]:
    """Return how what was read differs from what is told in the record."""
    return list(_differences(record, found, ()))


def _differences(record: Any, found: Any, path: tuple[str | int, ...]) -> Iterator[Difference]:
    if isinstance(record, dict) and isinstance(found, dict):
        for key in record.keys() | found.keys():
            place = (*path, key)
            if key not in found:
                yield Difference(MISSING, place, record[key])
            elif key not in record:
                yield Difference(EXTRA, place, found[key])
            else:
                yield from _differences(record[key], found[key], place)
    elif isinstance(record, list) and isinstance(found, list):
        for number, (one, other) in enumerate(zip(record, found, strict=False)):
            yield from _differences(one, other, (*path, number))
        shared = min(len(record), len(found))
        yield from (Difference(MISSING, (*path, n), record[n]) for n in range(shared, len(record)))
        yield from (Difference(EXTRA, (*path, n), found[n]) for n in range(shared, len(found)))
    elif record != found:
        yield Difference(CHANGED, path, found)


def read_texts(text: str) -> list[dict[str, Any]]:
    """Return the records of a document: their texts stand with an empty line between them.

    Raises:
        ValueError: naming the line that is no record's.
    """
    return [read_text(part) for part in text.split("\n\n") if part]


def read_text(text: str) -> dict[str, Any]:
    """Return what the text of one record says, as ``told.spoken`` gives it.

    Raises:
        ValueError: naming the line that is no record's.
    """
    reader = _Reader(text.split("\n") if text else [])
    found = reader.fields(0)
    reader.end()
    return found


class _Reader:
    """The lines of a text and the place that reading has come to."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0

    def end(self) -> None:
        if self._at < len(self._lines):
            raise self._error("stands where no line is expected")

    def fields(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while (line := self._line(depth)) is not None:
            match = FIELD.match(line)
            if match is None:
                raise self._error("is no field")
            key = self._key(match.group(1))
            if key in found:
                raise self._error("says a key again")
            self._at += 1
            rest = line[match.end() :]
            found[key] = self._value(rest) if rest else self._block(depth + 1)
        return found

    def _block(self, depth: int) -> Any:
        line = self._line(depth)
        if line is None or depth > DEEPEST + 1:
            raise self._error("should stand deeper")
        if line == "-" or line.startswith("- "):
            return self._items(depth)
        return self.fields(depth) if FIELD.match(line) else self._table(depth)

    def _items(self, depth: int) -> list[Any]:
        found: list[Any] = []
        while (line := self._line(depth)) is not None:
            if line == "-":
                self._at += 1
                found.append(self._block(depth + 1))
            elif not line.startswith("- "):
                raise self._error("is no element")
            elif line[2:3] not in ("[", "{") and (match := FIELD.match(line, 2)) and line[match.end() :]:
                found.append(self._inline_object(line))
                self._at += 1
            else:
                found.append(self._value(line[2:]))
                self._at += 1
        return found

    def _inline_object(self, line: str) -> dict[str, str]:
        found: dict[str, str] = {}
        place = 2
        while place < len(line):
            match = FIELD.match(line, place)
            if match is None:
                raise self._error("is no list of fields")
            value, place = self._token(line, match.end(), ", ")
            key = self._key(match.group(1))
            if key in found:
                raise self._error("says a key again")
            found[key] = value
        return found

    def _table(self, depth: int) -> list[dict[str, str]]:
        columns = self._cells(self._line(depth) or "")
        self._at += 1
        found = []
        while (line := self._line(depth)) is not None:
            cells = self._cells(line)
            if len(cells) != len(columns):
                raise self._error(f"has {len(cells)} cells below {len(columns)} columns")
            pairs = zip(columns, cells, strict=True)
            found.append({str(name): cell for name, cell in pairs if cell is not None})
            self._at += 1
        return found

    def _cells(self, line: str) -> list[str | None]:
        cells: list[str | None] = []
        place = 0
        while place < len(line):
            quoted = line[place] == '"'
            cell, place = self._token(line, place, " | ")
            cells.append(None if cell == NO_CELL and not quoted else cell)
        return cells

    def _value(self, text: str) -> Any:
        if text.startswith("{"):
            return self._json(text[1:-1])
        if text.startswith("["):
            if not text.endswith("]"):
                raise self._error("does not end its list")
            found, place = [], 0
            while place < len(text) - 2:
                value, place = self._token(text[1:-1], place, ", ")
                found.append(value)
            return found
        if SCORES.fullmatch(text):
            return [scores.split("-") for scores in text.split(", ")]
        return self._token(text, 0, "\n")[0]

    def _token(self, line: str, start: int, separator: str) -> tuple[str, int]:
        """Return the plain value at ``start`` and where the next one begins."""
        if line.startswith('"', start):
            try:
                value, end = DECODER.raw_decode(line, start)
            except ValueError:
                raise self._error("does not end its quotes") from None
            if line[end:] and not line.startswith(separator, end):
                raise self._error("goes on after its quotes")
            return str(value), end + len(separator)
        end = line.find(separator, start)
        end = len(line) if end < 0 else end
        return line[start:end], end + len(separator)

    def _key(self, written: str) -> str:
        return str(self._json(written)) if written.startswith('"') else written

    def _json(self, text: str) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise self._error("is no JSON") from None

    def _line(self, depth: int) -> str | None:
        """Return the current line without its blanks, if it has the depth; None if it lies higher."""
        if self._at >= len(self._lines):
            return None
        line = self._lines[self._at]
        text = line.lstrip(" ")
        blanks = len(line) - len(text)
        if blanks > 2 * depth or not text:
            raise self._error(f"is indented by {blanks} where {2 * depth} are the most")
        return text if blanks == 2 * depth else None

    def _error(self, what: str) -> ValueError:
        line = self._lines[self._at] if self._at < len(self._lines) else ""
        return ValueError(f"line {self._at + 1} {what}: {line[:80]!r}; record_text wrote no such text")
