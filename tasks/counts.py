"""What a shard or a stage reports back: how many rows came in, went out, and why the rest did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Counts:
    """Rows in and out of a piece of work; ``rows_in == rows_out + sum(dropped.values())`` always holds.

    Attributes:
        rows_in: rows read.
        rows_out: rows written to the main table.
        dropped: rows left out, by named reason.
        extra: other figures worth showing (bytes, tokens, pages), outside the balance.
    """

    rows_in: int
    rows_out: int
    dropped: dict[str, int] = field(default_factory=dict)
    extra: dict[str, int] = field(default_factory=dict)

    def check(self, what: str) -> None:
        """Refuse counts that do not add up.

        Raises:
            ValueError: naming ``what`` and both sides of the balance.
        """
        out = self.rows_out + sum(self.dropped.values())
        if self.rows_in != out:
            raise ValueError(
                f"{what}: {self.rows_in} rows came in but {self.rows_out} went out and "
                f"{sum(self.dropped.values())} were dropped ({self.dropped}); a row was lost or counted twice"
            )


def total(parts: Iterable[Counts]) -> Counts:
    """Return the sum of several counts, reasons in alphabetical order."""
    rows_in = rows_out = 0
    dropped: Counter[str] = Counter()
    extra: Counter[str] = Counter()
    for part in parts:
        rows_in += part.rows_in
        rows_out += part.rows_out
        dropped.update(part.dropped)
        extra.update(part.extra)
    return Counts(rows_in, rows_out, dict(sorted(dropped.items())), dict(sorted(extra.items())))
