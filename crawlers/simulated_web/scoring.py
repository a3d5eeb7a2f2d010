"""How games of each sport are scored: a play-by-play from which every other fact of a game is derived."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class SportRules:
    """What the simulation and the prose need to know about one sport.

    ``unit`` is what a team's score counts; ``credit`` what a player's counts (a hitter's runs batted in).
    ``half`` is the number of periods before the score that reports call ``half_name``.
    """

    sport: str
    contest: str
    unit: tuple[str, str]
    credit: tuple[str, str]
    periods: tuple[str, ...]
    extra_period: str
    half: int
    half_name: str
    draws: bool
    squad: int
    crowd: tuple[int, int]


QUARTERS = ("first quarter", "second quarter", "third quarter", "fourth quarter")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")

FOOTBALL = SportRules(
    sport="football",
    contest="match",
    unit=("goal", "goals"),
    credit=("goal", "goals"),
    periods=("first half", "second half"),
    extra_period="extra time",
    half=1,
    half_name="half-time",
    draws=True,
    squad=9,
    crowd=(6_000, 52_000),
)
BASKETBALL = SportRules(
    sport="basketball",
    contest="game",
    unit=("point", "points"),
    credit=("point", "points"),
    periods=QUARTERS,
    extra_period="overtime",
    half=2,
    half_name="half-time",
    draws=False,
    squad=9,
    crowd=(4_000, 19_500),
)
ICE_HOCKEY = SportRules(
    sport="ice_hockey",
    contest="game",
    unit=("goal", "goals"),
    credit=("goal", "goals"),
    periods=("first period", "second period", "third period"),
    extra_period="overtime",
    half=2,
    half_name="the second intermission",
    draws=False,
    squad=9,
    crowd=(3_500, 18_500),
)
BASEBALL = SportRules(
    sport="baseball",
    contest="game",
    unit=("run", "runs"),
    credit=("run batted in", "runs batted in"),
    periods=tuple(f"{ordinal} inning" for ordinal in ORDINALS),
    extra_period="tenth inning",
    half=5,
    half_name="the end of the fifth",
    draws=False,
    squad=9,
    crowd=(5_000, 41_000),
)
AMERICAN_FOOTBALL = SportRules(
    sport="american_football",
    contest="game",
    unit=("point", "points"),
    credit=("point", "points"),
    periods=QUARTERS,
    extra_period="overtime",
    half=2,
    half_name="half-time",
    draws=False,
    squad=9,
    crowd=(18_000, 78_000),
)


@dataclass(frozen=True)
class Play:
    """One scoring play: ``side`` 0 is the home team; ``player`` indexes that side's squad."""

    period: int
    side: int
    player: int
    points: int


def poisson(rng: Random, mean: float) -> int:
    """Return a Poisson draw (Knuth's product method; means here are below 12)."""
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def skewed(rng: Random, num_players: int) -> int:
    """Return a player's index; the first of a squad score most."""
    return min(int(rng.expovariate(0.45)), num_players - 1)


def play_game(rules: SportRules, rng: Random, edge: float) -> list[Play]:
    """Return a game's scoring plays in order; ``edge`` in about [-1, 1] favours the home side.

    Retries until somebody scored, one player scored more than any other where the sport allows it, and the
    score is level only in a sport with draws.
    """
    plays: list[Play] = []
    for _ in range(60):
        plays = _attempt(rules, rng, edge)
        home, away = (sum(play.points for play in plays if play.side == side) for side in (0, 1))
        if home == away and home > 0 and not rules.draws:
            side = 0 if rng.random() < 0.5 + edge / 3 else 1
            points = {"basketball": rng.randint(2, 9), "american_football": 3}.get(rules.sport, 1)
            plays.append(Play(len(rules.periods), side, skewed(rng, rules.squad), points))
        if not plays or (home == away and not rules.draws and home == 0):
            continue
        tallies = sorted(player_tallies(plays).values(), reverse=True)
        if len(tallies) == 1 or tallies[0] > tallies[1]:
            return plays
        if tallies[0] == 1 and rng.random() < 0.2:  # 1-1 and 1-0 games exist, and stay somewhat rarer
            return plays
    return plays


def player_tallies(plays: list[Play]) -> dict[tuple[int, int], int]:
    """Return each scorer's points by (side, player)."""
    tallies: dict[tuple[int, int], int] = {}
    for play in plays:
        key = (play.side, play.player)
        tallies[key] = tallies.get(key, 0) + play.points
    return tallies


Scorer = Callable[[SportRules, Random, int, float], list[Play]]


def _attempt(rules: SportRules, rng: Random, edge: float) -> list[Play]:
    blowout = rng.random() < 0.08
    swing = edge + (rng.choice((-1.4, 1.4)) if blowout else 0.0)
    plays: list[Play] = []
    for side, lean in ((0, swing), (1, -swing)):
        plays.extend(_SIDES[rules.sport](rules, rng, side, lean))
    order = [(play.period, rng.random(), play) for play in plays]
    return [play for _, _, play in sorted(order, key=lambda row: row[:2])]


def _goals(mean: float) -> Scorer:
    def side_plays(rules: SportRules, rng: Random, side: int, lean: float) -> list[Play]:
        count = min(poisson(rng, max(mean * (1 + 0.55 * lean), 0.2)), 9)
        return [
            Play(rng.randrange(len(rules.periods)), side, skewed(rng, rules.squad), 1) for _ in range(count)
        ]

    return side_plays


def _runs(rules: SportRules, rng: Random, side: int, lean: float) -> list[Play]:
    target = min(poisson(rng, max(4.4 * (1 + 0.5 * lean), 0.4)), 15)
    plays: list[Play] = []
    while target > 0:
        runs = min(rng.choice((1, 1, 1, 2, 2, 3, 4)), target)
        plays.append(Play(rng.randrange(9), side, rng.randrange(rules.squad), runs))
        target -= runs
    return plays


def _baskets(rules: SportRules, rng: Random, side: int, lean: float) -> list[Play]:
    weights = [
        rng.uniform(0.3, 1.0) + (1.6 if player < 2 else 0.4 if player < 5 else 0)
        for player in range(rules.squad)
    ]
    plays: list[Play] = []
    for period in range(4):
        target = max(12, round(rng.gauss(24.5 + 3.2 * lean, 4.2)))
        while target > 0:
            points = min(rng.choice((1, 2, 2, 2, 3, 3)), target)
            plays.append(Play(period, side, rng.choices(range(rules.squad), weights)[0], points))
            target -= points
    return plays


def _drives(rules: SportRules, rng: Random, side: int, lean: float) -> list[Play]:
    kicker = rules.squad - 1
    plays: list[Play] = []
    for _ in range(min(poisson(rng, max(2.5 * (1 + 0.5 * lean), 0.3)), 7)):
        period = rng.randrange(4)
        plays.append(Play(period, side, skewed(rng, rules.squad - 1), 6))
        if rng.random() < 0.93:
            plays.append(Play(period, side, kicker, 1))
    for _ in range(min(poisson(rng, 1.6), 5)):
        plays.append(Play(rng.randrange(4), side, kicker, 3))
    return plays


_SIDES: dict[str, Scorer] = {
    "football": _goals(1.6),
    "ice_hockey": _goals(3.0),
    "baseball": _runs,
    "basketball": _baskets,
    "american_football": _drives,
}
