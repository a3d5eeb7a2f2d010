"""The mixture: splits that hold games out whole and never move, newest revisions, named exclusions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.identity import key_of
from tasks.mix.chain import mixed_texts
from tasks.mix.config import MixConfig
from tasks.mix.domains import domain_of
from tasks.mix.mixture import build_mixture, weight_of
from tasks.mix.splits import Split, side_of, split_of
from tasks.schema import GONE, MIXTURE, read_parquet, table_of, write_parquet
from tests.tasks.mix.small_world import document, game_documents, small_chain, write_snapshot

CONFIG = MixConfig(validation_ratio=0.3)


def rows_of(folder: Path) -> list[dict[str, object]]:
    return read_parquet(folder / "mixture.parquet", MIXTURE).to_pylist()


def test_mixture_of_games_holds_every_game_out_on_all_its_pages(tmp_path: Path) -> None:
    chain = small_chain(tmp_path)
    counts = build_mixture(chain, tmp_path / "out", CONFIG)
    sides: dict[str, set[str]] = {}
    for text in mixed_texts(tmp_path / "out/mixture.parquet", chain):
        sides.setdefault(text.events[0], set()).add(text.split)
    assert len(sides) == 40
    assert all(len(side) == 1 for side in sides.values())
    held_out = sum(side == {"validation"} for side in sides.values())
    assert 4 <= held_out <= 20
    counts.check("mix")


def test_mixture_after_a_refresh_keeps_every_document_on_its_side(tmp_path: Path) -> None:
    first = small_chain(tmp_path, 30)
    build_mixture(first, tmp_path / "one", CONFIG)
    more = [row for number in range(30, 50) for row in game_documents(number)]
    chain = [*first, write_snapshot(tmp_path, "20260302T0000Z", more)]
    build_mixture(chain, tmp_path / "two", CONFIG)
    before, after = rows_of(tmp_path / "one"), rows_of(tmp_path / "two")
    assert after[: len(before)] == before
    assert len(after) == len(before) + 40


def test_mixture_shards_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    rows = [row for number in range(10) for row in game_documents(number)]
    for name, order, shards in (("a", rows, 3), ("b", rows[::-1], 1)):
        build_mixture([write_snapshot(tmp_path / name, "s", order, shards)], tmp_path / name, CONFIG)
    assert (tmp_path / "a/mixture.parquet").read_bytes() == (tmp_path / "b/mixture.parquet").read_bytes()


def test_mixture_leaves_out_a_page_that_is_gone_until_it_is_found_again(tmp_path: Path) -> None:
    page = document("news", "https://x.test/1", "the text of a page that goes")
    other = [document("news", f"https://x.test/{n}", f"another page {n}") for n in range(2, 30)]
    first = write_snapshot(tmp_path, "a", [page, *other])
    gone = {"key": key_of(page["id"]), "source": "news", "url": "https://x.test/1", "why": "status 410"}
    write_parquet(table_of([gone], GONE), tmp_path / "gone.parquet")
    second = replace(write_snapshot(tmp_path, "b", []), gone=[tmp_path / "gone.parquet"])
    third = write_snapshot(tmp_path, "c", [document("news", "https://x.test/1", "it is back, and says more")])
    exclusions = []
    for number, chain in enumerate(([first], [first, second], [first, second, third])):
        build_mixture(chain, tmp_path / str(number), CONFIG)
        rows = rows_of(tmp_path / str(number))
        exclusions.append([r["exclusion"] for r in rows if key_of(str(r["id"])) == gone["key"]])
    assert exclusions == [[None], ["gone"], ["superseded", None]]


def test_mixture_with_a_changed_page_takes_the_newest_revision(tmp_path: Path) -> None:
    old = document("news", "https://x.test/1", "the first text of a page")
    new = document("news", "https://x.test/1", "the second text of a page")
    other = [document("news", f"https://x.test/{n}", f"another page {n}") for n in range(2, 30)]
    chain = [write_snapshot(tmp_path, "a", [old, *other]), write_snapshot(tmp_path, "b", [new])]
    build_mixture(chain, tmp_path, CONFIG)
    found = {row["id"]: row for row in rows_of(tmp_path)}
    assert found[old["id"]]["exclusion"] == "superseded"
    assert found[new["id"]]["exclusion"] is None
    assert found[new["id"]]["split"] == found[old["id"]]["split"]


def test_mixture_when_the_newest_revision_was_rejected_does_not_fall_back_to_the_old(tmp_path: Path) -> None:
    old = document("news", "https://x.test/1", "the first text of a page")
    emptied = document("news", "https://x.test/1", "")
    other = [document("news", f"https://x.test/{n}", f"another page {n}") for n in range(2, 30)]
    second = write_snapshot(tmp_path, "b", [emptied], num_shards=1)
    chain = [write_snapshot(tmp_path, "a", [old, *other]), type(second)("b", [], second.documents)]
    build_mixture(chain, tmp_path, CONFIG)
    assert {row["id"]: row["exclusion"] for row in rows_of(tmp_path)}[old["id"]] == "superseded"


def test_mixture_document_with_games_of_both_sides_is_excluded(tmp_path: Path) -> None:
    sides = {f"test:g{n:04d}": side_of(f"event:test:g{n:04d}", 0, 0.3) for n in range(40)}
    train = next(event for event, side in sides.items() if side is Split.TRAIN)
    held = next(event for event, side in sides.items() if side is Split.VALIDATION)
    roundup = document("news", "https://x.test/roundup", "all the games", events=[train, held])
    rows = [row for number in range(20) for row in game_documents(number)]
    counts = build_mixture([write_snapshot(tmp_path, "a", [*rows, roundup])], tmp_path, CONFIG)
    assert counts.dropped == {"mixed_events": 1}


def test_mixture_copy_without_events_follows_its_clusters_first_document() -> None:
    game = "event:only-in-the-original"
    for seed in range(20):
        original = split_of(["only-in-the-original"], "k1-r", [], seed, 0.5)
        copy = split_of([], "k1-r", ["only-in-the-original"], seed, 0.5)
        assert original == copy == side_of(game, seed, 0.5)


@given(st.text(min_size=1), st.integers(0, 5))
def test_side_of_a_name_with_a_larger_ratio_only_moves_to_validation(name: str, seed: int) -> None:
    sides = [side_of(name, seed, ratio) for ratio in (0.1, 0.3, 0.6, 0.9)]
    assert sides == sorted(sides)  # "train" < "validation"


def test_side_of_many_names_has_the_share_asked_for() -> None:
    held_out = sum(side_of(f"event:{n}", 0, 0.15) is Split.VALIDATION for n in range(4_000))
    assert abs(held_out / 4_000 - 0.15) < 0.02


def test_mixture_weight_of_zero_excludes_the_group(tmp_path: Path) -> None:
    config = MixConfig(validation_ratio=0.3, group_weights={"*/statistics": 0.0, "football/news": 2.5})
    counts = build_mixture(small_chain(tmp_path), tmp_path, config)
    assert counts.dropped == {"no_weight": 40}
    assert {row["weight"] for row in rows_of(tmp_path) if row["exclusion"] is None} == {2.5}


def test_weight_of_group_prefers_the_more_exact_name() -> None:
    weights = {"golf/news": 1.5, "*/news": 2.0, "golf/*": 3.0, "*": 4.0}
    groups = ("golf/news", "tennis/news", "golf/record", "tennis/record")
    assert [weight_of(group, weights) for group in groups] == [1.5, 2.0, 3.0, 4.0]


def test_mixture_of_an_empty_snapshot_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to train on"):
        build_mixture([write_snapshot(tmp_path, "20260301T0000Z", [])], tmp_path, CONFIG)


def test_mixture_with_everything_excluded_says_why(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no_weight"):
        build_mixture(small_chain(tmp_path), tmp_path, MixConfig(group_weights={"*": 0.0}))


def import_of(domain: str, numbers: range, **columns: Any) -> list[dict[str, Any]]:
    columns = {"source": "web-dump", "terms_verdict": "imported"} | columns
    source = columns.pop("source")
    return [
        document(source, f"https://www.{domain}/{n}", f"page {n} of {domain}", ordinal=n, **columns)
        for n in numbers
    ]


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://news.club.co.uk/a", "club.co.uk"),
        ("http://www.club.com:8080/a?b=http://other.org", "club.com"),
        ("http://one.github.io/x", "one.github.io"),
        ("http://127.0.0.1:9000/x", "127.0.0.1"),
        ("https://sim-news.test/x", "sim-news.test"),
        ("no address", None),
        ("http://[broken/x", None),
    ],
)
def test_domain_of_url_is_what_somebody_registers(url: str, domain: str | None) -> None:
    assert domain_of(url) == domain


def test_mixture_leaves_out_what_a_domain_of_a_dump_has_beyond_the_cap(tmp_path: Path) -> None:
    rows = import_of("flood.com", range(30)) + import_of("small.com", range(100, 108))
    config = MixConfig(validation_ratio=0.3, max_domain_documents=10)
    counts = build_mixture([write_snapshot(tmp_path, "a", rows)], tmp_path, config)
    counts.check("mix")
    assert counts.dropped == {"domain_cap": 20}
    kept = [row["id"] for row in rows_of(tmp_path) if row["exclusion"] is None]
    assert set(kept) == {row["id"] for row in [*rows[:10], *rows[30:]]}


def test_mixture_does_not_cap_crawled_sources_nor_a_row_that_merely_claims_to_be_of_one(
    tmp_path: Path,
) -> None:
    crawled = import_of("flood.com", range(30), source="bbc-sport", terms_verdict="accepted")
    claims = import_of("flood.com", range(100, 130), source="bbc-sport")
    config = MixConfig(validation_ratio=0.3, max_domain_documents=10)
    counts = build_mixture([write_snapshot(tmp_path, "a", crawled + claims)], tmp_path, config)
    assert counts.dropped == {"domain_cap": 20}


def test_mixture_cap_after_a_refresh_equals_a_rebuild_and_moves_no_earlier_document(tmp_path: Path) -> None:
    config = MixConfig(validation_ratio=0.3, max_domain_documents=10)
    old, new = import_of("flood.com", range(8)), import_of("flood.com", range(8, 16))
    revised = [
        document("web-dump", old[0]["url"], "a new text", ordinal=20, terms_verdict="imported"),
        *import_of("other.com", range(30, 33)),
    ]
    first = write_snapshot(tmp_path, "a", old)
    build_mixture([first], tmp_path / "one", config)
    chain = [first, write_snapshot(tmp_path, "b", new + revised)]
    build_mixture(chain, tmp_path / "two", config)
    before, after = rows_of(tmp_path / "one"), rows_of(tmp_path / "two")
    assert after[1 : len(before)] == before[1:]
    assert after[0]["exclusion"] == "superseded"
    assert [row["exclusion"] for row in after[8:]].count("domain_cap") == 6
    build_mixture(chain, tmp_path / "again", config)
    assert (tmp_path / "two/mixture.parquet").read_bytes() == (
        tmp_path / "again/mixture.parquet"
    ).read_bytes()


def test_mixture_without_a_cap_takes_all_of_a_domain(tmp_path: Path) -> None:
    config = MixConfig(validation_ratio=0.3, max_domain_documents=0)
    counts = build_mixture(
        [write_snapshot(tmp_path, "a", import_of("flood.com", range(30)))], tmp_path, config
    )
    assert counts.dropped == {}
