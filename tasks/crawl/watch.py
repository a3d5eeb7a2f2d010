"""What a crawl's process says while it runs, as the table people watch and the summary they read
afterwards.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tasks.progress import Screen
from tasks.stage import Progress

COLUMNS = ("source", "pages", "unchanged", "failed", "left", "MB", "pages/s", "time left", "hosts")
SUMMARY_COLUMNS = {
    "pages": "pages",
    "unchanged": "unchanged",
    "tombstones": "gone",
    "listings": "listings",
    "disallowed_skipped": "disallowed",
    "out_of_scope": "out of scope",
    "retries": "retries",
    "received_bytes": "MB",
    "seconds": "seconds",
}


class CrawlWatch:
    """Follows a crawl's events.

    Args:
        progress: the stage's; a terminal's also takes the table.
        segment_closed: called with the path of each segment as it is closed.
    """

    def __init__(self, progress: Progress, segment_closed: Callable[[Path], None]) -> None:
        self._progress, self._segment_closed = progress, segment_closed
        self._began = time.monotonic()
        self._latest: dict[str, dict[str, Any]] = {}

    def follow(self, lines: Iterable[str]) -> None:
        """Read events until there are no more; lines that are none are a library's prints."""
        for line in lines:
            try:
                event = json.loads(line)
                kind = event.get("event")
            except (ValueError, AttributeError):
                continue
            if kind == "progress":
                self._latest[event["source"]] = event
                self._show(event["source"])
            elif kind == "segment":
                self._segment_closed(Path(event["path"]))

    def _show(self, source: str) -> None:
        done = sum(row["pages"] + row["unchanged"] for row in self._latest.values())
        left = sum(row["left"] for row in self._latest.values())
        if isinstance(self._progress, Screen):
            seconds = time.monotonic() - self._began
            self._progress.table(
                COLUMNS, [table_row(name, row, seconds) for name, row in sorted(self._latest.items())]
            )
        self._progress(f"crawl {source}", done, done + left if left else 0)


def table_row(source: str, row: Mapping[str, Any], seconds: float) -> list[str]:
    """Return one source's line of the live table: counts, rate, and how long its budget still takes."""
    looked = row["pages"] + row["unchanged"] + row["failures"]
    rate = looked / seconds if seconds > 0 else 0.0
    left = row["left"] / rate if rate and row["left"] else 0.0
    hosts = ", ".join(f"{host} {state}" for host, state in row["hosts"].items())
    return [
        source,
        f"{row['pages']:,}",
        f"{row['unchanged']:,}",
        f"{row['failures']:,}",
        f"{row['left']:,}" if looked else f"{row['listings']:,} listings read",
        f"{row['bytes'] / 1e6:,.1f}",
        f"{rate:.1f}",
        f"{int(left // 3600)}:{int(left // 60) % 60:02}:{int(left) % 60:02}" if left else "",
        hosts,
    ]


def summary_markdown(stats: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the crawl's summary: a line for each source, and why what is missing is missing."""
    head = ["source", *SUMMARY_COLUMNS.values()]
    lines = ["# Crawl", "", f"| {' | '.join(head)} |", "|---|" + "---:|" * len(SUMMARY_COLUMNS)]
    for source, found in sorted(stats.items()):
        cells = [_cell(name, found.get(name, 0)) for name in SUMMARY_COLUMNS]
        lines.append(f"| {source} | {' | '.join(cells)} |")
    for title, field in (
        ("Budgets that ran out (addresses left)", "budget_stops"),
        ("What could not be fetched", "failures"),
        ("Objections to training", "opt_outs"),
        ("Answers by status", "statuses"),
    ):
        rows = [
            f"- {source}: {_counts(found[field])}"
            for source, found in sorted(stats.items())
            if found.get(field)
        ]
        if rows:
            lines += ["", f"## {title}", "", *rows]
    return "\n".join(lines) + "\n"


def _cell(name: str, value: Any) -> str:
    if name == "received_bytes":
        return f"{value / 1e6:,.2f}"
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


def _counts(found: Mapping[str, int]) -> str:
    return ", ".join(
        f"{name} {count:,}" for name, count in sorted(found.items(), key=lambda i: (-i[1], i[0]))
    )
