"""Typed reading of one item of an answer: what has the expected type is taken, the rest kept as it came."""

from __future__ import annotations

import copy
from typing import Any

from tasks.extract.records.told import told_of

# Floats from here on are not one whole number each.
LARGEST_FLOAT = 2**53


class Part:
    """A copy of an item from which values are taken out.

    A key that is missing, or holds something of another type, gives nothing and stays where it is: what an
    API adds or changes is told with the rest and never lost. Paths are keys joined by dots, numbers in lists.
    """

    def __init__(self, value: dict[str, Any]) -> None:
        self._value = copy.deepcopy(value)

    def at(self, path: str) -> Any:
        """Return what a path leads to, or None; it stays."""
        place = self._place(path)
        return None if place is None else place[0][place[1]]

    def says(self, path: str, values: frozenset[str]) -> bool:
        """Return whether a path holds one of some texts; it stays."""
        value = self.at(path)
        return isinstance(value, str) and value in values

    def text(self, *paths: str) -> str:
        """Take the first path that holds a text which is not blank; "" if none does."""
        for path in paths:
            value = self.at(path)
            if isinstance(value, str) and value.strip():
                self._take(path)
                return " ".join(value.split())
        return ""

    def count(self, *paths: str) -> int | None:
        """Take the first path that holds a whole number of 0 or more, as such or in digits; else None."""
        for path in paths:
            number = whole(self.at(path))
            if number is not None:
                self._take(path)
                return number
        return None

    def positive(self, *paths: str) -> int | None:
        """Take the first path that holds a whole number over 0: APIs say 0 where nobody counted."""
        return self.count(*(path for path in paths if whole(self.at(path))))

    def label(self, *paths: str) -> str:
        """Take the first path that holds a text or a whole number, as text: a season, a round, an id."""
        for path in paths:
            value = self.at(path)
            if isinstance(value, int) and not isinstance(value, bool):
                self._take(path)
                return str(value)
            if isinstance(value, str) and value.strip():
                return self.text(path)
        return ""

    def drop(self, *paths: str) -> None:
        """Leave out what says again what was taken."""
        for path in paths:
            self._take(path)

    def rest(self) -> dict[str, Any]:
        """Return what was not taken and says something."""
        return told_of(self._value) or {}

    def _place(self, path: str) -> tuple[Any, Any] | None:
        """Return the container and the key or place that a path ends in, or None."""
        value: Any = self._value
        *before, last = path.split(".")
        for key in before:
            found = _inside(value, key)
            if found is None:
                return None
            value = value[found[0]]
        end = _inside(value, last)
        return None if end is None else (value, end[0])

    def _take(self, path: str) -> None:
        place = self._place(path)
        if place is None:
            return
        container, key = place
        if isinstance(container, dict):
            del container[key]
        else:
            container[key] = None  # the places of its neighbours stay


def _inside(value: Any, key: str) -> tuple[Any] | None:
    if isinstance(value, dict):
        return (key,) if key in value else None
    if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        return (int(key),)
    return None


def whole(value: object) -> int | None:
    """Return a whole number of 0 or more that is written as one (2, 2.0, "2"), else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer() and value < LARGEST_FLOAT:
        value = int(value)
    if isinstance(value, str) and value.strip().isdecimal() and value.strip().isascii() and len(value) < 10:
        value = int(value)
    return value if isinstance(value, int) and value >= 0 else None
