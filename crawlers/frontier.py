"""What is known about a source's addresses, and which one is next: a local SQLite index.

It can be made again from the indexes of committed segments. Its changes become durable when a segment is
closed (``commit``), together with what the segment holds: after a kill both stand where the last closed
segment ends.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from crawlers.catalog import Revisit
from crawlers.warc import IndexRow, closed_segments, read_index

FORMAT = 2
NEW, KNOWN = 0, 1  # a page nobody has seen comes before one that is looked at again
MAX_FAILURES = 12  # so many in a row, and the wait grows no more
SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (
    url TEXT PRIMARY KEY,
    etag TEXT, last_modified TEXT, digest TEXT, verdicts TEXT,
    fetched_at TEXT,                     -- when a body was last stored, RFC 3339
    checked_at TEXT,                     -- the snapshot moment of the last look, RFC 3339
    lastmod TEXT NOT NULL DEFAULT '',    -- what a listing says
    seen_lastmod TEXT NOT NULL DEFAULT '',  -- what it said when the page was last looked at
    interval_s REAL, next_due TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    done_in TEXT NOT NULL DEFAULT '',    -- the last snapshot that looked
    planned INTEGER                      -- NEW or KNOWN while it waits its turn in this crawl
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS turn ON pages (planned, lastmod DESC, url) WHERE planned IS NOT NULL;
CREATE TABLE IF NOT EXISTS listings (
    url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, links TEXT NOT NULL,
    lastmod TEXT NOT NULL DEFAULT '',
    next_due TEXT NOT NULL               -- when it may be asked again, RFC 3339
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class FrontierError(ValueError):
    """A saved frontier that cannot be used; it can be rebuilt from the segments' indexes."""


@dataclass(frozen=True)
class KnownPage:
    """A page as it was when it was last stored."""

    digest: str | None
    etag: str | None
    last_modified: str | None
    fetched_at: str | None
    verdicts: str | None
    gone: bool

    def conditional_headers(self) -> dict[str, str]:
        """Return the validators to send (RFC 9110 section 13.1)."""
        return conditional_headers(self.etag, self.last_modified)


@dataclass(frozen=True)
class KnownListing:
    """A listing as it was when it was last read, with what it led to (``Found`` as JSON)."""

    etag: str | None
    last_modified: str | None
    links: str
    lastmod: str
    next_due: str

    def conditional_headers(self) -> dict[str, str]:
        """Return the validators to send (RFC 9110 section 13.1)."""
        return conditional_headers(self.etag, self.last_modified)


def conditional_headers(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """Return the request headers that ask for a body only if it changed."""
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in headers.items() if value}


class Frontier:
    """One source's addresses for one snapshot.

    Args:
        path: the SQLite file, made if there is none.
        snapshot: the snapshot being crawled.
        as_of: the moment it stands for: what is due is judged by it, never by the clock.
        revisit: how soon and how late a page is looked at again.
    """

    def __init__(self, path: Path, snapshot: str, as_of: datetime, revisit: Revisit) -> None:
        self.snapshot, self.revisit = snapshot, revisit
        self.as_of = as_of.astimezone(UTC)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA cache_size = -65536")  # KiB
        self._db.executescript(SCHEMA)
        found = self.note("format")
        if found is not None and found != str(FORMAT):
            raise FrontierError(f"{path} has format {found}, this version reads {FORMAT}; delete the file")
        self._db.execute("BEGIN")
        self.remember("format", str(FORMAT))

    # -- durability -----------------------------------------------------------------------------------

    def commit(self, segment: str = "") -> None:
        """Make what happened since the last commit durable; ``segment`` names the one that holds its
        pages.
        """
        if segment:
            self.remember(f"segment:{segment}", self.snapshot)
        self._db.execute("COMMIT")
        self._db.execute("BEGIN")

    def catch_up(self, folder: Path) -> int:
        """Apply closed segments that a kill left uncommitted here; return how many.

        The names of a crawl's own segments are kept, so that each is applied once.
        """
        applied = 0
        for archive in closed_segments(folder):
            if self.note(f"segment:{archive.name}") != self.snapshot:
                self.apply(read_index(archive))
                self.commit(archive.name)
                applied += 1
        return applied

    def apply(self, rows: Iterable[IndexRow]) -> None:
        """Take over what a segment's index says about its pages, in the order of fetching."""
        for row in rows:
            if row.record == "tombstone":
                self.tombstone(row.url)
            elif row.record == "revisit":
                self.unchanged(row.url, row.etag, row.last_modified)
            else:
                self.stored(row)

    def save(self, path: Path) -> None:
        """Write a compact copy of the committed state for the lake: Zstandard, a few bytes a URL."""
        import pyarrow as pa

        self.commit()
        plain = path.with_name(path.name + ".plain")
        plain.unlink(missing_ok=True)
        self._db.execute("COMMIT")
        self._db.execute("VACUUM INTO ?", (str(plain),))
        self._db.execute("BEGIN")
        temporary = path.with_name(path.name + ".open")
        with plain.open("rb") as source, pa.output_stream(str(temporary), compression="zstd") as sink:
            _copy(source, sink)
        plain.unlink()
        temporary.replace(path)

    def close(self) -> None:
        """Forget what was not committed, and close the file."""
        self._db.execute("ROLLBACK")
        self._db.close()

    # -- finding --------------------------------------------------------------------------------------

    def found(self, pages: Mapping[str, str]) -> None:
        """Take in pages that listings name, with their lastmod (or "")."""
        self._db.executemany(
            "INSERT INTO pages (url, lastmod) VALUES (?, ?) ON CONFLICT (url) DO UPDATE "
            "SET lastmod = max(lastmod, excluded.lastmod)",
            pages.items(),
        )

    def listing(self, url: str) -> KnownListing | None:
        """Return a listing as it was last read, or None."""
        row = self._db.execute(
            "SELECT etag, last_modified, links, lastmod, next_due FROM listings WHERE url = ?", (url,)
        ).fetchone()
        return KnownListing(*row) if row else None

    def read_listing(
        self, url: str, etag: str | None, last_modified: str | None, links: str, lastmod: str
    ) -> None:
        """Remember what a listing led to, for the day it answers 304, and until it is due again.

        Some listings (MediaWiki's, Reddit's) have no validators, so that each look costs a body: all are
        held back for the shortest time that pages are.
        """
        due = _text(self.as_of + timedelta(hours=self.revisit.min_hours))
        self._db.execute(
            "INSERT OR REPLACE INTO listings VALUES (?, ?, ?, ?, ?, ?)",
            (url, etag, last_modified, links, lastmod, due),
        )

    def is_due(self, listing: KnownListing) -> bool:
        """Return whether a listing may be asked again."""
        return listing.next_due <= _text(self.as_of)

    # -- taking turns ---------------------------------------------------------------------------------

    def plan(self) -> int:
        """Give a turn to every page that is new, changed by its listing's word, or due; return how many.

        Pages that this snapshot has already looked at get none: a crawl started again goes on.
        """
        self._db.execute("UPDATE pages SET planned = NULL WHERE planned IS NOT NULL")
        self._db.execute(
            "UPDATE pages SET planned = CASE WHEN checked_at IS NULL THEN ? ELSE ? END "
            "WHERE done_in <> ? AND (next_due <= ? OR (failures = 0 AND lastmod > seen_lastmod))",
            (NEW, KNOWN, self.snapshot, _text(self.as_of)),
        )
        return self.num_planned()

    def num_planned(self) -> int:
        """Return how many pages wait their turn."""
        row = self._db.execute("SELECT count(*) FROM pages WHERE planned IS NOT NULL").fetchone()
        return int(row[0])

    def next_url(self) -> str | None:
        """Take the next page's turn: never seen first, newest first, then by URL. None when all had
        theirs.
        """
        for planned in (NEW, KNOWN):
            row = self._db.execute(
                "SELECT url FROM pages WHERE planned = ? ORDER BY lastmod DESC, url LIMIT 1", (planned,)
            ).fetchone()
            if row:
                self._db.execute("UPDATE pages SET planned = NULL WHERE url = ?", row)
                return str(row[0])
        return None

    def known(self, url: str) -> KnownPage | None:
        """Return a page as it was last stored, or None if it never was."""
        row = self._db.execute(
            "SELECT digest, etag, last_modified, fetched_at, verdicts, gone FROM pages "
            "WHERE url = ? AND (digest IS NOT NULL OR gone)",
            (url,),
        ).fetchone()
        if not row:
            return None
        digest, etag, last_modified, fetched_at, verdicts, gone = row
        return KnownPage(digest, etag, last_modified, fetched_at, verdicts, bool(gone))

    def is_done(self, url: str) -> bool:
        """Return whether this snapshot has looked at a page already."""
        row = self._db.execute("SELECT done_in FROM pages WHERE url = ?", (url,)).fetchone()
        return bool(row) and row[0] == self.snapshot

    # -- what came of it ------------------------------------------------------------------------------

    def stored(self, row: IndexRow) -> None:
        """A body was stored: new, or a revision."""
        interval = self._interval(row.url, changed=True)
        self._looked(
            row.url,
            interval,
            digest=row.payload_digest,
            etag=row.etag,
            last_modified=row.last_modified,
            fetched_at=row.fetched_at,
            verdicts=verdicts_text(row.robots, row.terms, row.opt_outs),
            gone=0,
        )

    def unchanged(self, url: str, etag: str | None, last_modified: str | None) -> None:
        """A look showed the same page; new validators replace old ones."""
        interval = self._interval(url, changed=False)
        self._looked(url, interval)
        self._db.execute(
            "UPDATE pages SET etag = coalesce(?, etag), last_modified = coalesce(?, last_modified) "
            "WHERE url = ?",
            (etag, last_modified, url),
        )

    def tombstone(self, url: str) -> None:
        """A page is gone; it is looked at again as late as any."""
        self._looked(url, self.revisit.max_hours * 3600, digest=None, etag=None, last_modified=None, gone=1)

    def failed(self, url: str) -> None:
        """A look brought nothing: the next one is due later each time."""
        row = self._db.execute("SELECT failures FROM pages WHERE url = ?", (url,)).fetchone()
        failures = (row[0] if row else 0) + 1
        shortest = self.revisit.min_hours * 3600
        wait_s = min(shortest * 2.0 ** min(failures - 1, MAX_FAILURES), self.revisit.max_hours * 3600)
        self._looked(url, None, wait_s=wait_s, failures=failures)

    def moved(self, url: str) -> None:
        """A page's address leads to another one now: that one is the page."""
        self._looked(url, self._interval(url, changed=False))

    def look_again(self, urls: Iterable[str]) -> None:
        """Make known pages due, because a listing says that they are gone."""
        self._db.executemany(
            "UPDATE pages SET next_due = '' WHERE url = ? AND digest IS NOT NULL", ((url,) for url in urls)
        )

    def take_back(self, url: str) -> None:
        """Give a page its turn back: it could not be looked at."""
        self._db.execute(
            "UPDATE pages SET planned = CASE WHEN checked_at IS NULL THEN ? ELSE ? END WHERE url = ?",
            (NEW, KNOWN, url),
        )

    def next_due(self, url: str) -> str:
        """Return when a page is due again (RFC 3339), or "" if it never was looked at."""
        row = self._db.execute("SELECT next_due FROM pages WHERE url = ?", (url,)).fetchone()
        return str(row[0]) if row else ""

    # -- counters that outlive a crawl ----------------------------------------------------------------

    def spend(self, what: str, limit: int) -> bool:
        """Count one use of a daily allowance (``what`` names the day too); False when it is used up."""
        used = int(self.note(f"quota:{what}") or 0)
        if used >= limit:
            return False
        self.remember(f"quota:{what}", str(used + 1))
        return True

    def note(self, name: str) -> str | None:
        """Return a remembered value."""
        row = self._db.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def remember(self, name: str, value: str) -> None:
        """Remember a value by name, e.g. an origin's robots.txt."""
        self._db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Return what is known of every page, by URL: for tests and for people."""
        cursor = self._db.execute("SELECT * FROM pages ORDER BY url")
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))

    # -------------------------------------------------------------------------------------------------

    def _interval(self, url: str, changed: bool) -> float:
        """Return the seconds until the next look: half as long after a change, one and a half times
        after none.
        """
        row = self._db.execute("SELECT interval_s, digest FROM pages WHERE url = ?", (url,)).fetchone()
        if row is None or row[0] is None or row[1] is None:
            interval = self.revisit.first_hours * 3600
        else:
            interval = row[0] * (0.5 if changed else 1.5)
        return float(min(max(interval, self.revisit.min_hours * 3600), self.revisit.max_hours * 3600))

    def _looked(self, url: str, interval_s: float | None, wait_s: float | None = None, **values: Any) -> None:
        due = self.as_of + timedelta(seconds=(wait_s if wait_s is not None else interval_s) or 0.0)
        values = {
            "checked_at": _text(self.as_of),
            "next_due": _text(due),
            "done_in": self.snapshot,
            "failures": 0,
            **values,
        }
        if interval_s is not None:
            values["interval_s"] = interval_s
        columns = ", ".join(values)
        places = ", ".join("?" * (len(values) + 1))
        updates = ", ".join(f"{name} = excluded.{name}" for name in values)
        self._db.execute(
            f"INSERT INTO pages (url, {columns}) VALUES ({places}) "
            f"ON CONFLICT (url) DO UPDATE SET {updates}, planned = NULL, seen_lastmod = lastmod",
            (url, *values.values()),
        )


def open_frontier(
    path: Path,
    snapshot: str,
    as_of: datetime,
    revisit: Revisit,
    saved: Path | None,
    indexes: Iterable[Path],
) -> Frontier:
    """Open a source's frontier: where a crawl left it, else as the last snapshot saved it, else rebuilt.

    Args:
        path: the working file; if it exists, the crawl goes on with it. saved: an earlier snapshot's copy
        (``Frontier.save``), or None. indexes: index files of all earlier segments, oldest first, from which
        a missing or broken copy is rebuilt.

    Raises:
        ValueError: naming the index that is broken.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        if saved is None or not _restore(saved, path):
            _rebuild(path, as_of, revisit, indexes)
    return Frontier(path, snapshot, as_of, revisit)


def _restore(saved: Path, path: Path) -> bool:
    """Unpack a saved copy; False if it is no frontier of ours."""
    import pyarrow as pa

    temporary = path.with_name(path.name + ".open")
    try:
        with pa.input_stream(str(saved), compression="zstd") as source, temporary.open("wb") as sink:
            _copy(source, sink)
        with sqlite3.connect(temporary) as db:
            found = db.execute("SELECT value FROM notes WHERE name = 'format'").fetchone()
        db.close()
    except (OSError, sqlite3.DatabaseError, pa.ArrowException):
        found = None
    if found != (str(FORMAT),):
        temporary.unlink(missing_ok=True)
        return False
    temporary.replace(path)
    return True


def _rebuild(path: Path, as_of: datetime, revisit: Revisit, indexes: Iterable[Path]) -> None:
    temporary = path.with_name(path.name + ".open")
    temporary.unlink(missing_ok=True)
    made = Frontier(temporary, "", as_of, revisit)
    for index in indexes:
        for row in _rows_of(index):
            made.as_of = min(_moment(row.fetched_at, as_of), as_of.astimezone(UTC))
            made.apply([row])
    made.commit()
    made.close()
    temporary.replace(path)


def _rows_of(index: Path) -> Iterator[IndexRow]:
    with index.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield IndexRow.from_json(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(f"known: line {number} of {index} is no row of a segment's index") from error


def verdicts_text(robots: str, terms: str, opt_outs: Iterable[str]) -> str:
    """Return one text for a page's verdicts: another text is a change, whatever the body."""
    return " ".join((robots, terms, *sorted(opt_outs)))


def _moment(text: str, otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
    except ValueError:
        return otherwise.astimezone(UTC)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _copy(source: IO[bytes] | Any, sink: IO[bytes] | Any, chunk: int = 1 << 20) -> None:
    while block := source.read(chunk):
        sink.write(block)
