"""The demo's learning bar on several seeds, each from nothing: a table, medians, exit 1 for a missed bar.

    python benchmarks/demo.py [--seeds 1 2 3] [--max-cold-s 240] [--keep FOLDER] [-- --set key=value ...]

Bars: bits per byte at most half of the order-5 n-gram's on the same held-out text; the lower end of open-book
accuracy's 95% interval (games resampled) above chance, and the model above every baseline that does not see
the question, paired by question, also at the lower end; median cold time under the limit.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MIN_NGRAM_RATIO = 2.0
MIN_OPEN_BOOK_ITEMS = 300


@dataclass(frozen=True)
class Outcome:
    """One seed's figures."""

    seed: int
    cold_s: float
    metrics: dict[str, float]

    def missed(self) -> list[str]:
        """Return the bars this seed misses, in words."""
        m = self.metrics
        bars = {
            f"n-gram / model {m['ngram_to_model_ratio']:.2f} < {MIN_NGRAM_RATIO}": m["ngram_to_model_ratio"]
            < MIN_NGRAM_RATIO,
            f"only {m['open_book_items']:.0f} open-book questions": m["open_book_items"]
            < MIN_OPEN_BOOK_ITEMS,
            f"open-book low {m['open_book_accuracy_low']:.3f} not above chance": m["open_book_accuracy_low"]
            <= m["open_book_chance"],
            f"open-book low {m['open_book_accuracy_low']:.3f} not above the best blind baseline "
            f"{m['open_book_best_blind_accuracy']:.3f}": m["open_book_accuracy_low"]
            <= m["open_book_best_blind_accuracy"],
            f"paired difference to a blind baseline may be {m['open_book_over_blind_low']:.3f}": m[
                "open_book_over_blind_low"
            ]
            <= 0,
        }
        return [f"seed {self.seed}: {what}" for what, is_missed in bars.items() if is_missed]


COLUMNS = {
    "bits/byte": "bits_per_byte",
    "n-gram": "ngram_bits_per_byte",
    "ratio": "ngram_to_model_ratio",
    "open book": "open_book_accuracy",
    "low": "open_book_accuracy_low",
    "chance": "open_book_chance",
    "q-blind": "open_book_question_blind_accuracy",
    "options": "open_book_options_only_accuracy",
    "prior": "open_book_prior_accuracy",
    "no page": "open_book_context_blind_accuracy",
    "own words": "open_book_cloze_accuracy",
    "closed": "closed_book_accuracy",
    "closed own": "closed_book_cloze_accuracy",
}


def main() -> int:
    """Run the seeds, print the table, return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=[1, 2, 3], help="seeds of world, split and training"
    )
    parser.add_argument(
        "--max-cold-s", type=float, default=240.0, help="limit of the median cold time, in seconds"
    )
    parser.add_argument("--keep", type=Path, help="folder for the lakes, kept; default: a temporary one")
    parser.add_argument("options", nargs="*", help="more options of sportslm run, after --")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sportslm-demo-") as temporary:
        folder = arguments.keep or Path(temporary)
        outcomes = [run_seed(seed, folder / f"seed-{seed}", arguments.options) for seed in arguments.seeds]
    print(table(outcomes))
    missed = [line for outcome in outcomes for line in outcome.missed()]
    cold_s = statistics.median(outcome.cold_s for outcome in outcomes)
    if cold_s > arguments.max_cold_s:
        missed.append(f"median cold time {cold_s:.0f} s is over {arguments.max_cold_s:.0f} s")
    for line in missed:
        print(f"MISSED  {line}")
    print("all bars cleared" if not missed else f"{len(missed)} bars missed")
    return 1 if missed else 0


def run_seed(seed: int, home: Path, options: list[str]) -> Outcome:
    """Run the demo from nothing and return its figures.

    Raises:
        subprocess.CalledProcessError: if the run fails.
        ValueError: if it left no report, or more than one, or this home was used before.
    """
    if home.exists():
        raise ValueError(
            f"{home} exists already, so this would be no cold run; delete it or choose another --keep"
        )
    command = [sys.executable, "-m", "flows.cli.main", "run", "--profile", "demo"]
    settings = {
        "home": str(home),
        "crawl.simulated_seed": seed,
        "mix.seed": seed,
        "conversations.seed": seed,
        "pretrain.seed": seed,
        "sft.seed": seed,
        "evaluate.items_seed": seed,
    }
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    began = time.monotonic()
    subprocess.run([*command, *options], check=True)
    cold_s = time.monotonic() - began
    reports = list((home / "lake" / "report").rglob("report.json"))
    if len(reports) != 1:
        raise ValueError(
            f"needed one evaluation report under {home}, found {[str(path) for path in reports]}"
        )
    metrics: dict[str, Any] = json.loads(reports[0].read_text("utf-8"))["metrics"]
    return Outcome(seed, cold_s, metrics)


def table(outcomes: list[Outcome]) -> str:
    """Return figures by seed and their medians, as aligned text."""
    rows = [["seed", *COLUMNS, "cold s"]]
    rows += [
        [str(o.seed), *(_cell(o.metrics.get(key)) for key in COLUMNS.values()), f"{o.cold_s:.0f}"]
        for o in outcomes
    ]
    medians = []
    for key in COLUMNS.values():
        values = [o.metrics[key] for o in outcomes if key in o.metrics]
        medians.append(_cell(statistics.median(values) if values else None))
    rows.append(["median", *medians, f"{statistics.median(o.cold_s for o in outcomes):.0f}"])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(main())
