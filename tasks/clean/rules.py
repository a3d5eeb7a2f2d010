"""First-cut quality rules by kind of page, each with a name, and a quality score.

Prose follows Gopher (Rae et al. 2021, table A1) and C4 (Raffel et al. 2020, section 2.2), loosened where a
short match report breaks them: Gopher wants 50 words and 80% of them with a letter, a report of a 3-1 win
has neither. Statistics and records are not prose; they only have to hold facts.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from tasks.clean.language import english_ratio
from tasks.schema import Kind

WORD = re.compile(r"\S+")
DIGIT = re.compile(r"\d")
LETTER = re.compile(r"[^\W\d_]")
SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*(\s|$)")
# Gopher asks for two of eight words; a report of 50 words may say only "the".
# Of 1,187 simulated match reports the leanest has .28 function words.
LEAST_FUNCTION_RATIO = 0.1
CODE = re.compile(r"[{};]\s*$|</?\w+>|\bfunction\s*\(|=>|\bvar \w+ ?=", re.MULTILINE)
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
    """

    min_words: int | None
    min_numbers: int
    min_letter_ratio: float
    max_repeated_ratio: float
    prose: bool


RULES = {
    Kind.NEWS.value: KindRules(None, 0, 0.6, 0.3, True),
    Kind.REFERENCE.value: KindRules(None, 0, 0.5, 0.3, True),
    Kind.DISCUSSION.value: KindRules(8, 0, 0.6, 0.4, True),
    Kind.STATISTICS.value: KindRules(8, 4, 0.02, 0.8, False),
    Kind.RECORD.value: KindRules(6, 1, 0.05, 0.95, False),
}


@dataclass(frozen=True)
class Measures:
    """What the rules look at."""

    num_words: int
    num_numbers: int
    letter_ratio: float
    mean_word_chars: float
    symbol_ratio: float
    repeated_ratio: float
    top_fourgram_ratio: float
    num_sentences: int
    bullet_ratio: float
    ellipsis_ratio: float
    replaced_ratio: float
    code_ratio: float


def measure(text: str) -> Measures:
    """Return a text's measures."""
    words = WORD.findall(text)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    num_chars = max(1, sum(map(len, words)))
    num_words = len(words)
    if words and num_chars / num_words > 12 and not text.isascii():
        num_words = max(num_words, int(num_chars / UNSPACED_CHARS_PER_WORD))
    seen: set[str] = set()
    repeated = 0
    for line in lines:
        repeated += len(line) if line in seen else 0
        seen.add(line)
    divisor, num_lines = max(1, len(words)), max(1, len(lines))
    return Measures(
        num_words=num_words,
        num_numbers=sum(not word.isalpha() and bool(DIGIT.search(word)) for word in words),
        letter_ratio=sum(word.isalpha() or bool(LETTER.search(word)) for word in words) / divisor,
        mean_word_chars=num_chars / max(1, num_words),
        symbol_ratio=(text.count("#") + text.count("…") + text.count("...")) / divisor,
        repeated_ratio=repeated / max(1, sum(map(len, lines))),
        top_fourgram_ratio=_top_fourgram_ratio(words),
        num_sentences=len(SENTENCE_END.findall(text)),
        bullet_ratio=sum(line[0] in "•‣●*-–" for line in lines) / num_lines,
        ellipsis_ratio=sum(line.endswith(("…", "...")) for line in lines) / num_lines,
        replaced_ratio=text.count("\ufffd") / num_chars,
        code_ratio=sum(bool(CODE.search(line)) for line in lines) / num_lines,
    )


def reject_reason(
    text: str, kind: str, language: str | None, found: Measures, *, min_words: int, max_bytes: int
) -> str | None:
    """Name the first rule that a text breaks, or return None to keep it."""
    rules = RULES[kind]
    if found.num_words < (min_words if rules.min_words is None else min(min_words, rules.min_words)):
        return "too_short"
    if len(text) > max_bytes or len(text.encode()) > max_bytes:
        return "too_long"
    if found.replaced_ratio > 0.005:
        return "broken_encoding"
    if found.num_numbers < rules.min_numbers:
        return "no_numbers"
    if found.letter_ratio < rules.min_letter_ratio:
        return "few_letters"
    if found.repeated_ratio > rules.max_repeated_ratio:
        return "repeated_lines"
    return _prose_reason(text, language, found) if rules.prose else None


def _prose_reason(text: str, language: str | None, found: Measures) -> str | None:
    # Gopher's 3 to 10 characters, one more for languages that compound their words.
    if not 2 <= found.mean_word_chars <= (10 if language == "en" else 14):
        return "word_length"
    if found.symbol_ratio > 0.1:
        return "symbols"
    if found.bullet_ratio > 0.9:
        return "bullets"
    if found.ellipsis_ratio > 0.3:
        return "cut_off_lines"
    if found.code_ratio > 0.3:
        return "code"
    if "lorem ipsum" in text.lower():
        return "lorem_ipsum"
    # Gopher's .16 for the share of the commonest four words; a refrain or a boilerplate loop.
    if found.num_words >= 50 and found.top_fourgram_ratio > 0.16:
        return "repeated_phrase"
    if found.num_sentences == 0 and language not in {"th", "ar"}:
        return "no_sentences"
    if language == "en" and found.num_words >= 50 and english_ratio(text) < LEAST_FUNCTION_RATIO:
        return "few_stop_words"
    return None


def quality(text: str, kind: str, language: str | None, found: Measures) -> float:
    """Return a score in [0, 1], rounded to three places: the mean of four shares.

    For prose: length (words / 200, at most 1), text not in repeated lines, words with a letter, and function
    words (English: share / .35, at most 1; other languages: 0.5). For statistics and records the last two are
    numbers (count / 20, at most 1) and 1.
    """
    length = min(1.0, found.num_words / 200)
    fresh = 1 - found.repeated_ratio
    if RULES[kind].prose:
        function = min(1.0, english_ratio(text) / 0.35) if language == "en" else 0.5
        parts = [length, fresh, found.letter_ratio, function]
    else:
        parts = [length, fresh, min(1.0, found.num_numbers / 20), 1.0]
    return round(sum(parts) / len(parts), 3)


def _top_fourgram_ratio(words: list[str]) -> float:
    """Return the share of a text's characters that its commonest run of four words takes up."""
    if len(words) < 8:
        return 0.0
    counts = Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
    most = max(counts.values())
    if most == 1:
        return 0.0
    longest = max(sum(map(len, run)) for run, times in counts.items() if times == most)
    return most * longest / sum(map(len, words))
