"""Where reading of a file goes on, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """A place between two records of a file.

    Attributes:
        offset: what the format counts in: bytes of a WARC or of decompressed lines, rows of Parquet, the
            byte at which a bzip2 stream of a dump begins, records of a JSON file.
        within: pages of that bzip2 stream that are done; 0 for every other format.
        record: records before this place, taken or not.
    """

    offset: int = 0
    within: int = 0
    record: int = 0


@dataclass
class Meter:
    """How far a reader has come in its file, in bytes of the file as it lies on disk."""

    num_bytes: int = 0


@dataclass(frozen=True)
class Item:
    """One record, or the named reason why it cannot be read as one; and where the next begins."""

    record: Record | str
    offset: int
    within: int = 0


@dataclass(frozen=True)
class Reading:
    """What every reader is given."""

    path: Path
    name: str
    place: Place
    meter: Meter
