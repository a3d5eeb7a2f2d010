"""Which code and which lock made an artifact: recorded in manifests, compared by ``plan``."""

from __future__ import annotations

import hashlib
import importlib.util
import platform
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@cache
def code_digest(packages: tuple[str, ...]) -> str:
    """Return a digest of the Python sources of some packages or modules (16 hex), tests not among them."""
    joined = hashlib.sha256()
    for package in sorted(packages):
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise ValueError(f"package {package} is not installed")
        origin = Path(spec.origin)
        sources = sorted(origin.parent.rglob("*.py")) if origin.name == "__init__.py" else [origin]
        for source in sources:
            joined.update(source.relative_to(origin.parent).as_posix().encode() + b"\0" + source.read_bytes())
    return joined.hexdigest()[:16]


@cache
def made_with() -> dict[str, str]:
    """Return the commit, the lock's digest and the interpreter, as far as they can be known here."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    lock = ROOT / "constraints.txt"
    if lock.exists():
        found["lock"] = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    try:
        answer = subprocess.run(
            ["git", "-C", str(ROOT), "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
        found["commit"] = answer.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        found["commit"] = "unknown"  # an installed copy, or no git on this machine
    return found
