"""What each cleaning rule and score keeps and rejects as its threshold moves, on real and on broken texts.

    python benchmarks/clean_rules.py [../shared/data]

Real: sports articles (BBC Sport), their openings of about 60 words, NBA recaps, box scores, records of the
APIs. Broken, made from the articles: titles alone, openings cut off, sentences of many articles, shuffled
words. Prints Markdown tables: the share of each set that one rule alone would reject; * marks the threshold
in use. Then the quantiles of the scores, the consistency of recaps with their box scores, true and altered,
and the speed.
"""

from __future__ import annotations

import ast
import csv
import gzip
import json
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tasks.clean import rules, shard, unwanted
from tasks.clean.coherence import prose_coherence, table_coherence
from tasks.clean.config import CleanConfig
from tasks.clean.consistency import check_claims, consistency, read_facts
from tasks.clean.language import function_ratio
from tasks.clean.linguistic import prose_quality, table_quality
from tasks.clean.reading import SENTENCE_BREAK, Reading
from tasks.clean.rules import Measures, measure, shape_of
from tasks.clean.tidy import tidy
from tasks.extract.records.read import read_json
from tasks.topics.model import shipped_model

SEED = 1
SHORT_WORDS = 60
NUM_BROKEN = 300
PROSE_SETS = ("articles", "openings", "recaps", "titles", "cut-off", "mixed", "shuffled")
TABLE_SETS = ("box scores", "records")


@dataclass(frozen=True)
class Rule:
    """A rule whose threshold is swept: what it looks at, whether more is worse, and the value in use."""

    name: str
    value: Callable[[Reading, Measures], float]
    more_is_worse: bool
    thresholds: Sequence[float]
    in_use: float


RULES = (
    Rule("too_short, words", lambda r, m: m.num_words, False, (10, 20, 30, 50, 80), CleanConfig().min_words),
    Rule("few_letters", lambda r, m: m.letter_ratio, False, (0.4, 0.5, 0.6, 0.7, 0.8), 0.6),
    Rule("repeated_lines", lambda r, m: m.repeated_ratio, True, (0.1, 0.2, 0.3, 0.5, 0.8), 0.3),
    Rule("word_length, characters", lambda r, m: m.mean_word_chars, True, (5, 6, 8, 10), rules.LONGEST_WORD),
    Rule("symbols", lambda r, m: m.symbol_ratio, True, (0.01, 0.03, 0.1, 0.2), rules.MOST_SYMBOLS_RATIO),
    Rule("cut_off_lines", lambda r, m: m.cut_off_ratio, True, (0.05, 0.1, 0.3, 0.6),
    rules.MOST_CUT_OFF_RATIO),
    Rule("repeated_phrase", lambda r, m: m.top_fourgram_ratio, True, (0.04, 0.08, 0.16, 0.3),
    rules.MOST_FOURGRAM_RATIO),
    Rule("link_list", lambda r, m: m.links_ratio * (m.num_links >= rules.FEWEST_LINKS), True, (0.1, 0.3,
    0.6, 0.9), rules.MOST_LINKS_RATIO),
    Rule("few_stop_words", lambda r, m: function_ratio(r.lower_words, "en"), False, (0.05, 0.1, 0.15, 0.2,
    0.28), rules.LEAST_FUNCTION_RATIO),
    Rule("garbled", lambda r, m: prose_quality(r, "en"), False, (0.2, 0.35, 0.5, 0.7, 0.9),
    shard.LEAST_LINGUISTIC),
    Rule("coherence alone", lambda r, m: prose_coherence(r), False, (0.2, 0.33, 0.5, 0.7, 0.9), 0.33),
    Rule("low_quality, relevance 1", lambda r, m: _quality(r, 1.0), False, (0.6, 0.7, 0.75, 0.8, 0.9),
    CleanConfig().min_quality),
    Rule("low_quality, relevance 0.8", lambda r, m: _quality(r, 0.8), False, (0.6, 0.7, 0.75, 0.8, 0.9),
    CleanConfig().min_quality),
)  # fmt: skip
TABLE_RULES = (
    Rule("statistics: too_short", lambda r, m: m.num_words, False, (6, 8, 20, 50), 8),
    Rule("statistics: no_numbers", lambda r, m: m.num_numbers, False, (1, 4, 10, 30), 4),
    Rule("statistics: few_letters", lambda r, m: m.letter_ratio, False, (0.02, 0.05, 0.2, 0.5), 0.02),
    Rule("record: repeated_lines", lambda r, m: m.repeated_ratio, True, (0.5, 0.8, 0.95, 0.99), 0.99),
    Rule("Gopher's few_letters", lambda r, m: m.letter_ratio, False, (0.6, 0.8), 0.02),
    Rule("table coherence", lambda r, m: table_coherence(r), False, (0.3, 0.5, 0.7, 0.9), 0.33),
    Rule("table linguistic", lambda r, m: table_quality(r), False, (0.3, 0.5, 0.7, 0.9), 0),
)  # fmt: skip


def _quality(reading: Reading, relevance: float) -> float:
    return (0.3 * prose_coherence(reading) + 0.4 * relevance + 0.1 * prose_quality(reading, "en")) / 0.8


def main(data: Path) -> None:
    """Print all of it."""
    real = real_texts(data)
    texts = real | broken_texts(real["articles"])
    readings = {
        name: [Reading(tidy(text, mask_contacts=False)) for text in found] for name, found in texts.items()
    }
    measured = {name: [(r, measure(r)) for r in found] for name, found in readings.items()}
    print_sweep("Prose", RULES, {name: measured[name] for name in PROSE_SETS})
    print_sweep("Tables and records", TABLE_RULES, {name: measured[name] for name in TABLE_SETS})
    print_shapes(measured)
    print_unwanted(measured)
    print_scores(readings)
    print_consistency(data)
    print_speed(texts["articles"])


def real_texts(data: Path) -> dict[str, list[str]]:
    """Return the real texts by set."""
    articles = [row["text"] for row in _rows(data / "near_duplicates/bbcsport.jsonl.gz")]
    games = _rows(data / "box_scores/nba_box_score_recap.jsonl.gz")
    leagues = sorted((data / "openfootball").glob("*/*.json"))
    answers = [read_json(file.read_bytes(), "utf-8") for file in leagues]
    for file in sorted((data / "nfl_gamecenter").glob("*.json.gz"))[::20]:
        answers.append(read_json(gzip.decompress(file.read_bytes()), "utf-8"))
    return {
        "articles": articles,
        "openings": [" ".join(text.split()[:SHORT_WORDS]).rsplit(".", 1)[0] + "." for text in articles],
        "recaps": [game["detokenized_text"] for game in games],
        "box scores": [_box_score_text(_record(game)) for game in games],
        "records": [answer.text for answer in answers if not isinstance(answer, str)],
    }


def broken_texts(articles: list[str]) -> dict[str, list[str]]:
    """Return broken texts by set, made from articles."""
    chance = random.Random(SEED)
    sentences = [
        [s.strip() + "." for s in SENTENCE_BREAK.split(text) if len(s.split()) > 4] for text in articles
    ]
    sentences = [found for found in sentences if len(found) > 5]

    def one() -> str:
        return chance.choice(chance.choice(sentences))

    def shuffled(text: str) -> str:
        words = text.split()
        return " ".join(chance.sample(words, len(words)))

    return {
        "titles": [
            "\n".join(" ".join(one().split()[:7]).rstrip(".") for _ in range(20)) for _ in range(NUM_BROKEN)
        ],
        "cut-off": [
            "\n".join(" ".join(one().split()[:14]) + "\u2026" for _ in range(12)) for _ in range(NUM_BROKEN)
        ],
        "mixed": [" ".join(one() for _ in range(18)) for _ in range(NUM_BROKEN)],
        "shuffled": [shuffled(text) for text in articles[:NUM_BROKEN]],
    }


def print_sweep(title: str, swept: Sequence[Rule], sets: dict[str, list[tuple[Reading, Measures]]]) -> None:
    """Print the share of each set that each rule alone rejects, by threshold."""
    print(f"\n### {title}: per cent rejected by one rule alone\n")
    print(
        "| rule | threshold | " + " | ".join(f"{name} ({len(found)})" for name, found in sets.items()) + " |"
    )
    print("|---|---|" + "---|" * len(sets))
    for rule in swept:
        values = {name: np.array([rule.value(*pair) for pair in found]) for name, found in sets.items()}
        for threshold in rule.thresholds:
            shares = [
                np.mean(v > threshold if rule.more_is_worse else v < threshold) for v in values.values()
            ]
            mark = "*" if threshold == rule.in_use else ""
            print(
                f"| {rule.name} | {threshold:g}{mark} | "
                + " | ".join(f"{100 * s:.1f}" for s in shares)
                + " |"
            )


def print_shapes(measured: dict[str, list[tuple[Reading, Measures]]]) -> None:
    """Print how many texts, taken for news, are judged as tables."""
    print("\n### Judged as statistics where the page is news, per cent\n")
    for name, found in measured.items():
        share = np.mean([shape_of("news", *pair) == "statistics" for pair in found])
        print(f"{name}: {100 * share:.1f}")


def print_unwanted(measured: dict[str, list[tuple[Reading, Measures]]]) -> None:
    """Print how many real texts the rules for notices, abuse and affiliates take."""
    print("\n### Real texts taken for notices, abuse or affiliates\n")
    for name in ("articles", "openings", "recaps"):
        pairs = measured[name]
        found = [unwanted.notice_reason(r, m.num_words) or unwanted.unwanted_reason(r) for r, m in pairs]
        print(f"{name}: {sum(reason is not None for reason in found)} of {len(found)}")


def print_scores(readings: dict[str, list[Reading]]) -> None:
    """Print quantiles of coherence and linguistic quality."""
    print("\n### Scores: 5%, median, 95%\n\n| set | coherence | linguistic |\n|---|---|---|")
    for name, found in readings.items():
        table = name in TABLE_SETS
        scores = [
            (table_coherence(r), table_quality(r)) if table else (prose_coherence(r), prose_quality(r, "en"))
            for r in found
        ]
        cells = [
            ", ".join(f"{q:.2f}" for q in np.quantile(part, [0.05, 0.5, 0.95]))
            for part in zip(*scores, strict=True)
        ]
        print(f"| {name} | {cells[0]} | {cells[1]} |")


def print_consistency(data: Path) -> None:
    """Print the consistency of recaps with their own, an altered and another game's numbers, and by marked "
    "sentence."""
    games = _rows(data / "box_scores/nba_box_score_recap.jsonl.gz")
    records = [json.dumps(_record(game)) for game in games]
    texts = [game["detokenized_text"] for game in games]
    chance = random.Random(SEED)
    altered = [
        re.sub(r"\d+", lambda m: str(int(m[0]) + chance.choice((-3, -2, -1, 1, 2, 3))), text)
        for text in texts
    ]
    print("\n### Consistency: least, median, greatest\n")
    for name, found in (
        ("own box score", zip(texts, records, strict=True)),
        ("every number altered by 1 to 3", zip(altered, records, strict=True)),
        ("another game's box score", zip(texts, records[1:] + records[:1], strict=True)),
    ):
        scores = [score for text, record in found if (score := consistency(text, record)) is not None]
        print(
            f"{name}: "
            + ", ".join(f"{q:.2f}" for q in np.quantile(scores, [0, 0.5, 1]))
            + f" ({len(scores)})"
        )
    marked = defaultdict(set)
    with (data / "box_scores/nba_recap_errors.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["TYPE"] == "NUMBER":
                marked[row["TEXT_ID"].removesuffix(".txt")].add(int(row["SENTENCE_ID"]))
    claims: dict[bool, list[bool]] = {True: [], False: []}
    for game, record in zip(games, records, strict=True):
        facts = read_facts(record)
        assert facts is not None
        for number, sentence in enumerate(re.split(r"(?<= [.!?]) ", game["cleaned_text"]), 1):
            plain = re.sub(r" ([.,])", r"\1", re.sub(r"(\d+) - (\d+)", r"\1-\2", sentence))
            claims[number in marked[game["shared_task_text_id"]]] += check_claims(plain, facts)
    for wrong, found in claims.items():
        name = "sentences marked as having a wrong number" if wrong else "other sentences"
        print(f"{name}: {100 * np.mean(found):.1f}% of {len(found)} claims agree")


def print_speed(articles: list[str]) -> None:
    """Print documents a CPU-second, whole stage and without the topic model."""
    topics, config = shipped_model(), CleanConfig()
    documents = [
        {"id": "i", "source": "s", "ordinal": 0, "kind": "news", "sport": sport, "language": "en",
        "events": [],
         "url": "", "title": "", "opt_outs": [], "record": None, "text": text}
        for sport in (None, "football") for text in articles
    ]  # fmt: skip
    words = np.mean([len(text.split()) for text in articles])
    print(f"\n### Speed, articles of {words:.0f} words\n")
    for name, part in (("whole", documents[: len(articles)]), ("sport stated", documents[len(articles) :])):
        start = time.process_time()
        for document in part:
            shard.clean_document(document, config, topics)
        print(f"{name}: {len(part) / (time.process_time() - start):.0f} documents a CPU-second")


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _record(game: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the box-score collection as a record of a game."""
    # Some rows have these as objects, some as the text of a Python dictionary.
    values = [game[key] for key in ("box_score", "home_line", "vis_line")]
    box, home, away = (ast.literal_eval(value) if isinstance(value, str) else value for value in values)
    lines = [
        {"name": box["PLAYER_NAME"][row]}
        | {stat.lower(): int(box[stat][row]) for stat in box if str(box[stat][row]).isdigit()}
        for row in box["PLAYER_NAME"]
    ]
    teams = [
        {key.removeprefix("TEAM-").replace("-", "_").lower(): value for key, value in line.items()}
        for line in (home, away)
    ]
    return {
        "type": "game",
        "home": f"{game['home_city']} {game['home_name']}",
        "away": f"{game['vis_city']} {game['vis_name']}",
        "home_nickname": game["home_name"],
        "away_nickname": game["vis_name"],
        "home_score": int(home["TEAM-PTS"]),
        "away_score": int(away["TEAM-PTS"]),
        "periods": [
            [int(line[f"TEAM-PTS_QTR{quarter}"]) for line in (home, away)] for quarter in (1, 2, 3, 4)
        ],
        "players": lines,
        "teams": [{"name": team["name"]} | team for team in teams],
    }


def _box_score_text(record: dict[str, Any]) -> str:
    columns = ("min", "fgm", "fga", "reb", "ast", "pts")
    rows = ["Player | " + " | ".join(columns)]
    rows += [
        " | ".join([line["name"], *(str(line.get(c, "")) for c in columns)]) for line in record["players"]
    ]
    return f"{record['home']} {record['home_score']}\n{record['away']} {record['away_score']}\n" + "\n".join(
        rows
    )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data"))
