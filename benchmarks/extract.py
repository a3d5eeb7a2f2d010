"""Our page reader against trafilatura: how well and how fast, on the recorded pages, interleaved in one run.

    python benchmarks/extract.py [--data ../shared/data] [--rounds 3] [--every 1]

Ours is ``read_page`` whole: decoding, tables in comments, main text, title, author, date, language, events.
trafilatura is ``extract`` from decoded text, without comments; rows "with facts" let it look for its metadata
too. Times are CPU time of this process, page by page in turns; a page's time is its median over the rounds.
Two processes are two sandboxes, as shards run them, against one, on the wall clock, where two cores are free.

Our trees were trained on these very pages, so our F1 here is no measure of quality: it shows that the texts
are what was trained for. What unseen hosts get says ``benchmarks/main_text/train.py --folds 5``.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trafilatura import extract

from tasks.extract.config import ExtractConfig
from tasks.extract.html_page import PageRequest, decode_html, read_page
from tasks.extract.sandbox import Sandbox
from tasks.extract.warc_records import Response, read_responses

MIN_F1, MIN_SEGMENT_F1, MIN_FAST_F1 = 0.970, 0.930, 0.962
MIN_RATIO, MIN_SCALING = 0.9, 1.8
QUALITIES = ("best", "fast")


def main() -> int:
    """Measure; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = Path(__file__).parents[2] / "shared/data"
    parser.add_argument("--data", type=Path, default=default, help="folder with web/; tools/ lies beside it")
    parser.add_argument("--rounds", type=int, default=3, help="times every page is read by each")
    parser.add_argument("--every", type=int, default=1, help="read every n-th page only")
    options = parser.parse_args()
    found = list(read_responses(options.data / "web/pages.warc.gz", 5_000_000))
    pages = [item for item in found if isinstance(item, Response) and "json" not in item.content_type]
    pages = pages[:: options.every]
    gold = [json.loads(line) for line in (options.data / "web/gold.jsonl").open(encoding="utf8")]
    chosen = {page.url for page in pages}
    gold = gold if options.every == 1 else [row for row in gold if row["url"] in chosen]
    print(f"{len(pages)} pages, {sum(len(page.body) for page in pages) / len(pages) / 1000:.0f} kB mean")
    texts, rates = measure(pages, options.rounds)
    score = load_score(options.data.parent / "tools/extraction_score.py")
    scores = {name: score(gold, found) for name, found in texts.items()}
    for name, rate in rates.items():
        full, segments = scores[name]["f1"], scores[name]["seg_f1"]
        print(f"{name:32} {rate:6.1f} pages/CPU-s  F1 {full:.4f}  segments {segments:.4f}")
    scaling = two_against_one(pages)
    claims = [
        ("best: full-text F1", scores["ours best"]["f1"], MIN_F1),
        ("best: segment F1", scores["ours best"]["seg_f1"], MIN_SEGMENT_F1),
        ("best: speed over standard", rates["ours best"] / rates["trafilatura standard"], MIN_RATIO),
        ("fast: full-text F1", scores["ours fast"]["f1"], MIN_FAST_F1),
        ("fast: speed over fast", rates["ours fast"] / rates["trafilatura fast"], MIN_RATIO),
        ("two processes over one", scaling, MIN_SCALING),
    ]
    for name, value, bar in claims:
        print(f"{'ok' if value >= bar else 'MISSED':7} {name:28} {value:.4f}  bar {bar}")
    return 0 if all(value >= bar for _, value, bar in claims) else 1


def readers() -> dict[str, Callable[[Response, str], str]]:
    """Return who reads a page, from its response and its decoded text, to text."""

    def ours(quality: str) -> Callable[[Response, str], str]:
        return lambda page, _: read_page(page.body, request(page, quality)).text

    def peer(*, fast: bool, facts: bool) -> Callable[[Response, str], str]:
        def read(page: Response, html: str) -> str:
            url = page.url if "://" in page.url else None
            # The facts are printed before the text: they are dropped, as ours are not in the text either.
            text = extract(html, url=url, fast=fast, include_comments=False, with_metadata=facts) or ""
            return text.partition("\n---\n")[2] if facts and text.startswith("---\n") else text

        return read

    return {
        "ours best": ours("best"),
        "trafilatura standard": peer(fast=False, facts=False),
        "trafilatura standard, with facts": peer(fast=False, facts=True),
        "ours fast": ours("fast"),
        "trafilatura fast": peer(fast=True, facts=False),
        "trafilatura fast, with facts": peer(fast=True, facts=True),
    }


def request(page: Response, quality: str) -> PageRequest:
    """Return the request that an import makes of a page: nothing is known of it."""
    fetched_on = page.fetched_at.date().isoformat() if page.fetched_at else ""
    return PageRequest(page.url, page.charset, "news", False, quality, fetched_on)


def measure(pages: list[Response], rounds: int) -> tuple[dict[str, dict[str, str]], dict[str, float]]:
    """Return each reader's texts by URL, and its pages per CPU second."""
    everyone = readers()
    texts: dict[str, dict[str, str]] = {name: {} for name in everyone}
    times: dict[str, dict[str, list[float]]] = {name: {} for name in everyone}
    for page in pages[:5]:  # imports and caches
        for read in everyone.values():
            read(page, decode_html(page.body, page.charset))
    for _ in range(rounds):
        for page in pages:
            html = decode_html(page.body, page.charset)
            for name, read in everyone.items():
                start = time.process_time()
                texts[name][page.url] = read(page, html)
                times[name].setdefault(page.url, []).append(time.process_time() - start)
    totals = {name: sum(map(statistics.median, found.values())) for name, found in times.items()}
    return texts, {name: len(pages) / total for name, total in totals.items()}


def two_against_one(pages: list[Response]) -> float:
    """Return how much faster two sandboxes are than one, the better of two tries."""
    best = 0.0
    with Sandbox(ExtractConfig()) as first, Sandbox(ExtractConfig()) as second:
        for sandbox in (first, second):
            read_all(sandbox, pages[:5])
        for _ in range(2):
            start = time.monotonic()
            read_all(first, pages)
            alone = time.monotonic() - start
            start = time.monotonic()
            halves = [
                threading.Thread(target=read_all, args=(box, pages[at::2]))
                for at, box in enumerate((first, second))
            ]
            for half in halves:
                half.start()
            for half in halves:
                half.join()
            best = max(best, alone / (time.monotonic() - start))
    return best


def read_all(sandbox: Sandbox, pages: list[Response]) -> None:
    """Read the pages one after another."""
    for page in pages:
        sandbox.read_page(page.body, request(page, "best"))


def load_score(path: Path) -> Any:
    """Return the score function of the shared tool."""
    spec = importlib.util.spec_from_file_location("extraction_score", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.score


if __name__ == "__main__":
    sys.exit(main())
