"""Make the classifiers that the package ships: the topics stage on imports of recorded collections.

    python -m tasks.topics.ship ../shared/data [--without COLLECTION]... [--out FILE]

The collections (tasks/topics/labels.py says how each is labelled): BBC articles of five classes and BBC Sport
articles of five sports, by their labels; recorded web pages, by the sections of their URLs; basketball
recaps, by their source; and BBC news, which carries no label, by the table of terms where that is in no
doubt. The file says what it was made from, and its scores; no text is in it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasks.engine import EngineConfig
from tasks.extract.config import ExtractConfig
from tasks.extract.task import STAGE as EXTRACT
from tasks.imports.snapshot import ImportConfig, import_snapshot
from tasks.lake import Lake
from tasks.stage import RunOptions, build_artifact
from tasks.topics.config import TopicsConfig
from tasks.topics.learn import learn
from tasks.topics.model import FILE, SHIPPED

COLLECTIONS = {
    "bbc-five-classes": "topic/bbc_five_classes.jsonl.gz",
    "bbc-sport": "near_duplicates/bbcsport.jsonl.gz",
    "bbc-news-2024": "news_slices",
    "recorded-pages": "web/pages.warc.gz",
    "basketball-recaps": "box_scores/nba_box_score_recap.jsonl.gz",
}
BEGIN = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
SERIAL = RunOptions(engine=EngineConfig(kind="serial"))


def main() -> int:
    """Write the file, and print its report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of the collections")
    parser.add_argument("--without", action="append", default=[], choices=COLLECTIONS, help="leave one out")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="file to write")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        documents = import_collections(told.data, [n for n in COLLECTIONS if n not in told.without], place)
        learn(documents, place, TopicsConfig(model="trained", min_documents=10))
        told.out.write_bytes((place / FILE).read_bytes())
        sys.stdout.write((place / "report.md").read_text("utf-8"))
    return 0


def import_collections(data: Path, names: list[str], place: Path) -> list[Path]:
    """Return the tables of documents of the named collections, brought into a lake in ``place``."""
    lake, documents = Lake(str(place / "lake")), []
    for number, name in enumerate(names):
        path = data / COLLECTIONS[name]
        config = ImportConfig(source=name, licence="not shipped")
        if name == "basketball-recaps":
            path, config = recaps(path, place), config.model_copy(update={"sport": "basketball"})
        import_snapshot(lake, [path], config, SERIAL, BEGIN + timedelta(minutes=number))
    for snapshot in lake.snapshots():
        artifacts = {kind: lake.artifact_at(folder) for kind, folder in snapshot.artifacts.items()}
        if "raw" in artifacts:
            raw = {"raw": [artifacts["raw"]]}
            artifacts["documents"] = build_artifact(lake, EXTRACT, snapshot.id, ExtractConfig(), raw, SERIAL)
        documents += lake.paths(artifacts["documents"], "documents.parquet")
    return documents


def recaps(path: Path, place: Path) -> Path:
    """Return the recaps of box scores as lines with a text."""
    out = place / "recaps.jsonl"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = [{"id": row["shared_task_text_id"], "text": row["cleaned_text"]} for row in rows]
    out.write_text("".join(json.dumps(row) + "\n" for row in texts), "utf-8")
    return out


if __name__ == "__main__":
    sys.exit(main())
