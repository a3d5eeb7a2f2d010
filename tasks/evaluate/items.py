"""The questions a model is asked: about held-out games with a page, about trained games without one.

Wrong options come first from the page itself (the other team, the referee instead of the scorer), then from
the real distribution of answers to that kind of question in that sport: who does not read the question cannot
tell them from the right one. They are drawn from games on the same side of the split, so that having been
seen in training speaks for none of the options.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sportslm_model.chat_format import question_prompt
from tasks.conversations.build import answerable, random_for
from tasks.conversations.facts import Game, answers_by_kind, read_games, wrong_answers
from tasks.conversations.questions import CLOSED_BOOK, closed_book_question, open_book_question
from tasks.conversations.reading import blanks_of, candidates_of, passages_of
from tasks.counts import Counts
from tasks.evaluate.config import EvaluateStageConfig
from tasks.mix.chain import MixedText, SnapshotFiles, mixed_texts
from tasks.mix.splits import Split
from tasks.schema import Kind

OPEN_BOOK, CLOSED_BOOK_SUITE = "open_book", "closed_book"
CHOICE_FILE, CLOZE_FILE, PRIOR_FILE = "choice.jsonl", "cloze.jsonl", "prior.json"
READING_PER_DOCUMENT = 3
# Of a long page only so many passages are asked about.
MAX_PASSAGES = 16
Item = dict[str, Any]
Answers = dict[str, dict[str, list[tuple[str, ...]]]]


def build_items(
    mixture: Path, chain: Sequence[SnapshotFiles], out: Path, config: EvaluateStageConfig
) -> Counts:
    """Write ``choice.jsonl`` and ``cloze.jsonl`` for the evaluation job, and ``prior.json`` for the report.

    Where the lake holds no records of games, questions are fill-in-the-blank on held-out documents.

    Returns:
        questions that could be asked, those that are, and how many were over the limits.

    Raises:
        ValueError: if nothing was held out, or nothing can be asked about it.
    """
    games = read_games(chain)
    held_out = [text for text in mixed_texts(mixture, chain, Split.VALIDATION) if text.kind != Kind.RECORD]
    if not held_out:
        raise ValueError(
            "the mixture holds no document out, so nothing can be evaluated; "
            "raise mix.validation_ratio or add documents"
        )
    open_book = list(_about_games(held_out, games, config)) or list(_reading(held_out, config))
    if not open_book:
        raise ValueError(
            f"no question can be asked about the {len(held_out)} held-out documents: they name no recorded "
            "game and have no sentence with a name or number to blank out"
        )
    trained = {event for text in mixed_texts(mixture, chain, Split.TRAIN) for event in text.events}
    closed_book = list(_closed_book([game for event, game in games.items() if event in trained], config))
    asked = [
        *_drawn(open_book, config.max_open_book_items, config.items_seed),
        *_drawn(closed_book, config.max_closed_book_items, config.items_seed),
    ]
    cloze = [
        item
        for suite in (OPEN_BOOK, CLOSED_BOOK_SUITE)
        for item in _drawn([_as_cloze(item) for item in asked if item["suite"] == suite],
                           config.max_cloze_items, config.items_seed)
    ]  # fmt: skip
    write_lines(out / CHOICE_FILE, asked)
    write_lines(out / CLOZE_FILE, cloze)
    priors = _priors(asked, [games[event] for event in games if event in trained], games)
    (out / PRIOR_FILE).write_text(json.dumps(priors, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    num_possible = len(open_book) + len(closed_book)
    over = num_possible - len(asked)
    extra = {suite: sum(item["suite"] == suite for item in asked) for suite in (OPEN_BOOK, CLOSED_BOOK_SUITE)}
    extra |= {
        "cloze": len(cloze),
        "open_book_events": len({i["event"] for i in asked if i["suite"] == OPEN_BOOK}),
    }
    return Counts(num_possible, len(asked), {"over_limit": over} if over else {}, extra)


def _about_games(
    held_out: Iterable[MixedText], games: dict[str, Game], config: EvaluateStageConfig
) -> Iterator[Item]:
    """Yield a question for each fact of a held-out game that a page of it tells, on a page drawn by seed."""
    pages: dict[tuple[str, str], list[tuple[str, str, int]]] = defaultdict(list)
    for text in held_out:
        if len(text.events) == 1 and text.events[0] in games:
            for passage in passages_of(text.text, config.max_passage_bytes, MAX_PASSAGES):
                for fact, form in answerable(games[text.events[0]], passage):
                    pages[text.events[0], fact.kind].append((text.id, passage, form))
    answers = _answers_by_sport(games[event] for event in dict.fromkeys(event for event, _ in pages))
    for (event, kind), found in sorted(pages.items()):
        random_ = random_for(config.items_seed, OPEN_BOOK, event, kind)
        id_, passage, form = random_.choice(found)
        game = games[event]
        others = answers[game.sport][kind]
        wrong = wrong_answers(game.facts[kind], form, passage, others, random_, config.num_options - 1)
        right = game.facts[kind].forms[form]
        if len(wrong) == config.num_options - 1:
            question = open_book_question(kind, random_)
            yield _item(f"{id_}-{kind}", OPEN_BOOK, event, kind, passage, question, right, wrong, random_)


def _closed_book(trained: Sequence[Game], config: EvaluateStageConfig) -> Iterator[Item]:
    answers = _answers_by_sport(trained)
    for game in trained:
        for kind in sorted(CLOSED_BOOK.keys() & game.facts.keys()):
            random_ = random_for(config.items_seed, CLOSED_BOOK_SUITE, game.event, kind)
            fact = game.facts[kind]
            wrong = wrong_answers(fact, 0, None, answers[game.sport][kind], random_, config.num_options - 1)
            if len(wrong) == config.num_options - 1:
                question = closed_book_question(kind, game, random_)
                id_ = f"{game.event}-{kind}"
                yield _item(
                    id_, CLOSED_BOOK_SUITE, game.event, kind, "", question, fact.forms[0], wrong, random_
                )


def _reading(held_out: Sequence[MixedText], config: EvaluateStageConfig) -> Iterator[Item]:
    """Yield fill-in-the-blank questions; wrong options are other names or numbers, the page's own first."""
    passages = [
        (text, passage)
        for text in held_out
        for passage in passages_of(text.text, config.max_passage_bytes, 1)
    ]
    real = {
        is_number: [answer for _, passage in passages for answer in candidates_of(passage, is_number)]
        for is_number in (True, False)
    }
    for text, passage in passages:
        random_ = random_for(config.items_seed, "reading", text.id)
        for number, blank in enumerate(blanks_of(passage, random_, READING_PER_DOCUMENT)):
            own = [answer for answer in candidates_of(passage, blank.is_number) if answer != blank.answer]
            random_.shuffle(own)
            own = [answer for answer in own if answer not in blank.question]
            pool = [
                answer for answer in real[blank.is_number] if answer != blank.answer and answer not in own
            ]
            wrong = own[: config.num_options - 1]
            while len(wrong) < config.num_options - 1 and (
                pool := [other for other in pool if other not in wrong]
            ):
                wrong.append(random_.choice(pool))
            if len(wrong) == config.num_options - 1:
                kind = "reading_number" if blank.is_number else "reading_name"
                id_ = f"{text.id}-reading-{number}"
                yield _item(
                    id_, OPEN_BOOK, text.id, kind, passage, blank.question, blank.answer, wrong, random_
                )


def _item(
    id_: str,
    suite: str,
    event: str,
    kind: str,
    context: str,
    question: str,
    right: str,
    wrong: Sequence[str],
    random_: random.Random,
) -> Item:
    options = [right, *wrong]
    random_.shuffle(options)
    return {
        "id": id_,
        "suite": suite,
        "event": event,
        "kind": kind,
        "context": context,
        "question": question,
        "options": options,
        "answer": options.index(right),
    }


def _priors(items: Iterable[Item], trained: Iterable[Game], games: dict[str, Game]) -> dict[str, int]:
    """Return for each item about a game the option that was most often the answer in training."""
    counts = {
        (sport, kind): Counter(form for forms in answers for form in forms)
        for sport, kinds in _answers_by_sport(trained).items()
        for kind, answers in kinds.items()
    }
    priors = {}
    for item in items:
        if item["event"] in games:
            seen = counts.get((games[item["event"]].sport, item["kind"]), Counter())
            times = [seen[option] for option in item["options"]]
            priors[item["id"]] = times.index(max(times))
    return priors


def _as_cloze(item: Item) -> Item:
    return {
        "id": item["id"],
        "suite": item["suite"],
        "event": item["event"],
        "prompt": question_prompt(item["question"], item["context"] or None),
        "answer": item["options"][item["answer"]],
    }


def _answers_by_sport(games: Iterable[Game]) -> Answers:
    by_sport: dict[str, list[Game]] = defaultdict(list)
    for game in games:
        by_sport[game.sport].append(game)
    return {sport: answers_by_kind(members) for sport, members in by_sport.items()}


def _drawn(items: Sequence[Item], count: int, seed: int) -> list[Item]:
    """Return at most ``count`` items, drawn by a seeded hash and spread evenly over events."""
    by_event: dict[str, list[Item]] = defaultdict(list)
    for item in sorted(items, key=lambda item: random_for(seed, "draw", item["suite"], item["id"]).random()):
        by_event[item["event"]].append(item)
    events = sorted(by_event, key=lambda event: random_for(seed, "draw", event).random())
    rounds = max((len(by_event[event]) for event in events), default=0)
    spread = [
        by_event[event][turn] for turn in range(rounds) for event in events if turn < len(by_event[event])
    ]
    return sorted(spread[:count], key=lambda item: (item["event"], item["id"]))


def write_lines(path: Path, rows: Iterable[Item]) -> None:
    """Write rows as JSON, one a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as lines:
        for row in rows:
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
