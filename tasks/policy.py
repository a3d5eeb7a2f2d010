"""The policy ledger: for each source, on whose word it is read, and what of it the current mixture holds.

"Current" is the newest mixture and what it was made from: the documents of its chain of snapshots, and the
raw pages behind them. Without a mixture all documents in the lake count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from crawlers.catalog import Source, load_catalog
from tasks.lake import Artifact, Frozen, Lake, Manifest
from tasks.schema import DOCUMENTS, MIXTURE, TOKENS_INDEX, UNIQUE, read_parquet
from tasks.source_checks import last_check

VERDICTS = {"robots": "robots_verdict", "terms": "terms_verdict", "licences": "licence"}
COLUMNS = ("source", "licence", "training", "robots", "terms", "opt-outs", "checked", "#pages", "#documents",
           "#kept", "#in mixture", "#bytes", "#tokens")  # fmt: skip


class LedgerRow(Frozen):
    """One source.

    Attributes:
        catalogue_licence, training, why, terms_at: what the catalogue says; "" for a source it does not have.
        checked_at: when ``sources check`` last asked, "" if never.
        robots, terms, licences, opt_outs: verdicts, licences and objections by the number of documents.
        pages: responses stored by crawls; imported archives are counted by documents only.
        documents: extracted or imported. kept: those that cleaning and deduplication left.
        mixture_documents, mixture_bytes: used by the mixture. tokens: of these, None where not encoded.
    """

    source: str
    catalogue_licence: str = ""
    training: str = ""
    why: str = ""
    terms_at: str = ""
    checked_at: str = ""
    robots: dict[str, int] = Field({})
    terms: dict[str, int] = Field({})
    licences: dict[str, int] = Field({})
    opt_outs: dict[str, int] = Field({})
    pages: int = 0
    documents: int = 0
    kept: int = 0
    mixture_documents: int = 0
    mixture_bytes: int = 0
    tokens: int | None = None


class Ledger(Frozen):
    """All sources that the lake holds something of; ``mixture`` is its folder, "" if there is none."""

    lake: str
    mixture: str
    sources: list[LedgerRow]

    @property
    def title(self) -> str:
        """What the table is about."""
        return f"sources of {self.lake}" + (
            f", mixture {self.mixture}" if self.mixture else ", no mixture yet"
        )


def policy_ledger(lake: Lake, home: Path) -> Ledger:
    """Return the ledger of a lake; reads the columns it counts, one file at a time.

    Args:
        home: where ``sources check`` keeps its checks.
    """
    mixtures = lake.manifests("mixture")
    newest = mixtures[-1] if mixtures else None
    documents = _inputs(lake, newest, "documents") if newest else lake.manifests("documents")
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    named: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for source, pages in _pages(lake, documents):
        counts[source]["pages"] += pages
    for manifest in documents:
        _count_documents(lake, manifest, counts, named)
    encoded = _count_mixture(lake, newest, counts) if newest else False
    catalog = load_catalog()
    rows = [
        _row(source, counts[source], named[source], catalog.get(source), home, encoded)
        for source in sorted(counts)
    ]
    folder = newest.to_artifact(lake.uri).folder if newest else ""
    return Ledger(lake=lake.uri, mixture=folder, sources=rows)


def table_rows(ledger: Ledger) -> list[dict[str, Any]]:
    """Return the ledger as rows of a table with ``COLUMNS``, for people and for Prefect's table artifact."""
    return [
        dict(
            zip(
                (name.lstrip("#") for name in COLUMNS),
                (
                    row.source, _told(row.licences) or row.catalogue_licence, row.training, _told(row.robots),
                    _told(row.terms), _told(row.opt_outs), row.checked_at[:10] or "never", row.pages,
                    row.documents, row.kept, row.mixture_documents, row.mixture_bytes, row.tokens,
                ),
                strict=True,
            )
        )
        for row in ledger.sources
    ]  # fmt: skip


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _row(
    source: str,
    counts: Counter[str],
    named: dict[str, Counter[str]],
    entry: Source | None,
    home: Path,
    encoded: bool,
) -> LedgerRow:
    said: dict[str, str] = {}
    if entry is not None:
        said = {
            "catalogue_licence": entry.licence,
            "training": entry.training.verdict,
            "why": entry.training.why,
            "terms_at": entry.terms,
        }
    check = last_check(home, source)
    return LedgerRow(
        source=source,
        **said,
        checked_at=check["checked_at"] if check else "",
        **{name: dict(sorted(found.items())) for name, found in named.items()},
        **{
            name: counts[name]
            for name in ("pages", "documents", "kept", "mixture_documents", "mixture_bytes")
        },
        tokens=counts["tokens"] if encoded else None,
    )


def _inputs(lake: Lake, manifest: Manifest, name: str) -> list[Manifest]:
    """Return the manifests behind one input of an artifact."""
    return [lake.manifest(lake.artifact_at(ref["path"])) for ref in manifest.inputs.get(name, [])]


def _pages(lake: Lake, documents: Iterable[Manifest]) -> Iterator[tuple[str, int]]:
    """Yield the sources of the crawls behind documents, with the responses stored of each."""
    seen: set[str] = set()
    for manifest in documents:
        for raw in _inputs(lake, manifest, "raw"):
            folder = raw.to_artifact(lake.uri).folder
            if folder not in seen:
                seen.add(folder)
                for name, count in raw.extra.items():
                    if name.endswith("_pages"):
                        yield name.removesuffix("_pages"), count


def _tables(
    lake: Lake, manifest: Manifest, name: str, schema: pa.Schema, columns: list[str]
) -> Iterator[Any]:
    artifact: Artifact = manifest.to_artifact(lake.uri)
    for path in lake.paths(artifact, name):
        yield read_parquet(path, schema, columns)


def _count_documents(
    lake: Lake,
    manifest: Manifest,
    counts: dict[str, Counter[str]],
    named: dict[str, dict[str, Counter[str]]],
) -> None:
    columns = ["source", "opt_outs", *VERDICTS.values()]
    for table in _tables(lake, manifest, "documents.parquet", DOCUMENTS, columns):
        for source, count in _by(table, "source"):
            counts[source]["documents"] += count
        for field, column in VERDICTS.items():
            for (source, verdict), count in _by(table, "source", column):
                named[source][field][verdict or "unknown"] += count
        lengths: Any = pc.list_value_length(table["opt_outs"])
        for row in table.filter(pc.greater(lengths, pa.scalar(0))).select(["source", "opt_outs"]).to_pylist():
            named[row["source"]]["opt_outs"].update(row["opt_outs"])


def _by(table: Any, *columns: str) -> Iterator[tuple[Any, int]]:
    """Yield each value of a column, or pair of values, with its number of rows."""
    grouped = table.group_by(list(columns)).aggregate([([], "count_all")]).to_pydict()
    values = grouped[columns[0]] if len(columns) == 1 else zip(*(grouped[c] for c in columns), strict=True)
    yield from zip(values, grouped["count_all"], strict=True)


def _count_mixture(lake: Lake, mixture: Manifest, counts: dict[str, Counter[str]]) -> bool:
    """Count what a mixture uses by source; return whether all of it is encoded, so that tokens count."""
    table: Any
    (table,) = _tables(lake, mixture, "mixture.parquet", MIXTURE, ["id", "snapshot", "exclusion"])
    used: Any = table.filter(pc.is_null(table["exclusion"]))
    encoded = True
    for unique in _inputs(lake, mixture, "unique"):
        ids = used.filter(pc.equal(used["snapshot"], pa.scalar(unique.snapshot)))["id"].combine_chunks()
        lengths = _token_lengths(lake, unique)
        encoded = encoded and lengths is not None
        for part in _tables(lake, unique, "unique.parquet", UNIQUE, ["id", "source", "num_bytes"]):
            for source, count in _by(part, "source"):
                counts[source]["kept"] += count
            mixed = part.filter(pc.is_in(part["id"], value_set=ids))
            _add_mixed(mixed, lengths, counts)
    return encoded


def _add_mixed(mixed: Any, lengths: Any, counts: dict[str, Counter[str]]) -> None:
    sums = {"num_bytes": "mixture_bytes"}
    if lengths is not None:
        mixed = mixed.join(lengths, "id", join_type="left outer")
        sums["length"] = "tokens"
    wanted = [("id", "count"), *((column, "sum") for column in sums)]
    for row in mixed.group_by("source").aggregate(wanted).to_pylist():
        counts[row["source"]]["mixture_documents"] += row["id_count"]
        for column, name in sums.items():
            counts[row["source"]][name] += row[f"{column}_sum"] or 0


def _token_lengths(lake: Lake, unique: Manifest) -> Any:
    """Return id and tokens of a snapshot's documents as last encoded, or None if they were not."""
    folder = unique.to_artifact(lake.uri).folder
    made = [
        tokens
        for tokens in lake.manifests("tokens", unique.snapshot)
        if folder in [ref["path"] for ref in tokens.inputs.get("unique", [])]
    ]
    if not made:
        return None
    parts = list(_tables(lake, made[-1], "index.parquet", TOKENS_INDEX, ["id", "length"]))
    return pa.concat_tables(parts) if parts else None
