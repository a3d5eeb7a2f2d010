"""Text of records read back: nothing is lost, added or taken for something else."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.extract.plain_text import normalised
from tasks.extract.records.read_back import Difference, check_text, read_text, read_texts
from tasks.extract.records.told import record_text, spoken

# Texts that look like the grammar's own marks, and any others.
TEXTS = st.sampled_from(
    [
        "a",
        "a, b",
        "- a",
        "-",
        "_",
        "a: b",
        "a:",
        "[a]",
        "[",
        '"',
        '"a"',
        "a | b",
        "|",
        "7-3, 0-14",
        "7-3",
        "{x}",
        "a\nb",
        " a ",
        "a\x01b",
        "10:30",
        "a,",
        "a]",
        "yes",
        "3",
        "\ud800",
        "e\u0301",
        "\u0301",
        "a\u2028b",
        "\\",
        "\u037e",
    ]
) | st.text(max_size=6)
KEYS = st.sampled_from(
    [
        "a",
        "a_b",
        "a b",
        "a  b",
        "",
        "_",
        " ",
        "-",
        "- a",
        "a:",
        "a: b",
        "a|b",
        '"',
        "[a",
        "{a",
        "type",
        "more",
        "home",
        "date",
        "id",
        "url",
        "é",
        "e\u0301",
        "\ud800",
        "a, b",
        "x\x01",
        "x",
        "\n",
    ]
) | st.text(max_size=4)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=3), max_size=4)
        | st.lists(st.dictionaries(st.sampled_from(["a", "b_c", "-d", "e|f"]), PLAIN, max_size=4), max_size=5)
    ),
    max_leaves=30,
)


def plain_values(value: Any) -> int:
    """Count plain values, by a walk of its own."""
    if isinstance(value, dict | list):
        return sum(map(plain_values, value.values() if isinstance(value, dict) else value))
    return 1


@settings(max_examples=600, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=5))
@example({"a_b": 1, "a b": 2, "a__b": 3})
@example({"periods": [[1, 2], [3, 4]], "one": [[1, 2]], "text": "1-2, 3-4"})
@example({"rows": [{"_": 1, " ": "x", "b": "-"}, {"b": "- c", "_": 3}, {"b": "_", "_": "|"}]})
def test_record_text_reads_back_as_what_the_record_tells(record: dict[str, Any]) -> None:
    text = record_text(record)
    assert check_text(record, text) == []
    assert check_text(record, normalised(text)) == [], "a document's text has been normalised"


def test_record_text_of_plain_types_reads_back_as_json_holds_them() -> None:
    record = {
        "name": "Arden",
        "points": ["101", "98"],
        "of": {"first": {"half": "3.5"}},
        "all": [["1", "2"], ["3"]],
    }
    assert read_text(record_text(record)) == record


def test_record_text_deeper_than_told_is_one_line_and_reads_back() -> None:
    value: Any = {"a": 1, "b": [[[2]]]}
    for _ in range(150):
        value = {"x": [value]}
    text = record_text(value)
    assert max(len(line) - len(line.lstrip()) for line in text.split("\n")) < 60
    assert check_text(value, text) == []


def test_check_text_names_what_is_missing_changed_and_extra() -> None:
    record = {"home": "Arden", "score": 3, "goals": [{"by": "Moss", "at": 7}]}
    text = record_text(record)
    assert check_text(record, text.replace("score: 3", "score: 4")) == [
        Difference("changed", ("score",), "4")
    ]
    assert check_text(record, text.replace("score: 3\n", "").replace("\nscore: 3", "")) == [
        Difference("missing", ("score",), "3")
    ]
    assert check_text(record, text.replace("by: Moss", "by: Moss, on: 2")) == [
        Difference("extra", ("goals", 0, "on"), "2")
    ]


def test_read_texts_gives_every_record_of_a_document() -> None:
    records = [{"home": "Arden", "n": n} for n in range(3)]
    assert read_texts("\n\n".join(map(record_text, records))) == [spoken(record) for record in records]


@pytest.mark.parametrize(
    "text",
    [
        "home",
        "a:\n   b: 1",
        "a: 1\na: 2",
        "  a: 1",
        'a: "b',
        "a:",
        "a:\n  - b: 1, c",
        "a:\n  b | c\n  1",
        "a: {x}",
    ],
)
def test_read_text_of_another_grammar_names_the_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"^line [123] "):
        read_text(text)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["a:", " ", "- ", "b: 1", "\n", "|", '"', "[", "]", "{", "}", ",", "x"]), max_size=30
    )
)
def test_read_text_of_anything_gives_a_record_or_a_named_line(parts: list[str]) -> None:
    try:
        found = read_text("".join(parts))
    except ValueError as error:
        found = {"named": str(error).startswith("line ")}
    assert found.get("named", True)


def test_record_text_of_five_megabytes_of_brackets_stays_small_and_fast() -> None:
    rows: Any = [{"a": 1}] * 400_000
    for _ in range(60):
        rows = [rows, {"b": 2}]
    body = json.dumps({"x": rows})
    start = time.process_time()
    text = record_text(json.loads(body))
    assert len(text) < 5 * len(body)
    assert time.process_time() - start < 10
