"""The stage contract, on small real stages over a local lake."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.counts import Counts
from tasks.lake import DamagedArtifact, Lake, LakeError
from tasks.stage import Attempt, RunOptions, Stage, build_artifact, fingerprint_key
from tests.tasks.stages import (
    SERIAL,
    SNAPSHOT,
    NoConfig,
    WordsConfig,
    enter,
    shout_stage,
    words_stage,
    write_word,
)

ROOT = Path(__file__).resolve().parents[2]


def files_of(lake: Lake) -> dict[str, int]:
    return {path.as_posix(): path.stat().st_mtime_ns for path in Path(lake.uri).rglob("*") if path.is_file()}


def test_stage_run_twice_is_cached_and_writes_nothing(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    state, first = enter(lake, words_stage(), WordsConfig(), {})
    before = files_of(lake)
    again, second = enter(lake, words_stage(), WordsConfig(), {})
    assert (state, again) == ("Completed", "Cached")
    assert first == second
    assert files_of(lake) == before


def test_fingerprint_ignores_execution_fields_and_sees_all_others() -> None:
    stage = words_stage()
    base = fingerprint_key(stage, WordsConfig(), {})
    assert fingerprint_key(stage, WordsConfig(num_workers=8), {}) == base
    assert fingerprint_key(stage, WordsConfig(least_letters=5), {}) != base
    assert fingerprint_key(words_stage(version=2), WordsConfig(), {}) != base


def test_early_cutoff_same_bytes_leave_the_next_stage_cached(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    _, words = enter(lake, words_stage(), WordsConfig(), {})
    enter(lake, shout_stage(), NoConfig(), {"words": [words]})
    _, same_words = enter(lake, words_stage(version=2), WordsConfig(), {})  # another fingerprint, equal bytes
    assert same_words.fingerprint != words.fingerprint
    state, _ = enter(lake, shout_stage(), NoConfig(), {"words": [same_words]})
    assert state == "Cached"


def test_damaged_file_behind_a_manifest_is_rebuilt_alone(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    _, words = enter(lake, words_stage(), WordsConfig(), {})
    victim, other = lake.paths(words, "word.txt")[:2]
    victim.write_text("GOAL")  # same size, other bytes
    untouched = other.stat().st_mtime_ns
    state, rebuilt = enter(lake, words_stage(), WordsConfig(), {})
    assert state == "Completed"
    assert rebuilt.content_digest == words.content_digest
    assert lake.paths(rebuilt, "word.txt")[0].read_text() == "goal"
    assert other.stat().st_mtime_ns == untouched, "a whole shard was done again"
    assert enter(lake, words_stage(), WordsConfig(), {})[0] == "Cached"


@pytest.mark.parametrize("damage", ["delete", "alter", "truncate"])
def test_damaged_file_is_never_read(tmp_path: Path, damage: str) -> None:
    lake = Lake(str(tmp_path / "lake"))
    _, words = enter(lake, words_stage(), WordsConfig(), {})
    victim = lake.paths(words, "word.txt")[1]
    stat = victim.stat()
    {
        "delete": victim.unlink,
        "alter": lambda: victim.write_text("corneR"),
        "truncate": lambda: os.truncate(victim, 2),
    }[damage]()
    if damage == "alter":
        os.utime(victim, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # even with its old time stamp
    with pytest.raises(DamagedArtifact, match=r"word\.txt"):
        lake.paths(words, "word.txt")


def test_impure_stage_damaged_is_refused_with_the_files_named(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    stage = replace(words_stage(), impure=True)
    _, raw = enter(lake, stage, WordsConfig(), {})
    lake.paths(raw, "word.txt")[0].unlink()
    with pytest.raises(DamagedArtifact, match=r"00000/word\.txt \(gone\).*restore"):
        enter(lake, stage, WordsConfig(), {})


def test_copied_lake_with_other_time_stamps_stays_cached(tmp_path: Path) -> None:
    import shutil

    lake = Lake(str(tmp_path / "lake"))
    enter(lake, words_stage(), WordsConfig(), {})
    shutil.copytree(tmp_path / "lake", tmp_path / "copy", copy_function=shutil.copyfile)
    assert enter(Lake(str(tmp_path / "copy")), words_stage(), WordsConfig(), {})[0] == "Cached"


WRITTEN: list[str] = []


def write_down(word: str, least_letters: int, out: Path) -> Counts:
    WRITTEN.append(word)
    return write_word(word, least_letters, out)


@pytest.fixture
def reusing() -> Stage:
    WRITTEN.clear()
    return replace(words_stage(write_down), reuse=True)


def test_shards_of_an_earlier_artifact_are_taken_over_byte_for_byte(tmp_path: Path, reusing: Stage) -> None:
    lake = Lake(str(tmp_path / "lake"))
    enter(lake, reusing, WordsConfig(words=("goal", "corner"), least_letters=5), {})
    _, more = enter(lake, reusing, WordsConfig(words=("foul", "corner", "goal"), least_letters=5), {})
    assert WRITTEN == ["goal", "corner", "foul"]
    assert [path.read_text() for path in lake.paths(more, "word.txt")] == ["corner"]
    assert lake.manifest(more).dropped == {"too_short": 2}
    alone = Lake(str(tmp_path / "alone"))
    _, anew = enter(alone, reusing, WordsConfig(words=("foul", "corner", "goal"), least_letters=5), {})
    assert anew.content_digest == more.content_digest


def test_shards_that_another_call_made_or_that_are_damaged_are_done_again(
    tmp_path: Path, reusing: Stage
) -> None:
    lake = Lake(str(tmp_path / "lake"))
    _, first = enter(lake, reusing, WordsConfig(words=("goal", "corner")), {})
    lake.paths(first, "word.txt")[0].write_text("GOAL")
    enter(lake, reusing, WordsConfig(words=("goal", "corner", "foul")), {})
    assert WRITTEN == ["goal", "corner", "goal", "foul"]
    enter(lake, replace(reusing, version=2), WordsConfig(words=("goal", "corner")), {})
    assert WRITTEN[4:] == ["goal", "corner"], "another version"
    refresh = replace(SERIAL, refresh=True)
    enter(lake, reusing, WordsConfig(words=("corner", "foul")), {}, refresh)
    assert WRITTEN[6:] == ["corner", "foul"], "--refresh"


def test_build_whose_shards_another_run_cleared_adopts_that_runs_artifact(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))

    def build(attempt: Attempt) -> Counts:
        if not committed:
            committed.append(True)
            enter(lake, stage, WordsConfig(), {})  # the run beside this one, from its begin to its end
            raise FileNotFoundError("a shard of the other attempt")
        return attempt.shards(write_word, {"00000": {"word": "goal", "least_letters": 0}})

    committed: list[bool] = []
    stage = replace(words_stage(), build=build)
    _, artifact = enter(lake, stage, WordsConfig(), {})
    assert [path.read_text() for path in lake.paths(artifact, "word.txt")] == ["goal"]


def test_build_that_misses_a_file_and_has_no_other_run_fails(tmp_path: Path) -> None:
    def build(attempt: Attempt) -> Counts:
        raise FileNotFoundError("gone")

    with pytest.raises(FileNotFoundError):
        enter(Lake(str(tmp_path / "lake")), replace(words_stage(), build=build), WordsConfig(), {})


def lose_a_row(word: str, least_letters: int, out: Path) -> Counts:
    return Counts(2, 1)


def test_counts_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    with pytest.raises(ValueError, match="2 rows came in but 1 went out"):
        enter(lake, words_stage(lose_a_row), WordsConfig(), {})
    assert not lake.manifests()


def fail_on_foul(word: str, least_letters: int, out: Path) -> Counts:
    if word == "foul":
        raise RuntimeError("the whistle")
    return write_word(word, least_letters, out)


def test_failed_stage_commits_nothing_and_keeps_finished_shards(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    with pytest.raises(RuntimeError, match="the whistle"):
        enter(lake, words_stage(fail_on_foul), WordsConfig(), {})
    assert not lake.manifests()
    done = {path: path.stat().st_mtime_ns for path in Path(lake.uri).rglob("word.txt")}
    assert len(done) == 2
    _, artifact = enter(lake, words_stage(), WordsConfig(), {})
    assert artifact.rows_out == 3
    kept = {path: path.stat().st_mtime_ns for path in lake.paths(artifact, "word.txt")}
    assert done.items() <= kept.items(), "finished shards were done again"


def test_refresh_builds_again_and_replaces_the_manifest(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    _, first = enter(lake, words_stage(), WordsConfig(), {})
    before = lake.manifest(first)
    state, second = enter(lake, words_stage(), WordsConfig(), {}, replace(SERIAL, refresh=True))
    assert state == "Completed"
    assert second.content_digest == first.content_digest
    assert lake.manifest(second).created_at > before.created_at


def test_two_builds_at_once_commit_one_manifest(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))

    def build(_: int) -> str:
        return build_artifact(lake, words_stage(), SNAPSHOT, WordsConfig(), {}, SERIAL).content_digest

    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(build, range(8)))
    assert len(digests) == 1
    assert len(lake.manifests("clean")) == 1
    assert not lake.damage(lake.manifests("clean")[0])


def test_build_that_gives_other_bytes_is_reported(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    enter(lake, words_stage(), WordsConfig(), {})
    again = replace(SERIAL, refresh=True)
    with pytest.raises(LakeError, match="not reproducible"):
        build_artifact(lake, words_stage(shouted_word), SNAPSHOT, WordsConfig(), {}, again)


def shouted_word(word: str, least_letters: int, out: Path) -> Counts:
    (out / "word.txt").write_text(word.upper())
    return Counts(1, 1)


def test_every_engine_makes_the_same_bytes(tmp_path: Path) -> None:
    from tasks.engine import EngineConfig, stop

    digests = set()
    for kind in ("serial", "processes", "dask"):
        if kind == "dask":
            pytest.importorskip("distributed")
        options = RunOptions(engine=EngineConfig(kind=kind, num_workers=2))
        lake = Lake(str(tmp_path / kind))
        _, artifact = enter(lake, words_stage(), WordsConfig(words=tuple("abcdefgh")), {}, options)
        assert artifact.rows_out == 8
        digests.add(artifact.content_digest)
        stop()
    assert len(digests) == 1


KILLED = """
import sys, time
from pathlib import Path
from tasks.counts import Counts
from tasks.lake import Lake
from tests.tasks.stages import WordsConfig, enter, words_stage, write_word

def slow(word, least_letters, out):
    print(word, flush=True)
    time.sleep(0.05)
    return write_word(word, least_letters, out)

enter(Lake(sys.argv[1]), words_stage(slow), WordsConfig(words=tuple(f"word{n:03}" for n in range(40))), {})
"""


def test_stage_killed_half_way_resumes_to_the_same_bytes(tmp_path: Path) -> None:
    words = tuple(f"word{n:03}" for n in range(40))
    _, whole = enter(Lake(str(tmp_path / "whole")), words_stage(), WordsConfig(words=words), {})
    place = tmp_path / "killed"
    for kill in (True, True, False):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(place)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        if kill:
            for _ in range(8):
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            process.wait()
        else:
            rest = process.stdout.read().split()
            assert process.wait() == 0
            assert 0 < len(rest) <= 40 - 14, "finished shards were done again"
    lake = Lake(str(place))
    (manifest,) = lake.manifests("clean")
    assert manifest.content_digest == whole.content_digest
    assert not lake.damage(manifest)
