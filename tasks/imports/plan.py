"""Which files an import takes, in which order, and as what; WARC files are told apart: they become raw."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tasks.extract.warc_records import check_warc

__all__ = ["FORMATS", "ImportFile", "check_warc", "format_of", "plan_import"]

# Longest suffix first: ".warc.gz" is no ".gz".
FORMATS = {
    ".warc.gz": "warc",
    ".warc": "warc",
    ".jsonl.gz": "jsonl",
    ".ndjson.gz": "jsonl",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".txt": "text",
    ".md": "text",
}
UNSUPPORTED = "unsupported"


@dataclass(frozen=True)
class ImportFile:
    """One file to import.

    Attributes:
        name: its path below what the user named, unique within a plan of one folder; a text file's own id.
        format: warc, jsonl, parquet, text, or unsupported.
    """

    path: Path
    name: str
    format: str


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
    return next((format_ for suffix, format_ in FORMATS.items() if name.endswith(suffix)), UNSUPPORTED)


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
