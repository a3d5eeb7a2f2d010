"""Small charts as SVG, drawn by hand: no plotting library, no request to anywhere, readable in the dark.

Each is a fixed drawing that scales with its page; colours come from the page's variables.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

WIDTH = 360
MAX_POINTS = 300
COLOURS = ("var(--first)", "var(--second)", "var(--third)")


@dataclass(frozen=True)
class Bar:
    """One bar; ``low`` and ``high`` are drawn as a whisker."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None
    strong: bool = False


def bars(rows: Sequence[Bar], title: str, mark: float | None = None, top: float | None = None) -> str:
    """Return horizontal bars from 0, dashed at ``mark`` (chance, say); ``top`` is the scale's end."""
    if not rows:
        return ""
    largest = top or max([row.high or row.value for row in rows] + [mark or 0.0]) * 1.05 or 1.0
    left, right, pitch = 4, WIDTH - 4, 34
    scale = (right - left) / largest
    parts = []
    for number, row in enumerate(rows):
        y = 14 + number * pitch
        colour = COLOURS[0] if row.strong else COLOURS[1]
        parts.append(f'<text x="{left}" y="{y}">{escape(row.label)}</text>')
        parts.append(f'<text x="{right}" y="{y}" text-anchor="end">{escape(row.text)}</text>')
        width = max(row.value * scale, 1)
        parts.append(f'<rect x="{left}" y="{y + 4}" width="{width:.1f}" height="10" rx="2" fill="{colour}"/>')
        if row.low is not None and row.high is not None:
            x1, x2 = left + row.low * scale, left + row.high * scale
            parts.append(
                f'<path d="M{x1:.1f} {y + 9}H{x2:.1f}M{x1:.1f} {y + 5}v8M{x2:.1f} {y + 5}v8" '
                'class="whisker"/>'
            )
    height = 10 + len(rows) * pitch
    if mark is not None:
        x = left + mark * scale
        parts.append(f'<path d="M{x:.1f} 16V{height - 6}" class="mark"/>')
    return _svg(title, height, parts)


def curve(series: Mapping[str, Sequence[tuple[float, float]]], title: str, x_label: str) -> str:
    """Return lines over a common axis, y on a logarithmic scale; what is not positive is left out."""
    usable = {
        name: thinned([(x, y) for x, y in points if y > 0 and math.isfinite(y)])
        for name, points in series.items()
    }
    usable = {name: points for name, points in usable.items() if points}
    if not usable:
        return ""
    xs = [x for points in usable.values() for x, _ in points]
    logs = [math.log10(y) for points in usable.values() for _, y in points]
    low_x, high_x = min(xs), max(max(xs), min(xs) + 1e-9)
    low, high = min(logs), max(max(logs), min(logs) + 0.05)
    left, right, upper, lower = 34, WIDTH - 8, 10, 150
    parts = [f'<path d="M{left} {upper}V{lower}H{right}" class="axis"/>']
    for value in (low, (low + high) / 2, high):
        y = lower - (value - low) / (high - low) * (lower - upper)
        parts.append(f'<text x="{left - 4}" y="{y + 4:.1f}" text-anchor="end">{10**value:.2g}</text>')
    for number, (name, points) in enumerate(usable.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(
            f"{left + (x - low_x) / (high_x - low_x) * (right - left):.1f},"
            f"{lower - (math.log10(y) - low) / (high - low) * (lower - upper):.1f}"
            for x, y in points
        )
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        if len(points) == 1:
            across, _, down = path.partition(",")
            parts.append(f'<circle cx="{across}" cy="{down}" r="3" fill="{colour}"/>')
        parts.append(f'<rect x="{left + 110 * number}" y="176" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{left + 14 + 110 * number}" y="185">{escape(name)}</text>')
    parts.append(
        f'<text x="{right}" y="{lower + 16}" text-anchor="end">{escape(x_label)} {high_x:,.0f}</text>'
    )
    return _svg(title, 192, parts)


def thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return at most about 300 points of a line, its last one included."""
    step = max(1, len(points) // MAX_POINTS)
    kept = list(points[::step])
    if points and kept[-1] != points[-1]:
        kept.append(points[-1])
    return kept


def _svg(title: str, height: float, parts: Sequence[Any]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title, quote=True)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
