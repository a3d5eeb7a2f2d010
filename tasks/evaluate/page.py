"""The report as one HTML file: everything inside it, nothing fetched, readable on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from tasks.evaluate.charts import Bar, bars, curve
from tasks.evaluate.report import BASELINE_WORDS, percent, score_lines, speed_line, toy_line

if TYPE_CHECKING:
    from tasks.evaluate.report import Surroundings

STYLE = """
:root{--ink:#1b1f24;--paper:#fff;--quiet:#5b6570;--line:#d5dae0;--first:#0b6bcb;--second:#9db4c9;--third:#c2571a}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebee;--paper:#14181c;--quiet:#9aa5b0;--line:#323a42;
--first:#5aa9f2;--second:#4c6278;--third:#e08a52}}
*{box-sizing:border-box}body{margin:0 auto;padding:1rem;max-width:56rem;background:var(--paper);
color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1.5rem}
svg{width:100%;max-width:30rem;height:auto;display:block}
svg text{font:11px system-ui,sans-serif;fill:var(--ink)}
.whisker{stroke:var(--ink);fill:none}.mark{stroke:var(--third);stroke-dasharray:3 3;fill:none}
.axis{stroke:var(--quiet);fill:none}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid var(--line);vertical-align:top;
font-size:.9rem}
.quiet{color:var(--quiet);font-size:.9rem}code{font-size:.85em}
"""


def report_page(report: Mapping[str, Any], surroundings: Surroundings) -> str:
    """Return the whole page."""
    body = [
        "<h1>Evaluation report</h1>",
        f"<p>{escape(toy_line(surroundings.model))}</p>",
        _table(("score", "value (95% interval)", "beside it"), score_lines(report)),
        _charts(report, surroundings),
        _kinds(report),
        _data(surroundings),
        _about(surroundings),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Evaluation report</title><style>{STYLE}</style></head><body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body></html>\n"
    )


def _charts(report: Mapping[str, Any], surroundings: Surroundings) -> str:
    figures = []
    for suite, title in (
        ("open_book", "Questions with the page"),
        ("closed_book", "Questions without a page"),
    ):
        if suite in report["choice"]:
            chart = _suite_bars(report["choice"][suite], title)
            figures.append(_figure(title, chart, "Dashed: chance. Whiskers: 95%, games resampled."))
    bits = report["bits_per_byte"]
    if bits["model"]:
        rows = []
        for name, value in bits["model"].items():
            rows.append(Bar(name, value, f"model {value:.3f}", strong=True))
            if name in bits["ngram"]:
                rows.append(Bar("", bits["ngram"][name], f"n-gram {bits['ngram'][name]:.3f}"))
        figures.append(
            _figure(
                "Bits per byte on held-out text", bars(rows, "Bits per byte by group"), "Lower is better."
            )
        )
    for stage, lines in surroundings.curves.items():
        series = {
            "training": [(line["step"], line["loss_nats"]) for line in lines if line.get("loss_nats")],
            "held out": [
                (line["step"], line["validation_loss_nats"])
                for line in lines
                if line.get("validation_loss_nats")
            ],
        }
        chart = curve(series, f"Loss of {stage}", "step")
        if chart:
            figures.append(_figure(f"Loss of {stage}, nats per token", chart, "Logarithmic scale."))
    return f'<div class="cards">{"".join(figures)}</div>' if figures else ""


def _suite_bars(figures: Mapping[str, Any], title: str) -> str:
    rows = [_interval_bar("model", figures["accuracy"], strong=True)]
    rows += [
        _interval_bar(BASELINE_WORDS[name], value["accuracy"]) for name, value in figures["baselines"].items()
    ]
    return bars(rows, title, mark=figures["chance"], top=1.0)


def _interval_bar(label: str, interval: Mapping[str, Any], strong: bool = False) -> Bar:
    return Bar(label, interval["mean"], percent(interval), interval["low"], interval["high"], strong)


def _kinds(report: Mapping[str, Any]) -> str:
    parts = []
    for suite, figures in report["choice"].items():
        rows = [(kind, percent(value), value["num_items"]) for kind, value in figures["by_kind"].items()]
        parts.append(f"<h2>{escape(suite)} by kind of question</h2>")
        parts.append(_table(("kind", "accuracy (95%)", "questions"), rows))
    return "".join(parts)


def _data(surroundings: Surroundings) -> str:
    if not surroundings.funnel:
        return ""
    most = max(step.rows_in for step in surroundings.funnel) or 1
    chart = bars(
        [
            Bar(s.stage, s.rows_out, f"{s.rows_out:,} of {s.rows_in:,}", strong=True)
            for s in surroundings.funnel
        ],
        "Rows kept by each stage",
        top=float(most),
    )
    reasons = [
        (step.stage, reason, f"{count:,}")
        for step in surroundings.funnel
        for reason, count in sorted(step.dropped.items(), key=lambda item: -item[1])
    ]
    table = _table(("stage", "dropped because", "rows"), reasons) if reasons else ""
    return f"<h2>Data</h2>{chart}{table}"


def _about(surroundings: Surroundings) -> str:
    parts = []
    speed = speed_line(surroundings.measurements)
    if speed:
        parts.append(
            f'<h2>Speed</h2><p>{escape(speed)}</p><p class="quiet">Measured here; not part of the scores.</p>'
        )
    if surroundings.model:
        parts.append("<h2>Model</h2>" + _table(("what", "value"), surroundings.model.items()))
    if surroundings.provenance:
        parts.append(
            "<h2>Provenance</h2>" + _table(("artifact", "fingerprint"), surroundings.provenance.items())
        )
    return "".join(parts)


def _figure(title: str, chart: str, caption: str) -> str:
    return (
        f'<figure style="margin:0"><h2>{escape(title)}</h2>{chart}'
        f'<figcaption class="quiet">{escape(caption)}</figcaption></figure>'
    )


def _table(head: Sequence[str], rows: Any) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div>'
