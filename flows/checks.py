"""What ``sportslm doctor`` looks at: each check says what it found and, if that is bad, the remedy."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from flows.environment import running_servers
from tasks.config import PipelineConfig
from tasks.lake import Lake
from tasks.provenance import ROOT

LEAST_FREE_BYTES = 2 << 30
NEEDED = (
    "torch",
    "prefect",
    "scrapy",
    "trafilatura",
    "datasketch",
    "tokenizers",
    "pyarrow",
    "mlflow",
    "safetensors",
)


@dataclass(frozen=True)
class Finding:
    """One check's outcome."""

    what: str
    ok: bool
    found: str
    remedy: str = ""


def check_all(config: PipelineConfig) -> list[Finding]:
    """Return every check's finding."""
    return [
        _python(),
        *(_package(name) for name in NEEDED),
        _folder(Path(config.home)),
        _lake(config.lake_uri),
        _disk(Path(config.home)),
        _servers(Path(config.home)),
    ]


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", sys.version_info >= (3, 11), found, "install Python 3.11 or newer")


def _locked() -> dict[str, str]:
    lock = ROOT / "constraints.txt"
    lines = lock.read_text("utf-8").splitlines() if lock.exists() else []
    pairs = (line.split("==") for line in lines if "==" in line)
    return {name.lower().replace("_", "-"): version for name, version in pairs}


def _package(name: str) -> Finding:
    wanted = _locked().get(name, "")
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, False, "not installed", "pip install -c constraints.txt -e '.[pipeline]'")
    same = not wanted or found.split("+")[0] == wanted
    return Finding(
        name, same, found, "" if same else f"the lock has {wanted}: pip install -c constraints.txt {name}"
    )


def _folder(home: Path) -> Finding:
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=home):
            return Finding("home", True, str(home.absolute()))
    except OSError as error:
        return Finding("home", False, str(error), "make it writable, or name another: SPORTSLM__HOME")


def _lake(uri: str) -> Finding:
    try:
        lake = Lake(uri, dry=True)
        return Finding("lake", True, f"{lake.uri}, {len(lake.snapshots())} snapshots")
    except (ValueError, OSError) as error:
        return Finding("lake", False, str(error), "see the message")


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(home if home.exists() else Path.cwd()).free
    enough = free >= LEAST_FREE_BYTES
    return Finding("disk", enough, f"{free / 1e9:.1f} GB free", "" if enough else "free at least 2 GB")


def _servers(home: Path) -> Finding:
    record = running_servers(home)
    here = os.environ.get("PREFECT_API_URL", "")
    return Finding("servers", True, record.get("prefect_ui") or here or "none up; a run starts its own")
