"""What became of a document: followed through every table of the lake that could hold it."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.lake import Artifact, Lake

DOCUMENT_ID = re.compile(r"[0-9a-f]{16}-[0-9a-f]{8}")
# Which file of which artifact can hold a document, and which of its columns say what became of it.
TABLES = (
    ("documents", "documents.parquet", ("url", "title", "source")),
    ("clean", "clean.parquet", ("quality",)),
    ("clean", "rejected.parquet", ("reason", "detail")),
    ("unique", "unique.parquet", ("cluster",)),
    ("unique", "removed.parquet", ("how", "witness_id", "score")),
    ("mixture", "mixture.parquet", ("split", "group", "weight", "exclusion")),
)


def is_document(what: str) -> bool:
    """Tell whether a text is a document's id or a URL, and not a model's name."""
    return "://" in what or DOCUMENT_ID.fullmatch(what) is not None


def document_history(lake: Lake, what: str) -> list[dict[str, Any]]:
    """Return where a document (by id or URL) occurs, stage by stage, and what was decided about it there.

    Raises:
        ValueError: if no table of the lake holds it.
    """
    ids = {what} if DOCUMENT_ID.fullmatch(what) else _ids_of(lake, what)
    rows: list[dict[str, Any]] = []
    for kind, file, columns in TABLES:
        for manifest in lake.manifests(kind):
            artifact = manifest.to_artifact(lake.uri)
            for found in _rows(lake, artifact, file, ids):
                outcome = ", ".join(
                    f"{name}={found[name]}" for name in columns if found.get(name) is not None
                )
                rows.append(
                    {
                        "id": found["id"],
                        "stage": manifest.stage,
                        "artifact": f"{artifact.folder}/{file}",
                        "outcome": outcome,
                    }
                )
    if not rows:
        raise ValueError(f"no document {what} in lake {lake.uri}; it was never fetched, imported or parsed")
    return rows


def _ids_of(lake: Lake, url: str) -> set[str]:
    from tasks.identity import canonical_url

    wanted = canonical_url(url)
    return {
        row["id"]
        for manifest in lake.manifests("documents")
        for path in lake.paths(manifest.to_artifact(lake.uri), "documents.parquet")
        for row in pq.read_table(path, columns=["id", "url"]).to_pylist()
        if row["url"] and canonical_url(row["url"]) == wanted
    }


def _rows(lake: Lake, artifact: Artifact, file: str, ids: set[str]) -> list[dict[str, Any]]:
    found = []
    for path in lake.paths(artifact, file):
        names = [name for name in pq.read_schema(path).names if name not in ("text", "record", "excerpt")]
        table = pq.read_table(path, columns=names)
        found += table.filter(pc.is_in(table["id"], value_set=_values(ids))).to_pylist()
    return found


def _values(ids: set[str]) -> Any:
    return pa.array(sorted(ids), pa.string())
