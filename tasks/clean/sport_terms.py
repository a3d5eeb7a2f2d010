"""The words by which each sport is known: a table of terms with weights, and sections of sites.

Weight 3 names the sport or is said in no other; 2 is mostly its own; 1 is shared with others or with daily
life.
"""

from __future__ import annotations

from tasks.schema import Sport

# Two-word terms are written with a blank. All lower case.
TERMS: dict[Sport, dict[int, str]] = {
    Sport.FOOTBALL: {
        3: "premier league, champions league, europa league, la liga, bundesliga, serie a, fa cup, uefa, "
        "fifa, goalkeeper, offside, var review, efl, scottish premiership, ligue 1, soccer, penalty area, "
        "world cup, wsl, super league, mls, carabao cup, league cup, free kick, penalty kick, premiership "
        "football, euro 2024",
        2: "midfielder, striker, defender, equaliser, clean sheet, football club, football, fc, penalty "
        "shootout, transfer window, relegation, stoppage time, injury time, arsenal, chelsea, liverpool, "
        "tottenham, everton, manchester united, manchester city, celtic, real madrid, barcelona, "
        "juventus, bayern, newcastle united, aston villa, west ham, own goal, corner kick, headed, "
        "manager, full-back, substitute, goalless, footballer",
        1: "goal, goals, half-time, full-time, referee, booked, pitch, crossbar, header, kick-off, squad, "
        "loan, cup",
    },
    Sport.AMERICAN_FOOTBALL: {
        3: "nfl, super bowl, quarterback, touchdown, touchdowns, linebacker, cornerback, wide receiver, "
        "running back, american football, gridiron, afc, nfc, line of, field goal, interception, "
        "interceptions, cfl, end zone",
        2: "tight end, rushing, passing yards, punt, sacked, fumble, pass rush, two-point conversion, red "
        "zone, yards, first down, passyds, rushyds, cfb, college football, patriots, cowboys, packers, "
        "steelers, chiefs",
        1: "quarter, kickoff, receiver, snap, touchback, huddle",
    },
    Sport.BASKETBALL: {
        3: "nba, wnba, basketball, three-pointer, three-pointers, rebounds, point guard, free throws, slam "
        "dunk, euroleague, ncaab, free throw, double-double, triple-double, power forward, shooting "
        "guard, buzzer-beater",
        2: "lakers, celtics, rebound, layup, dunk, assists, turnovers, tip-off, backcourt, jump shot, "
        "knicks, warriors",
        1: "points, quarter, court, overtime, bench, steals, blocks, guard, fg, trb, ast",
    },
    Sport.BASEBALL: {
        3: "mlb, baseball, innings pitched, home run, home runs, shortstop, batting average, world series, "
        "bullpen, runs batted, strikeouts, rbi, no-hitter, grand slam homer, major league, pitcher, "
        "outfielder, ninth inning",
        2: "inning, homer, pitching, catcher, dugout, ballpark, red sox, yankees, dodgers, mets, second "
        "base, shutout",
        1: "runs, base, bat, pitch, batter, hitter, innings, pitchers",
    },
    Sport.TENNIS: {
        3: "tennis, wimbledon, roland garros, atp, wta, davis cup, tie-break, tiebreak, break point, match "
        "point, grand slam, us open, australian open, french open, straight sets, baseline, fed cup, "
        "double faults",
        2: "backhand, forehand, seed, seeded, top seed, unseeded, set point, federer, nadal, djokovic, "
        "murray, alcaraz, sinner, hingis, roddick, hewitt, sharapova, henman, agassi, safin, clay court, "
        "serve, doubles, 6-4, 6-3, 7-6",
        1: "set, sets, court, ace, aces, volley, semi-final, quarter-final",
    },
    Sport.CRICKET: {
        3: "cricket, wicket, wickets, wicketkeeper, batsman, batsmen, test match, odi, t20, twenty20, the "
        "ashes, ashes, ipl, innings, lbw, one-day international, county championship, the hundred, ecb, "
        "icc, overs, bowled, test series",
        2: "bowler, bowlers, bowling, batter, spinner, seamer, half-century, all-rounder, fast bowler, not "
        "out, run out, stumps, crease, leg-spinner, off-spinner, top-order, middle-order, county cricket, "
        "fielding, stumped",
        1: "runs, over, century, declared, tourists, pitch, captain, catch",
    },
    Sport.ICE_HOCKEY: {
        3: "nhl, ice hockey, hockey, puck, power play, power-play, goaltender, stanley cup, khl, slap shot, "
        "hat trick, penalty box, face-off, empty-net, second intermission, first intermission, blue line, "
        "goalie, pwhl",
        2: "rink, third period, second period, first period, shorthanded, faceoff, bruins, maple leafs, "
        "penalty kill, zamboni, defenseman, on the ice, oilers, skaters",
        1: "period, ice, assist, assists, shootout, overtime, forward, winger",
    },
    Sport.GOLF: {
        3: "golf, pga, lpga, ryder cup, the masters, birdie, birdies, bogey, bogeys, golfer, golfers, "
        "masters champion, solheim cup, fairway, european tour, dp world, liv golf, open championship, "
        "double bogey",
        2: "tee, caddie, under par, over par, putter, putt, putts, greens, augusta, hole, eagle, par, "
        "mcilroy, woods",
        1: "round, course, leaderboard, major, cut, shots, links",
    },
    Sport.COMBAT_SPORTS: {
        3: "boxing, boxer, ufc, mma, heavyweight, middleweight, welterweight, lightweight, featherweight, "
        "cruiserweight, wba, wbc, ibf, wbo, knockout blow, martial arts, title fight, judo, taekwondo, "
        "wrestling, wwe, bantamweight",
        2: "bout, knocked out, uppercut, southpaw, promoter, technical knockout, jab, tko, undisputed, fury, "
        "joshua, usyk, ring, flyweight, fighters, the canvas, split decision, unanimous decision",
        1: "fight, fighter, belt, punch, rounds, rematch, title, contender",
    },
    Sport.OLYMPICS: {
        3: "olympic, olympics, olympian, paralympic, paralympics, ioc, iaaf, athletics, sprinter, 100m, "
        "200m, 400m, 800m, 1500m, 60m, decathlon, heptathlon, marathon, hurdler, hurdles, triathlon, "
        "world athletics, relay, pole vault, gold medal, gold medallist, gold medals, bronze medal, "
        "silver medal, world indoor, european indoor, long jump",
        2: "medallist, medals, gymnast, gymnastics, swimmer, freestyle, rower, rowing, personal best, triple "
        "jump, high jump, javelin, cross country, world record, team gb, cyclist, velodrome, doping, "
        "medal",
        1: "track, sprint, indoor, metres, heat, heats, athlete, athletes, games",
    },
}
# The names and words of sports beside the ten.
OTHER_SPORTS: dict[int, str] = {
    3: "rugby, six nations, all blacks, rugby union, rugby league, premiership rugby, fly-half, scrum-half, "
    "formula one, formula 1, f1, grand prix, nascar, motogp, snooker, darts, netball, handball, "
    "volleyball, cycling, tour de, lions tour, super rugby, gaa, hurling, gaelic football, jockey, horse "
    "racing, lacrosse, heineken cup, pro14, springboks, wallabies, water polo, badminton, squash, "
    "scrummage, line-out, lineout",
    2: "scrum, ruck, try, tries, lock forward, prop, hooker, flanker",
}
# Sport of any kind.
GENERAL: dict[int, str] = {
    3: "bbc sport, sky sports, espn, box score",
    2: "coach, head coach, championship, "
    "tournament, playoff, playoffs, play-offs, stadium, teammate, team-mate, team-mates, teammates, "
    "season, match, matches, fixture, fixtures, sporting, sport, sports, final score, top scorer, man of "
    "the, standings, home side, visitors, spectators, winning streak, defeat, unbeaten, defending "
    "champions, title race, box scores, league, qualifier, qualifying",
    1: "team, teams, player, players, win, wins, won, beat, victory, score, scored, scoring, captain, game, "
    "games, champion, champions, cup, squad, international, training, injury, club, fans, final, finals, "
    "referee, rivals",
}
# A section of a site, or a label.
SECTIONS: dict[str, Sport] = {
    "football": Sport.FOOTBALL,
    "soccer": Sport.FOOTBALL,
    "premier-league": Sport.FOOTBALL,
    "mls": Sport.FOOTBALL,
    "nfl": Sport.AMERICAN_FOOTBALL,
    "american-football": Sport.AMERICAN_FOOTBALL,
    "cfb": Sport.AMERICAN_FOOTBALL,
    "ncaaf": Sport.AMERICAN_FOOTBALL,
    "college-football": Sport.AMERICAN_FOOTBALL,
    "basketball": Sport.BASKETBALL,
    "nba": Sport.BASKETBALL,
    "wnba": Sport.BASKETBALL,
    "cbb": Sport.BASKETBALL,
    "baseball": Sport.BASEBALL,
    "mlb": Sport.BASEBALL,
    "tennis": Sport.TENNIS,
    "cricket": Sport.CRICKET,
    "hockey": Sport.ICE_HOCKEY,
    "ice-hockey": Sport.ICE_HOCKEY,
    "nhl": Sport.ICE_HOCKEY,
    "golf": Sport.GOLF,
    "boxing": Sport.COMBAT_SPORTS,
    "mma": Sport.COMBAT_SPORTS,
    "ufc": Sport.COMBAT_SPORTS,
    "combat-sports": Sport.COMBAT_SPORTS,
    "olympics": Sport.OLYMPICS,
    "athletics": Sport.OLYMPICS,
    "sport": Sport.OTHER,
    "sports": Sport.OTHER,
    "rugby": Sport.OTHER,
    "rugby-union": Sport.OTHER,
    "rugby-league": Sport.OTHER,
    "formula1": Sport.OTHER,
    "cycling": Sport.OTHER,
}
# Hosts that are about one sport altogether.
HOSTS: dict[str, Sport] = {
    "basketball-reference.com": Sport.BASKETBALL,
    "baseball-reference.com": Sport.BASEBALL,
    "hockey-reference.com": Sport.ICE_HOCKEY,
    "pro-football-reference.com": Sport.AMERICAN_FOOTBALL,
    "fbref.com": Sport.FOOTBALL,
    "sports-reference.com": Sport.OTHER,
    "espn.com": Sport.OTHER,
    "skysports.com": Sport.OTHER,
    "espncricinfo.com": Sport.CRICKET,
}
# Sections and labels that say "sport" and not which.
ANY_SPORT = frozenset({"sport", "sports"})
# Sections of news sites, and labels of collections, that are not about sport.
_OTHER_SECTIONS = """
arts arts-and-entertainment automotive books business business-news celebrities celebrity climate cooking
crime culture economy education entertainment environment fashion finance film food gardening health
home-and-garden jobs law lifestyle markets media money movies music opinion politics pop-culture property
recipes science tech technology television theatre travel tv tv-and-radio uk-politics us-politics weather
politik wirtschaft kultur panorama gesundheit wissen reise politica economia cultura sociedad politique
economie
"""
OTHER_SECTIONS = frozenset(_OTHER_SECTIONS.split())
