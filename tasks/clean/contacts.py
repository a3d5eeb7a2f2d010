"""Masking of contact details: e-mail, telephone, postal and network addresses, account and card numbers.

Names stay: a report without its athletes is no report. What identifies a place of play stays too ("Wembley
Stadium", "the 2012 Road World Championships"). Every pattern begins with a digit or is looked for only where
``@``, ``[at`` or ``Box`` stands, and every repetition is bounded, so a hostile text costs no more per
character than another.
"""

from __future__ import annotations

import re

EMAIL = re.compile(
    r"(?<![\w.+-])[\w+-][\w.+-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,5}[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)
# "name [at] club [dot] com", as people hide it from collectors; only with the brackets, which prose has not.
HIDDEN_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} ?[\[({] ?at ?[\])}] ?[A-Za-z0-9-]{1,63}"
    r"(?: ?(?:\.|[\[({] ?dot ?[\])}]) ?[A-Za-z0-9-]{2,24}){1,4}",
    re.IGNORECASE,
)
DIGIT = re.compile(r"\d")
HIDING = ("[at", "(at", "{at", "[AT", "(AT", "{AT", "[ at", "( at", "[At", "(At")
# A run of 7 to 15 digits in groups, perhaps of a telephone; its shape and what stands before it decide.
DIGIT_RUN = re.compile(
    r"(?:\+|\(\+?)?\d(?<![\w.,:][(+]\d)(?<![\w.,:/\u2013-]\d)(?:[ .()/\u2010-\u2013-]{0,3}\d){6,14}(?![\w:]"
    r"|[.,/-]\d)"
)
# A plus sign and 8 to 15 digits (E.164); scores, spreads and dates never look like that.
INTERNATIONAL = re.compile(r"\(?\+\d{1,3}[ .()/\u2010-\u2013-]*\d")
# North America's (555) 123-4567, and its toll-free codes. Any other 3-3-4 needs a label: tables have such
# runs.
NORTH_AMERICAN = re.compile(
    r"\(\d{3}\) ?\d{3}[ .-]\d{4}|(?:1[ .-])?8(?:00|33|44|55|66|77|88)[.-]\d{3}[.-]\d{4}"
)
# Britain's 01632 960983, 020 7946 0958, 07700 900123: the area codes with a nought, then two or three groups.
BRITISH = re.compile(
    r"(?:\(0\d{2,4}\)|0(?:20|23|24|28|29|1\d1|11\d|[17]\d{3}|800|808|845|870|300|330|333|344))[ -]\d{3,4}[ "
    r"-]?\d{3,4}"
)
LABEL = re.compile(
    r"\b(?:tel|telephone|telefon|phone|mobile?|cell|fax|call|ring|text|hotline|whatsapp|dial)\b"
    r"(?: us| him| her| them)?(?: (?:no|number|nr)\b)?[.:]{0,2} {0,2}(?:(?:on|at|to|freephone|toll[- ]free) "
    r")?$",
    re.IGNORECASE,
)
LABEL_CHARS = 40

# Street kinds that a name in front makes an address. Park, Lane-less stadium names and "Court" need more
# care: "5 Wimbledon Court" could be a court of play, so they count only with a city or postcode after them.
_STREET = (
    r"(?:Street|St\.|Road|Rd\.?|Avenue|Ave\.?|Boulevard|Blvd\.?|Lane|Ln\.|Drive|Dr\.|Crescent|Highway|Hwy\.?"
    r"|Parkway|Pkwy\.?|Terrace|Turnpike|Expressway)"
)
_WEAK_STREET = (
    r"(?:Way|Square|Place|Court|Close|Gardens|Row|Mews|Circle|Plaza|St|Dr|Ln|Park|Hill|Grove|Parade)"
)
_NAME = r"(?:[A-Z][\w'\u2019.-]{0,24}|\d{1,3}(?:st|nd|rd|th)|of|the|de|la)"
_UNIT = r"(?:,? (?:Suite|Ste\.?|Apt\.?|Unit|Floor|Room|#) ?[\w-]{1,8})?"
UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
_STATE = (
    r"(?:A[LKZR]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT"
    r"|V[AT]|W[AIVY])"
)
US_PLACE = rf"{_STATE}\.? \d{{5}}(?:-\d{{4}})?"
_CITY = r"(?:[A-Z][\w'\u2019.-]{0,24} ){0,2}[A-Z][\w'\u2019.-]{0,24}"
_PLACE = rf"(?:(?:,? {{0,1}}\n? ?{_CITY}){{0,3}}?,? ?\n? ?(?:{US_PLACE}|{UK_POSTCODE}))"
_NUMBER = r"\d(?<![\w.,:/$\u00a3\u20ac-]\d)\d{0,4}[A-Za-z]?(?:-\d{1,4})?"
STREET = re.compile(
    rf"{_NUMBER},? (?!of |and )(?:[NSEW]\.? |North |South |East |West )?(?:{_NAME} ){{1,4}}"
    rf"(?:{_STREET}(?![\w-]){_UNIT}(?:{_PLACE})?|{_WEAK_STREET}(?![\w-]){_UNIT}{_PLACE})"
)
PO_BOX = re.compile(rf"\b(?:P\.? ?O\.?|Post Office) Box \d{{1,6}}\b(?:{_PLACE})?", re.IGNORECASE)
# "10 Downing Street" and its like name an institution, not somebody's door.
PUBLIC_PLACES = re.compile(
    r"\b(?:1[01] Downing Street|1600 Pennsylvania Avenue|221B Baker Street|21 Jump Street)\b"
)
# "the 5,000 Road Runners", "a 2012 Road race": a year or a count before a street kind is no house number.
NOT_HOUSES = re.compile(
    r"\d{1,5},? (?:\w+ )?(?:Road|Street|Lane|Drive|Highway) (?:[Rr]ac|[Ww]orld|[Cc]hampion|[Cc]ircuit"
    r"|[Ww]arrior"
    r"|[Rr]unn|[Tt]rip|[Gg]ame|[Ww]in|[Rr]ecord|[Tt]eam|[Cc]ourse)"
)
HOUSE_YEAR = re.compile(r"(?:19|20)\d\d [A-Z]")
IP = re.compile(r"\d(?<![\w.]\d)\d{0,2}(?:\.\d{1,3}){3}(?!\w|\.\d)")
PARAGRAPH = re.compile(
    r"\b(?:rules?|sections?|version|laws?|articles?|clauses?|paragraphs?|release)\W{1,3}$", re.IGNORECASE
)
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
CARD = re.compile(r"\d(?<![\w.,-]\d)\d{3}([ -]?)\d{4}\1\d{4}\1\d{1,7}(?![\d-])")


def mask_contacts(text: str) -> str:
    """Return prose with its contact details replaced by <email>, <phone>, <address>, <ip> and <account>."""
    text = mask_emails(text)
    if not DIGIT.search(text):
        return text
    text = DIGIT_RUN.sub(_telephone, text)
    text = IP.sub(_ip, text)
    text = CARD.sub(_card, IBAN.sub(_iban, text))
    text = STREET.sub(_street, text)
    return PO_BOX.sub("<address>", text) if "Box" in text or "BOX" in text else text


def mask_emails(text: str) -> str:
    """Return a text with its e-mail addresses replaced: all that tables and records are searched for."""
    if "@" in text:
        text = EMAIL.sub("<email>", text)
    return HIDDEN_EMAIL.sub("<email>", text) if any(mark in text for mark in HIDING) else text


def passes_luhn(digits: str) -> bool:
    """Return whether the last digit checks the others, as on a payment card (ISO/IEC 7812-1)."""
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def passes_mod_97(iban: str) -> bool:
    """Return whether an IBAN's check digits hold (ISO 13616)."""
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def _telephone(found: re.Match[str]) -> str:
    number = found.group()
    before = found.string[max(0, found.start() - LABEL_CHARS) : found.start()]
    shaped = INTERNATIONAL.match(number) or NORTH_AMERICAN.fullmatch(number) or BRITISH.fullmatch(number)
    return "<phone>" if shaped or (LABEL.search(before) and _is_dialled(number)) else number


def _is_dialled(number: str) -> bool:
    """Return whether a labelled run can be a telephone's: "call 2023-24" and "text 10-4-2" have no long "
    "group."""
    season = re.match(r"(?:19|20)\d\d[-\u2013/]\d\d(?!\d)", number)
    return not season and max(map(len, re.findall(r"\d+", number))) >= 3


def _ip(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - LABEL_CHARS) : found.start()]
    bytes_ = all(int(part) < 256 for part in found.group().split("."))
    return "<ip>" if bytes_ and not PARAGRAPH.search(before) else found.group()


def _card(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found.group())
    known = 13 <= len(digits) <= 19 and digits[0] in "3456"
    return "<account>" if known and passes_luhn(digits) else found.group()


def _iban(found: re.Match[str]) -> str:
    return "<account>" if passes_mod_97(found.group().replace(" ", "")) else found.group()


def _street(found: re.Match[str]) -> str:
    address = found.group()
    if PUBLIC_PLACES.search(address):
        return address
    rest = found.string[found.start() : found.end() + 12]
    # Years ("2012 London Road") are house numbers only where a postcode says so.
    has_place = re.search(rf"{US_PLACE}|{UK_POSTCODE}", address) is not None
    if not has_place and (HOUSE_YEAR.match(address) or NOT_HOUSES.match(rest)):
        return address
    return "<address>"
