"""What a stage leaves out: drops counted by reason, the first few of each kept for a person to read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tasks.schema import REJECTED, table_of, write_parquet

SAMPLES_PER_REASON = 20
EXCERPT_CHARS = 300


class Rejects:
    """Counts drops by reason and keeps the first ``SAMPLES_PER_REASON`` of each, in order of arrival."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._samples: list[dict[str, str]] = []

    def add(self, id_: str, reason: str, *, detail: str = "", excerpt: str = "") -> None:
        """Count one drop; ``id_`` is a document id, or whatever names the thing before it has one."""
        self.counts[reason] += 1
        if self.counts[reason] <= SAMPLES_PER_REASON:
            row = {"id": id_, "reason": reason, "detail": detail, "excerpt": excerpt[:EXCERPT_CHARS]}
            self._samples.append({name: storable(value) for name, value in row.items()})

    def write(self, path: Path) -> None:
        """Write the samples as a ``REJECTED`` table, reasons in alphabetical order."""
        write_parquet(table_of(sorted(self._samples, key=lambda row: row["reason"]), REJECTED), path)

    def dropped(self) -> dict[str, int]:
        """Return the drops by reason, reasons in alphabetical order."""
        return dict(sorted(self.counts.items()))


def storable(text: str) -> str:
    """Return text that UTF-8 can hold: lone surrogates, which JSON may carry, become U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
