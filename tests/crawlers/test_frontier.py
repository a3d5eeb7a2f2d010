"""The frontier: whose turn it is, when a page is due again, and what a kill leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.catalog import Revisit
from crawlers.frontier import Frontier, open_frontier
from crawlers.warc import IndexRow, SegmentWriter, StoredResponse, closed_segments, index_path

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAILY = Revisit(first_hours=24, min_hours=6, max_hours=240)


def snapshot(hours: float = 0) -> tuple[str, datetime]:
    """Return a snapshot's name and moment, some hours after noon."""
    moment = NOON + timedelta(hours=hours)
    return moment.strftime("%Y%m%dT%H%MZ"), moment


def frontier(path: Path, hours: float = 0, revisit: Revisit = DAILY) -> Frontier:
    """Open a frontier for the snapshot so many hours after noon."""
    name, moment = snapshot(hours)
    return Frontier(path / "frontier.sqlite", name, moment, revisit)


def page(url: str, body: str = "text") -> StoredResponse:
    """Return a stored page."""
    return StoredResponse(
        url=url,
        status=200,
        headers=(),
        body=body.encode(),
        content_type="text/html",
        robots="allowed",
        terms="open-licence",
        fetched_at=NOON.strftime("%Y-%m-%dT%H:%M:%SZ"),
        etag='"1"',
        last_modified=None,
        kind="news",
        sport="football",
    )


def row(url: str, body: str = "text") -> IndexRow:
    """Return what an index says of a stored page."""
    stored = page(url, body)
    values = {key: value for key, value in vars(stored).items() if key not in {"headers", "body"}}
    return IndexRow(**values, payload_digest=stored.payload_digest, offset=0, length=1)


def turns(found: Frontier) -> list[str]:
    """Return all URLs in the order of their turns."""
    found.plan()
    return list(iter(found.next_url, None))


def test_turns_new_pages_come_newest_first_then_known_ones(tmp_path: Path) -> None:
    with_old = frontier(tmp_path)
    with_old.stored(row("http://a.test/known"))
    with_old.commit()
    with_old.close()
    later = frontier(tmp_path, hours=48)
    later.found({"http://a.test/b": "", "http://a.test/old": "2026-01-01", "http://a.test/new": "2026-11-01"})
    later.found({"http://a.test/a": "", "http://a.test/known": "2026-11-20"})
    assert turns(later) == [
        "http://a.test/new",
        "http://a.test/old",
        "http://a.test/a",
        "http://a.test/b",
        "http://a.test/known",
    ]


def test_listing_is_due_again_after_the_shortest_time_between_looks(tmp_path: Path) -> None:
    begun = frontier(tmp_path)
    begun.read_listing("http://a.test/list", None, None, "{}", "")
    begun.commit()
    begun.close()
    for hours, due in ((0, False), (5.9, False), (6, True)):
        found = frontier(tmp_path, hours)
        listing = found.listing("http://a.test/list")
        assert listing is not None
        assert found.is_due(listing) == due
        found.close()


def test_turn_is_not_given_before_a_page_is_due_unless_its_listing_says_it_changed(tmp_path: Path) -> None:
    first = frontier(tmp_path)
    first.found({"http://a.test/1": "2026-11-01", "http://a.test/2": "2026-11-01"})
    for url in turns(first):
        first.stored(row(url))
    first.commit()
    first.close()
    soon = frontier(tmp_path, hours=12)
    soon.found({"http://a.test/1": "2026-11-01", "http://a.test/2": "2026-11-20"})
    assert turns(soon) == ["http://a.test/2"]
    soon.close()
    assert turns(frontier(tmp_path, hours=24)) == ["http://a.test/1", "http://a.test/2"]


def test_interval_halves_after_a_change_and_grows_by_half_without_one_within_its_bounds(
    tmp_path: Path,
) -> None:
    found, url = frontier(tmp_path), "http://a.test/1"
    intervals = []
    for body in ("1", "2", "3", "4", "4", "4"):
        if body == "4" and intervals[-1:] == [6.0]:
            found.stored(row(url, "4"))
        found.stored(row(url, body)) if len(intervals) < 4 else found.unchanged(url, None, None)
        due = datetime.fromisoformat(found.next_due(url).replace("Z", "+00:00"))
        intervals.append((due - NOON).total_seconds() / 3600)
    assert intervals[:4] == [24.0, 12.0, 6.0, 6.0]
    assert intervals[4:] == [9.0, 13.5]
    for _ in range(12):
        found.unchanged(url, None, None)
    assert found.next_due(url) == (NOON + timedelta(hours=240)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_failures_are_looked_at_later_each_time(tmp_path: Path) -> None:
    found, url = frontier(tmp_path), "http://a.test/1"
    found.found({url: ""})
    dues = []
    for _ in range(3):
        found.failed(url)
        dues.append(found.next_due(url))
    assert dues == [
        (NOON + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%fZ") for hours in (6, 12, 24)
    ]
    assert turns(found) == []


def test_tombstone_forgets_the_validators_and_keeps_that_the_page_is_gone(tmp_path: Path) -> None:
    found, url = frontier(tmp_path), "http://a.test/1"
    found.stored(row(url))
    found.tombstone(url)
    known = found.known(url)
    assert known is not None
    assert known.gone
    assert known.conditional_headers() == {}


def test_kill_before_a_segment_is_closed_leaves_the_frontier_where_the_last_one_ended(tmp_path: Path) -> None:
    found = frontier(tmp_path)
    writer = SegmentWriter(tmp_path, 2, 1 << 20, on_close=lambda archive: found.commit(archive.name))
    found.found({f"http://a.test/{n}": "" for n in range(5)})
    found.plan()
    for _ in range(3):
        found.stored(writer.write(page(found.next_url() or "")))
    found.close()  # what was not committed is gone, as after a kill
    again = frontier(tmp_path)
    again.catch_up(tmp_path)
    again.found({f"http://a.test/{n}": "" for n in range(5)})
    assert turns(again) == [f"http://a.test/{n}" for n in (2, 3, 4)]


def test_kill_between_a_closed_segment_and_its_commit_is_caught_up_with(tmp_path: Path) -> None:
    found = frontier(tmp_path)
    writer = SegmentWriter(tmp_path, 2, 1 << 20)
    for n in range(5):
        found.stored(writer.write(page(f"http://a.test/{n}")))
    found.close()
    again = frontier(tmp_path)
    assert again.catch_up(tmp_path) == 2
    assert again.catch_up(tmp_path) == 0
    assert [again.is_done(f"http://a.test/{n}") for n in range(5)] == [True] * 4 + [False]


def test_saved_frontier_is_restored_and_one_rebuilt_from_segments_is_the_same(tmp_path: Path) -> None:
    found = frontier(tmp_path)
    writer = SegmentWriter(tmp_path, 10, 1 << 20)
    for n in range(4):
        found.stored(writer.write(page(f"http://a.test/{n}")))
    found.tombstone("http://a.test/3")
    writer.write(replace(page("http://a.test/3"), status=410, record="tombstone"))
    writer.close()
    found.save(tmp_path / "saved.zst")
    name, moment = snapshot(24)
    indexes = [index_path(archive) for archive in closed_segments(tmp_path)]
    saved = open_frontier(tmp_path / "1.sqlite", name, moment, DAILY, tmp_path / "saved.zst", [])
    rebuilt = open_frontier(tmp_path / "2.sqlite", name, moment, DAILY, None, indexes)
    (tmp_path / "broken.zst").write_bytes(b"no frontier")
    mended = open_frontier(tmp_path / "3.sqlite", name, moment, DAILY, tmp_path / "broken.zst", indexes)
    columns = ("url", "etag", "digest", "verdicts", "fetched_at", "interval_s", "next_due", "gone")
    tables = [[{c: r[c] for c in columns} for r in f.rows()] for f in (saved, rebuilt, mended)]
    assert tables[0] == tables[1] == tables[2]
    assert turns(saved) == turns(rebuilt) == [f"http://a.test/{n}" for n in range(3)]


def test_broken_index_is_named(tmp_path: Path) -> None:
    (tmp_path / "segment-00000.jsonl").write_text('{"url": "http://a.test/"}\n')
    name, moment = snapshot()
    with pytest.raises(ValueError, match=r"line 1 of .*segment-00000.jsonl"):
        open_frontier(tmp_path / "f", name, moment, DAILY, None, [tmp_path / "segment-00000.jsonl"])


def test_quota_is_counted_over_crawls(tmp_path: Path) -> None:
    found = frontier(tmp_path)
    assert [found.spend("2026-11-20", 2) for _ in range(3)] == [True, True, False]
    found.commit()
    found.close()
    again = frontier(tmp_path)
    assert not again.spend("2026-11-20", 2)
    assert again.spend("2026-11-21", 2)
