"""Imports as snapshots of the lake: added last, found again, refused whole."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.imports.snapshot import ImportConfig, import_snapshot
from tasks.lake import DamagedArtifact, Lake, LakeError
from tests.tasks.extract.warcs import ARTICLE, page, write_segment
from tests.tasks.stages import SERIAL

MINE = ImportConfig(source="mine", licence="CC0-1.0")
NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def sources(folder: Path) -> Path:
    """A folder with a WARC, JSON Lines, a text and a picture."""
    folder.mkdir()
    write_segment(
        folder / "day.warc.gz", [{"url": "https://example.org/a", "body": page(ARTICLE)}], index=False
    )
    (folder / "rows.jsonl").write_text('{"id": "1", "text": "Titans beat Owls 3-1."}\n{"id": "2"}\n')
    (folder / "note.txt").write_text("Owls lost again.")
    (folder / "photo.png").write_bytes(b"\x89PNG")
    return folder


def test_import_of_a_folder_is_one_snapshot_with_every_record_counted(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    folder = sources(tmp_path / "mine")
    done = import_snapshot(lake, [folder], MINE, SERIAL, NOW)
    assert (done.snapshot, done.already, done.files) == ("20261120T0600Z", False, 4)
    assert (done.rows_in, done.rows_out) == (5, 3)
    assert done.dropped == {"no_text": 1, "unsupported_format": 1}
    (snapshot,) = lake.snapshots()
    assert snapshot.kind == "import"
    assert set(snapshot.artifacts) == {"raw", "documents"}
    raw = lake.artifact_at(snapshot.artifacts["raw"])
    assert lake.path(raw, "day.warc.gz").read_bytes() == (folder / "day.warc.gz").read_bytes()

    again = import_snapshot(lake, [folder], MINE, SERIAL, NOW.replace(hour=9))
    assert (again.snapshot, again.already, again.rows_out) == ("20261120T0600Z", True, 3)
    assert len(lake.snapshots()) == 1
    (folder / "note.txt").write_text("Owls won.")
    changed = import_snapshot(lake, [folder], MINE, SERIAL, NOW)
    assert changed.snapshot == "20261120T0600Z-2"
    assert lake.snapshots()[1].parent == "20261120T0600Z"
    lake.path(raw, "day.warc.gz").unlink()
    with pytest.raises(
        DamagedArtifact, match=r"raw of snapshot 20261120T0600Z is damaged: .*day\.warc\.gz \(gone\)"
    ):
        lake.refuse_damage(raw)


def test_import_refused_leaves_no_snapshot_and_no_artifact(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "photo.png").write_bytes(b"\x89PNG")
    with pytest.raises(LakeError, match=r"nothing could be taken from .*: unsupported_format 1"):
        import_snapshot(lake, [folder], MINE, SERIAL, NOW)
    (folder / "note.txt").write_text("Owls won.")
    (folder / "fake.warc.gz").write_bytes(gzip.compress(b"no WARC"))
    with pytest.raises(ValueError, match=r"fake\.warc\.gz"):
        import_snapshot(lake, [folder], MINE, SERIAL, NOW)
    assert lake.snapshots() == []
    assert lake.manifests() == []
