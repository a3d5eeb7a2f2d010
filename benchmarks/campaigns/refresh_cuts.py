"""Random cuts of the order of arrival: refresh after refresh keeps what a rebuild keeps, kills or not.

    python benchmarks/campaigns/refresh_cuts.py [--count 50] [--seed 1] [--documents 0]

The articles of the news slices (made-up ones where they are not there), some of them repeated, are
deduplicated in one snapshot, and then ``--count`` times in up to eight, cut at random places. Every second
time the run, a process of its own, is killed after a random time and started again, until it ends. Compared:
the unique rows (which the mixture reads), the removals with their witnesses, the index as one file. Prints
one line.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from tasks.counts import Counts
from tasks.dedup.band_index import INDEX_FILE, compacted
from tasks.dedup.config import DedupConfig
from tasks.dedup.task import STAGE
from tasks.engine import EngineConfig
from tasks.identity import document_id
from tasks.lake import Artifact, Lake
from tasks.schema import CLEAN, REMOVED, UNIQUE, read_parquet, table_of, write_parquet
from tasks.stage import Attempt, RunOptions, Stage, build_artifact, look_up

SERIAL = RunOptions(engine=EngineConfig(kind="serial"))
CONFIG = DedupConfig()
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
COPIES = 0.1
MOST_SNAPSHOTS = 8


def main() -> int:
    """Run the campaign; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=50, help="chains of snapshots")
    parser.add_argument("--seed", type=int, default=1, help="decides cuts, copies and kills")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument(
        "--documents", type=int, default=0, help="take so many; 0: all, or 400 for a few chains"
    )
    parser.add_argument("--child", nargs=2, metavar=("LAKE", "CUTS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        build_chain(Lake(options.child[0]), json.loads(options.child[1]))
        return 0
    most = options.documents or (400 if options.count < 10 else 0)
    print(campaign(options.count, options.seed, options.data, most))
    return 0


def campaign(count: int, seed: int, data: Path, most: int) -> str:
    """Cut, refresh and compare ``count`` times; return the line of result.

    Raises:
        AssertionError: naming the cuts and what differed.
    """
    rng, began, kills, num_snapshots = Random(seed), time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = articles(data, rng, most)
        whole, _ = outcome(folder / "whole", rows, [0, len(rows)], rng, kill=False)
        for number in range(count):
            inner = sorted(rng.sample(range(1, len(rows)), rng.randint(1, MOST_SNAPSHOTS - 1)))
            cuts = [0, *inner, len(rows)]
            found, killed = outcome(folder / str(number), rows, cuts, rng, kill=number % 2 == 1)
            kills += killed
            num_snapshots += len(cuts) - 1
            for what, rebuilt in whole.items():
                assert found[what] == rebuilt, f"cuts {cuts} (killed {killed} times): {what} differs"
    removed = len(whole["removals"])
    return (
        f"{count} chains of {num_snapshots} snapshots {kills} kills: each keeps what a rebuild does of "
        f"{len(rows):,} documents ({removed:,} removed, with the same witnesses), and the same index "
        f"({time.monotonic() - began:.0f} s, seed {seed})"
    )


def articles(data: Path, rng: Random, most: int) -> list[dict[str, Any]]:
    """Return clean rows in arrival order, a tenth of which repeat an earlier one with some words changed."""
    texts: list[str] = []
    for path in sorted((data / "news_slices").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            texts += [json.loads(line)["text"] for line in lines]
    while not texts or len(texts) < min(most, 400):
        texts.append(" ".join(f"word{rng.randrange(5000)}" for _ in range(200)))
    texts = texts[: most or None]
    for _ in range(int(len(texts) * COPIES)):
        words = rng.choice(texts).split(" ")
        for _ in range(rng.randrange(1 + len(words) // 20)):
            words[rng.randrange(len(words))] = f"other{rng.randrange(999)}"
        texts.insert(rng.randrange(len(texts)), " ".join(words))
    return [
        {
            "id": document_id("news", str(number), text), "source": "news", "ordinal": number, "kind": "news",
            "sport": "other", "language": "en", "events": [], "quality": 1.0, "num_bytes": len(text.encode()),
            "text": text,
        }
        for number, text in enumerate(texts)
    ]  # fmt: skip


def outcome(
    folder: Path, rows: Sequence[dict[str, Any]], cuts: list[int], rng: Random, kill: bool
) -> tuple[dict[str, Any], int]:
    """Deduplicate a chain in processes of their own; return what came of it, and how often it was killed."""
    for number, (start, end) in enumerate(pairwise(cuts)):
        write_parquet(table_of(rows[start:end], CLEAN), folder / f"clean-{number}.parquet")
    lake = Lake(str(folder / "lake"))
    command = [sys.executable, __file__, "--child", str(folder / "lake"), json.dumps(len(cuts) - 1)]
    kills = 0
    while True:
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            _, errors = process.communicate(timeout=rng.uniform(0.8, 3.0) if kill and kills < 4 else None)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
            continue
        assert process.returncode == 0, errors
        break
    chain = [artifact(lake, number) for number in range(len(cuts) - 1)]
    compacted([path for one in chain for path in lake.paths(one, INDEX_FILE)], CONFIG, folder / "index")
    return {
        "unique": [row for one in chain for row in table_rows(lake, one, "unique.parquet", UNIQUE)],
        "removals": [row for one in chain for row in table_rows(lake, one, "removed.parquet", REMOVED)],
        "index": (folder / "index").read_bytes(),
    }, kills


def table_rows(lake: Lake, one: Artifact, name: str, schema: Any) -> list[dict[str, Any]]:
    """Return the rows of an artifact's tables of a name."""
    return [row for path in lake.paths(one, name) for row in read_parquet(path, schema).to_pylist()]


def snapshot(number: int) -> str:
    """Return a snapshot's id."""
    return f"202611{number + 1:02d}T0600Z"


def artifact(lake: Lake, number: int) -> Artifact:
    """Return the one result of dedup in a snapshot."""
    (manifest,) = lake.manifests("unique", snapshot(number))
    return manifest.to_artifact(lake.uri)


def build_chain(lake: Lake, num_snapshots: int) -> None:
    """Do what a run does: clean (here a copy) and dedup, snapshot by snapshot, unless done."""
    earlier: list[Artifact] = []
    for number in range(num_snapshots):
        path = Path(lake.uri).parent / f"clean-{number}.parquet"

        def build(attempt: Attempt, path: Path = path) -> Counts:
            return attempt.shards(copied, {"00000": {"source": str(path)}})

        clean = made(lake, Stage("clean", "clean", 1, build), number, {"documents": []})
        earlier.append(made(lake, STAGE, number, {"clean": [clean], "earlier": list(earlier)}))


def copied(source: str, out: Path) -> Counts:
    """Write clean rows as they are given."""
    table = read_parquet(Path(source), CLEAN)
    write_parquet(table, out / "clean.parquet")
    return Counts(len(table), len(table))


def made(lake: Lake, stage: Stage, number: int, inputs: dict[str, list[Artifact]]) -> Artifact:
    """Return a stage's artifact, built unless it is there."""
    found = look_up(lake, stage, snapshot(number), CONFIG, inputs)
    if found.hit and found.manifest:
        return found.manifest.to_artifact(lake.uri)
    return build_artifact(lake, stage, snapshot(number), CONFIG, inputs, SERIAL, judged=found.entry)


if __name__ == "__main__":
    sys.exit(main())
