"""Which files an import takes, in which order, and as what; WARC files are told apart: they become raw."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from tasks.extract.warc_records import check_warc

__all__ = ["FORMATS", "ImportFile", "check_warc", "format_of", "plan_import", "stem_of"]

# Longest suffix first: ".warc.gz" is no ".gz".
FORMATS = {
    ".warc.wet.gz": "warc",
    ".warc.wet": "warc",
    ".warc.gz": "warc",
    ".wet.gz": "warc",
    ".warc": "warc",
    ".wet": "warc",
    ".cdxj.gz": "cdxj",
    ".cdxj": "cdxj",
    ".jsonl.gz": "jsonl",
    ".ndjson.gz": "jsonl",
    ".jsonl.zst": "jsonl",
    ".ndjson.zst": "jsonl",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xml.bz2": "wiki",
    ".json.gz": "json",
    ".json": "json",
    ".txt": "text",
    ".md": "text",
}
UNSUPPORTED = "unsupported"
# What becomes raw data and is extracted; everything else becomes documents at once.
RAW = {"warc", "cdxj"}
# Common Crawl's own name for a part of its index.
COMMON_CRAWL_INDEX = re.compile(r"cdx-\d+\.gz$")


@dataclass(frozen=True)
class ImportFile:
    """One file to import.

    Attributes:
        name: its path below what the user named, unique within a plan of one folder; a text file's own id.
        format: one of ``FORMATS``, or unsupported.
    """

    path: Path
    name: str
    format: str

    @property
    def is_raw(self) -> bool:
        """Whether it becomes raw data rather than documents."""
        return self.format in RAW


def plan_import(paths: list[Path]) -> list[ImportFile]:
    """Return every file below the paths, each once, sorted by name; hidden files and folders are left out.

    Raises:
        ValueError: naming a path that does not exist, or if there is no file at all.
    """
    found: dict[Path, ImportFile] = {}
    for path in paths:
        if not path.exists():
            raise ValueError(f"{path} does not exist; give the files or folders to import")
        for file, name in _files(path):
            found.setdefault(file.resolve(), ImportFile(file, name, format_of(file)))
    if not found:
        raise ValueError(f"no files in {', '.join(map(str, paths))}; give the files or folders to import")
    return sorted(found.values(), key=lambda file: (file.name, str(file.path)))


def format_of(path: Path) -> str:
    """Return the format that a file's name says it has."""
    name = path.name.lower()
    if COMMON_CRAWL_INDEX.fullmatch(name):
        return "cdxj"
    return next((format_ for suffix, format_ in FORMATS.items() if name.endswith(suffix)), UNSUPPORTED)


def stem_of(name: str) -> str:
    """Return a file's own name without the folder and without the suffix that says its format."""
    base = name.rsplit("/", 1)[-1]
    suffix = next((suffix for suffix in FORMATS if base.lower().endswith(suffix)), "")
    return base[: len(base) - len(suffix)] if suffix else base


def _files(path: Path) -> list[tuple[Path, str]]:
    if path.is_file():
        return [(path, path.name)]
    files = []
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(folder) / name
            if not name.startswith(".") and file.is_file():
                files.append((file, file.relative_to(path).as_posix()))
    return files
