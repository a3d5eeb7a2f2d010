"""What a text is about: the probability that it is sport, and which sport. The file, and its use.

The file is JSON: weights by word, shares of the table of terms, and where it all was learned from. It holds
no text. Both classifiers are logistic regressions over the words of a text (tasks/topics/features.py) and the
points of the table of terms (tasks/clean/sport_terms.py), which speak for sports that no collection labelled.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from tasks.clean.sport import section_beside_sport, sport_of_url
from tasks.schema import Sport
from tasks.topics.features import SPORTS, Features, features_of, log_count

FORMAT = 1
FILE = "classifiers.json"
SHIPPED = Path(__file__).with_name(FILE)
# What the section of a URL adds to the log odds that its page is about sport.
SPORTS_SECTION, OTHER_SECTION = 5.0, -2.0
# A text with fewer points of terms than FEW (the least of 763 BBC articles about sport: .45) is hardly about
# it, whatever its other words; without this, 9 of 112 recorded pages more, mostly in languages not learned,
# passed as sport.
FEW, FEW_TERMS = 0.3, -3.0
# A sport less likely than this among the sports is called "other".
LEAST_SPORT_PROBABILITY = 0.35
_OTHER = SPORTS.index(Sport.OTHER)


@dataclass(frozen=True)
class Topic:
    """``sport`` is OTHER for a sport beside the ten, and where ``is_sport`` is false.

    Attributes:
        probability: that the text is about sport, in [0, 1]; calibrated on held-out documents for a place
            where half of them are.
    """

    sport: Sport
    is_sport: bool
    probability: float


class TopicModel:
    """Two classifiers over the words of a text: sport or not, and which sport."""

    def __init__(self, file: Mapping[str, Any]) -> None:
        """Take the content of a classifiers file.

        Raises:
            ValueError: if it is not one of this version.
        """
        if file.get("format") != FORMAT:
            raise ValueError(f"needed classifiers of format {FORMAT}, found {file.get('format')!r}")
        try:
            sport, which = file["sport"], file["which"]
            self._bias, self._table = float(sport["bias"]), float(sport["table"])
            self._slope, self._offset = float(sport["slope"]), float(sport["offset"])
            self._words = {str(word): float(weight) for word, weight in sport["words"].items()}
            self._which_table = float(which["table"])
            self._which_bias = np.array([float(which["bias"][name]) for name in SPORTS])
            weights: dict[str, list[float]] = {}
            for name, words in which["words"].items():
                for word, weight in words.items():
                    weights.setdefault(word, [0.0] * len(SPORTS))[SPORTS.index(Sport(name))] = float(weight)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"classifiers are not whole: {type(error).__name__}: {error}") from error
        self._which = {word: number for number, word in enumerate(weights)}
        self._which_weights = np.array(list(weights.values())).reshape(-1, len(SPORTS))
        self.origin: Mapping[str, Any] = file.get("origin", {})

    def topic(self, text: str, url: str = "", title: str = "") -> Topic:
        """Return what a text is about: its first 6,000 characters, its title, and the section of its URL."""
        features = features_of(text, title)
        odds = self._slope * self.score(features) + self._offset
        odds += FEW_TERMS if features.of_sport() < FEW else 0.0
        section = sport_of_url(url) if url else None
        beside = bool(url) and bool(section_beside_sport(url))
        if section is not None and not beside:
            odds += SPORTS_SECTION
        elif section is None and beside:
            odds += OTHER_SECTION
        probability = 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
        if probability < 0.5:
            return Topic(Sport.OTHER, False, probability)
        if section not in (None, Sport.OTHER):
            assert section is not None
            return Topic(section, True, probability)
        return Topic(self.which(features), True, probability)

    def score(self, features: Features) -> float:
        """Return the log odds of sport before calibration."""
        words, counts = self._words, features.counts
        # In the order of the text: a set's order, and so the last bit of a sum, differs between processes.
        told = sum(words[word] * log_count(count) for word, count in counts.items() if word in words)
        return told / features.norm + self._table * features.of_sport() + self._bias

    def which(self, features: Features) -> Sport:
        """Return the likeliest sport of a text about sport."""
        found = [
            (self._which[word], log_count(count))
            for word, count in features.counts.items()
            if word in self._which
        ]
        rows = self._which_weights[[number for number, _ in found]]
        told = (rows * np.array([value for _, value in found])[:, None]).sum(axis=0) / features.norm
        scores = told + self._which_table * features.of_sports() + self._which_bias
        shares = np.exp(scores - scores.max())
        best = int(shares.argmax())
        return SPORTS[best] if shares[best] >= LEAST_SPORT_PROBABILITY * shares.sum() else SPORTS[_OTHER]


@lru_cache(maxsize=4)
def load_model(path: Path) -> TopicModel:
    """Return the model of a classifiers file.

    Raises:
        ValueError: if the file is not one of this version; the message names it.
    """
    try:
        file = json.loads(path.read_text("utf-8"))
        return TopicModel(file if isinstance(file, dict) else {})
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise ValueError(
            f"{path} holds no classifiers ({error}); rebuild them (sportslm stage topics --refresh)"
        ) from error


def shipped_model() -> TopicModel:
    """Return the model in the package."""
    return load_model(SHIPPED)
