"""A datasheet as Markdown, which a run's page shows, and as one HTML file with its plots inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from tasks.datasheet.collect import Datasheet, Share
from tasks.evaluate.charts import Bar, bars
from tasks.evaluate.page import STYLE

BAR_CHARS = 24
MOST_ROWS = 25
HEADINGS = {
    "source": "Sources",
    "licence": "Licences",
    "language": "Languages",
    "sport": "Sports",
    "kind": "Kinds of page",
    "year": "Year of publication",
}


def as_markdown(sheet: Datasheet) -> str:
    """Return the sheet as Markdown; bars are drawn with block characters."""
    lines = [f"# {sheet.title}", "", summary(sheet), "", "## From pages to the mixture", ""]
    lines += _table(("stage", "rows in", "rows out", "", "left out"), _funnel_rows(sheet))
    for column, heading in HEADINGS.items():
        lines += ["", f"## {heading}", ""]
        lines += _table((column, "documents", "bytes", ""), _share_rows(sheet.shares[column]))
    lines += ["", "## Quality", ""]
    lines += _table(("score", "documents", ""), _quality_rows(sheet))
    lines += ["", *_table(("made of", "documents with one", "5%", "median", "95%"), _score_rows(sheet))]
    lines += ["", "## What was left out: examples", ""]
    rows = ((s.stage, s.reason, s.detail, s.excerpt) for s in sheet.samples)
    lines += _table(("stage", "reason", "document", "begins"), rows) if sheet.samples else ["Nothing."]
    return "\n".join(lines) + "\n"


def as_page(sheet: Datasheet) -> str:
    """Return the sheet as an HTML page that fetches nothing."""
    cards = [_card("From pages to the mixture", _funnel_bars(sheet), "documents left after each stage")]
    dropped = [
        (f"{step.stage}: {reason}", count) for step in sheet.funnel for reason, count in step.dropped.items()
    ]
    if dropped:
        cards.append(_card("Left out, by reason", _count_bars(dropped), "documents"))
    for column, heading in HEADINGS.items():
        rows = [(share.name, share.documents) for share in sheet.shares[column][:MOST_ROWS]]
        cards.append(_card(heading, _count_bars(rows), "documents"))
    tenths = [
        (f"{n / 10:.1f} to {(n + 1) / 10:.1f}", count) for n, count in enumerate(sheet.quality) if count
    ]
    cards.append(_card("Quality score", _count_bars(tenths), "documents"))
    examples = [(s.stage, s.reason, s.detail, s.excerpt) for s in sheet.samples]
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(sheet.title)}</title><style>{STYLE}</style></head><body><h1>{escape(sheet.title)}</h1>"
        f'<p>{escape(summary(sheet))}</p><div class="cards">{"".join(cards)}</div>'
        "<h2>What the quality score is made of</h2>"
        + _html_table(("score", "documents with one", "5%", "median", "95%"), _score_rows(sheet))
        + "<h2>What was left out: examples</h2>"
        + (
            _html_table(("stage", "reason", "document", "begins"), examples)
            if examples
            else "<p>Nothing.</p>"
        )
        + "</body></html>\n"
    )


def _html_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    body = f"<thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody>"
    return f'<div class="scroll"><table>{body}</table></div>'


def summary(sheet: Datasheet) -> str:
    """Return what the dataset is in a sentence or two."""
    snapshots = f"{len(sheet.snapshots)} snapshot{'s' * (len(sheet.snapshots) != 1)}"
    what = f"mixture {sheet.mixture}" if sheet.mixture else "all unique documents, no mixture yet"
    return (
        f"{sheet.documents:,} documents, {_megabytes(sheet.num_bytes)} of text, from {snapshots} "
        f"({', '.join(sheet.snapshots) or 'none'}) in {sheet.lake}; {what}."
    )


def _funnel_rows(sheet: Datasheet) -> Iterator[tuple[str, ...]]:
    top = max((step.rows_in for step in sheet.funnel), default=1)
    for step in sheet.funnel:
        dropped = ", ".join(f"{reason} {count:,}" for reason, count in step.dropped.items())
        yield step.stage, f"{step.rows_in:,}", f"{step.rows_out:,}", _bar(step.rows_out, top), dropped


def _share_rows(shares: Sequence[Share]) -> Iterator[tuple[str, ...]]:
    top = max((share.documents for share in shares), default=1)
    for share in shares[:MOST_ROWS]:
        yield share.name, f"{share.documents:,}", _megabytes(share.num_bytes), _bar(share.documents, top)
    if rest := shares[MOST_ROWS:]:
        documents = sum(share.documents for share in rest)
        size = _megabytes(sum(share.num_bytes for share in rest))
        yield f"{len(rest)} more", f"{documents:,}", size, _bar(documents, top)


def _quality_rows(sheet: Datasheet) -> Iterator[tuple[str, ...]]:
    top = max(sheet.quality) or 1
    for number, count in enumerate(sheet.quality):
        if count:
            yield f"{number / 10:.1f} to {(number + 1) / 10:.1f}", f"{count:,}", _bar(count, top)


def _score_rows(sheet: Datasheet) -> Iterator[tuple[str, ...]]:
    for name, (count, *quantiles) in sheet.scores.items():
        yield name, f"{count:,}", *(f"{value:.2f}" if count else "" for value in quantiles)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines]


def _cell(text: str) -> str:
    """Return text that cannot end its cell or be read as markup."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _bar(value: int, top: int) -> str:
    return "█" * max(round(value / max(top, 1) * BAR_CHARS), 1 if value else 0)


def _funnel_bars(sheet: Datasheet) -> str:
    rows = [("came in", sheet.funnel[0].rows_in)] if sheet.funnel else []
    return _count_bars([*rows, *((step.stage, step.rows_out) for step in sheet.funnel)])


def _count_bars(rows: Sequence[tuple[str, int]]) -> str:
    return bars([Bar(name, count, f"{count:,}", strong=True) for name, count in rows], "documents")


def _card(title: str, chart: str, unit: str) -> str:
    return f'<section><h2>{escape(title)}</h2><p class="quiet">{unit}</p>{chart}</section>'


def _megabytes(num_bytes: int) -> str:
    return f"{num_bytes / 1e6:,.1f} MB"
