"""A fixed input for the digests of the stages: pages written here, byte for byte, in a WARC written by hand.

Nothing of it comes from the simulated web, whose wording may grow; changing this file changes every digest.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TEAMS = ("Arden Foxes", "Bexley Owls", "Corran Kestrels", "Dunmore Miners", "Elgin Gulls", "Fairhaven Stags")
PEOPLE = ("Ada Moss", "Ben Cole", "Cora Lind", "Dan Obi", "Eve Hart", "Finn Vard", "Gus Rado")
WORDS = ("early", "late", "clean", "narrow", "bright", "cold", "sharp", "steady", "loud", "patient", "brave")
NUM_GAMES = 36


def game(number: int) -> dict[str, Any]:
    """Return the record of one game."""
    home, away = TEAMS[number % 6], TEAMS[(number + 1 + number // 6 % 5) % 6]
    goals = (number * 7 % 5 + 1, number * 3 % 4)
    if goals[0] == goals[1]:
        goals = (goals[0] + 1, goals[1])
    winner = home if goals[0] > goals[1] else away
    return {
        "type": "game",
        "id": f"fixed:g{number:03d}",
        "date": f"2026-03-{number % 28 + 1:02d}",
        "sport": "football",
        "league": "First League",
        "home": home,
        "away": away,
        "home_score": goals[0],
        "away_score": goals[1],
        "winner": winner,
        "venue": f"{home.split()[0]} Park",
        "city": home.split()[0],
        "attendance": 4_000 + number * 731,
        "top_scorer": PEOPLE[number % 7],
        "top_scorer_team": winner,
        "top_scorer_points": max(goals),
        "referee": PEOPLE[(number + 3) % 7],
    }


def report(number: int) -> str:
    """Return the paragraphs of a report; no two share many runs of five words."""
    told = game(number)
    goals = told["home_score"], told["away_score"]
    loser = told["away"] if told["winner"] == told["home"] else told["home"]
    first, second, third = (WORDS[(number * step) % 11] for step in (1, 4, 7))
    return (
        f"<p>{told['winner']} beat {loser} {max(goals)}-{min(goals)} at {told['venue']} after a {first} "
        f"start in round {number}. {told['top_scorer']} scored {told['top_scorer_points']} of the goals for "
        f"the {told['top_scorer_team']}.</p>"
        f"<p>A {second} crowd of {told['attendance']:,} saw {told['home']} as hosts and {told['away']} as "
        f"visitors in game {number} of the First League. The referee was {told['referee']}, who kept a "
        f"{third} hand on a match that the {second} people of {told['city']} will remember for number "
        f"{number * 37}.</p>"
    )


def html(title: str, body: str, head: str = "") -> bytes:
    """Return a page with a menu and a footer around ``body``."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        '<body><nav><a href="/">Home</a> <a href="/tables">Tables</a></nav>'
        f"<article><h1>{title}</h1>{body}</article><footer>All rights reserved</footer></body></html>"
    ).encode()


def event(number: int) -> str:
    """Return the JSON-LD that says which game a page is about."""
    found = {"@context": "https://schema.org", "@type": "SportsEvent", "identifier": game(number)["id"]}
    return f'<script type="application/ld+json">{json.dumps(found)}</script>'


def answers() -> list[tuple[str, str, bytes]]:
    """Return address, content type and body of every page."""
    page, record = "text/html; charset=utf-8", "application/json"
    found = []
    for number in range(NUM_GAMES):
        address = f"https://fixed.example/{number}"
        title = f"{game(number)['home']} v {game(number)['away']}"
        found.append((f"{address}/report", page, html(title, report(number), event(number))))
        found.append((f"{address}/record", record, json.dumps(game(number)).encode()))
        if number % 9 == 0:  # syndicated, with a line of its own
            copy = html(title, report(number) + "<p>From the wire.</p>", event(number))
            found.append((f"{address}/wire", page, copy))
    found.append(("https://fixed.example/empty", page, html("Nothing", "<p>Soon.</p>")))
    foreign = (
        "<p>Der Trainer der Mannschaft sagte nach dem Spiel, dass die Spieler sehr gut gespielt haben.</p>"
        * 3
    )
    found.append(("https://fixed.example/de", page, html("Sieg", foreign)))
    found.append(("https://fixed.example/robots.txt", "text/plain", b"User-agent: *\nDisallow: /private\n"))
    return found


def write_warc(path: Path) -> Path:
    """Write the pages as an uncompressed WARC, the same bytes every time."""
    with path.open("wb") as file:
        for number, (address, content_type, body) in enumerate(answers()):
            payload = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (
                content_type.encode(),
                len(body),
                body,
            )
            head = (
                "WARC/1.0\r\nWARC-Type: response\r\n"
                f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>\r\n"
                f"WARC-Date: 2026-11-20T06:00:00Z\r\nWARC-Target-URI: {address}\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(payload)}\r\n\r\n"
            )
            file.write(head.encode() + payload + b"\r\n\r\n")
    return path
