"""Terms that the rules for unwanted pages count. They are matched whole, in any case, and never alone decide.

Slurs and graphic terms are listed to find abuse and pornography, as few as do that: words that are also
names, places or ordinary English are left out.
"""

from __future__ import annotations

# Slurs against groups of people, with their plurals.
SLURS = frozenset(
    [
        "nigger",
        "niggers",
        "nigga",
        "niggas",
        "kike",
        "kikes",
        "spics",
        "chinks",
        "gook",
        "gooks",
        "faggot",
        "faggots",
        "fagots",
        "trannies",
        "wetback",
        "wetbacks",
        "raghead",
        "ragheads",
        "pakis",
        "subhumans",
        "untermenschen",
    ]
)

# Words of pornographic pages.
GRAPHIC = frozenset(
    [
        "blowjob",
        "blowjobs",
        "cumshot",
        "cumshots",
        "creampie",
        "creampies",
        "gangbang",
        "gangbangs",
        "milf",
        "milfs",
        "handjob",
        "handjobs",
        "deepthroat",
        "porn",
        "porno",
        "pornhub",
        "xxx",
        "pussy",
        "pussies",
        "cocks",
        "cum",
        "tits",
        "bukkake",
        "hentai",
        "camgirl",
        "camgirls",
        "anal",
        "dildo",
        "threesome",
    ]
)

# One of these words stands in every phrase of BETTING that is looked for.
BETTING_WORDS = frozenset(
    [
        "bonus",
        "bonuses",
        "promo",
        "promotional",
        "bet",
        "bets",
        "betting",
        "odds",
        "gamble",
        "gambleaware",
        "gambling",
        "acca",
        "accas",
        "parlay",
        "picks",
        "casino",
        "casinos",
        "spins",
        "wager",
        "wagering",
        "tips",
        "deposit",
    ]
)

# What affiliates of bookmakers and tipsters write, and reporters do not.
BETTING = (
    r"bonus codes?", r"promo(?:tional)? codes?", r"sign[- ]?up (?:bonus|offer)", r"welcome (?:bonus|offer)",
    r"free bets?\b", r"bet (?:\$|\u00a3|\u20ac)\d+,? (?:and )?get", r"risk[- ]free bets?",
    r"no[- ]deposit bonus",
    r"deposit bonus", r"odds boosts?", r"boosted odds", r"enhanced odds", r"best odds", r"be ?gamble ?aware",
    r"gamble responsibly", r"gambling problem\?", r"1-800-gambler", r"18\+", r"21\+", r"t&cs? apply",
    r"terms and conditions apply", r"new customers? (?:only|offer)",
    r"claim (?:your|this|the) (?:bonus|offer)",
    r"bet now\b", r"bet here\b", r"place your bets?", r"betting tips", r"tips? of the day", r"acca tips?",
    r"\baccas?\b",
    r"parlay picks?", r"best bets?\b", r"free picks?", r"sure (?:wins?|bets?|odds)\b", r"fixed matches",
    r"nap of the day",
    r"online casinos?", r"casino bonus(?:es)?", r"online slots?", r"free spins", r"bookmaker bonus",
    r"bitcoin betting",
    r"live casino", r"wager(?:ing)? requirements?", r"bonus bets?\b", r"betting (?:sites?|apps?|offers?)\b",
)  # fmt: skip
