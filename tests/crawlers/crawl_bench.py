"""Runs real crawls of the simulated web, each in a process of its own (a reactor cannot be restarted)."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

SOURCES = ["sim-news", "sim-wire", "sim-stats", "sim-api"]
Row = dict[str, object]


@dataclass
class CrawlResult:
    """A finished crawl: its exit code, output folder and streams."""

    code: int
    out: Path
    stdout: str
    stderr: str

    @property
    def rows(self) -> list[Row]:
        """Every index row of every source, with its source."""
        return stored_rows(self.out)

    @property
    def stats(self) -> dict[str, dict[str, object]]:
        """The crawl's counters."""
        loaded: dict[str, dict[str, object]] = json.loads((self.out / "stats.json").read_text())
        return loaded


def stored_rows(out: Path) -> list[Row]:
    """Return the index rows of all closed segments."""
    found = []
    for path in sorted(out.glob("*/segment-*.jsonl")):
        found += [json.loads(line) | {"source": path.parent.name} for line in path.read_text().splitlines()]
    return found


def stored_set(rows: list[Row]) -> set[tuple[object, ...]]:
    """Return what a crawl's content digest is made of."""
    return {
        tuple(row[key] for key in ("url", "payload_digest", "content_type", "robots", "terms"))
        for row in rows
    }


@dataclass
class CrawlBench:
    """Writes specs and starts crawls under one temporary folder."""

    folder: Path

    def spec(self, **fields: object) -> Path:
        """Write a spec for a small simulated world, with some fields changed; return its path."""
        spec: dict[str, object] = {
            "snapshot": "20261120T0600Z",
            "as_of": "2026-11-20T06:00:00Z",
            "sources": SOURCES,
            "simulated": {"seed": 7, "matchday": 2},
            "max_pages_per_source": 10_000,
            "max_seconds": 120,
            "user_agent": "sportslm/0.1 (tests)",
        }
        path = self.folder / f"spec-{len(list(self.folder.glob('spec-*')))}.json"
        path.write_text(json.dumps(spec | fields))
        return path

    def command(self, spec: Path, out: Path) -> list[str]:
        """Return the command line of a crawl."""
        return [sys.executable, "-m", "crawlers.run", "--spec", str(spec), "--out", str(out)]

    def crawl(self, out: str = "out", **fields: object) -> CrawlResult:
        """Run a crawl to its end."""
        folder = self.folder / out
        done = subprocess.run(
            self.command(self.spec(**fields), folder),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return CrawlResult(done.returncode, folder, done.stdout, done.stderr)


@dataclass(frozen=True)
class Line:
    """One request as the simulated web saw it."""

    seconds: float
    status: int
    url: str


@dataclass
class Served:
    """A simulated web that is being served, or was: what it was asked for."""

    port: int
    log: Path

    @property
    def lines(self) -> list[Line]:
        """All requests, in the order they arrived."""
        rows = [line.split(" ", 3) for line in self.log.read_text().splitlines()]
        return sorted(
            (Line(float(seconds), int(status), url) for seconds, status, _, url in rows),
            key=lambda r: r.seconds,
        )

    def urls(self) -> set[str]:
        """Return every URL that was asked for."""
        return {line.url for line in self.lines}

    def gaps(self) -> dict[str, list[float]]:
        """Return the seconds between requests to each host."""
        arrivals: dict[str, list[float]] = {}
        for line in self.lines:
            arrivals.setdefault(str(urlsplit(line.url).hostname), []).append(line.seconds)
        return {host: [b - a for a, b in pairwise(found)] for host, found in arrivals.items()}


@contextmanager
def served(folder: Path, sources: list[str], seed: int, matchday: int) -> Iterator[Served]:
    """Serve some simulated sources in a process of their own."""
    log = folder / f"asked-{secrets.token_hex(3)}.txt"
    command = [sys.executable, "-m", "crawlers.simulated_web", "serve", "--seed", str(seed)]
    command += ["--matchday", str(matchday), "--log", str(log), "--sources", *sources]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        yield Served(int(server.stdout.readline().rsplit(":", 1)[1]), log)
    finally:
        server.terminate()
        server.wait(10)
