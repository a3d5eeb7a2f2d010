"""Learning both classifiers from documents that say what they are about, and what can be expected of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.clean.language import guess_language
from tasks.counts import Counts
from tasks.lake import digest_of
from tasks.schema import DOCUMENTS, Kind, Sport, read_parquet
from tasks.topics.config import TopicsConfig
from tasks.topics.features import SPORTS, Features, Vector, features_of, is_word, log_count
from tasks.topics.fit import Rows, fit_many, fit_two, minimise
from tasks.topics.labels import Label, of_terms, weak_label
from tasks.topics.model import FILE, FORMAT, TopicModel
from tasks.topics.report import report_markdown

READ = ["id", "source", "kind", "sport", "events", "url", "title", "label", "text"]
# A word is learned that this many documents have, and at most this share of them: "the" told tennis from
# football, by the style of one newsroom.
MIN_DOCUMENTS_OF_WORD, MAX_DOCUMENTS_RATIO = 3, 0.5
# Weights below these say too little to be kept: words of sport or not, and of which sport.
LEAST_WEIGHT, LEAST_WHICH_WEIGHT = 0.05, 0.1
# The share of the table's points in telling sports apart, before anything is learned.
WHICH_TABLE_PRIOR = 4.0
FOLDS = 5
# Documents that begin with the same words are copies or versions, and stay in one fold.
FIRST_WORDS = 8


@dataclass(frozen=True)
class Example:
    """A labelled document. ``group`` is equal for copies; ``collection`` is its source."""

    id: str
    collection: str
    group: str
    label: Label
    features: Features


def learn(documents: Sequence[Path], out: Path, config: TopicsConfig) -> Counts:
    """Write the classifiers that documents teach, and a report; return how many documents taught.

    Raises:
        ValueError: if too few of them say that they are about sport, or about something else.
    """
    num_read, examples = 0, []
    for path in documents:
        for batch in read_parquet(path, DOCUMENTS, READ).to_batches(max_chunksize=1024):
            num_read += len(batch)
            examples += list(labelled(batch.to_pylist()))
            if len(examples) > 2 * config.max_documents:
                examples = drawn(examples, config.max_documents)
    examples = drawn(examples, config.max_documents)
    refuse_too_few(examples, config.min_documents)
    model = learn_from(examples)
    write_model(model, out)
    used = len(examples)
    return Counts(num_read, used, {"not_learned_from": num_read - used} if num_read > used else {})


def labelled(rows: Iterable[Mapping[str, Any]]) -> Iterator[Example]:
    """Yield the documents that say what they are about, or whose words leave no doubt."""
    for row in rows:
        text, label = row["text"] or "", weak_label(row)
        if label is None and (row["kind"] != Kind.NEWS or guess_language(text) != "en"):
            continue
        features = features_of(text, row["title"] or "")
        label = label or of_terms(features)
        if label is not None:
            begin = " ".join(list(features.counts)[:FIRST_WORDS])
            yield Example(row["id"], row["source"], digest_of({"begin": begin}), label, features)


def drawn(examples: Sequence[Example], most: int) -> list[Example]:
    """Return at most so many examples, whichever files they came in; those that say it themselves first."""
    ranked = sorted(examples, key=lambda e: (e.label.origin == "terms", digest_of({"id": e.id})))
    return sorted(ranked[:most], key=lambda e: e.id)


def refuse_too_few(examples: Sequence[Example], needed: int) -> None:
    """Refuse to learn where one side is hardly there.

    Raises:
        ValueError: naming both counts.
    """
    said = Counter(e.label.is_sport for e in examples if e.label.origin != "terms")
    if min(said[True], said[False]) < needed:
        raise ValueError(
            f"too few labelled documents to learn topics from: {said[True]:,} about sport and "
            f"{said[False]:,} about other things by their label, URL section or source, {needed:,} of each "
            "needed (topics.min_documents); import a collection with labels such as politics and sport, or "
            "use topics.model=shipped"
        )


def learn_from(examples: Sequence[Example]) -> dict[str, Any]:
    """Return the content of a classifiers file: weights, origin, and scores on held-out folds."""
    held_out = cross_validate(examples)
    model = fit(examples)
    model["sport"]["slope"], model["sport"]["offset"] = held_out["calibration"]
    collections: dict[str, Counter[str]] = {}
    for example in examples:
        collections.setdefault(example.collection, Counter())[_name(example.label)] += 1
    model["origin"] = {
        "collections": {name: dict(sorted(found.items())) for name, found in sorted(collections.items())},
        "held_out": held_out["scores"],
        "num_documents": len(examples),
        "num_groups": len({example.group for example in examples}),
    }
    return model


def fit(examples: Sequence[Example]) -> dict[str, Any]:
    """Return both classifiers, uncalibrated."""
    told = [e for e in examples if e.label.is_sport is not None]
    words, rows = rows_of([e.features for e in told])
    table = np.array([e.features.of_sport() for e in told])
    is_sport = np.array([bool(e.label.is_sport) for e in told])
    two = fit_two(rows, table, is_sport, np.array([e.label.weight for e in told]))
    model: dict[str, Any] = {
        "format": FORMAT,
        "sport": {
            "bias": round(float(two.bias[0]), 4),
            "table": round(two.table, 4),
            "slope": 1.0,
            "offset": 0.0,
            "words": _kept(words, two.words[:, 0], LEAST_WEIGHT),
        },
        "which": {
            "table": WHICH_TABLE_PRIOR,
            "bias": {name.value: 0.0 for name in SPORTS},
            "words": {name.value: {} for name in SPORTS},
        },
    }
    named = [e for e in examples if e.label.sport is not None]
    if len({e.label.sport for e in named}) > 1:
        words, rows = rows_of([e.features for e in named])
        many = fit_many(
            rows,
            np.stack([e.features.of_sports() for e in named]),
            np.array([SPORTS.index(e.label.sport) for e in named if e.label.sport is not None]),
            np.array([e.label.weight for e in named]),
            WHICH_TABLE_PRIOR,
        )
        model["which"] = {
            "table": round(many.table, 4),
            "bias": {name.value: round(float(many.bias[k]), 4) for k, name in enumerate(SPORTS)},
            "words": {
                name.value: _kept(words, many.words[:, k], LEAST_WHICH_WEIGHT)
                for k, name in enumerate(SPORTS)
            },
        }
    return model


def rows_of(features: Sequence[Features]) -> tuple[list[str], Rows]:
    """Return the words that enough documents share, and each document's as a row of length at most one."""
    documents = Counter(word for found in features for word in found.counts)
    most = MAX_DOCUMENTS_RATIO * len(features)
    words = sorted(w for w, n in documents.items() if MIN_DOCUMENTS_OF_WORD <= n <= most and is_word(w))
    column = {word: number for number, word in enumerate(words)}
    entries = [
        (number, column[word], log_count(count) / found.norm)
        for number, found in enumerate(features)
        for word, count in found.counts.items()
        if word in column
    ]
    rows, columns, values = (np.array(part) for part in zip(*entries, strict=True))
    return words, Rows(rows, columns, values, (len(features), len(words)))


def cross_validate(examples: Sequence[Example]) -> dict[str, Any]:
    """Return scores and calibration on documents whose copies, too, were not learned from.

    Only documents that say themselves what they are about are judged.
    """
    judged: list[tuple[bool, float]] = []
    right, of_named = 0, 0
    for fold in range(FOLDS):
        model = TopicModel(fit([e for e in examples if int(e.group[:8], 16) % FOLDS != fold]))
        for example in examples:
            if int(example.group[:8], 16) % FOLDS != fold or example.label.origin == "terms":
                continue
            judged.append((bool(example.label.is_sport), model.score(example.features)))
            if example.label.sport is not None:
                of_named += 1
                right += model.which(example.features) is example.label.sport
    is_sport = np.array([truth for truth, _ in judged])
    scores = np.array([score for _, score in judged])
    slope, offset = calibrate(scores, is_sport)
    said = slope * scores + offset >= 0
    both = int((said & is_sport).sum())
    return {
        "calibration": (round(slope, 4), round(offset, 4)),
        "scores": {
            "num_judged": len(judged),
            "precision": round(both / max(int(said.sum()), 1), 4),
            "recall": round(both / max(int(is_sport.sum()), 1), 4),
            "f1": round(2 * both / max(int(said.sum() + is_sport.sum()), 1), 4),
            "num_named": of_named,
            "which_sport_accuracy": round(right / max(of_named, 1), 4),
            "folds": FOLDS,
        },
    }


def calibrate(scores: Vector, is_sport: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return the slope and offset that make log odds of scores (Platt 1999), either side weighing the same.

    Each side's target is a little off 0 and 1, as Platt has it, so that scores without an error stay finite.
    """
    num, ones = len(scores), int(is_sport.sum())
    weight = np.where(is_sport, num / (2 * ones), num / (2 * (num - ones)))
    target = np.where(is_sport, (ones + 1) / (ones + 2), 1 / (num - ones + 2))

    def objective(point: Vector) -> tuple[float, Vector]:
        odds = point[0] * scores + point[1]
        loss = (weight * (np.logaddexp(0.0, odds) - target * odds)).sum()
        slope = weight * (np.exp(-np.logaddexp(0.0, -odds)) - target)
        return float(loss), np.array([(slope * scores).sum(), slope.sum()])

    found = minimise(objective, np.array([1.0, 0.0]))
    return float(found[0]), float(found[1])


def write_model(model: Mapping[str, Any], out: Path) -> None:
    """Write a classifiers file and what is to be said about it."""
    (out / FILE).write_text(json.dumps(model, indent=0, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    report = {**model["origin"], "size": sizes(model)}
    (out / "report.json").write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", "utf-8")
    (out / "report.md").write_text(report_markdown(model), "utf-8")


def sizes(model: Mapping[str, Any]) -> dict[str, int]:
    """Return how many words each classifier knows."""
    which = model["which"]["words"].values()
    return {"words": len(model["sport"]["words"]), "words_of_sports": len(set().union(*which))}


def _kept(words: Sequence[str], weights: Vector, least: float) -> dict[str, float]:
    rounded = (round(float(weight), 3) for weight in weights)
    return {word: weight for word, weight in zip(words, rounded, strict=True) if abs(weight) >= least}


def _name(label: Label) -> str:
    about = {True: "sport", False: "not sport", None: "sport or not"}[label.is_sport]
    which = f", {label.sport.value}" if isinstance(label.sport, Sport) else ""
    return f"{label.origin}: {about}{which}"
