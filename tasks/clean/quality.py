"""Quality: four scores in [0, 1], combined 0.3 coherence, 0.4 relevance, 0.2 consistency, 0.1 linguistic."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.clean.coherence import prose_coherence, table_coherence
from tasks.clean.linguistic import prose_quality, table_quality
from tasks.clean.reading import Reading
from tasks.clean.rules import RULES

WEIGHTS = {"coherence": 0.3, "relevance": 0.4, "consistency": 0.2, "linguistic": 0.1}


@dataclass(frozen=True)
class Scores:
    """The four scores; None where one does not apply, and the others share its weight in proportion.

    Attributes:
        coherence: whether the text hangs together (tasks/clean/coherence.py).
        relevance: the probability that it is about sport; 1 where its source states the sport or a game.
        consistency: the share of its checkable claims that agree with its record
        (tasks/clean/consistency.py). linguistic: whether it looks like written language, or like a clean
        table (tasks/clean/linguistic.py).
    """

    coherence: float
    relevance: float | None
    consistency: float | None
    linguistic: float

    def quality(self) -> float:
        """Return the weighted mean of the scores there are, rounded to three places."""
        found: dict[str, float] = {
            name: value for name in WEIGHTS if (value := getattr(self, name)) is not None
        }
        total = sum(WEIGHTS[name] * value for name, value in found.items())
        return round(total / sum(WEIGHTS[name] for name in found), 3)

    def columns(self) -> dict[str, float | None]:
        """Return the scores as columns of ``CLEAN``, rounded to three places."""
        values = {name: getattr(self, name) for name in WEIGHTS}
        return {name: None if value is None else round(value, 3) for name, value in values.items()}


def form_scores(reading: Reading, shape: str, language: str | None) -> tuple[float, float]:
    """Return a text's coherence and linguistic quality, as prose or as a table by the kind that judges it."""
    if RULES[shape].prose:
        return prose_coherence(reading), prose_quality(reading, language)
    return table_coherence(reading), table_quality(reading)
