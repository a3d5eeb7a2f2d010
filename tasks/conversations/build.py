"""Conversations and preference pairs out of a mixture's documents and the records of its games.

A document's side of the split decides its conversations' side, and a game's pages are all on one side: what
is held out is never asked about in training.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sportslm_model.chat_format import question_prompt
from tasks.conversations.config import ConversationsConfig
from tasks.conversations.facts import Fact, Game, answers_by_kind, form_in, read_games, wrong_answers
from tasks.conversations.questions import CLOSED_BOOK, OPEN_BOOK, closed_book_question, open_book_question
from tasks.conversations.reading import blanks_of, passages_of
from tasks.counts import Counts
from tasks.identity import digest
from tasks.mix.chain import MixedText, SnapshotFiles, mixed_texts
from tasks.mix.splits import Split
from tasks.schema import (
    CONVERSATIONS,
    DOCUMENTS,
    MIXTURE,
    PREFERENCES,
    read_parquet,
    table_of,
    write_parquet,
)

CONVERSATIONS_FILE = "conversations.parquet"
PREFERENCES_FILE = "preferences.parquet"
Row = dict[str, Any]


@dataclass(frozen=True)
class _Known:
    """What is known while documents stream by: games, the training split's answers, licences."""

    games: Mapping[str, Game]
    answers: Mapping[str, Sequence[tuple[str, ...]]]
    licences: Mapping[str, str | None]
    reading_share: float
    config: ConversationsConfig


def build_conversations(
    mixture: Path, chain: Sequence[SnapshotFiles], out: Path, config: ConversationsConfig
) -> Counts:
    """Write ``conversations.parquet`` and ``preferences.parquet``, in the mixture's order.

    Returns:
        the mixture's documents, those that gave a conversation, and why the others did not; ``extra`` counts
        conversations by kind and split, and preference pairs.
    """
    used = {row["id"]: row for row in read_parquet(mixture, MIXTURE).to_pylist() if row["exclusion"] is None}
    known = _known(mixture, chain, used, config)
    conversations: list[Row] = []
    preferences: list[Row] = []
    dropped: Counter[str] = Counter()
    seen: dict[str, MixedText] = {}
    rows_in = 0
    for document in mixed_texts(mixture, chain):
        rows_in += 1
        made = list(_conversations_of(document, known))
        conversations += made
        preferences += _preferences_of(document, known)
        if not made:
            dropped["no_question_found"] += 1
        if len(document.events) == 1:
            seen.setdefault(document.events[0], document)
    for event, document in sorted(seen.items()):
        if event in known.games:
            conversations += _closed_book(known.games[event], document, known)
    write_parquet(table_of(conversations, CONVERSATIONS), out / CONVERSATIONS_FILE)
    write_parquet(table_of(preferences, PREFERENCES), out / PREFERENCES_FILE)
    extra = Counter(f"{row['split']}_{row['kind']}" for row in conversations)
    extra["preferences"] = len(preferences)
    return Counts(rows_in, rows_in - dropped.total(), dict(dropped), dict(sorted(extra.items())))


def _known(
    mixture: Path, chain: Sequence[SnapshotFiles], used: Mapping[str, Row], config: ConversationsConfig
) -> _Known:
    games = read_games(chain)
    licences = {
        id_: licence
        for part in chain
        for path in part.documents
        for id_, licence in zip(
            *read_parquet(path, DOCUMENTS, ["id", "licence"]).to_pydict().values(), strict=True
        )
    }
    sides = {event: text.split for text in mixed_texts(mixture, chain) for event in text.events}
    trained = [game for event, game in games.items() if sides.get(event) == Split.TRAIN]
    share = config.max_reading_documents / max(len(used), 1)
    return _Known(games, answers_by_kind(trained), licences, share, config)


def random_for(seed: int, *names: str) -> random.Random:
    """Return a generator that depends on a seed and names alone, not on what came before."""
    return random.Random(digest(str(seed), *names))


def _conversations_of(document: MixedText, known: _Known) -> Iterator[Row]:
    for place, passage in enumerate(_passages(document, known.config)):
        made = list(_open_book(document, place, passage, known))
        yield from made or _reading(document, place, passage, known)


def _passages(document: MixedText, config: ConversationsConfig) -> list[str]:
    return passages_of(document.text, config.max_passage_bytes, config.passages_per_document)


def answerable(game: Game, passage: str) -> list[tuple[Fact, int]]:
    """Return the facts of a game whose answer stands in a passage, with the form it stands there in."""
    facts = [fact for kind, fact in sorted(game.facts.items()) if kind in OPEN_BOOK]
    return [(fact, form) for fact in facts if (form := form_in(fact, passage)) is not None]


def _game_of(document: MixedText, known: _Known) -> Game | None:
    return known.games.get(document.events[0]) if len(document.events) == 1 else None


def _open_book(document: MixedText, place: int, passage: str, known: _Known) -> Iterator[Row]:
    game = _game_of(document, known)
    facts = answerable(game, passage) if game else []
    for number in range(known.config.conversations_per_passage if facts else 0):
        name = f"open_book-{place}-{number}"
        random_ = random_for(known.config.seed, document.id, name)
        asked = random_.sample(facts, min(len(facts), known.config.questions_per_conversation))
        pairs = [(open_book_question(fact.kind, random_), fact.forms[form]) for fact, form in asked]
        yield _row(document, "open_book", name, dialogue(pairs, passage, known.config.learn_passages), known)


def _reading(document: MixedText, place: int, passage: str, known: _Known) -> Iterator[Row]:
    config = known.config
    if int(digest(str(config.seed), "reading", document.id)[:8], 16) / 16**8 >= known.reading_share:
        return
    for number in range(config.reading_per_passage):
        name = f"reading-{place}-{number}"
        random_ = random_for(config.seed, document.id, name)
        blanks = blanks_of(passage, random_, config.questions_per_conversation)
        if blanks:
            pairs = [(blank.question, blank.answer) for blank in blanks]
            yield _row(
                document, "reading", name, dialogue(pairs, passage, known.config.learn_passages), known
            )


def _closed_book(game: Game, document: MixedText, known: _Known) -> Iterator[Row]:
    facts = [fact for kind, fact in sorted(game.facts.items()) if kind in CLOSED_BOOK]
    for number in range(known.config.closed_book_per_game if facts else 0):
        random_ = random_for(known.config.seed, "closed_book", game.event, str(number))
        asked = random_.sample(facts, min(len(facts), known.config.questions_per_conversation))
        pairs = [(closed_book_question(fact.kind, game, random_), fact.forms[0]) for fact in asked]
        yield _row(
            document,
            "closed_book",
            f"closed_book-{number}",
            dialogue(pairs, None, known.config.learn_passages),
            known,
        )


def dialogue(
    pairs: Sequence[tuple[str, str]], passage: str | None = None, learn_passages: bool = False
) -> list[Row]:
    """Return the messages of several questions in a row; the passage, if any, comes with the first."""
    messages: list[Row] = []
    for number, (question, answer) in enumerate(pairs):
        prompt = question_prompt(question, None if number else passage)
        messages.append({"role": "user", "content": prompt, "loss": learn_passages})
        messages.append({"role": "assistant", "content": answer, "loss": True})
    return messages


def _preferences_of(document: MixedText, known: _Known) -> Iterable[Row]:
    game = _game_of(document, known)
    if game is None:
        return
    random_ = random_for(known.config.seed, "preferences", document.id)
    passage = random_.choice(_passages(document, known.config) or [""])
    facts = answerable(game, passage)
    for fact, form in random_.sample(facts, min(len(facts), known.config.preferences_per_document)):
        wrong = wrong_answers(fact, form, passage, known.answers.get(fact.kind, ()), random_, 1)
        if wrong:
            prompt = question_prompt(open_book_question(fact.kind, random_), passage)
            yield {
                "id": f"{document.id}-{fact.kind}",
                "document_id": document.id,
                "split": document.split,
                "source": document.source,
                "licence": known.licences.get(document.id),
                "prompt": [{"role": "user", "content": prompt, "loss": False}],
                "chosen": fact.forms[form],
                "rejected": wrong[0],
            }


def _row(document: MixedText, kind: str, name: str, messages: list[Row], known: _Known) -> Row:
    return {
        "id": f"{document.id}-{name}",
        "document_id": document.id,
        "split": document.split,
        "kind": kind,
        "source": document.source,
        "licence": known.licences.get(document.id),
        "events": list(document.events),
        "messages": messages,
    }
