"""The lake: its marker, its snapshots, its manifests, and its garbage."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks.lake import Lake, LakeError
from tasks.upkeep import collect_garbage, verify
from tests.tasks.stages import SNAPSHOT, WordsConfig, enter, words_stage


def test_lake_of_another_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "lake.json").write_text('{"format": 99}')
    with pytest.raises(LakeError, match="format 99, this version reads format 1"):
        Lake(str(tmp_path))
    assert (tmp_path / "lake.json").read_text() == '{"format": 99}'


def test_folder_with_other_files_is_no_lake(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("dear to somebody")
    with pytest.raises(LakeError, match=r"thesis\.docx"):
        Lake(str(tmp_path))
    assert not (tmp_path / "lake.json").exists()


def test_lake_on_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="not a folder"):
        Lake(str(tmp_path / "file" / "lake"))


def test_unknown_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown scheme 'ftp'"):
        Lake("ftp://example.org/lake")


def test_dry_look_at_a_missing_lake_makes_nothing(tmp_path: Path) -> None:
    assert Lake(str(tmp_path / "lake"), dry=True).snapshots() == []
    assert not (tmp_path / "lake").exists()


def test_snapshots_added_at_once_form_one_chain(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    ids = [f"202611{day:02}T0600Z" for day in range(1, 13)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda id_: lake.add_snapshot(id_, "crawl", "", {"of": id_}), ids))
    chain = lake.snapshots()
    assert [s.sequence for s in chain] == list(range(1, 13))
    assert [s.parent for s in chain] == [None, *(s.id for s in chain[:-1])]
    assert {s.id for s in chain} == set(ids)


def test_snapshot_added_twice_is_one_and_another_content_is_refused(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    first = lake.add_snapshot(SNAPSHOT, "crawl", "", {"seed": 1})
    assert lake.add_snapshot(SNAPSHOT, "crawl", "", {"seed": 1}) == first
    with pytest.raises(LakeError, match="another content"):
        lake.add_snapshot(SNAPSHOT, "crawl", "", {"seed": 2})


def test_manifest_that_is_no_manifest_names_the_file(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    _, artifact = enter(lake, words_stage(), WordsConfig(), {})
    path = tmp_path / artifact.folder / "manifest.json"
    path.write_text("{")
    with pytest.raises(LakeError, match=r"manifest\.json is no manifest of this version"):
        lake.manifests()


def test_missing_manifest_makes_the_stage_run_again(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    _, artifact = enter(lake, words_stage(), WordsConfig(), {})
    (tmp_path / artifact.folder / "manifest.json").unlink()
    state, again = enter(lake, words_stage(), WordsConfig(), {})
    assert (state, again.content_digest) == ("Completed", artifact.content_digest)


def test_garbage_is_what_no_manifest_lists_and_young_files_stay(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    _, artifact = enter(lake, words_stage(), WordsConfig(), {})
    leftover = tmp_path / "clean" / SNAPSHOT / "0123456789ab" / "a1" / "00000" / "word.txt"
    leftover.parent.mkdir(parents=True)
    leftover.write_text("left by a run that was killed")
    assert not collect_garbage(lake, older_than_s=3600, dry=False)
    found = collect_garbage(lake, older_than_s=0, dry=True)
    assert leftover.relative_to(tmp_path).as_posix() in found
    assert leftover.exists()
    collect_garbage(lake, older_than_s=0, dry=False)
    assert not leftover.exists()
    assert not leftover.parent.parent.exists(), "empty folders stay behind"
    assert enter(lake, words_stage(), WordsConfig(), {})[0] == "Cached"
    assert verify(lake) == (3, [])
    assert artifact.rows_out == 3


def test_verify_names_a_file_altered_under_its_old_time_stamp(tmp_path: Path) -> None:
    import os

    lake = Lake(str(tmp_path))
    _, artifact = enter(lake, words_stage(), WordsConfig(), {})
    victim = lake.paths(artifact, "word.txt")[0]
    stat = victim.stat()
    victim.write_text("GOAL")
    os.utime(victim, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    checked, bad = verify(lake)
    assert checked == 3
    assert len(bad) == 1
    assert "(altered)" in bad[0]


def test_manifest_says_where_everything_came_from(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    _, artifact = enter(lake, words_stage(), WordsConfig(), {})
    manifest = json.loads((tmp_path / artifact.folder / "manifest.json").read_text())
    assert manifest["config"] == {"words": ["goal", "corner", "foul"], "least_letters": 0}
    assert manifest["execution"]["num_workers"] == 1
    assert len(manifest["provenance"]["commit"]) in (7, 40)
    for file in manifest["files"]:
        assert not Path(file["path"]).is_absolute()
