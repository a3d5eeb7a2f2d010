"""What is known of each WARC segment before it is read: its source, licence, kind and crawl index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from crawlers.catalog import load_catalog
from tasks.extract.segment import SegmentProvenance
from tasks.lake import Artifact, Lake, Snapshot
from tasks.schema import Kind


def segments(lake: Lake, snapshot: Snapshot, raw: Sequence[Artifact]) -> Iterator[dict[str, Any]]:
    """Yield ``warc`` and ``provenance`` for every segment of a snapshot's raw data, in name order."""
    sources = load_catalog() if snapshot.kind == "crawl" else {}
    number = 0
    for artifact in raw:
        names = sorted(file.name for file in lake.manifest(artifact).files)
        for name in names:
            if not name.endswith((".warc.gz", ".warc")):
                continue
            (warc,) = lake.files(artifact, name)
            label = f"raw/{artifact.snapshot}/{name}"
            if snapshot.kind == "crawl":
                entry = sources[name.split("/")[-2]]
                index = name.removesuffix(".warc.gz") + ".jsonl"
                provenance = SegmentProvenance(
                    source=entry.id,
                    licence=entry.licence,
                    kind=str(entry.kind),
                    sport=str(entry.sports[0]) if len(entry.sports) == 1 else "",
                    warc_file=label,
                    index=cast(Any, lake.files(artifact, index)[0]) if index in names else None,
                )
            else:
                provenance = SegmentProvenance(
                    source=snapshot.spec["source"],
                    licence=snapshot.spec["licence"],
                    kind=snapshot.spec.get("kind", Kind.NEWS),
                    sport=snapshot.spec.get("sport", ""),
                    warc_file=label,
                    file_number=number,
                )
            yield {"warc": warc, "provenance": provenance}
            number += 1
