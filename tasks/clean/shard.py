"""One file of documents to ``clean.parquet`` and ``rejected.parquet``: clean's shard function."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from crawlers.opt_outs import is_training_opt_out
from tasks.clean.config import CleanConfig
from tasks.clean.consistency import consistency
from tasks.clean.language import guess_language
from tasks.clean.quality import Scores, form_scores
from tasks.clean.reading import Reading
from tasks.clean.rules import RULES, measure, reject_reason, shape_of, unreadable_reason
from tasks.clean.tidy import tidy
from tasks.clean.unwanted import notice_reason, unwanted_reason
from tasks.counts import Counts
from tasks.extract.rejects import Rejects
from tasks.schema import CLEAN, DOCUMENTS, Kind, Sport, read_parquet, table_of, write_parquet
from tasks.topics.model import Topic, TopicModel, load_model, shipped_model

KNOWN_SPORTS = {sport.value for sport in Sport} - {Sport.OTHER.value}
READ = ["id", "source", "ordinal", "kind", "sport", "language", "events", "url", "title", "opt_outs"]
READ += ["record", "text"]
# Below this a text is no language, whatever its words are about; the combination gives this score a tenth.
LEAST_LINGUISTIC = 0.35


def clean_shard(documents: Path, out: Path, config: CleanConfig, classifiers: Path) -> Counts:
    """Write the documents worth keeping, in the order they came in, and return the counts.

    ``classifiers`` is the file of the topic model that decides what is about sport.

    Raises:
        ValueError: if ``documents`` is not a table of documents.
    """
    rejects, topics = Rejects(), load_model(classifiers)
    table = read_parquet(documents, DOCUMENTS, READ)
    rows: list[dict[str, Any]] = []
    for batch in table.to_batches(max_chunksize=1024):
        for document in batch.to_pylist():
            row = clean_document(document, config, topics)
            if isinstance(row, str):
                detail = (
                    f"{document['kind']}, {document['language'] or 'no language'}, {document['url'] or ''}"
                )
                rejects.add(document["id"], row, detail=detail, excerpt=document["text"] or "")
            else:
                rows.append(row)
    write_parquet(table_of(rows, CLEAN), out / "clean.parquet")
    rejects.write(out / "rejected.parquet")
    num_bytes = sum(row["num_bytes"] for row in rows)
    return Counts(len(table), len(rows), rejects.dropped(), {"bytes_out": num_bytes})


def clean_document(
    document: dict[str, Any], config: CleanConfig, topics: TopicModel | None = None
) -> dict[str, Any] | str:
    """Return one row of ``CLEAN``, or the named reason why the document is left out."""
    if config.respect_opt_outs and any(is_training_opt_out(name) for name in document.get("opt_outs") or ()):
        return "opted_out"
    kind = document["kind"] if document["kind"] in RULES else Kind.NEWS.value
    text = tidy(document["text"] or "", mask_contacts=config.mask_contacts, prose=RULES[kind].prose)
    reading = Reading(text)
    found = measure(reading)
    shape = shape_of(kind, reading, found)
    language = decide_language(text, shape, document["language"])
    reason = (
        (RULES[kind].prose and notice_reason(reading, found.num_words))
        or unreadable_reason(reading, shape, found, config.min_words, config.max_bytes)
        or (None if _takes(config.languages, language) else "language")
        or reject_reason(reading, shape, language, found)
        or unwanted_reason(reading)
    )
    if reason:
        return reason
    topic = decide_topic(document, text, topics or shipped_model())
    if not topic.is_sport and config.require_sport:
        return "not_sport"
    coherence, linguistic = form_scores(reading, shape, language)
    scores = Scores(
        coherence=coherence,
        relevance=topic.probability if config.require_sport else None,
        consistency=decide_consistency(document, kind, text),
        linguistic=linguistic,
    )
    if RULES[shape].prose and linguistic < LEAST_LINGUISTIC and config.min_quality:
        return "garbled"
    if scores.quality() < config.min_quality:
        return "low_quality"
    return {
        **{name: document[name] for name in ("id", "source", "ordinal", "events")},
        "kind": kind,
        "sport": topic.sport.value,
        "language": language,
        "quality": scores.quality(),
        **scores.columns(),
        "relevance": round(topic.probability, 3),
        "num_bytes": len(text.encode()),
        "text": text,
    }


def decide_language(text: str, shape: str, declared: str | None) -> str | None:
    """Return the text's language; tables and records, almost without function words, as they declare it."""
    if not RULES[shape].prose:
        return declared or guess_language(text) or "en"
    return guess_language(text) or declared


def decide_topic(document: dict[str, Any], text: str, topics: TopicModel) -> Topic:
    """Return the sport the source states, with probability 1, else what the text shows.

    A document that names a game is about sport, whatever its words.
    """
    if document["sport"] in KNOWN_SPORTS:
        return Topic(Sport(document["sport"]), is_sport=True, probability=1.0)
    topic = topics.topic(text, document["url"] or "", document["title"] or "")
    return replace(topic, is_sport=True, probability=1.0) if document["events"] else topic


def decide_consistency(document: dict[str, Any], kind: str, text: str) -> float | None:
    """Return how far a text agrees with its record; a record's own text is written from it, and checked "
    "there."""
    if not document.get("record"):
        return None
    return 1.0 if kind == Kind.RECORD.value else consistency(text, document["record"])


def _takes(languages: tuple[str, ...], language: str | None) -> bool:
    return not languages or "" in languages or language in languages
