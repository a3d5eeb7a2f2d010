"""Decisions against an exact oracle; refresh against rebuild; what is never compared; what is refused."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tasks.dedup.band_index import compacted
from tasks.dedup.config import DedupConfig
from tasks.dedup.pipeline import InFolder, deduplicate_in
from tasks.identity import document_id, key_of
from tasks.schema import CLEAN, REMOVED, UNIQUE, read_parquet, table_of, write_parquet

CONFIG = DedupConfig()
Row = dict[str, Any]


def row(own_id: str, text: str, source: str = "s", ordinal: int = 0) -> Row:
    return {
        "id": document_id(source, own_id, text), "source": source, "ordinal": ordinal, "kind": "news",
        "sport": "football", "language": "en", "events": [], "quality": 0.5,
        "num_bytes": len(text), "text": text,
    }  # fmt: skip


def corpus(seed: int, size: int) -> list[Row]:
    """Return documents of which some repeat an earlier one, wholly or with some words changed."""
    rng = random.Random(seed)
    texts: list[list[str]] = []
    rows = []
    for number in range(size):
        if texts and rng.random() < 0.4:
            words = list(rng.choice(texts))
            for _ in range(rng.choice([0, 1, 2, 4, 8])):
                words[rng.randrange(len(words))] = f"w{rng.randrange(10**6)}"
        else:
            words = [f"w{rng.randrange(10**6)}" for _ in range(rng.choice([3, 40, 80]))]
        texts.append(words)
        rows.append(row(f"http://a.test/{number}", " ".join(words), ordinal=number))
    return rows


def run(
    folder: Path, rows: list[Row], config: DedupConfig = CONFIG, parent: list[InFolder] | None = None
) -> InFolder:
    """Deduplicate one snapshot, in two files; ``parent`` is the chain of earlier snapshots."""
    for number, part in enumerate((rows[::2], rows[1::2])):
        write_parquet(table_of(part, CLEAN), folder / f"clean-{number}.parquet")
    clean = [folder / "clean-0.parquet", folder / "clean-1.parquet"]
    out, counts = deduplicate_in(folder / "out", clean, config, parent or [])
    counts.check("dedup")
    assert counts.rows_in == len(rows)
    assert counts.rows_out == len(kept(out))
    return out


def kept(out: InFolder) -> list[Row]:
    return [row for path in out.unique() for row in read_parquet(path, UNIQUE).to_pylist()]


def removed(out: InFolder) -> list[Row]:
    return read_parquet(out.local("decision", "removed.parquet"), REMOVED).to_pylist()


def index_of(chain: list[InFolder], path: Path) -> bytes:
    """Return the bytes of a chain's index as one file."""
    compacted([out.index() for out in chain], CONFIG, path)
    return path.read_bytes()


def shingles(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return {tuple(words[i : i + 5]) for i in range(max(1, len(words) - 4))}


def test_decide_removes_only_what_the_exact_oracle_removes_and_finds_nearly_all(tmp_path: Path) -> None:
    rows = corpus(seed=3, size=600)
    found = {each["id"]: each for each in removed(run(tmp_path, rows))}
    sets = {each["id"]: shingles(each["text"]) for each in rows}
    order = [each["id"] for each in rows]
    for each in found.values():
        own, witness = sets[each["id"]], sets[each["witness_id"]]
        jaccard = len(own & witness) / len(own | witness)
        assert jaccard >= 0.7
        assert each["score"] == pytest.approx(jaccard, abs=1e-6)
        assert (each["how"] == "exact") == (
            rows[order.index(each["id"])]["text"] == rows[order.index(each["witness_id"])]["text"]
        )
        assert order.index(each["witness_id"]) < order.index(each["id"])
        assert each["witness_id"] not in found
    kept: list[str] = []
    for id_ in order:
        if not any(len(sets[id_] & sets[other]) / len(sets[id_] | sets[other]) >= 0.7 for other in kept):
            kept.append(id_)
    expected = len(order) - len(kept)
    assert expected > 80
    assert len(found) >= 0.95 * expected


@pytest.mark.parametrize("seed", range(4))
def test_decide_refresh_by_refresh_equals_one_pass(tmp_path: Path, seed: int) -> None:
    rows = corpus(seed, size=240)
    rng = random.Random(seed)
    cuts = [0, *sorted(rng.sample(range(len(rows)), 4)), len(rows)]
    chain: list[InFolder] = []
    for number, (start, end) in enumerate(pairwise(cuts)):
        chain.append(run(tmp_path / str(number), rows[start:end], parent=chain))
    whole = run(tmp_path / "whole", rows)
    assert [each for out in chain for each in removed(out)] == removed(whole)
    assert [each for out in chain for each in kept(out)] == kept(whole)
    assert index_of(chain, tmp_path / "a") == index_of([whole], tmp_path / "b") == whole.index().read_bytes()


def test_decide_revisions_of_one_document_are_kept_in_one_cluster(tmp_path: Path) -> None:
    text = " ".join(f"w{n}" for n in range(60))
    first, second = row("http://a.test/1", text), row("http://a.test/1", text + " corrected", ordinal=1)
    copy, again = row("http://b.test/1", text, ordinal=2), row("http://a.test/1", text, ordinal=3)
    out = run(tmp_path, [first, second, copy, again])
    unique = kept(out)
    assert [each["id"] for each in unique] == [first["id"], second["id"]]
    assert key_of(first["id"]) == key_of(second["id"])
    assert {each["cluster"] for each in unique} == {first["id"]}
    assert [(each["id"], each["witness_id"], each["how"]) for each in removed(out)] == [
        (copy["id"], first["id"], "exact"),
        (again["id"], first["id"], "exact"),
    ]


def test_decide_empty_snapshot_gives_empty_tables_and_adds_nothing_to_the_index(tmp_path: Path) -> None:
    full = run(tmp_path / "full", corpus(seed=1, size=20))
    empty = run(tmp_path / "empty", [], parent=[full])
    assert kept(empty) == []
    assert index_of([full, empty], tmp_path / "a") == index_of([full], tmp_path / "b")
    run(tmp_path / "first", [])


def test_decide_index_of_another_scheme_is_refused_with_the_remedy(tmp_path: Path) -> None:
    old = run(tmp_path / "old", corpus(seed=1, size=20))
    with pytest.raises(ValueError, match=r"was made with seed 1 \(this config has 2\); rebuild the chain"):
        run(tmp_path / "new", corpus(seed=2, size=20), DedupConfig(seed=2), [old])


def test_decide_missing_earlier_texts_are_named(tmp_path: Path) -> None:
    rows = corpus(seed=1, size=10)
    old = run(tmp_path / "old", rows)
    write_parquet(table_of([row("http://c.test/", rows[0]["text"])], CLEAN), tmp_path / "clean.parquet")
    for path in old.unique():
        path.unlink()
    with pytest.raises(ValueError, match=r"kept \d+ documents, the unique.parquet given hold 0"):
        deduplicate_in(tmp_path / "new", [tmp_path / "clean.parquet"], CONFIG, [old])


def test_dedup_config_bands_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="22 bands of 6 rows need 132 permutations"):
        DedupConfig(num_bands=22)


TAIL = (
    "The coach said that he was pleased with the effort of his players and that the season was still long. "
    "There were no arrests in the ground and the gates opened an hour before the first whistle as always. "
    "Supporters are reminded that tickets for the next home match go on sale on Monday morning at nine."
)


def report(rng: random.Random) -> str:
    """Return a match report from a template: most of its words are those of every other."""
    teams = ["Owls", "Foxes", "Miners", "Gulls", "Stags", "Kestrels", "Herons", "Bears"]
    home, away = rng.sample(teams, 2)
    scorers = [f"Player{rng.randrange(60)}" for _ in range(2)]
    return (
        f"{home} and {away} met on matchday {rng.randrange(1, 39)} before {rng.randrange(4, 60)} thousand. "
        f"The {home} took the lead through {scorers[0]} after a long spell of pressure, and the {away} "
        f"answered before the break. After half-time {scorers[1]} settled the matter late in the game. {TAIL}"
    )


def test_decide_templated_reports_are_removed_for_a_verified_witness_only(tmp_path: Path) -> None:
    rng = random.Random(5)
    rows = [row(f"http://a.test/{number}", report(rng), ordinal=number) for number in range(4000)]
    sets = {each["id"]: shingles(each["text"]) for each in rows}
    out = run(tmp_path, rows)
    stays = {each["id"] for each in kept(out)}
    gone = removed(out)
    assert gone
    for each in gone:
        own, witness = sets[each["id"]], sets[each["witness_id"]]
        assert len(own & witness) / len(own | witness) >= 0.7
        assert each["witness_id"] in stays
    assert len(stays) > 100


def test_decide_many_ranges_give_what_one_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = corpus(seed=7, size=300)
    one = run(tmp_path / "one", rows)
    monkeypatch.setattr("tasks.dedup.arrival.RANGE_BYTES", 4_000)
    monkeypatch.setattr("tasks.dedup.verify.CHUNK_PAIRS", 7)
    monkeypatch.setattr("tasks.dedup.candidates.CHUNK_DOCUMENTS", 5)
    monkeypatch.setattr("tasks.dedup.pipeline.DOCUMENTS_FOR_COLUMN_SHARDS", 1)
    many = run(tmp_path / "many", rows)
    assert len(many.unique()) > 10
    assert kept(many) == kept(one)
    assert removed(many) == removed(one)
    assert many.index().read_bytes() == one.index().read_bytes()


def test_decide_compiled_gives_what_numpy_gives(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    rows = corpus(seed=8, size=300)
    plain = run(tmp_path / "plain", rows)
    compiled = run(tmp_path / "compiled", rows, DedupConfig(compile_above=0))
    assert removed(compiled) == removed(plain)
    assert compiled.index().read_bytes() == plain.index().read_bytes()


def test_report_shows_every_removal(tmp_path: Path) -> None:
    out = run(tmp_path, corpus(seed=3, size=300))
    page = out.local("decision", "report.html").read_text("utf-8")
    assert page.count("<svg") == 3
    text = out.local("decision", "report.md").read_text("utf-8")
    assert f"{len(removed(out))} of 300 documents removed" in text
