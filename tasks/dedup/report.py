"""What dedup found in a snapshot, to look at: how alike the removed are, how large clusters, whose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tasks.evaluate.charts import Bar, bars
from tasks.evaluate.page import STYLE

BAR_CHARS = 24
MOST_SOURCES = 20
Rows = list[tuple[str, int]]


@dataclass(frozen=True)
class Removal:
    """Why a document is left out: the kept one it repeats, how alike they are, whether letter by letter."""

    witness: int
    score: float
    exact: bool


def write_report(
    arrival: Path, clusters: Sequence[str], removals: Mapping[int, Removal], num_old: int, out: Path
) -> None:
    """Write ``report.md`` and ``report.html``: similarities, cluster sizes, removed by source."""
    sources: list[Any] = pq.read_table(arrival, columns=["source"]).column("source").to_pylist()
    scores = [removal.score for removal in removals.values()]
    parts = {
        "Similarity of the removed to their witnesses": similarities(scores),
        "Documents in a cluster": cluster_sizes(clusters),
        "Removed, by source (percent of what it brought)": by_source(sources, removals, num_old),
    }
    lines = [f"# Dedup: {len(removals):,} of {len(sources):,} documents removed"]
    for title, rows in parts.items():
        lines += ["", f"## {title}", "", "| | documents | |", "|---|---|---|"]
        top = max((count for _, count in rows), default=1) or 1
        lines += [f"| {name} | {count:,} | {'█' * round(count / top * BAR_CHARS)} |" for name, count in rows]
    (out / "report.md").write_text("\n".join(lines) + "\n", "utf-8")
    cards = "".join(
        f"<section><h2>{escape(title)}</h2>"
        f"{bars([Bar(name, count, f'{count:,}', strong=True) for name, count in rows], title)}</section>"
        for title, rows in parts.items()
    )
    (out / "report.html").write_text(
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Dedup</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(lines[0].removeprefix('# '))}</h1>"
        f'<div class="cards">{cards}</div></body></html>\n',
        "utf-8",
    )


def similarities(scores: Sequence[float]) -> Rows:
    """Return how many removals there are by similarity, in steps of .05; equal sets apart."""
    counts = Counter(min(int(score * 20 + 1e-9), 19) if score < 1 else 20 for score in scores)
    return [
        ("1.00" if step == 20 else f"{step / 20:.2f} to {(step + 1) / 20:.2f}", counts[step])
        for step in sorted(counts)
    ]


def cluster_sizes(clusters: Sequence[str]) -> Rows:
    """Return how many of the snapshot's clusters have one document, two, three to five, and so on."""
    sizes = Counter(Counter(clusters).values())
    steps = [(1, 1), (2, 2), (3, 5), (6, 10), (11, 100), (101, 1000), (1001, 2**63)]
    names = {(1, 1): "1", (2, 2): "2", (1001, 2**63): "over 1,000"}
    rows = [
        (
            names.get(step, f"{step[0]} to {step[1]:,}"),
            sum(n for size, n in sizes.items() if step[0] <= size <= step[1]),
        )
        for step in steps
    ]
    return [row for row in rows if row[1]]


def by_source(sources: Sequence[str], removals: Mapping[int, Removal], num_old: int) -> Rows:
    """Return how many were removed of each source, most first."""
    brought = Counter(sources)
    removed = Counter(sources[place - num_old] for place in removals)
    return [
        (f"{source} ({count / brought[source]:.1%})", count)
        for source, count in removed.most_common(MOST_SOURCES)
    ]
