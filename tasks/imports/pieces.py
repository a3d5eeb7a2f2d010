"""One file, piece by piece: each is a shard of the lake with a marker of its own, so that a killed import
goes on after the last one that was finished, wherever that lies in the file.

A piece is a stretch of the file's records in their order. Where the next begins is kept in its counts, which
are stored with its marker; nothing else has to be remembered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tasks.counts import Counts
from tasks.imports.place import Place
from tasks.imports.pulse import beat
from tasks.stage import run_shard, shard_name
from tasks.store import Store

# Kept among a piece's counts for the next one; no figures to add up.
PLACES = ("begin_offset", "begin_within", "next_offset", "next_within", "bytes_done", "last")


class Taker(Protocol):
    """Takes one file: opened at a place, it gives piece after piece."""

    def open(self, place: Place) -> None: ...
    def resume(self, files: Mapping[str, Path]) -> None: ...
    def piece(self, out: Path) -> Counts: ...


@dataclass(frozen=True)
class Piece:
    """A finished piece: the marker ``run_shard`` leaves."""

    name: str
    counts: Counts
    files: list[dict[str, Any]]

    @classmethod
    def of(cls, name: str, marker: Mapping[str, Any]) -> Piece:
        return cls(name, Counts(**marker["counts"]), marker["files"])

    @property
    def figures(self) -> Counts:
        """The counts without places."""
        extra = {name: value for name, value in self.counts.extra.items() if name not in PLACES}
        return Counts(self.counts.rows_in, self.counts.rows_out, self.counts.dropped, extra)


def piece_name(file_number: int, number: int) -> str:
    """Return a piece's shard name: the file's, and from the second piece on a number; names sort in order."""
    return shard_name(file_number) + (f"_{number:05d}" if number else "")


def place_counts(counts: Counts, begin: Place, end: Place, bytes_done: int, last: bool) -> Counts:
    """Return counts with what the next piece has to know."""
    places = (begin.offset, begin.within, end.offset, end.within, bytes_done, int(last))
    extra = {**counts.extra, **dict(zip(PLACES, places, strict=True))}
    return Counts(counts.rows_in, counts.rows_out, counts.dropped, extra)


def take_file(
    store: Store, prefix: str, finished: Mapping[str, str], file_number: int, taker: Taker, pulse: Path
) -> list[Piece]:
    """Take a whole file and return its pieces, those of earlier attempts included.

    Args:
        prefix: this attempt's folder in the lake.
        finished: marker keys of pieces that earlier attempts finished, by name.
        pulse: where to write how many bytes of the file are done.
    """
    pieces: list[Piece] = []
    place, is_open = Place(), False
    while not pieces or not pieces[-1].counts.extra["last"]:
        name = piece_name(file_number, len(pieces))
        piece = None if is_open else _finished(store, name, finished.get(name), place)
        if piece is None:
            if not is_open:
                taker.open(place)
                is_open = True
            piece = Piece.of(name, run_shard(store, prefix, name, taker.piece, {}, ()))
        else:
            taker.resume(_documents(store, finished[name], piece))
        pieces.append(piece)
        counts = piece.counts
        place = Place(counts.extra["next_offset"], counts.extra["next_within"], place.record + counts.rows_in)
        beat(pulse, counts.extra["bytes_done"])
    return pieces


def _finished(store: Store, name: str, key: str | None, place: Place) -> Piece | None:
    """Return the piece an earlier attempt finished, if it begins here and its files are as they were."""
    data = store.read(key) if key else None
    if key is None or data is None:
        return None
    piece = Piece.of(name, json.loads(data))
    begin = (piece.counts.extra.get("begin_offset"), piece.counts.extra.get("begin_within"))
    if begin != (place.offset, place.within):
        return None
    folder = key.rsplit("/", 2)[0]
    for file in piece.files:
        path = f"{folder}/{file['path']}"
        entry = store.entry(path)
        if entry is None or entry.num_bytes != file["num_bytes"]:
            return None
        if entry.etag != file["etag"] and store.sha256(path) != file["sha256"]:
            return None
    return piece


def _documents(store: Store, key: str, piece: Piece) -> dict[str, Path]:
    """Return local paths of a finished piece's tables, which say which ids are taken."""
    folder = key.rsplit("/", 2)[0]
    return {
        file["name"].rsplit("/", 1)[1]: store.local_path(f"{folder}/{file['path']}", file["sha256"])
        for file in piece.files
        if file["name"].endswith("/documents.parquet")
    }
