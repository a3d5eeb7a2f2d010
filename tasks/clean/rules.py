"""Quality rules by kind of page, each with a name.

Prose follows Gopher (Rae et al. 2021, table A1) and C4 (Raffel et al. 2020, section 2.2), loosened where a
short match report breaks them: Gopher wants 50 words and 80% of them with a letter, a report of a 3-1 win
has neither. Statistics and records are not prose; they only have to hold facts. A news page that is mostly
tables or results is judged as statistics. The sweep of every threshold: benchmarks/clean_rules.py.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from tasks.clean.language import function_ratio
from tasks.clean.reading import MOST_HEADING_WORDS, Reading
from tasks.schema import Kind

NUMBER_TOKEN = re.compile(r"\d\S*")
# A run without blanks that has no letter.
LETTERLESS = re.compile("(?<!\\S)[^\\sA-Za-z\u00aa\u00ba\u00c0-\u1fff\u2c00-\uffff]+(?!\\S)")
# Gopher asks for two of eight words; a report of 50 words may say only "the", a list of results none at all.
# Of 1,187 simulated match reports the leanest has .28 function words.
LEAST_FUNCTION_RATIO = 0.1
CODE = re.compile(r"[{};]\s*$|</?\w+>|\bfunction\s*\(|=>|\bvar \w+ ?=", re.MULTILINE)
# One of these is in every line of code, and in few articles.
CODE_MARKS = ("{", "}", ";\n", "</", "<p", "=>", "function(", "function (", "var ")
# Languages written without blanks have few "words": they are measured in characters.
UNSPACED_CHARS_PER_WORD = 2.5


@dataclass(frozen=True)
class KindRules:
    """Thresholds for one kind of page; ratios lie in [0, 1].

    Attributes:
        min_words: fewest words; None means the stage's ``min_words``.
        min_numbers: fewest words with a digit.
        min_letter_ratio: least share of words that hold a letter.
        max_repeated_ratio: most of the text, by characters, that may stand in lines seen before.
        prose: whether sentences are expected.
        times_bytes: how many times the stage's ``max_bytes`` it may have: a season's results are one record.
    """

    min_words: int | None
    min_numbers: int
    min_letter_ratio: float
    max_repeated_ratio: float
    prose: bool
    times_bytes: int = 1


RULES = {
    Kind.NEWS.value: KindRules(None, 0, 0.6, 0.3, True),
    Kind.REFERENCE.value: KindRules(None, 0, 0.5, 0.3, True),
    Kind.DISCUSSION.value: KindRules(8, 0, 0.6, 0.4, True),
    Kind.STATISTICS.value: KindRules(8, 4, 0.02, 0.8, False),
    # Records repeat their keys: of 20 seasons of league results, .90 to .97 of the characters.
    Kind.RECORD.value: KindRules(6, 1, 0.05, 0.99, False, 10),
}


MOST_REPLACED_RATIO = 0.005
# Gopher's 3 to 10 characters, one less for results and more for languages that compound their words.
SHORTEST_WORD, LONGEST_WORD, LONGEST_COMPOUND = 2, 10, 14
MOST_SYMBOLS_RATIO = 0.1
MOST_BULLETS_RATIO = 0.9
MOST_CUT_OFF_RATIO = 0.3
MOST_CODE_RATIO = 0.3
# Gopher's .16 for the share of the commonest four words; a refrain or a boilerplate loop.
MOST_FOURGRAM_RATIO = 0.16
# Two sentences of one short report may name the same long club.
FEWEST_REPEATS = 3
# A ratio of fewer words says little.
FEWEST_RATED_WORDS = 50
# A page of another kind whose tables and results are this much of it is judged as statistics.
LEAST_TABULAR_RATIO = 0.5
FEWEST_TABLE_NUMBERS = 12
# So is one with this many numbers: "Palm Bay (1-0): Tolivert 25 points. Davis 17 points." Prose has .02 to
# .12.
LEAST_NUMBERS_RATIO = 0.2
# Of whom or what the numbers are.
LEAST_RESULTS_LETTERS = 0.25
# Lines too long to be headings and not ended, or many short ones: links, teasers, menus.
FEWEST_LINKS = 8
MOST_LINKS_RATIO = 0.6
# A cut-off line or two is somebody's manner of writing.
FEWEST_CUT_OFF = 3


@dataclass(frozen=True)
class Measures:
    """What the rules look at; ``*_ratio`` in [0, 1]."""

    num_words: int
    num_chars: int
    num_numbers: int
    letter_ratio: float
    mean_word_chars: float
    symbol_ratio: float
    repeated_ratio: float
    top_fourgram_ratio: float
    bullet_ratio: float
    num_cut_off: int
    cut_off_ratio: float
    num_links: int
    links_ratio: float
    replaced_ratio: float
    code_ratio: float


def measure(reading: Reading) -> Measures:
    """Return a text's measures."""
    text, lines = reading.text, reading.lines
    words = [token for token in text.split() if token != "|"]
    num_chars = max(1, sum(map(len, words)))
    num_words = len(words)
    if words and num_chars / num_words > 12 and not text.isascii():
        num_words = max(num_words, int(num_chars / UNSPACED_CHARS_PER_WORD))
    seen: set[str] = set()
    repeated = 0
    for line in lines:
        repeated += len(line.text) if line.text in seen else 0
        seen.add(line.text)
    divisor, num_lines = max(1, num_words), max(1, len(lines))
    links = [
        line for line in lines if not (line.ended or line.tabular) and line.num_words <= MOST_HEADING_WORDS
    ]
    num_line_chars = max(1, sum(len(line.text) for line in lines))
    cut_off = sum(line.text.endswith(("\u2026", "...")) for line in lines)
    return Measures(
        num_words=num_words,
        num_chars=num_chars,
        num_numbers=len(NUMBER_TOKEN.findall(text)),
        letter_ratio=1
        - len([token for token in LETTERLESS.findall(text) if token != "|"]) / max(1, len(words)),
        mean_word_chars=num_chars / divisor,
        symbol_ratio=(text.count("#") + text.count("\u2026") + text.count("...")) / divisor,
        repeated_ratio=repeated / num_line_chars,
        top_fourgram_ratio=_top_fourgram_ratio(words),
        bullet_ratio=sum(line.text[0] in "\u2022\u2023\u25cf*-\u2013" for line in lines) / num_lines,
        num_cut_off=cut_off,
        cut_off_ratio=cut_off / num_lines,
        num_links=len(links),
        links_ratio=sum(len(line.text) for line in links) / num_line_chars,
        replaced_ratio=text.count("\ufffd") / num_chars,
        code_ratio=_code_ratio(reading),
    )


def _code_ratio(reading: Reading) -> float:
    text = reading.text
    if not any(mark in text for mark in CODE_MARKS):
        return 0.0
    return sum(bool(CODE.search(line.text)) for line in reading.lines) / max(1, len(reading.lines))


def shape_of(kind: str, reading: Reading, found: Measures) -> str:
    """Return the kind by whose rules a text is judged: a page of tables or results counts as statistics."""
    if (
        not RULES[kind].prose
        or found.num_numbers < FEWEST_TABLE_NUMBERS
        or found.letter_ratio < LEAST_RESULTS_LETTERS
    ):
        return kind
    many = found.num_numbers >= LEAST_NUMBERS_RATIO * found.num_words
    return Kind.STATISTICS.value if many or reading.tabular_ratio >= LEAST_TABULAR_RATIO else kind


def unreadable_reason(
    reading: Reading, shape: str, found: Measures, min_words: int, max_bytes: int
) -> str | None:
    """Name what keeps a text from being read in any language, or return None."""
    rules, text = RULES[shape], reading.text
    if found.num_words < (min_words if rules.min_words is None else min(min_words, rules.min_words)):
        return "too_short"
    most_bytes = max_bytes * rules.times_bytes
    if len(text) > most_bytes or (4 * len(text) > most_bytes and len(text.encode()) > most_bytes):
        return "too_long"
    if found.replaced_ratio > MOST_REPLACED_RATIO:
        return "broken_encoding"
    return "lorem_ipsum" if rules.prose and "lorem ipsum" in text.lower() else None


def reject_reason(reading: Reading, shape: str, language: str | None, found: Measures) -> str | None:
    """Name the first rule that a readable text breaks, or return None to keep it."""
    rules = RULES[shape]
    if found.num_numbers < rules.min_numbers:
        return "no_numbers"
    if found.letter_ratio < rules.min_letter_ratio:
        return "few_letters"
    if found.repeated_ratio > rules.max_repeated_ratio:
        return "repeated_lines"
    return _prose_reason(reading, language, found) if rules.prose else None


def _prose_reason(reading: Reading, language: str | None, found: Measures) -> str | None:
    if not SHORTEST_WORD <= found.mean_word_chars <= (LONGEST_WORD if language == "en" else LONGEST_COMPOUND):
        return "word_length"
    if found.symbol_ratio > MOST_SYMBOLS_RATIO:
        return "symbols"
    if found.bullet_ratio > MOST_BULLETS_RATIO:
        return "bullets"
    if found.num_cut_off >= FEWEST_CUT_OFF and found.cut_off_ratio > MOST_CUT_OFF_RATIO:
        return "cut_off_lines"
    if found.code_ratio > MOST_CODE_RATIO:
        return "code"
    if found.num_words >= FEWEST_RATED_WORDS and found.top_fourgram_ratio > MOST_FOURGRAM_RATIO:
        return "repeated_phrase"
    if found.num_links >= FEWEST_LINKS and found.links_ratio > MOST_LINKS_RATIO:
        return "link_list"
    if not any(line.ended for line in reading.lines) and language not in {"th", "ar"}:
        return "no_sentences"
    if language == "en" and found.num_words >= FEWEST_RATED_WORDS:
        few = function_ratio(reading.lower_words, language) < LEAST_FUNCTION_RATIO
        return "few_stop_words" if few else None
    return None


def _top_fourgram_ratio(words: list[str]) -> float:
    """Return the share of a text's characters that its commonest run of four words takes up."""
    if len(words) < 8:
        return 0.0
    counts = Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
    most = max(counts.values())
    if most < FEWEST_REPEATS:
        return 0.0
    longest = max(sum(map(len, run)) for run, times in counts.items() if times == most)
    # Runs may overlap ("ha ha ha ha ha"), so the share is at most all of it.
    return min(1.0, most * longest / sum(map(len, words)))
