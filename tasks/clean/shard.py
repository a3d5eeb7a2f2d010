"""One file of documents to ``clean.parquet`` and ``rejected.parquet``: clean's shard function."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crawlers.opt_outs import is_training_opt_out
from tasks.clean.config import CleanConfig
from tasks.clean.language import guess_language
from tasks.clean.rules import RULES, measure, quality, reject_reason
from tasks.clean.sport import sport_of
from tasks.clean.tidy import tidy
from tasks.counts import Counts
from tasks.extract.rejects import Rejects
from tasks.schema import CLEAN, DOCUMENTS, Kind, Sport, read_parquet, table_of, write_parquet

KNOWN_SPORTS = {sport.value for sport in Sport} - {Sport.OTHER.value}
READ = ["id", "source", "ordinal", "kind", "sport", "language", "events", "url", "title", "opt_outs", "text"]


def clean_shard(documents: Path, out: Path, config: CleanConfig) -> Counts:
    """Write the documents worth keeping, in the order they came in, and return the counts.

    Raises:
        ValueError: if ``documents`` is not a table of documents.
    """
    rejects = Rejects()
    table = read_parquet(documents, DOCUMENTS, READ)
    rows: list[dict[str, Any]] = []
    for batch in table.to_batches(max_chunksize=1024):
        for document in batch.to_pylist():
            row = clean_document(document, config)
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


def clean_document(document: dict[str, Any], config: CleanConfig) -> dict[str, Any] | str:
    """Return one row of ``CLEAN``, or the named reason why the document is left out."""
    if config.respect_opt_outs and any(is_training_opt_out(name) for name in document.get("opt_outs") or ()):
        return "opted_out"
    text = tidy(document["text"] or "", mask_contacts=config.mask_contacts)
    kind = document["kind"] if document["kind"] in RULES else Kind.NEWS.value
    language = decide_language(text, kind, document["language"])
    found = measure(text)
    reason = reject_reason(
        text, kind, language, found, min_words=config.min_words, max_bytes=config.max_bytes
    )
    if reason:
        return reason
    if not _takes(config.languages, language):
        return "language"
    sport = decide_sport(document, kind, text)
    if sport is None and config.require_sport:
        return "not_sport"
    return {
        **{name: document[name] for name in ("id", "source", "ordinal", "events")},
        "kind": kind,
        "sport": sport or Sport.OTHER.value,
        "language": language,
        "quality": quality(text, kind, language, found),
        "num_bytes": len(text.encode()),
        "text": text,
    }


def decide_language(text: str, kind: str, declared: str | None) -> str | None:
    """Return the text's language; tables and records, almost without function words, as they declare it."""
    if kind in (Kind.STATISTICS.value, Kind.RECORD.value):
        return declared or guess_language(text) or "en"
    return guess_language(text) or declared


def decide_sport(document: dict[str, Any], kind: str, text: str) -> str | None:
    """Return the sport the source states, else what the text shows; None if it is not about sport."""
    if document["sport"] in KNOWN_SPORTS:
        return str(document["sport"])
    topic = sport_of(text, document["url"] or "", document["title"] or "")
    if topic.is_sport or document["events"]:
        return topic.sport.value
    return None


def _takes(languages: tuple[str, ...], language: str | None) -> bool:
    return not languages or "" in languages or language in languages
