"""The way of the data, written once: which stage follows which, and what each one reads.

``refresh`` and ``train`` are walked by a run (each step a Prefect task) and by a plan (each step a look into
the lake), so that a plan cannot tell another story than the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from tasks.config import PipelineConfig
from tasks.lake import Snapshot

STAGES = (
    "crawl",
    "extract",
    "topics",
    "clean",
    "dedup",
    "mix",
    "tokenizer",
    "encode",
    "conversations",
    "pretrain",
    "sft",
    "align",
    "evaluate",
    "register",
)
Made = TypeVar("Made")


class Walk(Protocol[Made]):
    """Takes one step: a stage of one snapshot, on the results of earlier steps."""

    @property
    def config(self) -> PipelineConfig: ...
    def __call__(self, stage: str, snapshot: Snapshot, **inputs: Sequence[Made]) -> Made: ...
    def imported(self, snapshot: Snapshot, artifact: str) -> list[Made]: ...


@dataclass(frozen=True)
class Data(Generic[Made]):
    """The documents of a chain of snapshots, before and after cleaning and deduplication, oldest first."""

    documents: list[Made]
    unique: list[Made]


def refresh(walk: Walk[Made], chain: Sequence[Snapshot]) -> Data[Made]:
    """Fetch, extract, clean and deduplicate each snapshot; those done before cost a look each.

    The classifiers are one for the whole chain, so that a refresh equals a rebuild: those shipped, or what
    the documents of its first snapshot teach.
    """
    raw: dict[str, list[Made]] = {}
    for snapshot in chain:
        earlier = [made for found in raw.values() for made in found]
        crawled = [walk("crawl", snapshot, earlier=earlier)] if snapshot.kind == "crawl" else []
        raw[snapshot.id] = crawled + walk.imported(snapshot, "raw")
    documents = {s.id: [walk("extract", s, raw=raw[s.id])] if raw[s.id] else [] for s in chain}
    for snapshot in chain:
        documents[snapshot.id] += walk.imported(snapshot, "documents")
    teachers = documents[chain[0].id] if walk.config.topics.model == "trained" else []
    classifiers = [walk("topics", chain[0], documents=teachers)]
    cleaned = {s.id: walk("clean", s, documents=documents[s.id], classifiers=classifiers) for s in chain}
    unique: list[Made] = []
    for snapshot in chain:
        unique.append(walk("dedup", snapshot, clean=[cleaned[snapshot.id]], earlier=list(unique)))
    return Data([made for found in documents.values() for made in found], unique)


def encode_with(walk: Walk[Made], chain: Sequence[Snapshot], data: Data[Made], tokenizer: Made) -> list[Made]:
    """Encode each snapshot's unique documents under one tokenizer."""
    return [
        walk("encode", snapshot, unique=[unique], tokenizer=[tokenizer])
        for snapshot, unique in zip(chain, data.unique, strict=True)
    ]


def train(walk: Walk[Made], chain: Sequence[Snapshot], data: Data[Made], config: PipelineConfig) -> Made:
    """Mix, learn a vocabulary, train, tune, evaluate and package a model on the whole chain."""
    head = chain[-1]
    mixture = walk("mix", head, unique=data.unique, documents=data.documents)
    everything = {"mixture": [mixture], "unique": data.unique, "documents": data.documents}
    vocabulary = walk("tokenizer", head, **everything)
    tokens = encode_with(walk, chain, data, vocabulary)
    questions = walk("conversations", head, **everything)
    model = base = walk("pretrain", head, mixture=[mixture], tokens=tokens, tokenizer=[vocabulary])
    tuned = []
    if config.sft.enabled:
        model = walk("sft", head, checkpoint=[model], conversations=[questions], tokenizer=[vocabulary])
        tuned.append(model)
    if config.align.enabled:
        model = walk("align", head, checkpoint=[model], conversations=[questions], tokenizer=[vocabulary])
        tuned.append(model)
    report = walk(
        "evaluate",
        head,
        checkpoint=[model],
        trained=[base, *tuned],
        tokens=tokens,
        tokenizer=[vocabulary],
        conversations=[questions],
        **everything,
    )
    return walk("register", head, checkpoint=[model], report=[report], tokenizer=[vocabulary])
