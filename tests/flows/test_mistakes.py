"""Mistakes and misfortunes at the command line: one clear line, exit code 2, and the lake as it was."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.flows.conftest import TinyRun
from tests.flows.house import ROOT, Answer, Home
from tests.tasks.extract.warcs import ARTICLE, page, write_segment

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("flows")]


def test_command_with_a_slip_says_what_there_is(copy: Home, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("home: x\n  dedup: [\n")
    before = copy.files()
    for arguments, said in [
        (("run", "--profile", "dmeo"), "unknown profile 'dmeo'; there are: demo, local, tiny"),
        (("run", "--profile", str(broken)), f"profile {broken} is not YAML at line 2"),
        (("run", "--set", "dedup.treshold=0.8"), "did you mean dedup.threshold?"),
        (
            ("plan", "--set", "dedup.threshold=7"),
            "dedup.threshold=7: input should be less than or equal to 1",
        ),
        (
            ("run", "--set", "pretrain.preset=huge"),
            "pretrain.preset='huge': no such model preset; there are: tiny",
        ),
        (("run", "--until", "dedupe"), "unknown stage 'dedupe'; there are: crawl, extract"),
        (("stage", "cook"), "unknown stage 'cook'"),
        (("plan", "--refresh", "cook"), "unknown stage 'cook'"),
        (("run", "--until", "align"), "stage align is switched off: add --set align.enabled=true"),
        (("run", "--refresh", "sft", "--until", "mix"), "--refresh sft would do nothing"),
        (("run", "--refresh", "crawl"), "a crawl cannot be refreshed"),
        (("run", "--set", "crawl.sources=[sim-nws]"), "unknown source 'sim-nws'; did you mean sim-news"),
        (("plan", "--set", "accept_terms=[sim-nws]"), "unknown source 'sim-nws'"),
        (("sources", "show", "sim-nws"), "unknown source 'sim-nws'; did you mean sim-news"),
        (("plan", "--set", "snapshot=yesterday"), "snapshot 'yesterday': write latest, new, or an id like"),
        (("generate", "The", "--model", "99"), "no model '99': needed a version number or one of champion"),
        (("models", "rollback"), "there is no earlier champion to go back to"),
    ]:
        assert said in copy.sportslm(*arguments).refusal(), arguments
    assert copy.files() == before
    assert copy.sportslm("run", "--set", "dedup.treshold=1", "--debug").err.startswith("Traceback")


def test_plan_of_what_is_not_there_makes_nothing(empty: Home) -> None:
    planned = empty.sportslm("plan", "--json").json
    assert {line["state"] for line in planned} == {"run"}
    assert {line["why"] for line in planned} == {"never made"}
    assert not empty.lake.exists()
    said = empty.sportslm("plan", "--profile", "local").refusal()
    assert "has no snapshot yet: bring data in with `sportslm import" in said
    assert "has no champion yet" in empty.sportslm("generate", "The").refusal()
    assert empty.sportslm("lake", "list", "--json").json["artifacts"] == []
    assert empty.sportslm("models", "list", "--json").json == []
    assert not empty.lake.exists()
    assert not (empty.path / "mlflow.db").exists()


def imported(home: Home, *paths: Path, source: str = "mine") -> Answer:
    arguments = ["--source", source, "--license", "test", "--json", "--set", "engine.kind=serial"]
    return home.sportslm("import", *map(str, paths), *arguments)


def test_import_of_what_cannot_be_taken_adds_no_snapshot(empty: Home, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    fake = tmp_path / "fake.warc.gz"
    fake.write_bytes(gzip.compress(b"<html>not a WARC</html>"))
    table = tmp_path / "prices.parquet"
    pq.write_table(pa.table({"price": [1.5], "day": ["monday"]}), table)
    torn = tmp_path / "torn.parquet"
    torn.write_bytes(table.read_bytes()[:60])
    rows = tmp_path / "rows.jsonl"
    rows.write_text('[1]\nnot json\n{"id": 3}\n')
    picture = tmp_path / "photo.png"
    picture.write_bytes(b"\x89PNG")
    for path, said in [
        (tmp_path / "missing", f"{tmp_path / 'missing'} does not exist; give the files or folders"),
        (nothing, f"no files in {nothing}"),
        (fake, f"{fake}"),
        (table, f"{table} has the columns price (double), day (string); an import needs a column of strings"),
        (torn, f"{torn} is not a readable Parquet file"),
        (rows, "nothing could be taken from"),
        (picture, "unsupported_format 1"),
    ]:
        assert said in imported(empty, path).refusal(), path
    assert "letters, digits" in imported(empty, rows, source="../up").refusal()
    kind = empty.sportslm("import", str(rows), "--source", "x", "--license", "y", "--kind", "poem").refusal()
    assert kind.startswith("--kind poem: needed one of news")
    assert empty.sportslm("lake", "list", "--json").json["snapshots"] == []
    assert empty.manifests() == {}, "a refused import left an artifact"


def test_import_of_a_truncated_warc_is_taken_in_part_and_the_loss_counted(
    empty: Home, tmp_path: Path
) -> None:
    whole = tmp_path / "day.warc.gz"
    texts = [ARTICLE.replace("3-1", f"{goals}-1") for goals in range(8)]
    write_segment(
        whole,
        [{"url": f"https://example.org/{n}", "body": page(text)} for n, text in enumerate(texts)],
        index=False,
    )
    whole.write_bytes(whole.read_bytes()[:-400])
    taken = imported(empty, whole).json
    assert (taken["rows_out"], taken["dropped"]) == (7, {"truncated": 1})
    again = imported(empty, whole).json
    assert again["already"], "the same file became a second snapshot"
    run = empty.run("--profile", "local", "--until", "extract")
    (extract,) = run.json["steps"]
    assert (extract["rows_out"], extract["dropped"]) == (7, {})


def test_run_with_nothing_left_names_the_stage_and_what_to_do(copy: Home, tmp_path: Path) -> None:
    said = copy.run("--set", "clean.languages=[xx]").refusal()
    assert said.startswith("nothing to train on: clean kept none of 349 rows (")
    assert "change what it refuses (clean.*)" in said
    hollow = tmp_path / "hollow.warc.gz"
    write_segment(hollow, [{"url": "https://example.org/x", "body": b"gone", "status": 404}], index=False)
    other = Home(tmp_path / "other", environment=copy.environment)
    assert imported(other, hollow).code == 0
    said = other.run("--profile", "local").refusal()
    assert said.startswith("nothing to train on: extract kept none of 1 rows (")
    assert other.sportslm("lake", "verify", "--json").json["damaged"] == []


def test_lake_that_is_none_of_ours_is_refused_untouched(copy: Home, empty: Home, tmp_path: Path) -> None:
    marker = copy.lake / "lake.json"
    marker.write_text('{"format": 99}')
    before = copy.files()
    assert "has format 99, this version reads format 1" in copy.run().refusal()
    assert "has format 99" in copy.sportslm("lake", "list").refusal()
    assert copy.files() == before
    marker.write_text("{")
    assert f"{marker} is not readable" in copy.sportslm("plan").refusal()

    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "beach.png").write_bytes(b"\x89PNG")
    assert "holds other files (beach.png, …) and is no lake" in empty.run("--set", f"lake={photos}").refusal()
    assert [path.name for path in photos.iterdir()] == ["beach.png"]

    in_the_way = tmp_path / "file"
    in_the_way.write_text("mine")
    said = "is a file, not a folder"
    assert said in empty.run("--set", f"lake={in_the_way}").refusal()
    assert said in empty.run("--set", f"lake={in_the_way}/lake").refusal()
    assert said in Home(in_the_way, environment=empty.environment).run().refusal()
    assert said in Home(in_the_way / "home", environment=empty.environment).run().refusal()
    assert in_the_way.read_text() == "mine"


def test_manifest_that_is_no_manifest_names_the_file(copy: Home) -> None:
    manifest = copy.artifact("clean") / "manifest.json"
    manifest.write_text("{ half")
    before = copy.files()
    said = copy.run().refusal()
    assert f"{manifest} is no manifest of this version" in said
    assert "delete it and run again" in said
    assert copy.files() == before
    manifest.unlink()
    assert copy.run("--until", "dedup").built == ["clean"]


def test_manifest_of_a_parent_lost_under_a_model_is_said(copy: Home) -> None:
    (promotion,) = (copy.lake / "promotions").iterdir()
    release = copy.lake / json.loads(promotion.read_text())["release"]
    (release / "manifest.json").unlink()
    assert "manifest.json is gone" in copy.sportslm("generate", "The").refusal()
    promotion.write_text("[]")
    assert f"{promotion} is no promotion" in copy.sportslm("models", "history").refusal()


FULL = """
set -e
mount -t tmpfs -o size=64m tmpfs "$LAKE"
cp -r "$FROM"/. "$LAKE"/
used=$(du -sk "$LAKE" | cut -f1)
mount -o remount,size=$((used + 60))k "$LAKE"
set +e
"$PYTHON" -m flows.cli.main run --until clean; echo "code $?"
mount -o remount,ro "$LAKE"
"$PYTHON" -m flows.cli.main run --until clean; echo "code $?"
"$PYTHON" -m flows.cli.main lake verify; echo "code $?"
mount -o remount,rw,size=64m "$LAKE"
"$PYTHON" -m flows.cli.main run --until clean; echo "code $?"
"""


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
    )
    return tried.returncode == 0


@pytest.mark.skipif(not can_mount(), reason="needs the right to mount a small file system (unshare -rm)")
def test_disk_full_or_read_only_is_said_and_a_run_with_room_goes_on(
    tiny: TinyRun, empty: Home, tmp_path: Path
) -> None:
    start = tmp_path / "start"
    for part in ("raw", "snapshots"):
        shutil.copytree(tiny.home.lake / part, start / part)
    shutil.copy(tiny.home.lake / "lake.json", start)
    empty.lake.mkdir(parents=True)
    environment = {
        **os.environ,
        **empty.environment,
        "SPORTSLM__HOME": str(empty.path),
        "SPORTSLM_PROFILE": "tiny",
        "LAKE": str(empty.lake),
        "FROM": str(start),
        "PYTHON": sys.executable,
    }
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", FULL],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if line.startswith("sportslm: ")]
    assert len(told) == 2, done.stderr
    assert "the disk is full; free some space" in told[0]
    assert "the file system is read-only" in told[1]
    assert "Traceback" not in done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("code ")] == [
        "code 2",
        "code 2",
        "code 0",
        "code 0",
    ], done.stderr
    assert ", 0 damaged" in done.stdout
