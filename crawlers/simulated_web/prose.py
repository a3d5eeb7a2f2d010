"""Match reports, quizzes, previews and round-ups, in words that vary from game to game and site to site.

The score is always written with the higher number first ("3-1"); numbers of 1,000 and more carry a comma.
Every report names winner, loser, score, venue, attendance and top scorer, most of them twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from crawlers.simulated_web import phrases
from crawlers.simulated_web.world import Game, World

BIG_RATIO = 2.2  # scores this far apart are told as routs


@dataclass(frozen=True)
class Story:
    """A piece of prose: a headline and paragraphs."""

    title: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The paragraphs as one text."""
        return "\n".join(self.paragraphs)


Facts = dict[str, str]


def facts_of(game: Game, world: World | None = None) -> Facts:
    """Return every key of the templates for one game.

    W, L are the full names of winner and loser, w, l their nicknames (home and visitors after a draw); H,
    A, h, a home and visitors; S score; V venue; C city; DAY weekday; LG league; M the sport's word for a
    game; P, p the top scorer's full and family name, t his team, N his points, U their unit, UU its
    plural; P2, N2, t2 the second scorer; A_ attendance; HS, HN, T score, name and leader at half-time; D
    decisive period; X extra period; R referee; K, k coaches of winner and loser; WS, LS, HSC, ASC single
    scores; nh, na next opponents.
    """
    rules = game.league.rules
    winner, loser = game.winner or game.home, game.loser or game.away
    top, top_team, points = game.tallies[0]
    half = game.half_score
    facts = {
        "W": winner.name, "L": loser.name, "w": winner.nickname, "l": loser.nickname,
        "H": game.home.name, "A": game.away.name, "h": game.home.nickname, "a": game.away.nickname,
        "S": game.score, "V": game.home.venue, "C": game.home.city, "DAY": game.starts_at.strftime("%A"),
        "LG": game.league.name, "M": rules.contest, "P": top, "p": top.split()[-1], "t": top_team.nickname,
        "N": str(points), "U": rules.credit[points != 1], "UU": rules.credit[1], "A_": f"{game.attendance:,}",
        "HS": f"{max(half)}-{min(half)}", "HN": rules.half_name,
        "T": (game.home if half[0] > half[1] else game.away).nickname,
        "D": game.decisive_period, "X": rules.extra_period, "R": game.referee,
        "K": winner.coach, "k": loser.coach, "hc": game.home.coach, "ac": game.away.coach,
        "WS": str(max(game.home_score, game.away_score)), "LS": str(min(game.home_score, game.away_score)),
        "HSC": str(game.home_score), "ASC": str(game.away_score), "CAP": f"{game.home.capacity:,}",
        "hp": game.home.squad[0], "ap": game.away.squad[0],
    }  # fmt: skip
    second = next((row for row in game.tallies[1:] if row[2] < points), None)
    if second:
        facts |= {"P2": second[0], "N2": str(second[2]), "t2": second[1].nickname}
    if world:
        facts |= _next_opponents(game, world)
    return facts


def report(game: Game, world: World, site: str, sentences: int = 11) -> Story:
    """Return a match report of about ``sentences`` sentences; each site tells it in its own words."""
    rng = Random(f"report|{site}|{world.seed}|{game.number}")
    facts = facts_of(game, world)
    lead = _pick(rng, _leads(game), facts)
    middle = [
        _pick(rng, phrases.SCORER, facts),
        _pick(rng, phrases.ATTENDANCE, facts),
        _pick(rng, phrases.VENUE, facts),
        _half(rng, game, facts),
    ]
    extras = [
        _pick(rng, phrases.DECISIVE if game.winner else phrases.DECISIVE_DRAW, facts),
        _pick(rng, phrases.REFEREE, facts),
        _quote(rng, facts),
        rng.choice(phrases.COLOUR),
        _pick(rng, phrases.NEXT, facts),
    ]
    if "P2" in facts:
        extras.append(_pick(rng, phrases.SECOND, facts))
    rng.shuffle(extras)
    if game.overtime:
        extras.insert(0, _pick(rng, phrases.OVERTIME, facts))
    middle += extras[: max(0, sentences - len(middle) - 3)]
    rng.shuffle(middle)
    end = [_pick(rng, phrases.RESTATE_WIN if game.winner else phrases.RESTATE_DRAW, facts)]
    again = _pick(rng, rng.choice((phrases.SCORER_AGAIN, phrases.ATTENDANCE, phrases.VENUE)), facts)
    end += [again] if again not in middle else []
    rng.shuffle(end)
    return Story(_headline(rng, game, facts), _paragraphs(rng, [lead, *middle, *end]))


def quiz(game: Game, world: World) -> tuple[Story, list[tuple[str, str]]]:
    """Return a short summary of a game, and the questions and answers printed below it."""
    rng = Random(f"quiz|{world.seed}|{game.number}")
    facts = facts_of(game, world)
    won = game.winner is not None
    sentences = [
        _pick(rng, phrases.SCORER, facts),
        _pick(rng, phrases.ATTENDANCE, facts),
        _pick(rng, phrases.VENUE, facts),
        _pick(rng, phrases.REFEREE, facts),
        _half(rng, game, facts),
    ]
    rng.shuffle(sentences)
    summary = [_pick(rng, phrases.QUIZ_INTRO, facts), _pick(rng, _leads(game), facts), *sentences]
    summary.append(_pick(rng, phrases.RESTATE_WIN if won else phrases.RESTATE_DRAW, facts))
    winner = (phrases.QUESTION_WINNER, phrases.ANSWER_WINNER if won else phrases.ANSWER_WINNER_DRAW)
    loser = (phrases.QUESTION_LOSER, phrases.ANSWER_LOSER if won else phrases.ANSWER_LOSER_DRAW)
    topics = [
        winner,
        (phrases.QUESTION_SCORE, phrases.ANSWER_SCORE),
        (phrases.QUESTION_VENUE, phrases.ANSWER_VENUE),
        (phrases.QUESTION_SCORER, phrases.ANSWER_SCORER),
        (phrases.QUESTION_ATTENDANCE, phrases.ANSWER_ATTENDANCE),
        loser,
        (phrases.QUESTION_POINTS, phrases.ANSWER_POINTS),
        (phrases.QUESTION_REFEREE, phrases.ANSWER_REFEREE),
    ]
    chosen = sorted(rng.sample(range(len(topics)), 5))
    if 6 in chosen and 3 not in chosen:  # "How many did he score?" follows its antecedent
        chosen = sorted({*chosen, 3})
    pairs = [(_pick(rng, topics[i][0], facts), _pick(rng, topics[i][1], facts)) for i in chosen]
    return Story(_pick(rng, phrases.QUIZ_TITLE, facts), _paragraphs(rng, summary)), pairs


def preview(game: Game, world: World) -> Story:
    """Return a preview of a game that gives away nothing of its result."""
    rng = Random(f"preview|{world.seed}|{game.number}")
    facts = facts_of(game)
    body = [template.format_map(facts) for template in rng.sample(phrases.PREVIEW_BODY, 6)]
    title = rng.choice(("Preview: {h} v {a}", "{h} v {a}: what to expect", "{a} on the road at {V}"))
    lead = _pick(rng, phrases.PREVIEW_LEAD, facts)
    return Story(title.format_map(facts), _paragraphs(rng, [lead, *body, rng.choice(phrases.COLOUR[4:8])]))


def roundup(games: Sequence[Game], world: World) -> Story:
    """Return one league's matchday in a paragraph for each game."""
    first = games[0]
    rng = Random(f"roundup|{world.seed}|{first.number}")
    paragraphs = []
    for game in games:
        facts = facts_of(game, world)
        sentences = [_pick(rng, phrases.SCORER, facts), _pick(rng, phrases.ATTENDANCE, facts)]
        rng.shuffle(sentences)
        paragraphs.append(" ".join([_pick(rng, _leads(game), facts), *sentences[: rng.choice((1, 2))]]))
    titles = (
        f"{first.league.name} round-up: week {first.matchday}",
        f"Week {first.matchday} in the {first.league.name}",
    )
    return Story(rng.choice(titles), tuple(paragraphs))


def syndicated(story: Story, rng: Random) -> Story:
    """Return a near-copy: an agency line added, one sentence cut, the heading changed.

    The sentence is the one whose loss changes the text least, so that the copy stays above ``jaccard`` .7.
    """
    credit = rng.choice(("(Northern Wire)", "NORTHERN WIRE -", "By our agency desk.", "Agency report."))
    title = rng.choice(("{}, agency reports", "Wire: {}", "{} (agency)")).format(story.title)
    copies = []
    for cut in [s for text in story.paragraphs for s in _sentences(text)][1:]:
        if '"' in cut:
            continue
        kept = [" ".join(s for s in _sentences(text) if s != cut) for text in story.paragraphs]
        paragraphs = [text for text in kept if text]
        copies.append(Story(title, (f"{credit} {paragraphs[0]}", *paragraphs[1:])))
    return max(copies, key=lambda copy: (jaccard(story, copy), copy.text))


def jaccard(one: Story, other: Story, words: int = 5) -> float:
    """Return the exact Jaccard similarity of two stories' word 5-grams, headings included."""
    sets = []
    for story in (one, other):
        tokens = f"{story.title} {story.text}".lower().split()
        sets.append({tuple(tokens[i : i + words]) for i in range(len(tokens) - words + 1)})
    return len(sets[0] & sets[1]) / max(1, len(sets[0] | sets[1]))


def _sentences(text: str) -> list[str]:
    """Split our own prose, whose quotations hold no full stop of their own."""
    parts = text.split(". ")
    return [part if i == len(parts) - 1 else part + "." for i, part in enumerate(parts)]


def _pick(rng: Random, templates: Sequence[str], facts: Facts) -> str:
    sentence = rng.choice(templates).format_map(facts)
    return sentence[0].upper() + sentence[1:]


def _leads(game: Game) -> Sequence[str]:
    if game.winner is None:
        return phrases.LEAD_DRAW
    high, low = max(game.home_score, game.away_score), min(game.home_score, game.away_score)
    basketball = game.league.sport == "basketball"
    if (high - low >= 25) if basketball else (high >= BIG_RATIO * max(low, 1) and high - low >= 4):
        return phrases.LEAD_BIG + phrases.LEAD_WIN[:8]
    if high - low <= (3 if high > 15 else 1):
        return phrases.LEAD_CLOSE + phrases.LEAD_WIN[:8]
    return phrases.LEAD_WIN


def _half(rng: Random, game: Game, facts: Facts) -> str:
    home, away = game.half_score
    return _pick(rng, phrases.HALF_LEVEL if home == away else phrases.HALF_LEAD, facts)


def _quote(rng: Random, facts: Facts) -> str:
    happy = rng.random() < 0.5
    said = rng.choice(phrases.HAPPY if happy else phrases.GLUM)
    return _pick(rng, phrases.QUOTE_WIN if happy else phrases.QUOTE_LOSS, facts | {"Q": said})


def _headline(rng: Random, game: Game, facts: Facts) -> str:
    if game.winner is None:
        return _pick(rng, phrases.HEADLINE_DRAW, facts)
    templates: tuple[str, ...] = phrases.HEADLINE_WIN
    if game.tallies[0][1] is game.loser:
        templates = tuple(t for t in templates if "{p}" not in t) + phrases.HEADLINE_LED_BY_LOSER
    return _pick(rng, templates, facts)


def _paragraphs(rng: Random, sentences: Sequence[str]) -> tuple[str, ...]:
    """Group sentences into paragraphs of two to four."""
    paragraphs, rest = [], list(sentences)
    while rest:
        size = rng.choice((2, 3, 3, 4))
        size = len(rest) if len(rest) - size < 2 else size
        paragraphs.append(" ".join(rest[:size]))
        rest = rest[size:]
    return tuple(paragraphs)


def _next_opponents(game: Game, world: World) -> Facts:
    found = {}
    for key, team in (("nh", game.home), ("na", game.away)):
        for other in world.schedule(game.matchday + 1):
            if team in other:
                found[key] = (other[1] if other[0] is team else other[0]).nickname
    return found
