"""The S3 storage against a real S3 server process on loopback (moto's: its conditional writes are right)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks.lake import DamagedArtifact, Lake
from tasks.upkeep import verify
from tests.tasks.stages import NoConfig, WordsConfig, enter, shout_stage, words_stage

pytest.importorskip("moto")
pytest.importorskip("boto3")


def test_stages_on_s3_make_the_local_lakes_bytes(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPORTSLM_CACHE", str(tmp_path / "cache"))
    digests = []
    for uri in (f"s3://{bucket}/one", str(tmp_path / "lake")):
        lake = Lake(uri)
        state, words = enter(lake, words_stage(), WordsConfig(), {})
        assert state == "Completed"
        _, shouted = enter(lake, shout_stage(), NoConfig(), {"words": [words]})
        assert [path.read_text() for path in lake.paths(shouted, "shouted.txt")] == ["GOAL", "CORNER", "FOUL"]
        assert enter(Lake(uri), shout_stage(), NoConfig(), {"words": [words]})[0] == "Cached"
        digests.append((words.content_digest, shouted.content_digest))
        assert verify(lake) == (6, [])
    assert digests[0] == digests[1]


def test_object_altered_behind_a_manifest_is_rebuilt(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import boto3

    monkeypatch.setenv("SPORTSLM_CACHE", str(tmp_path / "cache"))
    lake = Lake(f"s3://{bucket}/two")
    _, words = enter(lake, words_stage(), WordsConfig(), {})
    victim = lake.files(words, "word.txt")[0]
    boto3.client("s3").put_object(Bucket=bucket, Key=f"two/{victim.key}", Body=b"GOAL")
    with pytest.raises(DamagedArtifact):
        lake.paths(words, "word.txt")
    state, again = enter(lake, words_stage(), WordsConfig(), {})
    assert (state, again.content_digest) == ("Completed", words.content_digest)


def test_of_eight_conditional_writers_one_wins(bucket: str) -> None:
    store = Lake(f"s3://{bucket}/three").store
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: store.create("promotions/000001.json", str(n).encode()), range(8)))
    assert sum(won) == 1
    entry = store.entry("promotions/000001.json")
    assert entry is not None
    with ThreadPoolExecutor(8) as pool:
        replaced = list(
            pool.map(
                lambda n: store.replace("promotions/000001.json", f"new {n}".encode(), entry.etag), range(8)
            )
        )
    assert sum(replaced) == 1


def test_missing_bucket_is_one_clear_line(bucket: str) -> None:
    with pytest.raises(ValueError, match="NoSuchBucket; check the bucket's name"):
        Lake("s3://nobody-made-this/lake")
