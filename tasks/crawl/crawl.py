"""One crawl: a spec written, the crawler's process run and watched, its segments taken over.

The crawler keeps closed segments through a kill, so that only the open one is fetched again. The content of
raw data is the set of (url, payload digest, content type, robots and terms verdicts): when it was fetched,
and in which order, changes nothing after it.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tasks.counts import Counts
from tasks.lake import Lake, StoredFile, digest_of
from tasks.locks import held
from tasks.provenance import ROOT
from tasks.stage import Progress

BAD_SPEC = 2
CONTENT = ("url", "payload_digest", "content_type", "robots", "terms")
STOP_GRACE_S = 30.0


class CrawlFailed(ConnectionError):  # noqa: N818 - it says what happened
    """The crawl ended early; what it fetched is kept and the next try goes on from there."""


def run_crawler(folder: Path, spec: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Run the crawler over ``spec`` into ``folder`` and return its statistics.

    Raises:
        ValueError: what the crawler found wrong with the spec.
        CrawlFailed: if it ended before it was done.
    """
    spec_path = folder / "spec.json"
    spec_path.write_text(json.dumps(spec, indent=1, sort_keys=True))
    out = folder / "out"
    command = [sys.executable, "-m", "crawlers.run", "--spec", str(spec_path), "--out", str(out)]
    with (folder / "log.txt").open("w+") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            assert process.stdout is not None
            _watch(process.stdout, progress)
            code = process.wait()
        except BaseException:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_GRACE_S)
            process.kill()
            process.wait()
            raise
        log.seek(0)
        said = log.read().strip()
    if code == BAD_SPEC:
        raise ValueError(said.splitlines()[-1] if said else "the crawler refused its settings")
    if code != 0:
        raise CrawlFailed(f"the crawler ended with {code}; its log is {folder / 'log.txt'}:\n{said[-1500:]}")
    stats: dict[str, Any] = json.loads((out / "stats.json").read_text())
    return stats


def _watch(lines: Iterable[str], progress: Progress) -> None:
    pages: dict[str, int] = {}
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue  # a library's print, not ours
        if event.get("event") == "progress":
            pages[event["source"]] = event["pages"]
            progress(f"crawl {event['source']}", sum(pages.values()), 0)


def crawl_into(
    folder: str, spec: dict[str, Any], known: Sequence[Path], progress: Progress, out: Path
) -> Counts:
    """Crawl by ``spec`` in a folder that outlives this process, then take the segments over into ``out``."""
    work = Path(folder)
    with held(work / ".lock"):
        if known:
            spec = {**spec, "known": str(_write_known(known, work / "known.jsonl"))}
        stats = run_crawler(work, spec, progress)
        pages = _take_over(work / "out", out)
    extra = {f"{name}_pages": found.get("pages", 0) for name, found in stats.items()}
    return Counts(pages, pages, {}, extra)


def _write_known(indexes: Sequence[Path], target: Path) -> Path:
    """Write what earlier snapshots hold of each URL, the newest last word first dropped."""
    newest: dict[str, dict[str, Any]] = {}
    for index in indexes:
        for line in index.read_text("utf-8").splitlines():
            row = json.loads(line)
            newest[row["url"]] = {k: row.get(k) for k in ("url", "payload_digest", "etag", "last_modified")}
    target.write_text("".join(json.dumps(row) + "\n" for row in newest.values()), "utf-8")
    return target


def _take_over(source: Path, out: Path) -> int:
    pages = 0
    for path in sorted(source.rglob("segment-*")):
        if path.suffix == ".open":
            continue
        target = out / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
        if path.suffix == ".jsonl":
            pages += sum(1 for line in path.read_text("utf-8").splitlines() if line)
    if (source / "stats.json").exists():
        (out / "stats.json").write_bytes((source / "stats.json").read_bytes())
    return pages


def raw_content(lake: Lake, folder: str, files: list[StoredFile]) -> str:
    """Return the content digest of raw data: what was fetched, not when or in which order.

    Imported WARCs have no index; their bytes are their content.
    """
    rows: set[tuple[Any, ...]] = set()
    indexed = {file.name.removesuffix(".jsonl") for file in files if file.name.endswith(".jsonl")}
    for file in files:
        if file.name.endswith(".jsonl"):
            path = lake.store.local_path(f"{folder}/{file.path}", file.sha256)
            source = file.name.split("/")[-2]
            for line in path.read_text("utf-8").splitlines():
                row = json.loads(line)
                rows.add((source, *(row.get(name) for name in CONTENT)))
        elif file.name.endswith(".warc.gz") and file.name.removesuffix(".warc.gz") not in indexed:
            rows.add((file.name, file.sha256))
    return digest_of(sorted(rows, key=repr))
