"""Closed segments of a crawl that is not done yet, kept in a lake on another machine: any host can go
on from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tasks.store import Store

OPEN = "open"  # the folder of copies, beside the attempts; gone when the crawl is committed


@dataclass(frozen=True)
class SafeCopies:
    """Copies under one prefix of a lake. An archive counts when its index lies beside it: that is
    written last.
    """

    store: Store
    prefix: str

    def keep(self, archive: Path) -> None:
        """Copy a segment that was just closed."""
        index = archive.with_name(archive.name.removesuffix(".warc.gz") + ".jsonl")
        for path in (archive, index):
            self.store.put(path, f"{self.prefix}/{archive.parent.name}/{path.name}")

    def restore(self, out: Path) -> int:
        """Bring closed segments that this machine does not have into ``out``; return how many."""
        listing = self.store.list(self.prefix)
        restored = 0
        for key in listing:
            stem = key.removesuffix(".jsonl")
            source, name = stem.split("/")[-2:]
            if stem == key or f"{stem}.warc.gz" not in listing or (out / source / f"{name}.jsonl").exists():
                continue
            for ending in (".warc.gz", ".jsonl"):  # the index last, here too
                self.store.fetch(stem + ending, out / source / (name + ending))
            restored += 1
        return restored

    def remove(self) -> None:
        """Delete the copies: the crawl is committed."""
        self.store.delete(self.store.list(self.prefix))
