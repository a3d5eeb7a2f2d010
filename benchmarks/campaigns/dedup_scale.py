"""A large corpus through dedup: memory, index size, and what a refresh costs beside a rebuild.

    python benchmarks/campaigns/dedup_scale.py [--count 1000] [--seed 1] [--words 450] [--snapshots 50]

``--count`` is in thousands of documents; one in twenty repeats an earlier one with some words changed. Builds
the corpus in one snapshot, and again in ``--snapshots`` of equal size; then adds 4% of new documents to a
chain of two and to the long one. Each is a process of its own, one thread, whose CPU seconds and largest
resident set are taken. What is kept must be the same either way. Prints one line.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.dedup.config import DedupConfig
from tasks.dedup.pipeline import InFolder, deduplicate_in
from tasks.identity import document_id
from tasks.schema import CLEAN, write_parquet

NEW_SHARE = 0.04
PIECE_DOCUMENTS = 20_000
COPIES = 0.05
VOCABULARY = 50_000


def main() -> int:
    """Run the campaign; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1000, help="thousands of documents")
    parser.add_argument("--seed", type=int, default=1, help="decides the documents")
    parser.add_argument("--words", type=int, default=450, help="words in a document")
    parser.add_argument("--snapshots", type=int, default=50, help="length of the long chain")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(build(*options.child)))
        return 0
    print(campaign(options.count, options.seed, options.words, options.snapshots))
    return 0


def campaign(count: int, seed: int, words: int, num_snapshots: int) -> str:
    """Build, build in parts, and add to both; return the line of result.

    Raises:
        AssertionError: if a chain kept other documents than the rebuild, or memory passed its bar.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        documents = count * 1000
        write_corpus(folder, documents, seed, words, num_snapshots)
        old = sorted(folder.glob("clean-0*.parquet"))
        new = sorted(folder.glob("clean-1*.parquet"))
        whole = run(folder / "whole", [old], [])
        size_mb = sum(path.stat().st_size for path in (folder / "whole").rglob("index.parquet")) / 1e6
        two = run(folder / "two", [new], [folder / "whole/0"])
        cuts = np.array_split(np.arange(len(old)), num_snapshots)
        run(folder / "long", [[old[i] for i in cut] for cut in cuts], [])
        chain = [folder / "long" / str(number) for number in range(num_snapshots)]
        fifty = run(folder / "fifty", [new], chain)
        everything = run(folder / "rebuild", [[*old, *new]], [])
    kept = whole["kept"] + two["kept"], fifty["kept_before"] + fifty["kept"]
    assert kept == (everything["kept"],) * 2, f"chains kept {kept}, a rebuild {everything['kept']}"
    peak = max(part["peak_mb"] for part in (whole, two, fifty, everything))
    if count >= 1000:
        assert peak < 2000, f"{peak:,.0f} MB"
    cost = [part["cpu_s"] / everything["cpu_s"] for part in (two, fifty)]
    return (
        f"{count} thousand documents of {words} words: {everything['cpu_s']:.0f} CPU-s to build with "
        f"{NEW_SHARE:.0%} more, of which {everything['removed']:,} repeated another; these {NEW_SHARE:.0%} "
        f"added to a chain of 2 in {two['cpu_s']:.1f} ({cost[0]:.1%}), of {num_snapshots + 1} in "
        f"{fifty['cpu_s']:.1f} ({cost[1]:.1%}); the same kept; index {size_mb:,.0f} MB, peak {peak:,.0f} MB "
        f"({time.monotonic() - began:.0f} s, seed {seed})"
    )


def run(out: Path, snapshots: list[list[Path]], chain: list[Path]) -> dict[str, Any]:
    """Deduplicate snapshots one after another in a process of its own; return its figures."""
    given = [[str(path) for path in files] for files in snapshots]
    command = [
        sys.executable,
        __file__,
        "--child",
        str(out),
        json.dumps(given),
        json.dumps([str(p) for p in chain]),
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def build(out: str, snapshots: str, chain: str) -> dict[str, Any]:
    """Deduplicate in this process; return what it kept and what it cost."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    config = DedupConfig()
    before = [InFolder(Path(path)) for path in json.loads(chain)]
    kept_before = sum(pq.read_metadata(path).num_rows for earlier in before for path in earlier.unique())
    given = [[Path(file) for file in files] for files in json.loads(snapshots)]
    sizes = [sum(pq.read_metadata(file).num_rows for file in files) for files in given]
    if max(sizes) > config.compile_above:
        warm_up(Path(out) / "warm", config)
    began = time.process_time()
    kept, removed = 0, 0
    for number, files in enumerate(given):
        folder, counts = deduplicate_in(Path(out) / str(number), files, config, before)
        before.append(folder)
        kept += counts.rows_out
        removed += counts.rows_in - counts.rows_out
    return {
        "kept": kept,
        "kept_before": kept_before,
        "removed": removed,
        "cpu_s": time.process_time() - began,
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    """Return the largest resident set of this process; what getrusage says began before this program did."""
    (line,) = (row for row in Path("/proc/self/status").read_text().splitlines() if row.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def warm_up(folder: Path, config: DedupConfig) -> None:
    """Compile what is compiled once in a process's life."""
    rows = [row(n, f"{n} {n * n} and {n + 1}") for n in range(config.compile_above + 1)]
    write_parquet(pa.Table.from_pylist(rows, schema=CLEAN), folder / "clean.parquet")
    deduplicate_in(folder / "out", [folder / "clean.parquet"], config)


def row(number: int, text: str) -> dict[str, Any]:
    """Return a clean document."""
    return {
        "id": document_id("scale", str(number), ""), "source": "scale", "ordinal": number, "kind": "news",
        "sport": "football", "language": "en", "events": [], "quality": 1.0, "num_bytes": len(text),
        "text": text,
    }  # fmt: skip


def write_corpus(folder: Path, documents: int, seed: int, words: int, num_snapshots: int) -> None:
    """Write clean files: ``clean-0…`` the old documents, ``clean-1…`` the new ones."""
    rng = np.random.default_rng(seed)
    digests = (hashlib.md5(str(n).encode()).hexdigest() for n in range(VOCABULARY))
    vocabulary = np.array([digest[: 2 + n % 9] for n, digest in enumerate(digests)], object)
    weights = 1 / np.arange(5, VOCABULARY + 5)
    cumulated = np.cumsum(weights / weights.sum())
    total = documents + int(documents * NEW_SHARE)
    piece = max(1, min(PIECE_DOCUMENTS, documents // num_snapshots))
    recent: list[Any] = []
    number = 0
    while number < total:
        end = min(number + piece, documents if number < documents else total)
        drawn = np.searchsorted(cumulated, rng.random((end - number, words)))
        rows = []
        for place in range(end - number):
            own = drawn[place]
            if recent and rng.random() < COPIES:
                own = recent[rng.integers(len(recent))].copy()
                changed = rng.integers(0, words, rng.integers(0, max(1, words // 12)))
                own[changed] = rng.integers(0, VOCABULARY, len(changed))
            elif rng.random() < 0.05:
                recent.append(own.copy())
            rows.append(row(number + place, " ".join(vocabulary[own])))
        name = f"clean-{int(number >= documents)}{number:09d}.parquet"
        write_parquet(pa.Table.from_pylist(rows, schema=CLEAN), folder / name)
        number = end


if __name__ == "__main__":
    sys.exit(main())
