"""Upkeep of a lake: checking every byte, and removing what no manifest lists."""

from __future__ import annotations

import time

from tasks.lake import ARTIFACTS, Lake


def verify(lake: Lake) -> tuple[int, list[str]]:
    """Hash every file that a manifest lists; returns how many there are and which are damaged."""
    checked, bad = 0, []
    listing = lake.store.list("")
    for manifest in lake.manifests():
        folder = f"{manifest.artifact}/{manifest.snapshot}/{manifest.fingerprint}"
        for file in manifest.files:
            key = f"{folder}/{file.path}"
            checked += 1
            if key not in listing:
                bad.append(f"{key} (gone)")
            elif lake.store.sha256(key) != file.sha256:
                bad.append(f"{key} (altered)")
    return checked, bad


def collect_garbage(lake: Lake, older_than_s: float, dry: bool) -> dict[str, int]:
    """Delete files in artifact folders that no manifest lists; returns their keys and sizes.

    The closed segments of a crawl that is not committed yet stay: nobody could fetch them again.

    Args:
        older_than_s: younger files stay: a run may be writing them right now.
        dry: only look.
    """
    listed, committed = set[str](), set[str]()
    chain = {snapshot.id for snapshot in lake.snapshots()}
    for manifest in lake.manifests():
        folder = f"{manifest.artifact}/{manifest.snapshot}/{manifest.fingerprint}"
        listed.add(f"{folder}/manifest.json")
        committed.add(folder)
        listed.update(f"{folder}/{file.path}" for file in manifest.files)
    garbage = {}
    now = time.time()
    for artifact in ARTIFACTS:
        for key, entry in lake.store.list(artifact).items():
            if _is_open_crawl(key, committed, chain):
                continue
            if key not in listed and not key.endswith("/.lock") and now - entry.modified_at >= older_than_s:
                garbage[key] = entry.num_bytes
    if not dry:
        lake.store.delete(garbage)
    return garbage


def _is_open_crawl(key: str, committed: set[str], chain: set[str]) -> bool:
    """Tell whether a file is a safe copy of a crawl (tasks/crawl/copies.py) that is still to be finished."""
    parts = key.split("/")
    return (
        parts[0] == "raw"
        and parts[3:4] == ["open"]
        and parts[1] in chain
        and "/".join(parts[:3]) not in committed
    )
