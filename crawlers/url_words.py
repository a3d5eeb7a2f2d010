"""The words by which an address is known to be about sport, and those that speak against it."""

from __future__ import annotations

# Whole words of a path: sports, leagues, clubs and players, in the languages of the large leagues (English,
# German, French, Spanish, Portuguese, Italian, Dutch, the Nordic ones, Polish, Czech, Turkish, Russian, …),
# accents as written and without.
SPORTS = """
sport sports sporty deporte deportes deportivo esporte esportes desporto idrott idrett idraet
urheilu spor sporten sportnieuws sportbericht sportnews спорт спорта رياضة 体育 運動 スポーツ 스포츠 football
soccer fussball fußball futbol fútbol futebol calcio voetbal fotball fotboll fodbold jalkapallo
pilka piłka fotbal futball nogomet футбол サッカー 足球 축구 كرة fútbolista footballer footballers futsal
nfl ncaaf cfb cfl quarterback quarterbacks touchdown touchdowns superbowl linebacker basketball
basket baloncesto basquete pallacanestro basketbal koszykówka koszykowka košarka баскетбол nba wnba
ncaab cbb euroleague euroliga playoffs playoff baseball beisbol béisbol mlb homer homers inning
innings pitcher pitchers bullpen shortstop tennis tenis tênis теннис wimbledon atp wta cricket ipl
wicket wickets odi t20 t20i batsman batsmen hockey eishockey jaakiekko hokej ishockey хоккей nhl ahl
khl golf golfer golfers pga lpga ryder boxing boxen boxeo boxe boks mma ufc wwe wrestling wrestler
ringen judo karate taekwondo kickboxing бокс olympics olympia olympic olympique olympiques olímpicos
olimpicos olimpiadas olimpiadi olympische paralympics athletics leichtathletik atletismo athlétisme
athletisme atletica friidrott friidrett marathon marathons decathlon swimming schwimmen natación
natacion natation biathlon skispringen skisprung skialpin langlauf bobsleigh snowboard rugby nrl afl
handball balonmano håndball handbal volleyball volley volleybal voleibol badminton squash softball
lacrosse curling fencing rowing gymnastics triathlon ironman cycling radsport ciclismo cyclisme
wielrennen peloton formula1 formel1 f1 motogp nascar indycar motorsport motorsports supercars rallye
superbike fifa uefa ncaa concacaf conmebol bundesliga laliga seriea ligue1 eredivisie epl mls efl
liga1 premierleague wsl nwsl hsv bvb fcb mufc lfc afc cfc goalkeeper striker midfielder torwart
stürmer trainerwechsel transfermarkt lakers celtics knicks sixers 76ers warriors mavericks nuggets
bulls spurs yankees dodgers mets redsox orioles astros padres packers cowboys steelers patriots
chiefs broncos 49ers seahawks buckeyes longhorns arsenal chelsea liverpool tottenham everton
juventus barcelona lebron nadal djokovic federer ronaldo messi mbappe haaland neymar verstappen
boxscore boxscores scoreboard standings
"""

# Two words, one after the other.
PAIRS = """
premier league|champions league|europa league|super league|la liga|serie a|serie b|ligue 1|pro league
world cup|coupe monde|copa mundial|copa america|copa libertadores|mundial futbol|fa cup|carabao cup
davis cup|ryder cup|stanley cup|grey cup|euro cup|afrika cup|africa cup|dfb pokal|super bowl|world series
grand prix|grand slam|formula 1|formula one|formel 1|formule 1|tour france|giro italia|six nations|stock car
red sox|white sox|blue jays|maple leafs|golden state|west ham|manchester united|manchester city|man utd
man united|real madrid|aston villa|newcastle united|bayern münchen|bayern muenchen|atletico madrid
inter milan|ac milan|home run|home runs|free agency|draft pick|college football|hall fame|snap counts
box score|triple double|mixed martial|figure skating|horse racing|state swim|swim results|track field
ice skating
"""

# Inside longer words, as German and the Nordic languages make them; long enough to be no part of others.
COMPOUNDS = """
fussball fußball fotball fotboll voetbal handball volleyball basketball eishockey leichtathlet schwimmsport
profisport leistungssport wintersport motorsport radsport pferdesport springreiten skispring bundesliga
weltcup olympiasieg
"""

# Beside one of these a word of sport means something else: a car, a game, a bargain, a share.
NOT_SPORT = """
vw volkswagen skoda audi bmw mercedes suv wagon car cars auto autos gti leasing gaming esports esport
videogame videogames playstation xbox nintendo stadia minecraft simulator deal deals coupon coupons shopping
gutschein gutscheine rabatt recipe recipes rezept rezepte casino poker slots lottery lotto stock stocks
shares investor investors ipo earnings insurance fashion beauty mode horoscope horoskop
"""

# Hosts that the catalogue lists for a section of theirs: their paths decide.
GENERAL_HOSTS = """
bbc.com bbc.co.uk bbci.co.uk nytimes.com theguardian.com reddit.com oauth.reddit.com en.wikipedia.org
commons.wikimedia.org
"""
# Sections of such hosts, by how the address begins after its scheme.
SECTIONS = ("www.nytimes.com/athletic/",)

# Sports hosts that the catalogue does not list.
MORE_HOSTS = """
espncricinfo.com cricbuzz.com sbnation.com goal.com 90min.com 90min.de marca.com as.com lequipe.fr
gazzetta.it kicker.de spox.com laola1.at 247sports.com on3.com rivals.com theathletic.com barstoolsports.com
profootballtalk.com pff.com fangraphs.com autosport.com crash.net motorsport.com cyclingnews.com
velonews.com swimswam.com skispringen.com tsn.ca libero.pe ole.com.ar mundodeportivo.com sport.es record.pt
abola.pt ojogo.pt tuttosport.com sport1.de transfermarkt.de transfermarkt.co.uk supersport.com
foxsports.com.au iaaf.org worldathletics.org fina.org fiba.basketball pgatour.com
"""

# In any part of a host's name (regular expressions): what is named for a sport is about it.
HOST_PARTS = """
sport football soccer fussball futbol futebol calcio voetbal basketball basket-ball baseball tennis cricket
hockey golf rugby handball volleyball (?<!re)cycling cyclisme radsport ciclismo boxing boxen wrestling
athletics leichtathletik biathlon swimming \\bswim\\b schwimmverband triathlon marathon motorsport
autoracing racing nascar olympic skateboard gymnastics nba nfl mlb nhl ufc fifa uefa
"""
# Unless the name has one of these too: what it holds is another word, or another matter.
NOT_HOST_PARTS = """
transport passport airsport sportswear sportschuh sportartikel sportsbook shop store outlet casino betting
bets golfurlaub resort hotel esport e-sport gaming toto-lotto
"""
