"""Sport or not, and which sport: our classifiers, the table of terms and the OnlySports URL keywords.

    python benchmarks/sports.py [--data ../shared/data] [--classifiers FILE] [--folds]

On labelled BBC articles, which have no URLs; on BBC Sport articles of five sports; and on recorded pages
judged by host and headline (benchmarks/url_filter.py), where the published URL keywords stand beside. The
shipped classifiers have seen the half of these collections that was there when they were made: their figures
flatter them there. What they reach on held-out documents is in their file, printed last; ``--folds`` shows
it by collection (copies in one fold, a minute or two); `python -m tasks.topics.ship` makes others, without a
collection if asked.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.url_filter import judge, published
from crawlers.url_filter import is_sports_url
from tasks.clean.sport import sport_of
from tasks.schema import DOCUMENTS, Sport, read_parquet
from tasks.topics.config import TopicsConfig
from tasks.topics.learn import FOLDS, READ, drawn, fit, labelled
from tasks.topics.model import SHIPPED, TopicModel, load_model
from tasks.topics.ship import COLLECTIONS, import_collections

# What BBC Sport calls its sections.
NAMED = {
    "athletics": Sport.OLYMPICS,
    "cricket": Sport.CRICKET,
    "football": Sport.FOOTBALL,
    "rugby": Sport.OTHER,
    "tennis": Sport.TENNIS,
}


def main() -> int:
    """Print the scores."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the collections")
    parser.add_argument("--classifiers", type=Path, default=SHIPPED, help="a classifiers.json")
    parser.add_argument(
        "--folds", action="store_true", help="learn again in five folds, and judge the held out"
    )
    told = parser.parse_args()
    data: Path = told.data
    if not (data / "topic").is_dir():
        parser.error(f"{data} has no folder topic; name the folder of collections with --data")
    model = load_model(told.classifiers)

    articles = rows_of(data / "topic/bbc_five_classes.jsonl.gz")
    truth = [row["label"] == "sport" for row in articles]
    began = time.process_time()
    ours = [model.topic(row["text"]).is_sport for row in articles]
    ms = (time.process_time() - began) / len(articles) * 1000
    print(f"{len(articles):,} BBC articles, {sum(truth)} about sport")
    print(f"  classifiers           {scores(zip(ours, truth, strict=True))}; {ms:.2f} CPU-ms each")
    table = [sport_of(row["text"], "").is_sport for row in articles]
    print(f"  table of terms        {scores(zip(table, truth, strict=True))}")

    sports = rows_of(data / "near_duplicates/bbcsport.jsonl.gz")
    print(f"{len(sports)} BBC Sport articles of five sports")
    which("classifiers", lambda text: model.topic(text).sport, sports)
    which("table of terms", lambda text: sport_of(text, "").sport, sports)

    judged, texts = judge(data / "web"), gold_texts(data / "web/gold.jsonl")
    pages = {url: about_sport for url, about_sport in judged.items() if url in texts}
    print(f"{len(pages)} recorded pages with a gold text, {sum(pages.values())} about sport")
    tests: list[tuple[str, Callable[[str], bool]]] = [
        ("OnlySports keywords", published),
        ("our URL filter", is_sports_url),
        ("classifiers, text", lambda url: model.topic(texts[url]).is_sport),
        ("classifiers, URL too", lambda url: model.topic(texts[url], url).is_sport),
    ]
    for name, test in tests:
        print(f"  {name:<21} {scores((test(url), truth) for url, truth in pages.items())}")
    if told.folds:
        in_folds(data, json.loads(SHIPPED.read_text("utf-8"))["sport"])
    print(f"held out when these classifiers were made: {json.dumps(model.origin.get('held_out', {}))}")
    return 0


def in_folds(data: Path, shipped: dict[str, Any]) -> None:
    """Print what articles get from classifiers that learned from the other folds, calibrated as shipped."""
    with tempfile.TemporaryDirectory() as folder:
        documents = import_collections(data, list(COLLECTIONS), Path(folder))
        rows = [row for path in documents for row in read_parquet(path, DOCUMENTS, READ).to_pylist()]
    texts = {row["id"]: row["text"] for row in rows}
    examples = drawn(list(labelled(rows)), TopicsConfig().max_documents)
    about, which_sport = [], []
    for fold in range(FOLDS):
        learned = fit([each for each in examples if int(each.group[:8], 16) % FOLDS != fold])
        learned["sport"] |= {name: shipped[name] for name in ("slope", "offset")}
        model = TopicModel(learned)
        for each in examples:
            if int(each.group[:8], 16) % FOLDS == fold:
                topic = model.topic(texts[each.id])
                if each.collection == "bbc-five-classes":
                    about.append((topic.is_sport, bool(each.label.is_sport)))
                elif each.collection == "bbc-sport":
                    which_sport.append(topic.sport is each.label.sport)
    print(f"{FOLDS} folds, copies kept together")
    print(f"  {len(about):,} BBC articles      {scores(about)}")
    print(f"  {len(which_sport)} BBC Sport articles  accuracy {sum(which_sport) / len(which_sport):.3f}")


def scores(found: Iterable[tuple[bool, bool]]) -> str:
    """Return precision, recall and F1 of what was said, beside the truth."""
    cells = Counter(found)
    both, wrong, missed = cells[True, True], cells[True, False], cells[False, True]
    return (
        f"precision {both / max(both + wrong, 1):.3f} recall {both / max(both + missed, 1):.3f} "
        f"F1 {2 * both / max(2 * both + wrong + missed, 1):.3f} ({wrong} wrong, {missed} missed)"
    )


def which(name: str, tell: Callable[[str], Sport], rows: list[dict[str, Any]]) -> None:
    """Print how many articles' sport was named right, and what was said instead."""
    found = [(NAMED[row["label"]], tell(row["text"])) for row in rows]
    errors = Counter(f"{truth.value} as {said.value}" for truth, said in found if truth is not said)
    told = ", ".join(f"{pair} {count}" for pair, count in sorted(errors.items(), key=lambda e: (-e[1], e[0])))
    right = 1 - errors.total() / len(rows)
    print(f"  {name:<21} accuracy {right:.3f}" + (f" ({told})" if told else ""))


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a compressed file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def gold_texts(path: Path) -> dict[str, str]:
    """Return the main texts by address, those of a few words left out."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    texts = {row["url"]: row.get("text") or "\n".join(row.get("with") or []) for row in rows}
    return {url: text for url, text in texts.items() if len(text) >= 200}


if __name__ == "__main__":
    sys.exit(main())
