"""Counting a dataset: a chain of snapshots, from what came in to what the mixture uses.

The questions are those of Gebru et al. (2018), "Datasheets for Datasets", as far as the lake can answer them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from tasks.lake import Frozen, Lake, Manifest
from tasks.schema import CLEAN, DOCUMENTS, MIXTURE, REJECTED, UNIQUE, read_parquet

SAMPLES_PER_REASON = 3
EXCERPT_CHARS = 160
UNKNOWN = "unknown"
STEPS = ("extract", "clean", "dedup", "mix")
# What a used document is counted by; the first come with its text, the others with where it is from.
OF_TEXT = ("source", "kind", "sport", "language")
OF_ORIGIN = ("licence", "published_at")
SCORES = ("coherence", "relevance", "consistency", "linguistic")


class Step(Frozen):
    """One stage over the whole chain: rows in, rows out, and the dropped by reason."""

    stage: str
    rows_in: int
    rows_out: int
    dropped: dict[str, int]


class Share(Frozen):
    """Documents and bytes of text under one value of a column."""

    name: str
    documents: int
    num_bytes: int


class Sample(Frozen):
    """A document that was left out."""

    stage: str
    reason: str
    detail: str
    excerpt: str


class Datasheet(Frozen):
    """All counts of a dataset.

    Attributes:
        mixture: the mixture's folder in the lake; "" before there is one: then all unique documents count.
        snapshots: oldest first.
        funnel: from extraction to the mixture. documents, num_bytes: what is left.
        shares: by source, kind, sport, language, licence, and year of publication, largest first (years in
            order).
        quality: documents by tenth of the quality score, from [0, .1) to [.9, 1].
        scores: of each of the four scores behind it, over all clean documents that have one: how many, and
            the 5%, 50% and 95% quantiles.
        samples: some of what was left out, by stage and reason.
    """

    lake: str
    mixture: str
    snapshots: list[str]
    funnel: list[Step]
    documents: int
    num_bytes: int
    shares: dict[str, list[Share]]
    quality: list[int] = Field(min_length=10, max_length=10)
    scores: dict[str, tuple[int, float, float, float]]
    samples: list[Sample]

    @property
    def title(self) -> str:
        """What the sheet is about."""
        return f"Dataset {self.snapshots[-1]}" if self.snapshots else "Dataset (empty)"


def datasheet(lake: Lake) -> Datasheet:
    """Return the counts of the newest mixture, or of all unique documents where there is none.

    Reads columns without text, one snapshot at a time.
    """
    mixtures = lake.manifests("mixture")
    mixture = mixtures[-1] if mixtures else None
    unique = _behind(lake, mixture, "unique") if mixture else _newest_by_snapshot(lake.manifests("unique"))
    cleaned = [one for manifest in unique for one in _behind(lake, manifest, "clean")]
    documents = [one for manifest in cleaned for one in _behind(lake, manifest, "documents")]
    used = _used_ids(lake, mixture) if mixture else None
    counts: dict[str, Counter[str]] = {name: Counter() for name in (*OF_TEXT, *OF_ORIGIN)}
    sizes: dict[str, Counter[str]] = {name: Counter() for name in counts}
    quality = [0] * 10
    total_rows, total_bytes = 0, 0
    for manifest in unique:
        table = _rows_used(lake, manifest, used)
        total_rows += table.num_rows
        total_bytes += pc.sum(table["num_bytes"]).as_py() or 0
        for score in table["quality"].to_pylist():
            quality[min(int((score or 0.0) * 10), 9)] += 1
        origin = _origins(lake, _documents_behind(lake, manifest), table["id"])
        for name in OF_TEXT:
            _add(table, name, counts[name], sizes[name])
        joined = table.select(["id", "num_bytes"]).join(origin, "id", join_type="left outer")
        for name in OF_ORIGIN:
            _add(joined, name, counts[name], sizes[name])
    made = {"extract": documents, "clean": cleaned, "dedup": unique, "mix": [mixture] if mixture else []}
    return Datasheet(
        lake=lake.uri,
        mixture=mixture.to_artifact(lake.uri).folder if mixture else "",
        snapshots=sorted({manifest.snapshot for manifest in unique}),
        funnel=[_step(name, made[name]) for name in STEPS if made[name]],
        documents=total_rows,
        num_bytes=total_bytes,
        shares={
            "year" if name == "published_at" else name: _shares(name, counts[name], sizes[name])
            for name in counts
        },
        quality=quality,
        scores={name: _quantiles(lake, cleaned, name) for name in SCORES},
        samples=[sample for name in ("extract", "clean") for sample in _samples(lake, name, made[name])],
    )


def _behind(lake: Lake, manifest: Manifest, name: str) -> list[Manifest]:
    """Return the manifests of one input of an artifact, as far as the lake still has them."""
    found = [lake.manifest_at(f"{ref['path']}/manifest.json") for ref in manifest.inputs.get(name, [])]
    return [one for one in found if one is not None]


def _newest_by_snapshot(manifests: Iterable[Manifest]) -> list[Manifest]:
    newest = {manifest.snapshot: manifest for manifest in manifests}
    return [newest[snapshot] for snapshot in sorted(newest)]


def _documents_behind(lake: Lake, unique: Manifest) -> list[Manifest]:
    return [one for clean in _behind(lake, unique, "clean") for one in _behind(lake, clean, "documents")]


def _step(stage: str, manifests: Iterable[Manifest]) -> Step:
    rows_in, rows_out, dropped = 0, 0, Counter[str]()
    for manifest in manifests:
        rows_in += manifest.rows_in
        rows_out += manifest.rows_out
        dropped.update(manifest.dropped)
    return Step(stage=stage, rows_in=rows_in, rows_out=rows_out, dropped=dict(dropped.most_common()))


def _used_ids(lake: Lake, mixture: Manifest) -> dict[str, Any]:
    """Return the ids that a mixture uses, by snapshot."""
    (path,) = lake.paths(mixture.to_artifact(lake.uri), "mixture.parquet")
    table: Any = read_parquet(path, MIXTURE, ["id", "snapshot", "exclusion"])
    table = table.filter(pc.is_null(table["exclusion"]))
    return {
        snapshot: table.filter(pc.equal(table["snapshot"], pa.scalar(snapshot)))["id"].combine_chunks()
        for snapshot in pc.unique(table["snapshot"]).to_pylist()
    }


def _rows_used(lake: Lake, unique: Manifest, used: Mapping[str, Any] | None) -> Any:
    table = _table(lake, unique, "unique.parquet", UNIQUE, ["id", *OF_TEXT, "quality", "num_bytes"])
    if used is None:
        return table
    ids = used.get(unique.snapshot, pa.array([], pa.string()))
    return table.filter(pc.is_in(table["id"], value_set=ids))


def _origins(lake: Lake, documents: Iterable[Manifest], ids: Any) -> Any:
    """Return licence and year of the documents with these ids."""
    parts = []
    for manifest in documents:
        table = _table(lake, manifest, "documents.parquet", DOCUMENTS, ["id", *OF_ORIGIN])
        table = table.filter(pc.is_in(table["id"], value_set=ids.combine_chunks()))
        years = pc.cast(pc.year(table["published_at"]), pa.string())
        parts.append(table.set_column(table.schema.get_field_index("published_at"), "published_at", years))
    empty = pa.table({name: pa.array([], pa.string()) for name in ("id", *OF_ORIGIN)})
    return pa.concat_tables([empty, *parts])


def _quantiles(lake: Lake, cleaned: Iterable[Manifest], name: str) -> tuple[int, float, float, float]:
    parts = [_table(lake, manifest, "clean.parquet", CLEAN, [name]) for manifest in cleaned]
    values = pc.drop_null(pa.concat_tables([CLEAN.empty_table().select([name]), *parts])[name])
    if not len(values):
        return 0, 0.0, 0.0, 0.0
    found = np.quantile(values.to_numpy(), (0.05, 0.5, 0.95))
    low, middle, high = (round(float(value), 3) for value in found)
    return len(values), low, middle, high


def _table(lake: Lake, manifest: Manifest, name: str, schema: pa.Schema, columns: list[str]) -> Any:
    artifact = manifest.to_artifact(lake.uri)
    parts = [read_parquet(path, schema, columns) for path in lake.paths(artifact, name)]
    return pa.concat_tables(parts) if parts else schema.empty_table().select(columns)


def _add(table: Any, column: str, counts: Counter[str], sizes: Counter[str]) -> None:
    grouped = table.group_by(column).aggregate([([], "count_all"), ("num_bytes", "sum")])
    for row in grouped.to_pylist():
        counts[row[column] or UNKNOWN] += row["count_all"]
        sizes[row[column] or UNKNOWN] += row["num_bytes_sum"] or 0


def _shares(name: str, counts: Counter[str], sizes: Counter[str]) -> list[Share]:
    in_order = name == "published_at"
    names = sorted(counts, key=lambda value: value if in_order else (-counts[value], value))
    return [Share(name=value, documents=counts[value], num_bytes=sizes[value]) for value in names]


def _samples(lake: Lake, stage: str, manifests: Iterable[Manifest]) -> Iterator[Sample]:
    """Yield the first few left out for each reason, reasons in alphabetical order."""
    rows: list[dict[str, Any]] = []
    for manifest in manifests:
        rows += _table(lake, manifest, "rejected.parquet", REJECTED, REJECTED.names).to_pylist()
    taken: Counter[str] = Counter()
    for row in sorted(rows, key=lambda row: str(row["reason"])):
        taken[row["reason"]] += 1
        if taken[row["reason"]] <= SAMPLES_PER_REASON:
            yield Sample(
                stage=stage,
                reason=row["reason"],
                detail=row["detail"] or "",
                excerpt=" ".join((row["excerpt"] or "").split())[:EXCERPT_CHARS],
            )
