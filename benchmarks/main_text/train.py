"""Train the trees that find a page's article, and say how well they do on hosts they have not seen.

    python benchmarks/main_text/train.py [--data ../shared/data] [--folds 5] [--out trees.npz]

Reads the recorded pages and their gold (``web/pages.warc.gz``, ``web/gold.jsonl``); none of their text goes
into the file. With ``--folds``, pages are parted by host, each part is read with trees trained on the others
and the scores of the texts are printed (``../tools/extraction_score.py``) for several probabilities from
which a block is kept. Without, all pages train and the file is written. The same input, the same file.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from boosting import arrays, fit
from labels import labels

from tasks.extract.html_page import decode_html, load_tree
from tasks.extract.main_text.article import chosen, head_facts, marked_article, without_repeats, written
from tasks.extract.main_text.blocks import Block, page_blocks
from tasks.extract.main_text.features import matrix, squeezed
from tasks.extract.main_text.smoothing import surroundings
from tasks.extract.main_text.trees import PINNED, Trees
from tasks.extract.warc_records import Response, read_responses

TREES = {"first": 200, "second": 150}
NUM_BAGS = 3
# The second trees learn from first answers about hosts that the first had not seen.
INNER_FOLDS = 4
KEPT = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65)


@dataclass
class Example:
    """A page with gold: features [blocks, columns], each block's share of gold and its weight."""

    url: str
    blocks: list[Block]
    keys: list[str]
    values: np.ndarray
    share: np.ndarray
    weight: np.ndarray


def main() -> None:
    """Train, or cross-validate."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = Path(__file__).parents[3] / "shared/data"
    parser.add_argument("--data", type=Path, default=default, help="folder with web/, tools/ beside it")
    parser.add_argument(
        "--folds", type=int, default=0, help="parts by host to cross-validate; 0: write trees"
    )
    parser.add_argument("--seed", type=int, default=0, help="which parting of the hosts")
    parser.add_argument("--bags", type=int, default=NUM_BAGS, help="models averaged")
    parser.add_argument("--out", type=Path, default=PINNED, help="file of trees")
    options = parser.parse_args()
    gold = [json.loads(line) for line in (options.data / "web/gold.jsonl").open(encoding="utf8")]
    examples = read_examples(options.data / "web/pages.warc.gz", {row["url"]: row for row in gold})
    print(f"{len(examples)} pages, {sum(len(one.blocks) for one in examples)} blocks")
    if options.folds:
        cross_validate(examples, gold, options)
        return
    first, second = train(examples, options.bags)
    np.savez_compressed(options.out, **arrays("first", first), **arrays("second", second))
    print(f"{options.out}: sha256 {hashlib.sha256(options.out.read_bytes()).hexdigest()}")


def read_examples(warc: Path, gold: dict[str, dict[str, Any]]) -> list[Example]:
    """Return the pages that have gold, with features and labels of their blocks."""
    examples = []
    for item in read_responses(warc, 5_000_000):
        if not isinstance(item, Response) or item.url not in gold:
            continue
        tree = load_tree(decode_html(item.body, item.charset))
        if tree is None:
            continue
        blocks = page_blocks(tree)
        if not blocks:
            continue
        keys = [squeezed(block.text) for block in blocks]
        values = matrix(blocks, keys, head_facts(tree))
        examples.append(
            Example(item.url, blocks, keys, values, *labels([block.text for block in blocks], gold[item.url]))
        )
    return examples


def train(examples: list[Example], num_bags: int) -> tuple[Trees, Trees]:
    """Return the first and the second trees."""
    first = _fit(examples, [one.values for one in examples], "first", num_bags)
    probability: dict[str, np.ndarray] = {}
    for part in range(INNER_FOLDS):
        others = [one for one in examples if _part(one.url, INNER_FOLDS, "inner") != part]
        trees = _fit(others, [one.values for one in others], "first", 1)
        for one in examples:
            if _part(one.url, INNER_FOLDS, "inner") == part:
                probability[one.url] = trees.probability(one.values)
    both = [_with_surroundings(one, probability[one.url]) for one in examples]
    return first, _fit(examples, both, "second", num_bags)


def cross_validate(examples: list[Example], gold: list[dict[str, Any]], options: argparse.Namespace) -> None:
    """Print the scores of both qualities on pages whose hosts the trees had not seen."""
    found: dict[str, dict[str, np.ndarray]] = {"fast": {}, "best": {}}
    for part in range(options.folds):
        seen = [one for one in examples if _part(one.url, options.folds, options.seed) != part]
        first, second = train(seen, options.bags)
        for one in examples:
            if _part(one.url, options.folds, options.seed) == part:
                fast = first.probability(one.values)
                found["fast"][one.url] = fast
                found["best"][one.url] = second.probability(_with_surroundings(one, fast))
    score = _scorer(options.data.parent / "tools/extraction_score.py")
    for quality, probabilities in found.items():
        for kept in KEPT:
            texts = {one.url: _text(one, probabilities[one.url], kept) for one in examples}
            print(f"{quality} kept from {kept:.2f}: {score(gold, texts)}", flush=True)


def _text(one: Example, probability_B: np.ndarray, least: float) -> str:
    plain = marked_article(one.blocks, one.keys)
    numbers = without_repeats(chosen(one.blocks, probability_B, least), one.keys)
    return "\n".join(written(plain or [one.blocks[number] for number in numbers]))


def _fit(examples: list[Example], values: list[np.ndarray], name: str, num_bags: int) -> Trees:
    weight_B = np.concatenate([one.weight for one in examples])
    used = weight_B > 0
    share_B = np.concatenate([one.share for one in examples])
    return fit(
        np.concatenate(values)[used], share_B[used], weight_B[used], num_trees=TREES[name], num_bags=num_bags
    )


def _with_surroundings(one: Example, probability_B: np.ndarray) -> np.ndarray:
    return np.concatenate([one.values, surroundings(one.blocks, probability_B)], axis=1)


def _part(url: str, num_parts: int, seed: object) -> int:
    """Return the part that a page's host belongs to."""
    place = url[url.rindex("http") :] if url.count("http") > 1 else url
    if url.startswith("hard::"):
        place = "http://" + url[6:].removeprefix("www.").split(".")[0]
    host = url if "readability.test" in url else ".".join(urlsplit(place).netloc.split(".")[-2:])
    return int(hashlib.sha256(f"{seed} {host}".encode()).hexdigest(), 16) % num_parts


def _scorer(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("extraction_score", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.score


if __name__ == "__main__":
    main()
