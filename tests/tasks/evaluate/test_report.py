"""The report: figures from scores by hand, no clock in report.json, one page without outside requests."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tasks.evaluate.charts import Bar, bars, curve
from tasks.evaluate.report import (
    FunnelStep,
    Surroundings,
    build_report,
    card,
    read_curve,
    toy_line,
    write_report,
)

OPTIONS = 4
SURROUNDINGS = Surroundings(
    model={"preset": "demo", "num_parameters": 3_934_464},
    funnel=[
        FunnelStep("clean", 100, 80, {"too_short": 20}),
        FunnelStep("dedup", 80, 75, {"near_duplicate": 5}),
    ],
    curves={"pretrain": [{"step": s, "loss_nats": 8 / s, "validation_loss_nats": None} for s in range(1, 9)]},
    measurements={
        "speed": {
            "device": "cpu",
            "num_threads": 2,
            "first_token_ms": 12.3,
            "decode_tokens_per_s": 456.0,
            "prefill_tokens_per_s": 7_890.0,
            "peak_memory_mib": 512.0,
        }
    },
    provenance={"mixture": "0123456789ab"},
)


def rows(right: int, of: int = 40) -> list[dict[str, Any]]:
    """Return ``of`` rows on ten games of which the first ``right`` are right."""
    return [
        {
            "id": f"i{n}",
            "event": f"g{n // 4}",
            "kind": "winner" if n % 2 else "venue",
            "answer": 1,
            "scores": [0.0] * OPTIONS,
            "predicted": 1 if n < right else 2,
        }
        for n in range(of)
    ]


def scores() -> dict[str, Any]:
    return {
        "format": 1,
        "bits_per_byte": {"overall": 0.5, "football/news": 0.5},
        "held_out": {"overall": {"bytes": 10, "tokens": 3, "documents": 1}},
        "choice": {
            "open_book": rows(30),
            "open_book:question_blind": rows(16),
            "open_book:options_only": rows(10),
            "closed_book": rows(12),
        },
        "cloze": {"open_book": [{"id": "a", "event": "g1", "answer": "x", "said": "x", "correct": True}]},
    }


def test_report_metrics_are_what_the_rows_say() -> None:
    report = build_report(scores(), {f"i{n}": n % OPTIONS for n in range(40)}, {"overall": 1.25}, 300)
    metrics = report["metrics"]
    assert metrics["open_book_accuracy"] == 0.75
    assert metrics["open_book_question_blind_accuracy"] == 0.4
    assert metrics["open_book_best_blind_accuracy"] == 0.4
    assert metrics["open_book_prior_accuracy"] == 0.25
    assert metrics["open_book_chance"] == 0.25
    assert metrics["closed_book_accuracy"] == 0.3
    assert metrics["open_book_cloze_accuracy"] == 1.0
    assert metrics["bits_per_byte"] == 0.5
    assert metrics["ngram_to_model_ratio"] == 2.5
    assert metrics["open_book_accuracy_low"] < 0.75
    difference = report["choice"]["open_book"]["baselines"]["question_blind"]["difference"]
    assert difference["mean"] == pytest.approx(0.35)
    assert difference["low"] <= 0.35 <= difference["high"]


def test_report_json_knows_nothing_of_speed_or_place(tmp_path: Path) -> None:
    report = build_report(scores(), {}, None, 200)
    write_report(report, SURROUNDINGS, tmp_path / "a")
    write_report(report, Surroundings(), tmp_path / "b")
    assert (tmp_path / "a/report.json").read_bytes() == (tmp_path / "b/report.json").read_bytes()


def test_report_page_fetches_nothing_and_fits_a_phone(tmp_path: Path) -> None:
    write_report(build_report(scores(), {}, {"overall": 1.25}, 200), SURROUNDINGS, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?\s*(?:https?:)?//""", page)
    assert "<script" not in page
    assert 'name="viewport" content="width=device-width' in page
    assert "75.0%" in page
    assert "near_duplicate" in page
    assert "0123456789ab" in page
    for drawing in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        ElementTree.fromstring(drawing)
    assert page.count("<svg") == 5


def test_report_page_escapes_what_data_says(tmp_path: Path) -> None:
    bad = {**scores(), "bits_per_byte": {"overall": 0.5, "<img src=x>/news": 0.5}}
    surroundings = Surroundings(funnel=[FunnelStep("clean", 3, 2, {"<script>alert(1)</script>": 1})])
    write_report(build_report(bad, {}, None, 200), surroundings, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "<script" not in page


def test_report_card_names_scores_and_what_a_toy_is() -> None:
    text = card(build_report(scores(), {}, {"overall": 1.25}, 200), SURROUNDINGS)
    assert "0.500" in text
    assert "n-gram 1.250" in text
    assert "75.0% (" in text
    assert "chance 25%" in text
    assert "not a source of facts" in " ".join(text.split())


def test_toy_line_of_a_large_model_does_not_call_it_a_toy() -> None:
    assert "toy" not in toy_line({"num_parameters": 757_016_064}).lower()


def test_report_of_scores_without_anything_is_refused() -> None:
    with pytest.raises(ValueError, match="holds no scores"):
        build_report({"format": 1}, {}, None, 200)
    with pytest.raises(ValueError, match="format 7"):
        build_report({"format": 7}, {}, None, 200)


def test_read_curve_leaves_out_a_line_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text(json.dumps({"step": 1, "loss_nats": 2.0}) + '\n{"step": 2, "lo')
    assert read_curve(path) == [{"step": 1, "loss_nats": 2.0}]


def test_charts_of_nothing_are_empty_and_of_odd_numbers_are_drawings() -> None:
    assert bars([], "none") == ""
    assert curve({"a": [(1, 0.0), (2, float("nan"))]}, "none", "step") == ""
    for drawing in (bars([Bar("a", 0.0, "0")], "zero"), curve({"a": [(1, 2.0)]}, "one point", "step")):
        ElementTree.fromstring(drawing)
