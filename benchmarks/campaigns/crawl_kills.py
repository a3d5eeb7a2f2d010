"""SIGKILLs of a crawl at random moments: no page lost, none twice in the snapshot, no closed segment
fetched again.

    python benchmarks/campaigns/crawl_kills.py [--count 50] [--seed 1]

Each round starts a crawl of the simulated web, kills it after a random time, and starts it again until it
ends by itself (a round may kill more than once). What is stored is compared with the simulation's truth.
Prints one line.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

SOURCES = ["sim-news", "sim-wire", "sim-stats", "sim-api"]
WORLD = {"seed": 7, "matchday": 2}


def main() -> int:
    """Run the campaign; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=50, help="kills")
    parser.add_argument("--seed", type=int, default=1, help="decides the moments")
    options = parser.parse_args()
    print(campaign(options.count, options.seed))
    return 0


def campaign(count: int, seed: int) -> str:
    """Kill crawls until ``count`` kills are done; return the line of result.

    Raises:
        AssertionError: naming what was lost, doubled or fetched again.
    """
    rng, kills, rounds, kept = Random(seed), 0, 0, 0
    truth = crawlable()
    began = time.monotonic()
    while kills < count:
        rounds += 1
        with tempfile.TemporaryDirectory() as folder:
            spec = write_spec(Path(folder), segment_records=rng.choice((3, 10, 40)))
            out = Path(folder, "out")
            while kills < count and rng.random() < 0.8:
                before = closed(out)
                if not killed(spec, out, rng.uniform(0.3, 3.5)):
                    break
                kills += 1
                after = closed(out)
                assert before.items() <= after.items(), (
                    f"closed segments changed: {before.keys() - after.keys()}"
                )
                kept += len(after)
            finish(spec, out)
            check(out, truth, f"round {rounds}, seed {seed}")
    return (
        f"{kills} kills in {rounds} crawls: {len(truth)} pages each, none lost, none twice, "
        f"{kept} closed segments kept "
        f"({time.monotonic() - began:.0f} s, seed {seed})"
    )


def crawlable() -> dict[str, str]:
    """Return the truth: every page that is to be stored, with its digest."""
    from crawlers.simulated_web.web import SimulatedWeb

    pages = SimulatedWeb(**WORLD).pages.values()
    return {page.url: page.payload_digest for page in pages if page.role == "page"}


def write_spec(folder: Path, segment_records: int) -> Path:
    """Write a crawl's spec."""
    spec = {
        "snapshot": "20261120T0600Z",
        "as_of": "2026-11-20T06:00:00Z",
        "sources": SOURCES,
        "simulated": WORLD,
        "segment_records": segment_records,
    }
    path = folder / "spec.json"
    path.write_text(json.dumps(spec))
    return path


def command(spec: Path, out: Path) -> list[str]:
    """Return a crawl's command line."""
    return [sys.executable, "-m", "crawlers.run", "--spec", str(spec), "--out", str(out)]


def killed(spec: Path, out: Path, after_s: float) -> bool:
    """Start a crawl and kill it; False if it ended before that."""
    process = subprocess.Popen(command(spec, out), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def finish(spec: Path, out: Path) -> None:
    """Run the crawl to its end."""
    done = subprocess.run(command(spec, out), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


def closed(out: Path) -> dict[str, int]:
    """Return the closed segments, with the moment they were written."""
    archives = [path for path in out.glob("*/segment-*.warc.gz") if index_of(path).exists()]
    return {str(path): path.stat().st_mtime_ns for path in archives}


def index_of(archive: Path) -> Path:
    """Return an archive's index."""
    return archive.with_name(archive.name.removesuffix(".warc.gz") + ".jsonl")


def check(out: Path, truth: dict[str, str], where: str) -> None:
    """Compare what is stored, by index and by archive, with the truth."""
    from crawlers.warc import closed_segments, read_index, verify_segment

    rows = []
    for folder in sorted(path for path in out.iterdir() if path.is_dir()):
        for archive in closed_segments(folder):
            problems = verify_segment(archive)
            assert not problems, f"{where}: {archive.name}: {problems[0]}"
            rows += read_index(archive)
    stored = Counter(row.url for row in rows if row.record == "response")
    twice = [url for url, times in stored.items() if times > 1]
    assert not twice, f"{where}: {len(twice)} pages twice, such as {twice[0]}"
    found = {row.url: row.payload_digest for row in rows if row.record == "response"}
    lost = truth.keys() - found.keys()
    assert not lost, f"{where}: {len(lost)} pages lost, such as {min(lost)}"
    assert found == truth, f"{where}: pages that are not of this web: {found.items() - truth.items()}"
    assert not list(out.rglob("*.open")), f"{where}: leftovers"


if __name__ == "__main__":
    sys.exit(main())
