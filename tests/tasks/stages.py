"""Small real stages over a real lake, for tests of the contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import Field

from tasks.config_base import StageConfig, execution_field
from tasks.counts import Counts
from tasks.engine import EngineConfig
from tasks.lake import Artifact, Lake
from tasks.stage import Attempt, RunOptions, Stage, build_artifact, look_up, shard_name

SERIAL = RunOptions(engine=EngineConfig(kind="serial"))
SNAPSHOT = "20261120T0600Z"


class WordsConfig(StageConfig):
    """Settings of a stage that keeps some words."""

    words: tuple[str, ...] = Field(("goal", "corner", "foul"), description="Words written.")
    least_letters: int = Field(0, description="Shorter words are dropped.")
    num_workers: int = execution_field(1, description="Decides nothing.")


def write_word(word: str, least_letters: int, out: Path) -> Counts:
    """Write one word, unless it is short."""
    if len(word) < least_letters:
        return Counts(1, 0, {"too_short": 1})
    (out / "word.txt").write_text(word)
    return Counts(1, 1)


def shout(word: Path, out: Path) -> Counts:
    """Write a word in capitals."""
    (out / "shouted.txt").write_text(word.read_text().upper())
    return Counts(1, 1)


def words_stage(fn: Callable[..., Counts] = write_word, version: int = 1) -> Stage:
    """A stage with one shard per word."""

    def build(attempt: Attempt) -> Counts:
        config: WordsConfig = attempt.config
        return attempt.shards(
            fn,
            {
                shard_name(number): {"word": word, "least_letters": config.least_letters}
                for number, word in enumerate(config.words)
            },
        )

    return Stage(name="clean", artifact="clean", version=version, build=build, code=("tasks.counts",))


def shout_stage() -> Stage:
    """A stage that reads another's files."""

    def build(attempt: Attempt) -> Counts:
        blobs = attempt.blobs("words", "word.txt")
        return attempt.shards(shout, {shard_name(n): {"word": blob} for n, blob in enumerate(blobs)})

    return Stage(name="dedup", artifact="unique", version=1, build=build, code=("tasks.counts",))


class NoConfig(StageConfig):
    """Nothing to set."""


def enter(
    lake: Lake,
    stage: Stage,
    config: StageConfig,
    inputs: dict[str, list[Artifact]],
    options: RunOptions = SERIAL,
) -> tuple[str, Artifact]:
    """Do what a door does, without Prefect: ("Cached" or "Completed", artifact)."""
    found = look_up(lake, stage, SNAPSHOT, config, inputs)
    if found.hit and not options.refresh and found.manifest is not None:
        return "Cached", found.manifest.to_artifact(lake.uri)
    return "Completed", build_artifact(lake, stage, SNAPSHOT, config, inputs, options, judged=found.entry)
