"""SIGKILLs of imports at random moments: gone on with, every record counted once, memory bounded.

    python benchmarks/campaigns/import_kills.py [--count 10] [--seed 1] [--megabytes 8] [--rows 0]

A synthetic WARC of ``--megabytes`` (as it lies on disk) and a Parquet file of ``--rows`` rows (a thousand a
megabyte if 0) are each imported alone. An import is started, killed after a random time and started again,
until the kills are used up; then it runs to its end. What the lake holds is compared with what was written.
The memory is the highest sum of resident sets of the import's processes. Prints one line.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

NUM_PIECES = 16
LARGEST_PIECE = 64_000_000
ROW_GROUP = 1_000_000  # one group for all, as pyarrow writes it: the hard case for memory


def main() -> int:
    """Run the campaign; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=10, help="kills")
    parser.add_argument("--seed", type=int, default=1, help="decides the moments and the texts")
    parser.add_argument("--megabytes", type=float, default=8, help="size of the WARC")
    parser.add_argument("--rows", type=int, default=0, help="rows of the Parquet file")
    parser.add_argument(
        "--every", type=int, default=5, help="one address in so many is of a page about sport, and is taken"
    )
    parser.add_argument("--child", nargs=3, metavar=("FILE", "HOME", "PIECE_BYTES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        import_here(Path(options.child[0]), Path(options.child[1]), int(options.child[2]))
        return 0
    print(campaign(options.count, options.seed, options.megabytes, options.rows, options.every))
    return 0


def campaign(count: int, seed: int, megabytes: float, rows: int, every: int) -> str:
    """Kill imports ``count`` times in all; return the line of result.

    Raises:
        AssertionError: naming what was lost, doubled or counted wrongly.
    """
    rng, began = Random(seed), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        warc, parquet = Path(folder, "web.warc.gz"), Path(folder, "rows.parquet")
        written = [
            write_warc(warc, int(megabytes * 1e6), rng, every),
            write_parquet(parquet, rows or int(megabytes * 1000), rng, every),
        ]
        runs = []
        for number, truth in enumerate(written):
            kills = (count + 1) // 2 if number == 0 else count // 2
            run = Run(truth, Path(folder, f"home-{number}"), kills, rng)
            run.to_the_end()
            check(run)
            runs.append(run)
    told = ", ".join(
        f"{run.truth.path.num_bytes / 1e6:,.0f} MB {run.truth.path.name} in {run.seconds:.0f} s, "
        f"{run.truth.taken:,} of {run.truth.records:,} records, {run.kept} pieces kept, "
        f"peak {run.peak_mb:,.0f} MB"
        for run in runs
    )
    kills, seconds = sum(run.killed for run in runs), time.monotonic() - began
    return f"{kills} kills of imports, every record counted once: {told} ({seconds:.0f} s, seed {seed})"


@dataclass(frozen=True)
class Stored:
    """A file, and its size, which is still known when it is gone."""

    path: Path
    num_bytes: int

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True)
class Truth:
    """What a synthetic file holds."""

    path: Stored
    records: int
    taken: int
    every: int


def write_warc(path: Path, num_bytes: int, rng: Random, every: int) -> Truth:
    """Write a WARC of responses, one gzip member a record, until it is so large."""
    texts, number = sentences(rng), 0
    with path.open("wb") as file:
        while file.tell() < num_bytes:
            body = f"<html><body><p>{text_of(texts, rng, 160)}</p></body></html>"
            answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{body}"
            head = (
                f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {address(number, every)}\r\n"
                f"WARC-Record-ID: <urn:uuid:{number:032x}>\r\nWARC-Date: 2026-11-20T06:00:00Z\r\n"
                f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
            )
            file.write(gzip.compress(f"{head}{answer}\r\n\r\n".encode("ascii"), 1, mtime=0))
            number += 1
    return Truth(Stored(path, path.stat().st_size), number, wanted(number, every), every)


def write_parquet(path: Path, rows: int, rng: Random, every: int) -> Truth:
    """Write a FineWeb-shaped Parquet file of so many rows, all in one row group."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = sentences(rng)
    columns = ("text", "id", "url", "date", "dump", "language")
    schema = pa.schema([(name, pa.string()) for name in columns])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for begin in range(0, rows, ROW_GROUP):
            batches = []
            for first in range(begin, min(begin + ROW_GROUP, rows), 10_000):
                numbers = range(first, min(first + 10_000, begin + ROW_GROUP, rows))
                batches.append(
                    pa.record_batch(
                        [
                            [text_of(texts, rng, 4) for _ in numbers],
                            [f"<urn:uuid:{number:032x}>" for number in numbers],
                            [address(number, every) for number in numbers],
                            ["2024-06-01T00:00:00Z"] * len(numbers),
                            ["CC-MAIN-2024-26"] * len(numbers),
                            ["en"] * len(numbers),
                        ],
                        schema,
                    )
                )
            writer.write_table(pa.Table.from_batches(batches), row_group_size=ROW_GROUP)
    return Truth(Stored(path, path.stat().st_size), rows, wanted(rows, every), every)


def sentences(rng: Random) -> list[str]:
    """Return sentences of random words, which compress about as a language's own do."""
    words = ["".join(rng.choices("etaoinshrdlucmfwypvbgk", k=rng.randint(3, 9))) for _ in range(60_000)]
    return [" ".join(rng.choices(words, k=25)) for _ in range(20_000)]


def text_of(texts: list[str], rng: Random, count: int) -> str:
    """Return a text of so many sentences."""
    return ". ".join(rng.choices(texts, k=count))


def address(number: int, every: int) -> str:
    """Return the address of the n-th record."""
    folder = "sport/football" if number % every == 0 else "business/companies"
    return f"https://www.example.org/{folder}/report-{number}"


def wanted(number: int, every: int) -> int:
    """Return how many of the first addresses are of pages about sport."""
    return -(-number // every)


@dataclass
class Run:
    """An import that is killed and started again."""

    truth: Truth
    home: Path
    kills: int
    rng: Random
    killed: int = 0
    kept: int = 0
    seconds: float = 0.0
    peak_mb: float = 0.0
    started_at: float = 0.0

    @property
    def piece_bytes(self) -> int:
        """Small enough for several pieces."""
        return max(20_000, min(LARGEST_PIECE, self.truth.path.num_bytes // NUM_PIECES // self.truth.every))

    def to_the_end(self) -> None:
        """Import undisturbed; then on another home start, kill and start again; the last start may end."""
        undisturbed = self.home
        began = time.monotonic()
        self.once(None)
        whole = time.monotonic() - began
        first = min(path.stat().st_mtime for path in undisturbed.rglob("*.done.json")) - self.started_at
        self.home = undisturbed.with_name(undisturbed.name + "-killed")
        while self.killed < self.kills:
            if not self.once(self.rng.uniform(0.9 * first, whole)):
                self.home = self.home.with_name(
                    self.home.name + "x"
                )  # it ended by itself: again from nothing
        self.kept = len(list(self.home.rglob("*.done.json")))
        self.once(None)
        self.seconds = whole
        assert contents(undisturbed) == contents(self.home), "a killed import gave other bytes"

    def once(self, after_s: float | None) -> bool:
        """Run the import, and kill it after a time; tell whether it was killed."""
        command = [sys.executable, __file__, "--child", str(self.truth.path.path), str(self.home)]
        process = subprocess.Popen(
            [*command, str(self.piece_bytes)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.started_at = time.time()
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(process.pid, done))
        watcher.start()
        try:
            _, told = process.communicate(timeout=after_s)
            assert process.returncode == 0, told.decode()
            return False
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            self.killed += 1
            return True
        finally:
            done.set()
            watcher.join()

    def _watch(self, group: int, done: threading.Event) -> None:
        while not done.wait(0.05):
            self.peak_mb = max(self.peak_mb, resident_mb(group))


def resident_mb(group: int) -> float:
    """Return the sum of resident sets of a session's processes (Linux), in MB."""
    pages = 0
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):  # it ended while we looked
                if os.getsid(int(process.name)) == group:
                    pages += int((process / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def import_here(file: Path, home: Path, piece_bytes: int) -> None:
    """Import a file: what the child does."""
    from crawlers.url_filter import read_urls
    from tasks.engine import EngineConfig
    from tasks.imports.snapshot import ImportConfig, import_snapshot
    from tasks.lake import Lake
    from tasks.stage import RunOptions

    config = ImportConfig(
        source="campaign", licence="CC0-1.0", urls=read_urls("sports"), piece_bytes=piece_bytes
    )
    options = RunOptions(engine=EngineConfig(), home=str(home))
    import_snapshot(Lake(str(home / "lake")), [file], config, options, datetime.now(UTC))


def check(run: Run) -> None:
    """Compare what the lake holds with what was written."""
    from tasks.lake import Lake

    lake = Lake(str(run.home / "lake"))
    snapshots = lake.snapshots()
    assert len(snapshots) == 1, f"{len(snapshots)} snapshots"
    (artifact,) = [lake.artifact_at(folder) for folder in snapshots[0].artifacts.values()]
    found = (artifact.rows_in, artifact.rows_out, artifact.dropped)
    left = run.truth.records - run.truth.taken
    truth = (run.truth.records, run.truth.taken, {"other_url": left} if left else {})
    assert found == truth, f"{run.truth.path.name}: counted {found}, written {truth}"
    urls = stored_urls(lake, artifact)
    assert len(urls) == len(set(urls)), f"{len(urls) - len(set(urls))} records twice"
    every = run.truth.every
    assert set(urls) == {address(number, every) for number in range(0, run.truth.records, every)}


def contents(home: Path) -> list[str]:
    """Return the digests of what was imported."""
    from tasks.lake import Lake

    lake = Lake(str(home / "lake"))
    return [lake.artifact_at(key).content_digest for s in lake.snapshots() for key in s.artifacts.values()]


def stored_urls(lake: Any, artifact: Any) -> list[str]:
    """Return the addresses of all stored records."""
    from tasks.extract.warc_records import read_responses
    from tasks.schema import DOCUMENTS, read_parquet

    if artifact.artifact == "documents":
        tables = [read_parquet(p, DOCUMENTS, ["url"]) for p in lake.paths(artifact, "documents.parquet")]
        return [url for table in tables for url in table.column("url").to_pylist()]
    paths = [path for path in lake.paths(artifact) if path.name.endswith(".warc.gz")]
    return [r.url for path in paths for r in read_responses(path, 10**7) if not isinstance(r, str)]


if __name__ == "__main__":
    sys.exit(main())
