"""Answers in the shapes that APIs document. Written by us from their public documentation, NOT recorded: all
names and numbers are invented, and no answer was fetched.
"""
# ruff: noqa: E501 (a line for each part of an answer)

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def espn_game(state: str = "post") -> Json:
    """ESPN documents nothing: this has the shape of recorded scoreboards."""
    status = {"clock": 0.0, "period": 4, "type": {"state": state, "completed": state == "post",
              "description": "Final" if state == "post" else "Scheduled"}}  # fmt: skip
    owls = {"displayName": "Arden Owls", "name": "Owls"}
    bears = {"displayName": "Holm Bears", "name": "Bears"}
    competition = {
        "id": "77", "date": "2026-03-01T19:00Z", "attendance": 18231, "status": status,
        "venue": {"fullName": "Arden Hall", "address": {"city": "Arden"}},
        "competitors": [
            {"homeAway": "away", "team": bears, "score": "98", "winner": False,
             "linescores": [{"value": 20.0}, {"value": 78.0}]},
            {"homeAway": "home", "team": owls, "score": "101", "winner": True,
             "linescores": [{"value": 31.0}, {"value": 70.0}],
             "leaders": [{"name": "points", "leaders": [{"displayValue": "37", "athlete": {"fullName": "Ada Moss"}}]}]},
        ],
    }  # fmt: skip
    event = {"id": "77", "date": "2026-03-01T19:00Z", "name": "Holm Bears at Arden Owls", "status": status,
             "season": {"year": 2026}, "competitions": [competition]}  # fmt: skip
    return {"leagues": [{"name": "First League"}], "events": [event]}


ESPN_NEWS: Json = {
    "header": "News",
    "articles": [
        {"headline": "Owls hold on", "published": "2026-03-02T08:00:00Z", "description": "Arden won 101-98.",
         "images": [{"width": 576}], "type": "Recap"},
    ],
}  # fmt: skip

BALLDONTLIE: Json = {
    "data": [
        {"id": 15907925, "date": "2026-03-01", "season": 2025, "status": "Final", "period": 4, "time": "Final",
         "postseason": False, "home_team_score": 101, "visitor_team_score": 98,
         "home_team": {"id": 6, "city": "Arden", "name": "Owls", "full_name": "Arden Owls", "abbreviation": "ARD"},
         "visitor_team": {"id": 4, "city": "Holm", "name": "Bears", "full_name": "Holm Bears", "abbreviation": "HOL"}},
    ],
    "meta": {"next_cursor": 90, "per_page": 25},
}  # fmt: skip

API_FOOTBALL: Json = {
    "get": "fixtures", "parameters": {"date": "2026-03-01"}, "errors": [], "results": 1,
    "paging": {"current": 1, "total": 1},
    "response": [
        {"fixture": {"id": 239625, "referee": "B. Cole", "timezone": "UTC", "date": "2026-03-01T14:00:00+00:00",
                     "timestamp": 1772373600, "venue": {"id": 1887, "name": "Arden Park", "city": "Arden"},
                     "status": {"long": "Match Finished", "short": "FT", "elapsed": 90, "extra": 4}},
         "league": {"id": 200, "name": "First League", "country": "Nowhere", "season": 2025, "round": "Matchday 14"},
         "teams": {"home": {"id": 967, "name": "Arden FC", "winner": True},
                   "away": {"id": 968, "name": "Holm FC", "winner": False}},
         "goals": {"home": 3, "away": 1},
         "score": {"halftime": {"home": 1, "away": 1}, "fulltime": {"home": 3, "away": 1},
                   "extratime": {"home": None, "away": None}, "penalty": {"home": None, "away": None}}},
    ],
}  # fmt: skip

SPORTSDATA_IO: list[Json] = [
    {"GameKey": "202510107", "SeasonType": 1, "Season": 2025, "Week": 1, "DateTime": "2025-09-07T13:00:00",
     "AwayTeam": "HOL", "HomeTeam": "ARD", "AwayScore": 17, "HomeScore": 24, "Status": "Final", "PointSpread": -3.5,
     "HomeScoreQuarter1": 7, "StadiumDetails": {"Name": "Arden Field", "City": "Arden", "Capacity": 65123}},
]  # fmt: skip

SPORTRADAR_DAY: Json = {
    "date": "2026-03-01",
    "league": {"id": "4353138d", "name": "First League", "alias": "FL"},
    "games": [
        {"id": "0a1b", "status": "closed", "scheduled": "2026-03-01T19:00:00Z", "home_points": 101, "away_points": 98,
         "venue": {"name": "Arden Hall", "city": "Arden", "capacity": 18997},
         "home": {"name": "Owls", "market": "Arden", "alias": "ARD"}, "away": {"name": "Bears", "market": "Holm"}},
    ],
}  # fmt: skip

SPORTRADAR_SUMMARY: Json = {
    "generated_at": "2026-03-01T18:00:00+00:00",
    "sport_event": {
        "id": "sr:sport_event:49", "start_time": "2026-03-01T14:00:00+00:00",
        "sport_event_context": {"competition": {"id": "sr:competition:7", "name": "First League"},
                                "season": {"name": "First League 25/26"}, "round": {"number": 14}},
        "competitors": [{"id": "sr:competitor:1", "name": "Holm FC", "qualifier": "away"},
                        {"id": "sr:competitor:2", "name": "Arden FC", "qualifier": "home"}],
    },
    "sport_event_status": {"status": "closed", "match_status": "ended", "home_score": 3, "away_score": 1,
                           "period_scores": [{"home_score": 1, "away_score": 1, "number": 1}]},
}  # fmt: skip

THE_SPORTS_DB: Json = {
    "events": [
        {"idEvent": "2052711", "strEvent": "Arden FC vs Holm FC", "strSport": "Soccer", "strLeague": "First League",
         "strSeason": "2025-2026", "strHomeTeam": "Arden FC", "strAwayTeam": "Holm FC", "intHomeScore": "3",
         "intAwayScore": "1", "intRound": "14", "intSpectators": "21345", "strTimestamp": "2026-03-01T14:00:00",
         "strStatus": "Match Finished", "strVenue": "Arden Park", "strThumb": "https://example.org/1.jpg"},
    ],
}  # fmt: skip

MEDIAWIKI: Json = {
    "parse": {
        "title": "Arden FC", "pageid": 3,
        "text": '<div class="mw-parser-output"><p><b>Arden FC</b> won the cup in 1988<sup class="reference">[1]</sup> '
                "&amp; 2004.</p><h2>Honours<span class='mw-editsection'>[edit]</span></h2>"
                "<table><tr><th>Year</th><th>Goals</th></tr><tr><td>1988</td><td>71</td></tr></table></div>",
    },
}  # fmt: skip

OPENFOOTBALL: Json = {
    "name": "First League 2025/26",
    "matches": [
        {"round": "Matchday 14", "date": "2026-03-01", "time": "15:00", "team1": "Arden FC", "team2": "Holm FC",
         "score": {"ht": [1, 1], "ft": [3, 1]}},
    ],
}  # fmt: skip


def reddit_thread(body: str = "3-1 and deserved.") -> list[Json]:
    """A thread and a comment with a reply, as https://www.reddit.com/dev/api describes them."""
    reply = {"kind": "t1", "data": {"author": "eve", "body": "[deleted]", "replies": ""}}
    replies = {
        "kind": "Listing",
        "data": {"children": [reply, {"kind": "more", "data": {"children": ["x"]}}]},
    }
    comment = {"kind": "t1", "data": {"author": "ben", "body": body, "replies": replies}}
    thread = {
        "author": "ada",
        "title": "Arden 3-1 Holm",
        "selftext": "[removed]",
        "created_utc": 1772373600.0,
    }
    return [
        {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": thread}]}},
        {"kind": "Listing", "data": {"children": [comment]}},
    ]
