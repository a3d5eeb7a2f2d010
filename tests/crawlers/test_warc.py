from __future__ import annotations

from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from crawlers.warc import SegmentWriter, StoredResponse, closed_segments, read_index, remove_leftovers


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
    SegmentWriter(tmp_path, 1, 10**9).write(response(0))
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
