"""Imports of data files: what a row says of itself is kept, and every record not taken has its reason."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.counts import Counts
from tasks.identity import document_id
from tasks.imports.document import ImportSource
from tasks.imports.place import Place
from tasks.imports.plan import format_of, plan_import
from tasks.imports.take_rows import RowsTaker
from tasks.schema import DOCUMENTS, read_parquet

SOURCE = ImportSource("mine", "CC-BY-4.0")


def run(
    file: Path, out: Path, number: int = 0, urls: tuple[str, ...] = ()
) -> tuple[Counts, list[dict[str, Any]]]:
    out.mkdir(exist_ok=True)
    pulse = out / "pulse"
    taker = RowsTaker(file, file.name, format_of(file), number, SOURCE, urls, 10**9, pulse)
    taker.open(Place())
    counts = taker.piece(out)
    counts.check(file.name)
    assert counts.extra["last"] == 1
    return counts, read_parquet(out / "documents.parquet", DOCUMENTS).to_pylist()


def test_import_jsonl_keeps_what_the_rows_say_and_names_each_drop(tmp_path: Path) -> None:
    good = {
        "id": 7, "content": "Titans win.\r\nAgain\u00a0", "url": "http://a.test/1", "title": "T",
        "author": "A",
        "published_at": "2024-06-01", "label": "sport", "source": "bbc",
    }  # fmt: skip
    lines: list[bytes] = [
        b"\xef\xbb\xbf" + json.dumps(good).encode(),
        b"",
        b'{"text": "Only a url.", "url": "http://a.test/2", "date": "soon"}',
        b"{broken",
        b"[1]",
        b'{"id": "x"}',
        b'{"text": "  "}',
        b'{"text": "caf\xe9"}',
        json.dumps(good | {"content": "Another text."}).encode(),
        b'{"text": "half a \\ud83d pair"}',
    ]
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join(lines))
    counts, rows = run(tmp_path / "rows.jsonl", tmp_path / "out", number=2)
    assert counts.rows_in == 9
    assert counts.dropped == {
        "bad_encoding": 1, "duplicate_id": 1, "empty_text": 1, "no_text": 1, "not_an_object": 1,
        "not_json": 1,
    }  # fmt: skip
    assert counts.extra["bad_timestamp"] == 1
    first = rows[0]
    assert first["id"] == document_id("bbc", "7", "Titans win.\nAgain")
    assert (first["source"], first["source_id"], first["label"], first["licence"]) == (
        "bbc",
        "7",
        "sport",
        "CC-BY-4.0",
    )
    assert first["published_at"].isoformat() == "2024-06-01T00:00:00+00:00"
    assert first["ordinal"] == 2 * 2**32
    assert rows[1]["published_at"] is None
    assert rows[2]["text"].startswith("half a ")


def test_import_gzip_that_breaks_off_gives_its_readable_rows(tmp_path: Path) -> None:
    rows = "".join(json.dumps({"id": n, "text": f"Report {n} {n * 7919}"}) + "\n" for n in range(5000))
    (tmp_path / "rows.jsonl.gz").write_bytes(gzip.compress(rows.encode())[:-2000])
    counts, taken = run(tmp_path / "rows.jsonl.gz", tmp_path / "out")
    assert counts.dropped == {"truncated": 1}
    assert 1000 < len(taken) < 5000
    assert taken[999]["text"] == "Report 999 7911081"


def test_import_parquet_reads_text_and_refuses_other_columns(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["a"], "text": ["Owls win."]}), tmp_path / "good.parquet")
    _, (row,) = run(tmp_path / "good.parquet", tmp_path / "out")
    assert row["text"] == "Owls win."
    pq.write_table(pa.table({"id": ["a"], "words": ["x"], "text": [1]}), tmp_path / "other.parquet")
    with pytest.raises(
        ValueError, match=r"other\.parquet has the columns id \(string\), words .* needs a column"
    ):
        run(tmp_path / "other.parquet", tmp_path / "out")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(ValueError, match=r"bad\.parquet is not a readable Parquet file"):
        run(tmp_path / "bad.parquet", tmp_path / "out")


def test_import_plan_tells_formats_and_takes_each_file_once(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("z.txt", "b/a.md", "b/c.warc.gz", "b/d.csv", ".hidden", "e.JSONL.GZ"):
        (tmp_path / name).write_bytes(b"x")
    files = plan_import([tmp_path, tmp_path / "z.txt"])
    assert [(file.name, file.format) for file in files] == [
        ("b/a.md", "text"), ("b/c.warc.gz", "warc"), ("b/d.csv", "unsupported"), ("e.JSONL.GZ", "jsonl"),
        ("z.txt", "text"),
    ]  # fmt: skip
    counts, rows = run(tmp_path / "b/d.csv", tmp_path / "out")
    assert (counts.rows_in, counts.dropped, rows) == (1, {"unsupported_format": 1}, [])
    with pytest.raises(ValueError, match="does not exist"):
        plan_import([tmp_path / "nowhere"])


def test_import_text_file_is_one_document_under_its_name(tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text("Titans win.\n\n\n\nAgain.", encoding="utf-8")
    _, (row,) = run(tmp_path / "report.txt", tmp_path / "out")
    assert (row["source_id"], row["text"]) == ("report.txt", "Titans win.\n\nAgain.")
