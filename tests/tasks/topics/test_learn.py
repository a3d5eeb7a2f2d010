"""Learning topics from documents that say what they are about, or refusing to."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.schema import DOCUMENTS, Sport, table_of, write_parquet
from tasks.topics.config import TopicsConfig
from tasks.topics.fit import Rows, fit_two
from tasks.topics.labels import Label, weak_label
from tasks.topics.learn import calibrate, learn
from tasks.topics.model import FILE, SHIPPED, TopicModel, load_model

_SPORTING = "striker goal match keeper league season coach fans won defeat oaring regatta"
_ELSE = "minister budget vote shares market profit album film actor software users court"
_PLAIN = "monday people after their first about again could every place small large early"
SPORTING, ELSE, PLAIN = _SPORTING.split(), _ELSE.split(), _PLAIN.split()


def row(number: int, label: str, url: str = "", **more: Any) -> dict[str, Any]:
    draw = random.Random(number)
    own = SPORTING if label in ("sport", "football", "rowing") or "/sport/" in url else ELSE
    words = [draw.choice(own + PLAIN) for _ in range(80)]
    return {
        "id": f"d{number:04}",
        "source": "made",
        "kind": "news",
        "label": label or None,
        "url": url or None,
        "text": " ".join(words),
        **more,
    }


def table(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    write_parquet(table_of(rows, DOCUMENTS), path)
    return path


def rows(num: int) -> list[dict[str, Any]]:
    return [row(k, "sport" if k % 2 else "politics") for k in range(num)]


def taught(folder: Path, found: Sequence[dict[str, Any]], **settings: Any) -> TopicModel:
    folder.mkdir(exist_ok=True)
    path = table(folder / "documents.parquet", found)
    learn([path], folder, TopicsConfig(model="trained", min_documents=10, **settings)).check("topics")
    return load_model(folder / FILE)


def test_learn_tells_unseen_texts_apart_by_words_no_table_has(tmp_path: Path) -> None:
    model = taught(tmp_path / "a", rows(120))
    assert model.topic("striker goal match oaring regatta league " * 10).is_sport
    assert not model.topic("minister budget vote shares market film " * 10).is_sport
    assert model.topic("regatta oaring match").probability > model.topic("album actor match").probability
    assert model.origin["held_out"]["f1"] >= 0.95
    assert model.origin["collections"] == {"made": {"label: not sport": 60, "label: sport": 60}}


def test_learn_gives_the_same_bytes_whichever_files_rows_come_in(tmp_path: Path) -> None:
    found = rows(120)
    taught(tmp_path / "a", found)
    taught(tmp_path / "b", found[::-1])
    assert (tmp_path / "a" / FILE).read_bytes() == (tmp_path / "b" / FILE).read_bytes()
    assert (tmp_path / "a" / "report.md").read_bytes() == (tmp_path / "b" / "report.md").read_bytes()


def test_learn_from_one_side_alone_is_refused_with_both_counts(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"40 about sport and 0 about other things.*topics\.model=shipped"):
        taught(tmp_path / "a", [row(k, "sport") for k in range(40)])


def test_learn_draws_no_more_documents_than_asked(tmp_path: Path) -> None:
    model = taught(tmp_path / "a", rows(300), max_documents=100)
    assert model.origin["num_documents"] == 100


def test_weak_label_trusts_label_then_url_then_source() -> None:
    plain = {"label": None, "url": None, "sport": None, "events": None, "kind": "news"}
    said = weak_label({**plain, "label": "Rugby Union", "url": "https://a.example/politics/1"})
    assert said == Label(True, Sport.OTHER, "label")
    assert weak_label({**plain, "url": "https://a.example/politics/1"}) == Label(False, None, "url section")
    assert weak_label({**plain, "url": "https://a.example/business/sport/1"}) is None
    assert weak_label({**plain, "url": "https://a.example/sport/1"}) == Label(True, None, "url section")
    assert weak_label({**plain, "sport": "golf"}) == Label(True, Sport.GOLF, "source")
    assert weak_label({**plain, "kind": "record"}) == Label(True, None, "source")
    assert weak_label(plain) is None


def test_fit_two_finds_where_the_loss_is_flat() -> None:
    draw = np.random.default_rng(1)
    dense = draw.random((60, 5))
    entries = [(r, c, dense[r, c]) for r in range(60) for c in range(5)]
    found = Rows(*(np.array(part) for part in zip(*entries, strict=True)), shape=(60, 5))
    truth = dense[:, 0] > dense[:, 1]
    fitted = fit_two(found, np.zeros(60), truth, np.ones(60))
    # The oracle: plain gradient descent on the same objective, a long way.
    weights, bias = np.zeros(5), 0.0
    balance = np.where(truth, 30 / truth.sum(), 30 / (~truth).sum())
    for _ in range(60_000):
        slope = balance * (1 / (1 + np.exp(-(dense @ weights + bias))) - truth)
        weights -= 0.05 * (dense.T @ slope + weights / 100)
        bias -= 0.05 * slope.sum()
    assert np.allclose(fitted.words[:, 0], weights, atol=0.05)


def test_calibrate_gives_the_odds_that_scores_were_drawn_with() -> None:
    draw = np.random.default_rng(2)
    scores = draw.normal(0, 2, 20_000)
    truth = draw.random(20_000) < 1 / (1 + np.exp(-2 * scores))
    slope, offset = calibrate(scores, truth)
    assert slope == pytest.approx(2, abs=0.15)
    assert offset == pytest.approx(0, abs=0.1)


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=60))
def test_topic_of_any_text_is_a_probability_and_a_sport(text: str, url: str, title: str) -> None:
    found = load_model(SHIPPED).topic(text, url, title)
    assert 0 <= found.probability <= 1
    assert found.is_sport == (found.probability >= 0.5)
    assert found.sport is Sport.OTHER or found.is_sport


@pytest.mark.parametrize(
    "url", ["http://[", "//", "http://a:b/sport/", "\x00/sport/", "http://a/" + "x/" * 9_000]
)
def test_topic_of_hostile_urls_is_found_all_the_same(url: str) -> None:
    assert load_model(SHIPPED).topic("a goal in the match", url).probability >= 0


def test_topic_of_sports_with_no_labelled_article_is_known_by_the_table() -> None:
    model = load_model(SHIPPED)
    baseball = (
        "The pitcher gave up a home run in the ninth inning of the baseball game and the shortstop won it. "
    )
    boxing = "The heavyweight boxer won his title fight by knockout in the third round of the bout. "
    golf = "A birdie at the last hole gave the golfer the open championship by one shot at two under par. "
    assert [model.topic(text * 4).sport for text in (baseball, boxing, golf)] == [
        Sport.BASEBALL,
        Sport.COMBAT_SPORTS,
        Sport.GOLF,
    ]


def test_topic_takes_the_section_of_the_url_into_account() -> None:
    model, text = load_model(SHIPPED), "A statement on the new stadium was made by the council on Monday. "
    beside, plain, section = (
        model.topic(text, f"https://a.example/{folder}/1").probability
        for folder in ("politics", "x", "sport")
    )
    assert beside < plain < section
    assert model.topic(text * 3, "https://a.example/cricket/1").sport is Sport.CRICKET


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 1}', '{"format": 2, "sport": {}}', "\xff"])
def test_load_model_of_another_file_names_it_and_the_remedy(tmp_path: Path, content: str) -> None:
    path = tmp_path / FILE
    path.write_text(content, "latin-1")
    with pytest.raises(ValueError, match=r"classifiers.json holds no classifiers.*stage topics --refresh"):
        load_model(path)


def test_shipped_file_says_where_it_was_learned_and_is_small() -> None:
    assert SHIPPED.stat().st_size < 500_000
    file = json.loads(SHIPPED.read_text("utf-8"))
    assert (
        sum(sum(found.values()) for found in file["origin"]["collections"].values())
        == (file["origin"]["num_documents"])
    )
    assert file["origin"]["held_out"]["f1"] >= 0.98
    assert file["origin"]["held_out"]["which_sport_accuracy"] >= 0.97
    assert all(len(word) <= 30 and " " not in word for word in file["sport"]["words"])
