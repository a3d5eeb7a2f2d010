"""The four scores: what is whole scores high, what is broken low, and how they combine. All invented."""

from __future__ import annotations

import json
import random

import pytest

from tasks.clean.coherence import prose_coherence, table_coherence
from tasks.clean.consistency import consistency
from tasks.clean.linguistic import prose_quality, table_quality
from tasks.clean.quality import Scores
from tasks.clean.reading import Reading
from tasks.clean.scale import scaled

ARTICLE = (
    "The Masons beat the Rovers 113-107 at Vauxhall Hall on Sunday. Reza Petwell scored 38 points for the "
    "Masons, "
    "who had lost their last three games at the hall. Petwell said the hall was loud and that the Masons "
    "needed it. "
    "The Rovers led by ten points at half-time, but their shooting went cold after the break. Their coach, "
    "Dan Obi, "
    "said the shooting was no excuse. Obi will take the Rovers to Arden on Friday. A crowd of 15,280 saw "
    "the game, "
    "and most of the crowd stayed to sing for Petwell after the game was won."
)
UNRELATED = [
    "A minister opened the new bridge near the harbour.", "Bakers say that flour costs twice as much.",
    "Her novel tells of a lighthouse keeper in winter.", "Doctors warn about a vitamin sold in shops.",
    "Two satellites were launched from the desert.", "The orchestra will play Mahler in October.",
    "Farmers expect a poor harvest of olives.", "An old map was found behind a wardrobe.",
    "Police are looking for a blue van.", "The museum bought a painting of horses.",
]  # fmt: skip
RECORD = json.dumps(
    {
        "type": "game", "home": "Vauxhall Masons", "away": "Galwick Rovers", "home_nickname": "Masons",
        "away_nickname": "Rovers", "home_score": 113, "away_score": 107, "attendance": 15280,
        "periods": [[20, 30], [31, 31], [30, 22], [32, 24]],
        "players": [{"name": "Reza Petwell", "points": 38, "rebounds": 7}, {"name": "Eve Hart",
        "points": 12}],
    }
)  # fmt: skip


def shuffled(text: str) -> str:
    words = text.split()
    random.Random(0).shuffle(words)
    return " ".join(words)


def test_coherence_of_an_article_is_high_and_of_unrelated_or_cut_off_lines_low() -> None:
    teasers = "\n".join(" ".join(sentence.split()[:5]) + "\u2026" for sentence in UNRELATED)
    assert prose_coherence(Reading(ARTICLE)) >= 0.9
    assert prose_coherence(Reading(" ".join(UNRELATED))) <= 0.4
    assert prose_coherence(Reading(teasers)) <= 0.4


def test_coherence_of_a_wrapped_paragraph_is_that_of_its_lines_joined() -> None:
    wrapped = ARTICLE.replace(" who had", "\nwho had").replace(" said the shooting", "\nsaid the shooting")
    assert prose_coherence(Reading(wrapped)) == prose_coherence(Reading(ARTICLE))


def test_coherence_of_a_table_is_high_and_of_ragged_rows_low() -> None:
    table = "Team | 1 | 2 | Total\nDragons | 23 | 19 | 42\nBadgers | 28 | 21 | 49\nOtters | 20 | 20 | 40"
    ragged = "\n".join(" | ".join("x" * (n + 1)) for n in range(9))
    assert table_coherence(Reading(table)) >= 0.9
    assert table_coherence(Reading(ragged)) <= 0.4


def test_linguistic_quality_of_shuffled_shouted_and_scrambled_words_is_lower() -> None:
    noise = random.Random(1)
    scrambled = " ".join("".join(noise.sample(word, len(word))) for word in ARTICLE.split())
    whole = prose_quality(Reading(ARTICLE), "en")
    assert whole >= 0.9
    assert prose_quality(Reading(shuffled(ARTICLE)), "en") <= 0.4
    assert prose_quality(Reading(scrambled), "en") <= 0.4
    assert prose_quality(Reading(ARTICLE.upper()), "en") < whole


def test_linguistic_quality_does_not_take_initials_and_names_for_articles() -> None:
    text = "Q: Who won? A: The Masons did. On the A83 and at Group A and B the crowd was quiet. " * 3
    assert prose_quality(Reading(text), "en") >= 0.7


def test_linguistic_quality_of_a_table_with_markup_is_lower() -> None:
    assert table_quality(Reading("Masons | 3 | 1\nRovers | 2 | 2")) == 1
    assert table_quality(Reading("Masons | {{x}} | 1\nRovers | \ufffd\ufffd | 2")) < 0.7


def test_consistency_of_a_true_report_is_whole_and_falls_with_every_wrong_number() -> None:
    wrong = ARTICLE.replace("113-107", "114-107")
    worse = wrong.replace("38 points", "31 points").replace("15,280", "12,000")
    found = [consistency(text, RECORD) for text in (ARTICLE, wrong, worse)]
    assert found[0] == 1
    assert found[0] > (found[1] or 0) > (found[2] or 0)


@pytest.mark.parametrize(
    "text",
    [
        "The Masons went on a 12-2 run and led by as many as 20 points.",
        "Petwell averaged 22 points last season, and the Rovers have a 10-4 record.",
        "Nothing here can be checked.",
    ],
)
def test_consistency_of_claims_that_the_record_cannot_settle_is_none(text: str) -> None:
    assert consistency(text, RECORD) is None


@pytest.mark.parametrize("record", ["", "{", "[]", "null", '{"home": 3}', "[" * 5_000])
def test_consistency_with_a_record_of_no_facts_is_none(record: str) -> None:
    assert consistency(ARTICLE, record) is None


def test_quality_shares_the_weight_of_scores_that_do_not_apply() -> None:
    assert Scores(1.0, 1.0, 1.0, 1.0).quality() == 1
    assert Scores(0.5, 1.0, 0.0, 1.0).quality() == pytest.approx(0.3 * 0.5 + 0.4 + 0.1)
    assert Scores(0.5, 1.0, None, 1.0).quality() == pytest.approx((0.15 + 0.4 + 0.1) / 0.8, abs=1e-3)
    assert Scores(0.5, None, None, 1.0).quality() == pytest.approx((0.15 + 0.1) / 0.4, abs=1e-3)


def test_scaled_goes_straight_between_its_points_and_stays_flat_beyond() -> None:
    points = ((0.2, 0.0), (0.4, 1.0), (0.6, 0.5))
    assert [scaled(value, points) for value in (0, 0.2, 0.3, 0.4, 0.5, 9)] == pytest.approx(
        [0, 0, 0.5, 1, 0.75, 0.5]
    )
