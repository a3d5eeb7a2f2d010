"""Five leagues, sixty teams, every game and every fact: one world for each (seed, matchday).

Matchday N of a seed contains matchday N-1 unchanged; nothing here reads a clock or the process's randomness.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from random import Random

from crawlers.simulated_web import scoring
from crawlers.simulated_web.names import NameBook
from crawlers.simulated_web.scoring import Play, SportRules, play_game, player_tallies

TEAMS_PER_LEAGUE = 12
GAMES_PER_MATCHDAY = 30  # five leagues of six games
MAX_MATCHDAY = 300
SEASON_START = datetime(2026, 8, 15, tzinfo=UTC)  # a Saturday: matchday 14 is 14 November

LEAGUES = (
    # slug, name, rules, days after Saturday, hour of the start (UTC)
    ("premier-division", "Premier Division", scoring.FOOTBALL, 0, 15),
    ("continental-basketball-league", "Continental Basketball League", scoring.BASKETBALL, 1, 19),
    ("northern-hockey-league", "Northern Hockey League", scoring.ICE_HOCKEY, 0, 18),
    ("coastal-baseball-league", "Coastal Baseball League", scoring.BASEBALL, -1, 17),
    ("gridiron-conference", "Gridiron Conference", scoring.AMERICAN_FOOTBALL, 1, 14),
)


@dataclass(frozen=True)
class Team:
    """One team; ``name`` is city and nickname, the form in which records name it."""

    id: str
    slug: str
    name: str
    nickname: str
    city: str
    venue: str
    capacity: int
    coach: str
    squad: tuple[str, ...]
    strength: float


@dataclass(frozen=True)
class League:
    """One league and its twelve teams."""

    index: int
    slug: str
    name: str
    rules: SportRules
    day_offset: int
    hour: int
    teams: tuple[Team, ...]
    referees: tuple[str, ...]

    @property
    def sport(self) -> str:
        """The sport's name in the catalogue's list of sports."""
        return self.rules.sport


@dataclass(frozen=True)
class Game:
    """One game, played or scheduled, with every fact the sites tell about it."""

    number: int
    matchday: int
    league: League = field(repr=False)
    home: Team
    away: Team
    starts_at: datetime
    plays: tuple[Play, ...] = field(repr=False)
    attendance: int
    referee: str

    @property
    def code(self) -> str:
        """The game's number in URLs: ``g0012``."""
        return f"g{self.number:04d}"

    @property
    def id(self) -> str:
        """The event identifier every page about the game carries: ``sim:g0012``."""
        return f"sim:{self.code}"

    @cached_property
    def period_scores(self) -> tuple[tuple[int, int], ...]:
        """Points of (home, away) in each period, an extra one last if it was played."""
        num = max([len(self.league.rules.periods), *(play.period + 1 for play in self.plays)])
        totals = [[0, 0] for _ in range(num)]
        for play in self.plays:
            totals[play.period][play.side] += play.points
        return tuple((home, away) for home, away in totals)

    @property
    def home_score(self) -> int:
        """The home team's final score."""
        return sum(home for home, _ in self.period_scores)

    @property
    def away_score(self) -> int:
        """The visitors' final score."""
        return sum(away for _, away in self.period_scores)

    @property
    def winner(self) -> Team | None:
        """The winner, or None after a draw."""
        if self.home_score == self.away_score:
            return None
        return self.home if self.home_score > self.away_score else self.away

    @property
    def loser(self) -> Team | None:
        """The loser, or None after a draw."""
        if self.winner is None:
            return None
        return self.away if self.winner is self.home else self.home

    @property
    def score(self) -> str:
        """The final score as reports write it: the higher number first, ``3-1``."""
        return f"{max(self.home_score, self.away_score)}-{min(self.home_score, self.away_score)}"

    @property
    def half_score(self) -> tuple[int, int]:
        """The score of (home, away) when the sport's reports first look back."""
        halves = self.period_scores[: self.league.rules.half]
        return sum(home for home, _ in halves), sum(away for _, away in halves)

    @cached_property
    def tallies(self) -> list[tuple[str, Team, int]]:
        """Scorers as (name, team, points), most points first, then as they first scored."""
        teams = (self.home, self.away)
        rows = [
            (teams[side].squad[i], teams[side], n)
            for (side, i), n in player_tallies(list(self.plays)).items()
        ]
        return sorted(rows, key=lambda row: -row[2])

    @property
    def overtime(self) -> bool:
        """Whether an extra period was needed."""
        return len(self.period_scores) > len(self.league.rules.periods)

    def period_name(self, index: int) -> str:
        """Return a period's name in the sport's words."""
        periods = self.league.rules.periods
        return periods[index] if index < len(periods) else self.league.rules.extra_period

    @cached_property
    def decisive_period(self) -> str:
        """The period in which the winner gained most (the liveliest one after a draw)."""
        sign = 0 if self.winner is None else 1 if self.winner is self.home else -1
        gains = [sign * (home - away) if sign else home + away for home, away in self.period_scores]
        return self.period_name(max(range(len(gains)), key=lambda i: (gains[i], i)))

    def record(self) -> dict[str, object]:
        """Return the game as the API tells it: the ground truth of every question about it."""
        name, team, points = self.tallies[0]
        half = self.half_score
        return {
            "type": "game",
            "id": self.id,
            "date": self.starts_at.date().isoformat(),
            "matchday": self.matchday,
            "sport": self.league.sport,
            "league": self.league.name,
            "home": self.home.name,
            "away": self.away.name,
            "home_nickname": self.home.nickname,
            "away_nickname": self.away.nickname,
            "home_score": self.home_score,
            "away_score": self.away_score,
            "score": self.score,
            "winner": self.winner.name if self.winner else None,
            "loser": self.loser.name if self.loser else None,
            "venue": self.home.venue,
            "city": self.home.city,
            "attendance": self.attendance,
            "top_scorer": name,
            "top_scorer_team": team.name,
            "top_scorer_points": points,
            "top_scorer_unit": self.league.rules.credit[points != 1],
            "half": {"name": self.league.rules.half_name, "home": half[0], "away": half[1]},
            "periods": [list(scores) for scores in self.period_scores],
            "decisive_period": self.decisive_period,
            "overtime": self.overtime,
            "referee": self.referee,
            "home_coach": self.home.coach,
            "away_coach": self.away.coach,
        }


class World:
    """All leagues and all games up to a matchday, and the schedule of the next one."""

    def __init__(self, seed: int, matchday: int) -> None:
        """Build the world.

        Raises:
            ValueError: if the matchday is not in 1 to ``MAX_MATCHDAY``.
        """
        if not 1 <= matchday <= MAX_MATCHDAY:
            raise ValueError(f"matchday {matchday} is outside the simulation; use 1 to {MAX_MATCHDAY}")
        self.seed = seed
        self.matchday = matchday
        names = NameBook(seed)
        self.leagues = tuple(_league(names, seed, index) for index in range(len(LEAGUES)))
        self.games = [game for day in range(1, matchday + 1) for game in self.games_of(day)]

    @property
    def upcoming(self) -> list[Game]:
        """The next matchday's games, which previews are about."""
        return self.games_of(self.matchday + 1)

    def games_of(self, matchday: int) -> list[Game]:
        """Return one matchday's thirty games, in their order of numbers."""
        return [
            self._game(league, matchday, slot)
            for league in self.leagues
            for slot in range(TEAMS_PER_LEAGUE // 2)
        ]

    def schedule(self, matchday: int) -> list[tuple[Team, Team]]:
        """Return who meets whom on a matchday, as (home, away)."""
        slots = range(TEAMS_PER_LEAGUE // 2)
        return [_pairing(league, matchday, slot) for league in self.leagues for slot in slots]

    def league_games(self, league: League, matchday: int | None = None) -> list[Game]:
        """Return a league's games so far, or those of one matchday."""
        return [g for g in self.games if g.league is league and matchday in (None, g.matchday)]

    def _game(self, league: League, matchday: int, slot: int) -> Game:
        home, away = _pairing(league, matchday, slot)
        number = (matchday - 1) * GAMES_PER_MATCHDAY + league.index * (TEAMS_PER_LEAGUE // 2) + slot + 1
        rng = Random(f"game|{self.seed}|{number}")
        edge = max(-1.0, min(1.0, home.strength - away.strength + 0.12))
        plays = play_game(league.rules, rng, edge)
        filled = min(1.0, max(0.35, rng.gauss(0.8, 0.13)))
        day = timedelta(
            days=7 * (matchday - 1) + league.day_offset, hours=league.hour, minutes=30 * (slot % 4)
        )
        return Game(
            number=number,
            matchday=matchday,
            league=league,
            home=home,
            away=away,
            starts_at=SEASON_START + day,
            plays=tuple(plays),
            attendance=int(home.capacity * filled) - rng.randrange(60),
            referee=rng.choice(league.referees),
        )


def _league(names: NameBook, seed: int, index: int) -> League:
    slug, name, rules, day_offset, hour = LEAGUES[index]
    rng = Random(f"league|{seed}|{index}")
    teams = []
    for place in range(TEAMS_PER_LEAGUE):
        city, nickname = names.city(), names.nickname()
        teams.append(
            Team(
                id=f"sim:t{index * TEAMS_PER_LEAGUE + place + 1:02d}",
                slug=f"{city} {nickname}".lower().replace(" ", "-"),
                name=f"{city} {nickname}",
                nickname=nickname,
                city=city,
                venue=names.venue(rules.sport),
                capacity=rng.randint(*rules.crowd),
                coach=names.person(),
                squad=tuple(names.person() for _ in range(rules.squad)),
                strength=rng.uniform(-0.5, 0.5),
            )
        )
    referees = tuple(names.person() for _ in range(6))
    return League(index, slug, name, rules, day_offset, hour, tuple(teams), referees)


def _pairing(league: League, matchday: int, slot: int) -> tuple[Team, Team]:
    """Return (home, away) by the circle method; the return leg swaps the sides."""
    rounds = TEAMS_PER_LEAGUE - 1
    leg, turn = divmod(matchday - 1, rounds)
    ring = [0, *((i + turn) % rounds + 1 for i in range(rounds))]
    a, b = ring[slot], ring[-1 - slot]
    swap = (slot == 0 and turn % 2 == 1) != (leg % 2 == 1)
    home, away = (b, a) if swap else (a, b)
    return league.teams[home], league.teams[away]
