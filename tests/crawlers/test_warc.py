from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from crawlers.warc import (
    IndexRow,
    SegmentWriter,
    StoredResponse,
    closed_segments,
    index_path,
    read_index,
    read_segment,
    remove_leftovers,
    verify_segment,
)
from tasks.extract.warc_records import Response, read_responses

NUM_CUTS = 1000
INFO = {"software": "sportslm/0.1", "robots": "RFC 9309", "snapshot": "20261120T0600Z"}


def response(number: int, body: bytes = b"<p>hello</p>") -> StoredResponse:
    """Return a small response whose original was compressed on the wire."""
    return StoredResponse(
        url=f"http://a.test/{number}",
        status=200,
        headers=(("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("ETag", '"x"')),
        body=body,
        content_type="text/html",
        robots="allowed",
        terms="open-licence",
        fetched_at="2026-11-20T06:00:00.000000Z",
        etag='"x"',
        last_modified=None,
        kind="news",
        sport="football",
    )


def test_segments_rotate_by_records_and_close_in_pairs(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, max_records=2, max_bytes=10**9)
    for number in range(5):
        writer.write(response(number))
    assert [len(read_index(archive)) for archive in closed_segments(tmp_path)] == [2, 2]
    writer.close()
    assert [len(read_index(archive)) for archive in closed_segments(tmp_path)] == [2, 2, 1]
    assert sorted(p.name for p in tmp_path.iterdir())[:2] == ["segment-00000.jsonl", "segment-00000.warc.gz"]
    assert not list(tmp_path.glob("*.open"))


def test_segments_rotate_by_bytes(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, max_records=100, max_bytes=1024)
    for number in range(6):
        writer.write(response(number, bytes(range(256)) * 8))
    writer.close()
    assert len(closed_segments(tmp_path)) > 1


def test_record_is_readable_alone_at_its_offset(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, 10, 10**9)
    rows = [writer.write(response(number, f"<p>{number}</p>".encode())) for number in range(3)]
    writer.close()
    with closed_segments(tmp_path)[0].open("rb") as stream:
        stream.seek(rows[1].offset)
        record = next(iter(ArchiveIterator(stream, check_digests="raise")))
        assert record.rec_headers["WARC-Target-URI"] == "http://a.test/1"
        assert record.http_headers.get_header("Content-Encoding") is None
        assert record.content_stream().read() == b"<p>1</p>"


def test_leftovers_of_a_killed_crawl_are_removed_and_numbers_go_on(tmp_path: Path) -> None:
    killed = SegmentWriter(tmp_path, 1, 10**9)
    killed.write(response(0))
    killed.commit()
    (tmp_path / "segment-00007.warc.gz").write_bytes(b"renamed, but its index was not")
    (tmp_path / "segment-00007.jsonl.open").write_bytes(b"")
    assert remove_leftovers(tmp_path) == 4
    writer = SegmentWriter(tmp_path, 1, 10**9)
    writer.write(response(1))
    writer.close()
    assert [row.url for a in closed_segments(tmp_path) for row in read_index(a)] == [
        "http://a.test/0",
        "http://a.test/1",
    ]


def test_empty_crawl_leaves_no_segment(tmp_path: Path) -> None:
    SegmentWriter(tmp_path / "a", 1, 10**9).close()
    assert list((tmp_path / "a").iterdir()) == []


def mixed_segment(folder: Path) -> Path:
    """Return an archive of pages of all sizes, a revisit and both kinds of tombstones."""
    writer = SegmentWriter(folder, 100, 10**9, info=INFO)
    noise = random.Random(7)
    for number, size in enumerate((0, 1, 40, 3000, 20_000, 70_000)):
        writer.write(response(number, noise.randbytes(size // 2) + b"goal " * (size // 10)))
    unchanged = replace(response(10), status=304, record="revisit")
    writer.write_revisit(unchanged, "sha1:OLD", "2026-11-19T06:00:00Z", "server-not-modified")
    writer.write(replace(response(11, b"gone"), status=410, record="tombstone"))
    writer.write(replace(response(12, b""), status=0, headers=(), record="tombstone", robots="disallowed"))
    writer.write(response(13, b"<p>the last</p>"))
    writer.close()
    return closed_segments(folder)[0]


def test_archive_begins_with_a_warcinfo_record_that_says_who_crawled_and_how(tmp_path: Path) -> None:
    with mixed_segment(tmp_path).open("rb") as stream:
        first = next(iter(ArchiveIterator(stream)))
        assert first.rec_type == "warcinfo"
        assert first.rec_headers["WARC-Filename"] == "segment-00000.warc.gz"
        told = first.raw_stream.read().decode().splitlines()
    assert told == [f"{name}: {value}" for name, value in INFO.items()]


def test_archive_is_read_alike_by_two_libraries_of_others(tmp_path: Path) -> None:
    archive = mixed_segment(tmp_path)
    with archive.open("rb") as stream:
        theirs = [
            (record.rec_type, record.rec_headers["WARC-Target-URI"], record.content_stream().read())
            for record in ArchiveIterator(stream, check_digests="raise")
            if record.rec_type != "warcinfo"
        ]
    assert [(url, body) for _, url, body in theirs] == [
        (row.url, body) for row, body in read_segment(archive)
    ]
    assert [kind for kind, _, _ in theirs][6:] == ["revisit", "response", "metadata", "response"]
    with archive.open("rb") as stream:
        fast = [record for record in FastIterator(stream, parse_http=False) if record.verify_block_digest()]
    assert len(fast) == len(theirs) + 1


def test_revisit_refers_to_what_was_stored_and_has_no_body(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, 10, 10**9)
    known = ("sha1:OLD", "2026-11-19T06:00:00Z")
    same_body = replace(response(1), record="revisit")
    rows = [
        writer.write_revisit(
            replace(response(0), status=304, record="revisit"), *known, "server-not-modified"
        ),
        writer.write_revisit(same_body, *known, "identical-payload-digest"),
        writer.write_revisit(same_body, "", "", "server-not-modified"),
    ]
    writer.close()
    assert [row.payload_digest for row in rows] == ["sha1:OLD", "sha1:OLD", ""]
    assert all(row.record == "revisit" for row in rows)
    with closed_segments(tmp_path)[0].open("rb") as stream:
        heads = []
        for record in ArchiveIterator(stream):
            assert record.content_stream().read() == b""
            heads.append(record.rec_headers)
    profiles = ["server-not-modified", "identical-payload-digest", "server-not-modified"]
    assert [[v.rsplit("/", 1)[1] for k, v in head.headers if k == "WARC-Profile"] for head in heads] == [
        [profile] for profile in profiles
    ]
    assert heads[1]["WARC-Refers-To-Target-URI"] == "http://a.test/1"
    assert heads[1]["WARC-Refers-To-Date"] == "2026-11-19T06:00:00Z"
    assert heads[2]["WARC-Refers-To-Date"] is None


def test_tombstone_keeps_the_answer_or_says_that_there_is_none(tmp_path: Path) -> None:
    archive = mixed_segment(tmp_path)
    gone, closed = (row for row in read_index(archive) if row.record == "tombstone")
    assert (gone.status, closed.status, closed.robots) == (410, 0, "disallowed")
    with archive.open("rb") as stream:
        stream.seek(gone.offset)
        record = next(iter(ArchiveIterator(stream)))
        assert record.http_headers.statusline == "410 Gone"
        assert record.rec_headers["X-Crawl-Record"] == "tombstone"


def test_opt_outs_are_in_the_record_and_in_its_row(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, 10, 10**9)
    writer.write(replace(response(0), opt_outs=("header:noai", "robots:CCBot")))
    writer.close()
    (archive,) = closed_segments(tmp_path)
    assert read_index(archive)[0].opt_outs == ("header:noai", "robots:CCBot")
    with archive.open("rb") as stream:
        assert (
            next(iter(ArchiveIterator(stream))).rec_headers["X-Crawl-Opt-Outs"] == "header:noai robots:CCBot"
        )


def test_index_line_from_before_there_were_revisits_is_read(tmp_path: Path) -> None:
    archive = mixed_segment(tmp_path)
    lines = [json.loads(line) for line in index_path(archive).read_text().splitlines()]
    old = [{k: v for k, v in line.items() if k not in {"record", "opt_outs"}} for line in lines]
    index_path(archive).write_text("".join(json.dumps(line) + "\n" for line in old))
    row = read_index(archive)[0]
    assert (row.record, row.opt_outs, row.url) == ("response", (), "http://a.test/0")


def test_segments_rotate_by_age_of_their_first_record_when_asked(tmp_path: Path) -> None:
    now = [0.0]
    writer = SegmentWriter(tmp_path, 100, 10**9, max_seconds=60, clock=lambda: now[0])
    now[0] = 1000.0
    writer.rotate_if_due()
    writer.write(response(0))
    now[0] = 1059.0
    writer.rotate_if_due()
    assert closed_segments(tmp_path) == []
    now[0] = 1060.0
    writer.rotate_if_due()
    assert len(closed_segments(tmp_path)) == 1
    writer.close()
    assert len(closed_segments(tmp_path)) == 1


def test_segment_is_closed_when_it_is_told_and_an_empty_one_never_is(tmp_path: Path) -> None:
    told: list[tuple[Path, int]] = []

    def closed(archive: Path) -> None:
        told.append((archive, len(read_index(archive))))
        assert verify_segment(archive) == []

    writer = SegmentWriter(tmp_path, 100, 10**9, on_close=closed)
    writer.commit()
    writer.write(response(0))
    writer.commit()
    writer.commit()
    writer.write(response(1))
    writer.close()
    assert told == [(archive, 1) for archive in closed_segments(tmp_path)]
    assert len(told) == 2


def test_whole_segment_has_nothing_wrong_with_it(tmp_path: Path) -> None:
    assert verify_segment(mixed_segment(tmp_path)) == []


def test_archive_cut_anywhere_is_seen_and_no_short_record_is_taken_for_whole(tmp_path: Path) -> None:
    archive = mixed_segment(tmp_path)
    whole, rows = archive.read_bytes(), read_index(archive)
    bodies = [body for _, body in read_segment(archive)]
    boundaries = [row.offset for row in rows]
    for cut in boundaries + random.Random(3).sample(range(len(whole)), NUM_CUTS - len(boundaries)):
        archive.write_bytes(whole[:cut])
        assert verify_segment(archive), cut
        read: list[bytes] = []
        with pytest.raises(ValueError, match="cut short"):
            read.extend(body for _, body in read_segment(archive))
        assert read == bodies[: sum(row.offset + row.length <= cut for row in rows)], cut


def test_import_of_an_archive_cut_anywhere_sees_it_and_takes_whole_pages_only(tmp_path: Path) -> None:
    archive = mixed_segment(tmp_path)
    whole, rows = archive.read_bytes(), read_index(archive)
    bodies = {row.url: body for row, body in read_segment(archive)}
    for cut in random.Random(5).sample(range(rows[0].offset + 1, len(whole)), NUM_CUTS):
        archive.write_bytes(whole[:cut])
        read = [row for row in read_responses(archive, 2**20) if isinstance(row, Response)]
        taken = [page for page in read if not page.damage]
        assert all(page.body == bodies[page.url] for page in taken), cut
        within = any(row.offset < cut < row.offset + row.length for row in rows)
        assert within == (len(taken) < len(read)), cut


@pytest.mark.parametrize("seed", range(40))
def test_archive_with_a_changed_byte_is_seen(tmp_path: Path, seed: int) -> None:
    archive = mixed_segment(tmp_path)
    damaged = bytearray(archive.read_bytes())
    place = random.Random(seed).randrange(len(damaged))
    damaged[place] ^= 0xFF
    archive.write_bytes(damaged)
    assert verify_segment(archive), place


def test_index_that_does_not_fit_its_archive_is_seen(tmp_path: Path) -> None:
    archive = mixed_segment(tmp_path)
    lines = index_path(archive).read_text().splitlines(keepends=True)
    other_digest = lines[3].replace(json.loads(lines[3])["payload_digest"], "sha1:" + "A" * 32)
    far = json.dumps({**json.loads(lines[-1]), "offset": 10**9}) + "\n"
    for wrong in (
        lines[1:],
        lines[:-1],
        lines[:2] + lines[3:],
        [*lines[:3], other_digest, *lines[4:]],
        [*lines[:-1], far],
        [*lines[:-1], lines[-1][:-20]],
        [],
    ):
        index_path(archive).write_text("".join(wrong))
        assert verify_segment(archive), wrong
    index_path(archive).unlink()
    assert verify_segment(archive)


def test_index_row_points_at_its_record_after_a_restart(tmp_path: Path) -> None:
    rows: list[IndexRow] = []
    for first in (0, 3):
        writer = SegmentWriter(tmp_path, 2, 10**9, info=INFO)
        rows += [writer.write(response(first + n, b"%d" % n)) for n in range(3)]
        writer.close()
    assert [row for archive in closed_segments(tmp_path) for row in read_index(archive)] == rows
    assert [verify_segment(archive) for archive in closed_segments(tmp_path)] == [[]] * 4
