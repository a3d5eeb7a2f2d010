"""The report of one evaluation: figures as JSON, the same for reading, and a card for the terminal.

``report.json`` holds pure scores: nothing in it depends on the machine or the clock. Speed and memory are
shown beside it, never in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tasks.evaluate.suites import BLIND, choice_figures, cloze_figures

FORMAT = 1
REPORT_FILE, MARKDOWN_FILE, HTML_FILE, CARD_FILE = "report.json", "report.md", "report.html", "card.txt"
OPEN_BOOK, CLOSED_BOOK = "open_book", "closed_book"
BASELINE_WORDS = {
    "question_blind": "page, no question",
    "context_blind": "question, no page",
    "options_only": "options only",
    "prior": "most frequent answer",
}


@dataclass(frozen=True)
class FunnelStep:
    """One stage of the data funnel."""

    stage: str
    rows_in: int
    rows_out: int
    dropped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Surroundings:
    """What is shown beside the scores: how the model came to be, and how fast it is here.

    Attributes:
        model: preset, parameters, vocabulary size… for the reader.
        funnel: the data's stages in order.
        curves: lines of ``metrics.jsonl`` by training stage.
        measurements: the evaluation job's ``measurements.json``.
        provenance: artifact fingerprints by stage.
    """

    model: Mapping[str, Any] = field(default_factory=dict)
    funnel: Sequence[FunnelStep] = ()
    curves: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    measurements: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)


def build_report(
    scores: Mapping[str, Any],
    prior: Mapping[str, int],
    ngram: Mapping[str, float] | None,
    num_resamples: int,
) -> dict[str, Any]:
    """Return the content of ``report.json``.

    Args:
        scores: the evaluation job's ``scores.json``.
        prior: ``prior.json`` of the items: the likeliest option by training answers.
        ngram: the n-gram reference's bits per byte on the same text, or None if it was not asked for.
        num_resamples: of the bootstrap.

    Raises:
        ValueError: if the scores are of another version, or hold nothing.
    """
    if scores.get("format") != 1:
        raise ValueError(
            f"scores.json has format {scores.get('format')!r}, this version reads 1; evaluate again"
        )
    choice = scores.get("choice", {})
    suites = {
        name: choice_figures(name, choice, prior, num_resamples) for name in sorted(choice) if ":" not in name
    }
    cloze = {
        name: cloze_figures(rows, num_resamples)
        for name, rows in sorted(scores.get("cloze", {}).items())
        if rows
    }
    report: dict[str, Any] = {
        "format": FORMAT,
        "bits_per_byte": {
            "model": scores.get("bits_per_byte", {}),
            "ngram": dict(ngram or {}),
            "held_out": scores.get("held_out", {}),
        },
        "choice": suites,
        "cloze": cloze,
    }
    report["metrics"] = flat_metrics(report)
    if not report["metrics"]:
        raise ValueError(
            "scores.json holds no scores: neither text nor questions were scored; evaluate again"
        )
    return report


def flat_metrics(report: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures that floors and registries name, one number each."""
    metrics: dict[str, float] = {}
    bits = report["bits_per_byte"]
    if "overall" in bits["model"]:
        metrics["bits_per_byte"] = bits["model"]["overall"]
        for group, value in bits["model"].items():
            if group != "overall":
                metrics[f"{group.replace('/', '_')}_bits_per_byte"] = value
    if "overall" in bits["ngram"]:
        metrics["ngram_bits_per_byte"] = bits["ngram"]["overall"]
    if {"bits_per_byte", "ngram_bits_per_byte"} <= metrics.keys() and metrics["bits_per_byte"] > 0:
        metrics["ngram_to_model_ratio"] = round(metrics["ngram_bits_per_byte"] / metrics["bits_per_byte"], 4)
    for suite, figures in report["choice"].items():
        metrics |= _suite_metrics(suite, figures)
    for suite, figures in report["cloze"].items():
        metrics[f"{suite}_cloze_accuracy"] = figures["accuracy"]["mean"]
    return metrics


def _suite_metrics(suite: str, figures: Mapping[str, Any]) -> dict[str, float]:
    accuracy = figures["accuracy"]
    metrics = {
        f"{suite}_accuracy": accuracy["mean"],
        f"{suite}_accuracy_low": accuracy["low"],
        f"{suite}_chance": figures["chance"],
        f"{suite}_items": accuracy["num_items"],
    }
    for name, baseline in figures["baselines"].items():
        metrics[f"{suite}_{name}_accuracy"] = baseline["accuracy"]["mean"]
        metrics[f"{suite}_over_{name}_low"] = baseline["difference"]["low"]
    blind = [name for name in BLIND if name in figures["baselines"]]
    if blind:
        metrics[f"{suite}_best_blind_accuracy"] = max(
            figures["baselines"][name]["accuracy"]["mean"] for name in blind
        )
        metrics[f"{suite}_over_blind_low"] = min(
            figures["baselines"][name]["difference"]["low"] for name in blind
        )
    return metrics


def write_report(report: Mapping[str, Any], surroundings: Surroundings, out: Path) -> None:
    """Write ``report.json``, ``report.md``, ``report.html`` and ``card.txt``."""
    from tasks.evaluate.page import report_page

    out.mkdir(parents=True, exist_ok=True)
    (out / REPORT_FILE).write_text(json.dumps(report, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    (out / MARKDOWN_FILE).write_text(markdown(report, surroundings), encoding="utf-8")
    (out / HTML_FILE).write_text(report_page(report, surroundings), encoding="utf-8")
    (out / CARD_FILE).write_text(card(report, surroundings), encoding="utf-8")


def read_curve(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a ``metrics.jsonl``; a last line cut short by a kill is left out."""
    lines = []
    for line in path.read_text("utf-8").splitlines():
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return lines


def toy_line(model: Mapping[str, Any]) -> str:
    """Return what a model of this size is and is not."""
    parameters = model.get("num_parameters")
    if not isinstance(parameters, int):
        return "A model knows what its data said, and no more; read the baselines beside each score."
    size = f"{parameters / 1e6:,.1f} million parameters"
    if parameters < 50_000_000:
        return (
            f"A toy of {size}: it shows that every stage works, and the scores beside their baselines "
            "show what was learned. It is not a source of facts, and not a model to put before users."
        )
    return f"A language model of {size}, trained on the sources listed; it can be wrong about any fact."


def percent(interval: Mapping[str, Any]) -> str:
    """Return an accuracy with its interval, ``57.3% (51.0 to 63.1)``."""
    return f"{100 * interval['mean']:.1f}% ({100 * interval['low']:.1f} to {100 * interval['high']:.1f})"


def score_lines(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return the main scores as (what, score, compared with), for any kind of page."""
    lines = []
    bits = report["bits_per_byte"]
    if "overall" in bits["model"]:
        ngram = bits["ngram"].get("overall")
        beside = f"n-gram {ngram:.3f}, ratio {bits['model']['overall'] / ngram:.2f}" if ngram else ""
        lines.append(("held-out text, bits per byte", f"{bits['model']['overall']:.3f}", beside))
    for suite, words in ((OPEN_BOOK, "questions with the page"), (CLOSED_BOOK, "questions without a page")):
        if suite in report["choice"]:
            figures = report["choice"][suite]
            others = [
                f"{BASELINE_WORDS[name]} {100 * baseline['accuracy']['mean']:.1f}%"
                for name, baseline in figures["baselines"].items()
            ]
            beside = ", ".join([f"chance {100 * figures['chance']:.0f}%", *others])
            lines.append((f"{words}, choice", percent(figures["accuracy"]), beside))
        if suite in report["cloze"]:
            lines.append((f"{words}, own words", percent(report["cloze"][suite]["accuracy"]), "exact answer"))
    return lines


def speed_line(measurements: Mapping[str, Any]) -> str:
    """Return how fast the model is here, in words; empty if it was not measured."""
    speed = measurements.get("speed")
    if not speed:
        return ""
    return (
        f"{speed['decode_tokens_per_s']:,.0f} tokens/s writing, {speed['prefill_tokens_per_s']:,.0f} "
        f"reading, first token after {speed['first_token_ms']:.0f} ms, {speed['peak_memory_mib']:,.0f} MiB "
        f"at most ({speed['device']}, {speed['num_threads']} threads)"
    )


def card(report: Mapping[str, Any], surroundings: Surroundings) -> str:
    """Return the report card as plain text for a terminal, under 100 columns where names allow."""
    lines = ["REPORT CARD", ""]
    for what, score, beside in score_lines(report):
        lines.append(f"  {what:<36} {score}")
        if beside:
            lines.append(f"  {'':<36} {beside}")
    speed = speed_line(surroundings.measurements)
    if speed:
        lines += ["", f"  {speed}"]
    lines += ["", f"  {toy_line(surroundings.model)}", ""]
    return "\n".join(lines)


def markdown(report: Mapping[str, Any], surroundings: Surroundings) -> str:
    """Return the report as Markdown."""
    lines = ["# Evaluation report", "", toy_line(surroundings.model), ""]
    lines += _table(("score", "value (95% interval)", "beside it"), score_lines(report))
    bits = report["bits_per_byte"]
    groups = [
        (name, f"{value:.3f}", f"{bits['ngram'][name]:.3f}" if name in bits["ngram"] else "")
        for name, value in bits["model"].items()
    ]
    if groups:
        lines += ["", "## Bits per byte by group", "", *_table(("group", "model", "order-5 n-gram"), groups)]
    for suite, figures in report["choice"].items():
        kinds = [
            (kind, percent(value), str(value["num_items"])) for kind, value in figures["by_kind"].items()
        ]
        lines += [
            "",
            f"## {suite} by kind of question",
            "",
            *_table(("kind", "accuracy", "questions"), kinds),
        ]
        beside = [
            (BASELINE_WORDS[name], percent(value["accuracy"]), percent(value["difference"]))
            for name, value in figures["baselines"].items()
        ]
        lines += ["", *_table(("baseline", "accuracy", "model minus baseline"), beside)]
    if surroundings.funnel:
        steps = [
            (step.stage, f"{step.rows_in:,}", f"{step.rows_out:,}", _reasons(step.dropped))
            for step in surroundings.funnel
        ]
        lines += ["", "## Data", "", *_table(("stage", "in", "out", "dropped"), steps)]
    speed = speed_line(surroundings.measurements)
    if speed:
        lines += ["", "## Speed (this machine, not part of the scores)", "", speed]
    if surroundings.provenance:
        lines += [
            "",
            "## Provenance",
            "",
            *_table(("artifact", "fingerprint"), surroundings.provenance.items()),
        ]
    return "\n".join(lines) + "\n"


def _reasons(dropped: Mapping[str, int]) -> str:
    return ", ".join(
        f"{reason} {count:,}" for reason, count in sorted(dropped.items(), key=lambda item: -item[1])
    )


def _table(head: Sequence[str], rows: Any) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
