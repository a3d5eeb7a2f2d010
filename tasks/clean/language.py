"""A small guess of a text's language: its script, then the share of a language's commonest words.

The 40 or so function words of a language cover a third of its running text, and few are shared. Box
scores and records have hardly any: they get no guess, and the caller falls back on what the page declares.
"""

from __future__ import annotations

import re
from collections import Counter

WORDS = re.compile(r"[^\W\d_]+")
# Enough to decide; a longer text is not better known by reading on.
SAMPLE_CHARS = 8_000
FEWEST_WORDS = 12
# Share of function words on 617 recorded pages: median .35 in their own language, 5% of pages under .19;
# another language's words take .04 to .20 of them, always less than their own.
LEAST_RATIO = 0.14

STOP_WORDS = {
    "en": "the of and to in a is that for it was on with as his he be at by i this had not are but from or "
    "have an they which you were her she their will has after who been when more all would there one "
    "out up said",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an "
    "werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war "
    "haben nur oder aber vor",
    "fr": "le la les de des du et en un une que qui dans pour au aux par sur pas est ce se ne il elle avec "
    "plus son sa ses sont mais nous ont ou cette être fait été même comme tout",
    "es": "el la los las de del y en que a un una por con para se su al lo como más o pero sus le ha me si "
    "sin sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta",
    "it": "il la le di che e in un una per è non con del della si da dei al gli sono come anche più ha nel "
    "alla ma o delle su questo lo i ai dal suo tra stato essere se ci",
    "pt": "o a os as de do da dos das e em que um uma para com não por se no na mais ao como foi ele sua ou "
    "ser seu quando muito nos já está também só pelo pela até isso",
    "nl": "de het een en van in is dat op te zijn met voor niet aan er om ook als bij maar dan zou wat "
    "wordt naar heeft ze uit nog worden deze door over hij of was tot",
    "pl": "w i na z do się nie to że jest o jak po a co dla od za przez przy był ale czy tym tego oraz już "
    "jego może są tylko który będzie było",
    "sv": "och i att det som en på är av för med den till inte har de ett om han men var jag sig från vi så "
    "kan när nu efter ska också eller hade",
    "da": "og i at det er en til på som af for med de den ikke der var et har om han fra men vi kan sig så "
    "efter blev også eller ved nu havde",
    "tr": "ve bir bu da de için ile çok olarak daha olan gibi kadar ne sonra var ama en o ya mi değil her "
    "ise göre",
    "id": "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke karena ada mereka kami bisa "
    "oleh",
    "cs": "a v se na je že s z do o to i ve pro za by ale jsou jako po od které tak jeho který byl jsem nebo",
    "hu": "a az és hogy nem is egy ez meg csak de volt mint már még el van ha ki sem vagy azt szerint",
    "ro": "și în de la a cu pe nu care din o un să este mai că pentru au fi sunt ce al lui dar",
    "fi": "ja on ei se että oli hän mutta ovat myös kun joka niin jos kuin ole sen hänen tai vain",
}
SCRIPTS = [
    ("ru", "CYRILLIC", re.compile("[\u0400-\u04ff]")),
    ("ja", "KANA", re.compile("[\u3040-\u30ff]")),
    ("ko", "HANGUL", re.compile("[\uac00-\ud7af]")),
    ("zh", "HAN", re.compile("[\u4e00-\u9fff]")),
    ("ar", "ARABIC", re.compile("[\u0600-\u06ff]")),
    ("he", "HEBREW", re.compile("[\u0590-\u05ff]")),
    ("el", "GREEK", re.compile("[\u0370-\u03ff]")),
    ("th", "THAI", re.compile("[\u0e00-\u0e7f]")),
    ("hi", "DEVANAGARI", re.compile("[\u0900-\u097f]")),
]
OTHER_SCRIPT = re.compile("[\u0250-\u1fff\u2c00-\ud7ff]")
# A text whose letters are this much of another script is in that script's language. Kana before Han: Japanese
# mixes both, and a tenth of kana is enough to know it.
LEAST_SCRIPT_RATIO = {"ja": 0.1}
MOST_SCRIPTS_RATIO = 0.3

_WORDS_OF = {language: frozenset(words.split()) for language, words in STOP_WORDS.items()}
_LANGUAGES_OF: dict[str, tuple[str, ...]] = {}
for _language, _words in STOP_WORDS.items():
    for _word in _words.split():
        _LANGUAGES_OF[_word] = (*_LANGUAGES_OF.get(_word, ()), _language)


def guess_language(text: str) -> str | None:
    """Return a two-letter code, or None where the text gives too little to tell."""
    sample = text[:SAMPLE_CHARS]
    words = WORDS.findall(sample.lower())
    num_letters = sum(map(len, words))
    if (
        not sample.isascii()
        and len(OTHER_SCRIPT.findall(sample)) >= min(LEAST_SCRIPT_RATIO.values()) * num_letters
    ):
        for language, _, letters in SCRIPTS:
            least = LEAST_SCRIPT_RATIO.get(language, MOST_SCRIPTS_RATIO)
            if num_letters and len(letters.findall(sample)) / num_letters >= least:
                return language
    if len(words) < FEWEST_WORDS:
        return None
    hits: Counter[str] = Counter()
    counts = Counter(words)
    for word in counts.keys() & _LANGUAGES_OF.keys():
        for language in _LANGUAGES_OF[word]:
            hits[language] += counts[word]
    # Ties go to the language listed first: Counter keeps no order across languages, the table does.
    best = max(STOP_WORDS, key=lambda language: hits[language])
    return best if hits[best] / len(words) >= LEAST_RATIO else None


def function_ratio(words: list[str], language: str) -> float:
    """Return the share of words, in small letters, that are among a language's commonest."""
    return sum(map(_WORDS_OF[language].__contains__, words)) / max(1, len(words))
