"""Names of cities, teams, venues and people: all invented, built from pools, unique within one world."""

from __future__ import annotations

from itertools import product
from random import Random


def _pool(words: str) -> tuple[str, ...]:
    return tuple(words.split())


CITY_STARTS = _pool(
    "Cald Nor Hart Brim Ost Wex Tarn Mill Fen Kess Dun Mar Rav Stan Hol Lyn Ash Bel Cor Drey Elm Far Glen "
    "Hav Inver Jar Kirk Lang Mor New Oak Pen Quar Red Sel Thorn Ulver Vass Wil Yar Zell Ard Bran Crom Dol "
    "Ed Gal"
)
CITY_ENDS = _pool(
    "vale ford ton mouth wick haven by stead borough ham dale field port bridge stone mere gate well"
)
CITY_BEFORE = ("Port ", "East ", "Lake ", "Saint ", "Fort ", "North ")
CITY_AFTER = (" Bay", " Falls", " Springs", " Heights", " Harbour")

NICKNAMES = _pool(
    "Herons Lanterns Anvils Comets Badgers Mariners Foxes Sentinels Pilots Ravens Otters Miners Falcons "
    "Drovers Tritons Wolves Harriers Brewers Rockets Stags Monarchs Weavers Lynx Sailors Thunder Bisons "
    "Archers Colliers Hornets Pioneers Gulls Titans Masons Dragons Rangers Kestrels Smiths Chargers Owls "
    "Pirates Vipers Rovers Engineers Bears Cyclones Knights Salmon Wardens Coyotes Voyagers Bulls Hawks "
    "Millers Storm Panthers Ferries Cranes Outlaws Beacons Mustangs Glaciers Admirals Spartans Jackals "
    "Loggers Eagles Blazers Dockers Cobras Moose Royals Sparks Tigers Barons Condors Potters Scouts "
    "Sharks Giants Swifts Tanners Vikings Walruses Yaks"
)

VENUE_KINDS = {
    "football": ("Park", "Stadium", "Road", "Ground", "Lane"),
    "american_football": ("Field", "Stadium", "Bowl", "Dome"),
    "basketball": ("Arena", "Center", "Hall", "Fieldhouse"),
    "baseball": ("Park", "Ballpark", "Field", "Yards"),
    "ice_hockey": ("Ice Arena", "Rink", "Coliseum", "Gardens"),
}

FIRST_NAMES = _pool(
    "Aaron Adil Akira Alba Alden Amara Anders Anton Aldo Bashir Benoit Bjorn Boris Brandt Bruno Caleb "
    "Carlos Cedric Chidi Colin Dado Damian Darius Davor Dele Dmitri Dorian Duncan Edgar Elias Emeka Emil "
    "Enzo Esteban Ewan Fabio Felix Filip Finn Gareth Gideon Goran Gustav Hakim Harvey Hector Hideo Hugo "
    "Ibrahim Igor Ilya Imran Isaac Ivan Jakob Jamal Janos Jerome Joaquin Jonas Jorge Josef Kaito Kamil "
    "Karim Keane Kenji Kofi Kwame Lamar Lars Leon Lionel Lorenzo Lucas Luka Magnus Malik Marco Mateo "
    "Mehdi Mikael Milan Nasir Nikolai Nils Obi Oleg Olivier Omar Oscar Otto Pablo Pascal Pavel Pedro "
    "Quentin Rafael Rashid Reza Roman Ruben Samir Sandor Sergei Silas Simon Stefan Tariq Teo Thabo Tobias "
    "Tomas Umar Uri Valentin Viktor Walter Wesley Xavier Yannick Yusuf Zane Zoran"
)
LAST_STARTS = _pool(
    "Ab Acker Ald Bar Beck Bern Bor Brad Cal Car Chal Cor Dan Del Dor Ek Els Fal Far Fen Gar Gil Gron Hal "
    "Ham Hol Iv Jan Jor Kal Kar Kol Lar Lin Lor Mal Mar Mel Mor Nad Nor Ok Ol Or Pet Pol Quin Ram Ros San "
    "Sor Stan Tal Tor Ul Val Var Vel Wal Wes Yar Zan Zel"
)
LAST_ENDS = _pool(
    "anov berg aker dahl elli ero escu etti ford gaard hart idze iguez ikov ström kamp land lund mann "
    "medo mura nagi nik ola oni osei otto owski quist rado rez sen shaw stone sund tano tavi thal ubi "
    "vard vic well wood"
)

STREET_WORDS = _pool(
    "Abbey Amber Anchor Bankside Birch Bishop Bramble Canal Castle Cedar Chapel Copper Crescent Crown "
    "Depot Eastgate Ember Fairview Forge Foundry Gasworks Granite Grove Harbour Harvest Highland "
    "Hillcrest Ironside Jubilee Kingsway Lakeside Lantern Laurel Liberty Limestone Lock Market Meadow "
    "Memorial Mercer Mill Monument Northgate Orchard Paddock Parade Pavilion Pier Priory Quarry Quay "
    "Railway Regent Ridge Riverside Rowan Sable Saffron Seaward Silver Slate Southgate Spindle Stanley "
    "Summit Terrace Tollgate Union Vauxhall Verdant Victory Viaduct Wharf Whitfield Willow Windmill "
    "Woodside Yardley"
)


class NameBook:
    """Hands out names that were not handed out before, in an order fixed by the seed."""

    def __init__(self, seed: int) -> None:
        rng = Random(f"names|{seed}")
        self._rng = rng
        self._cities = [a + b for a, b in product(CITY_STARTS, CITY_ENDS) if a[-1] != b[0]]
        self._nicknames = list(NICKNAMES)
        self._last_names = [a + b for a, b in product(LAST_STARTS, LAST_ENDS) if a[-1] != b[0]]
        self._venues = list(STREET_WORDS)
        for pool in (self._cities, self._nicknames, self._last_names, self._venues):
            rng.shuffle(pool)

    def city(self) -> str:
        """Return a new city; about one in three has two words."""
        name, form = self._cities.pop(), self._rng.random()
        if form < 0.2:
            return self._rng.choice(CITY_BEFORE) + name
        return name + self._rng.choice(CITY_AFTER) if form < 0.35 else name

    def nickname(self) -> str:
        """Return a new plural team nickname."""
        return self._nicknames.pop()

    def venue(self, sport: str) -> str:
        """Return a new venue, named as that sport's venues are."""
        return f"{self._venues.pop()} {self._rng.choice(VENUE_KINDS[sport])}"

    def person(self) -> str:
        """Return a first name and a family name nobody else in the world has."""
        return f"{self._rng.choice(FIRST_NAMES)} {self._last_names.pop()}"
