"""Files taken piece by piece: what a stopped import finished stays, and the end is the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.imports import take_rows, take_warc
from tasks.imports.snapshot import ImportConfig, Imported, import_snapshot
from tasks.lake import Artifact, Lake
from tasks.schema import DOCUMENTS, read_parquet
from tests.tasks.extract.warcs import ARTICLE, page, write_segment
from tests.tasks.stages import SERIAL

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
SMALL = ImportConfig(source="mine", licence="CC0-1.0", piece_bytes=2_000)


class Stopped(BaseException):
    """As KeyboardInterrupt: nothing of ours catches it."""


def jsonl(path: Path, count: int) -> Path:
    """Rows of 100 bytes of text; every seventh has an id that was there before, in an earlier piece."""
    rows = [
        {"id": n if n % 7 else n // 7, "text": f"Report {n:>4}. " + "Titans win. " * 8}
        for n in range(1, count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def num_ids(count: int) -> int:
    """How many different ids those rows have."""
    return len({n if n % 7 else n // 7 for n in range(1, count)})


def stop_after(monkeypatch: pytest.MonkeyPatch, taker: Any, pieces: int) -> None:
    """Let the n-th piece after these be interrupted half-way."""
    whole, done = taker.piece, []

    def piece(self: Any, out: Path) -> Any:
        done.append(1)
        if len(done) > pieces:
            (out / "half.parquet").write_bytes(b"PAR1")
            raise Stopped
        return whole(self, out)

    monkeypatch.setattr(taker, "piece", piece)


def artifact(lake: Lake, done: Imported, kind: str) -> Artifact:
    (snapshot,) = [s for s in lake.snapshots() if s.id == done.snapshot]
    return lake.artifact_at(snapshot.artifacts[kind])


@pytest.mark.parametrize("kind", ["jsonl", "parquet", "warc"])
def test_import_stopped_goes_on_after_its_finished_pieces_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    file = jsonl(tmp_path / "rows.jsonl", 200)
    if kind == "parquet":
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        file = tmp_path / "rows.parquet"
        pq.write_table(pa.Table.from_pylist(rows), file, row_group_size=150)
    elif kind == "warc":
        file = tmp_path / "day.warc.gz"
        pages = [{"url": f"https://example.org/{n}", "body": page(ARTICLE)} for n in range(40)]
        write_segment(file, pages, index=False)
    made = "raw" if kind == "warc" else "documents"
    straight = Lake(str(tmp_path / "straight"))
    whole = import_snapshot(straight, [file], SMALL, SERIAL, NOW)
    taker = take_warc.WarcTaker if kind == "warc" else take_rows.RowsTaker

    lake = Lake(str(tmp_path / "stopped"))
    for pieces in (2, 1):
        with monkeypatch.context() as patch:
            stop_after(patch, taker, pieces)
            with pytest.raises(Stopped):
                import_snapshot(lake, [file], SMALL, SERIAL, NOW)
    assert lake.snapshots() == []
    kept = [key for key in lake.store.list(made) if key.endswith(".done.json")]
    assert len(kept) == 3
    done = import_snapshot(lake, [file], SMALL, SERIAL, NOW.replace(hour=9))

    assert done == whole, "an import that is gone on with keeps the id under which it began"
    assert artifact(lake, done, made).content_digest == artifact(straight, whole, made).content_digest
    files = lake.manifest(artifact(lake, done, made)).files
    assert len({f.path.split("/")[0] for f in files}) == 3, "three attempts, none of them for nothing"
    if made == "documents":
        assert (whole.rows_in, whole.dropped) == (199, {"duplicate_id": 199 - num_ids(200)})
    else:
        assert (whole.rows_in, whole.rows_out) == (40, 40)


def test_import_pieces_number_records_through_the_file(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    done = import_snapshot(lake, [jsonl(tmp_path / "rows.jsonl", 100)], SMALL, SERIAL, NOW)
    tables = [
        read_parquet(path, DOCUMENTS, ["ordinal", "text"])
        for path in lake.paths(artifact(lake, done, "documents"), "documents.parquet")
    ]
    assert len(tables) > 3
    rows = [row for table in tables for row in table.to_pylist()]
    assert len(rows) == num_ids(100)
    assert [row["ordinal"] for row in rows] == [int(row["text"][7:11]) - 1 for row in rows]


def test_import_of_damaged_finished_piece_is_redone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, lake = jsonl(tmp_path / "rows.jsonl", 100), Lake(str(tmp_path / "lake"))
    with monkeypatch.context() as patch:
        stop_after(patch, take_rows.RowsTaker, 2)
        with pytest.raises(Stopped):
            import_snapshot(lake, [file], SMALL, SERIAL, NOW)
    (key, *_) = [key for key in lake.store.list("documents") if key.endswith("00000/documents.parquet")]
    Path(lake.uri, key).write_bytes(b"PAR1")
    done = import_snapshot(lake, [file], SMALL, SERIAL, NOW)
    assert (done.rows_in, done.rows_out) == (99, num_ids(100))
    assert lake.damage(lake.manifest(artifact(lake, done, "documents"))) == []


def test_imports_of_one_minute_have_ids_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(str(tmp_path / "lake"))
    first, second = jsonl(tmp_path / "a.jsonl", 30), jsonl(tmp_path / "b.jsonl", 60)
    with monkeypatch.context() as patch:
        stop_after(patch, take_rows.RowsTaker, 1)
        with pytest.raises(Stopped):
            import_snapshot(lake, [first], SMALL, SERIAL, NOW)
    beside = import_snapshot(lake, [second], SMALL, SERIAL, NOW)
    after = import_snapshot(lake, [first], SMALL, SERIAL, NOW)
    assert (beside.snapshot, after.snapshot) == ("20261120T0600Z-2", "20261120T0600Z")
    assert [snapshot.id for snapshot in lake.snapshots()] == [beside.snapshot, after.snapshot]
