"""A counter for every event of a crawl, per source, and the events that a watching process reads."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class SourceLedger:
    """What happened to one source's addresses.

    ``bytes`` are of stored bodies, decoded; ``received_bytes`` of all answers. ``planned`` is the number of
    pages that were new or due, ``already_stored`` of those that an interrupted first try stored,
    ``aliases`` of addresses that led to a page which another had led to before.
    """

    pages: int = 0
    bytes: int = 0
    received_bytes: int = 0
    planned: int = 0
    already_stored: int = 0
    aliases: int = 0
    unchanged: int = 0
    tombstones: int = 0
    listings: int = 0
    unchanged_listings: int = 0
    disallowed_skipped: int = 0
    out_of_scope: int = 0
    retries: int = 0
    seconds: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)
    budget_stops: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    opt_outs: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, object]:
        """Return the counts as plain data, keys sorted."""
        plain = {k: dict(sorted(v.items())) if isinstance(v, Counter) else v for k, v in vars(self).items()}
        return dict(sorted(plain.items()))


def total(ledgers: Mapping[str, SourceLedger]) -> dict[str, int]:
    """Return pages and bytes over all sources."""
    rows = ledgers.values()
    return {"pages": sum(row.pages for row in rows), "bytes": sum(row.bytes for row in rows)}


class Progress:
    """Prints at most two lines a second for each source, as JSON, and a last one."""

    INTERVAL_S = 0.5

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def report(
        self, source: str, ledger: SourceLedger, left: int, hosts: Mapping[str, str], force: bool = False
    ) -> None:
        """Print how far a source has come if half a second has passed, or if it must be said.

        Args:
            left: pages that wait for their turn and are within the budget.
            hosts: what each of its hosts is doing, in a few words.
        """
        now = time.monotonic()
        if force or now - self._last.get(source, 0.0) >= self.INTERVAL_S:
            self._last[source] = now
            say(
                {
                    "event": "progress",
                    "source": source,
                    "pages": ledger.pages,
                    "unchanged": ledger.unchanged,
                    "failures": ledger.failures.total(),
                    "listings": ledger.listings,
                    "bytes": ledger.received_bytes,
                    "left": left,
                    "hosts": dict(hosts),
                }
            )


def say(event: dict[str, object]) -> None:
    """Print one event as a line of JSON."""
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()
