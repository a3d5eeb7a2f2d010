"""Pages per CPU-second from WARC to clean, stage by stage and step by step, and each one's share.

    python benchmarks/corpus.py [DATA] [--rounds 3]

Reads the recorded pages (``DATA/web/pages.warc.gz``, by default of ../shared/data beside the checkout) in
this process, so that every step can be timed; in a run the sandbox stands between. Steps are timed where
they are called; "other" is what a stage does between them. Medians of rounds, CPU time of one thread.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
# A step is a function, timed where a module calls it by this name; those inside another are taken out of it.
STEPS = {
    "read": {"tasks.extract.warc_records": ["_response"]},
    "extract": {
        "tasks.extract.html_page": [
            "decode_html", "uncover_tables", "load_tree", "parse_blocks", "found_facts", "statistics_text",
            "article_text", "normalised",
        ],
        "tasks.extract.segment": ["read_json"],
    },
    "clean": {
        "tasks.clean.shard": [
            "tidy", "Reading", "measure", "shape_of", "decide_language", "notice_reason", "unreadable_reason",
            "reject_reason", "unwanted_reason", "decide_topic", "form_scores", "decide_consistency",
        ],
    },
}  # fmt: skip


class Clock:
    """CPU seconds by step; a step inside another counts for itself only."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._running: list[str] = []
        self._since = time.process_time()

    def _turn(self) -> None:
        now = time.process_time()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Count what happens inside for a step."""
        self._turn()
        self._running.append(step)
        try:
            yield
        finally:
            self._turn()
            self._running.pop()

    def wrap(self, function: Callable[..., Any], step: str) -> Callable[..., Any]:
        """Return a function that is timed whenever it is called."""

        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            with self.timed(step):
                return function(*arguments, **named)

        return timed


@contextmanager
def timing(clock: Clock) -> Iterator[None]:
    """Time every step while inside."""
    before: list[tuple[Any, str, Any]] = []
    for stage, modules in STEPS.items():
        for name, functions in modules.items():
            for function in functions:
                owner: Any = importlib.import_module(name)
                *path, last = function.split(".")
                for part in path:
                    owner = getattr(owner, part)
                if hasattr(owner, last):
                    before.append((owner, last, getattr(owner, last)))
                    setattr(owner, last, clock.wrap(getattr(owner, last), f"{stage}: {last.strip('_')}"))
    try:
        yield
    finally:
        for owner, last, function in before:
            setattr(owner, last, function)


def once(warc: Path) -> tuple[dict[str, float], Counter[str]]:
    """Take every page from WARC to clean; return CPU seconds by step, and counts."""
    from tasks.clean.config import CleanConfig
    from tasks.clean.shard import clean_document
    from tasks.extract.config import ExtractConfig
    from tasks.extract.page_worker import answer_for
    from tasks.extract.segment import SegmentProvenance, _document, _Facts
    from tasks.extract.warc_records import Response, read_responses
    from tasks.topics.model import shipped_model

    clock, counts, topics = Clock(), Counter[str](), shipped_model()
    provenance = SegmentProvenance("recorded", "none", "news", "", warc.name)
    with timing(clock):
        with clock.timed("read: other"):
            responses = [item for item in read_responses(warc, 5_000_000) if isinstance(item, Response)]
        for item in responses:
            counts["pages"] += 1
            with clock.timed("extract: other"):
                document = _document(
                    item, _Facts.of(item, {}, provenance), InProcess(answer_for), ExtractConfig()
                )
            if isinstance(document, dict):
                counts["documents"] += 1
                with clock.timed("clean: other"):
                    counts["kept"] += isinstance(clean_document(document, CleanConfig(), topics), dict)
    return dict(clock.seconds), counts


class InProcess:
    """Stands where the sandbox does, and reads pages in this process."""

    def __init__(self, answer_for: Callable[..., Any]) -> None:
        self._answer_for = answer_for

    def read_page(self, body: bytes, request: Any) -> Any:
        """Return the page, or the named reason why there is none."""
        from tasks.extract.html_page import Page

        answer = self._answer_for(body, request)
        return (
            answer["reason"] if "reason" in answer else Page(**{**answer, "events": tuple(answer["events"])})
        )


def main() -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    warc = options.data / "web" / "pages.warc.gz"
    if not warc.is_file():
        print(f"{warc} is not there; give the folder of the recorded data", file=sys.stderr)
        return 2
    once(warc)  # what is loaded and compiled once
    rounds = [once(warc) for _ in range(options.rounds)]
    counts = rounds[0][1]
    seconds = {step: median(found.get(step, 0.0) for found, _ in rounds) for step in rounds[0][0]}
    whole = sum(seconds.values())
    print(f"{counts['pages']} pages, {counts['documents']} documents, {counts['kept']} kept by clean")
    print(f"{'stage or step':28} {'ms a page':>10} {'a CPU-second':>13} {'share':>7}")
    for stage in STEPS:
        steps = {step: value for step, value in seconds.items() if step.startswith(f"{stage}:")}
        show(stage.upper(), sum(steps.values()), counts["documents" if stage == "clean" else "pages"], whole)
        for step, value in sorted(steps.items(), key=lambda item: -item[1]):
            show(
                "  " + step.partition(": ")[2],
                value,
                counts["documents" if stage == "clean" else "pages"],
                whole,
            )
    show("ALL", whole, counts["pages"], whole)
    return 0


def show(name: str, seconds: float, rows: int, whole: float) -> None:
    """Print a line of the table."""
    rate = f"{rows / seconds:,.0f}" if seconds else "-"
    print(f"{name:28} {seconds / rows * 1000:>10.3f} {rate:>13} {seconds / whole:>7.1%}")


if __name__ == "__main__":
    sys.exit(main())
