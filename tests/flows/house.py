"""A home folder and the ``sportslm`` command run on it as a user would: another process, real servers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 540.0


@dataclass(frozen=True)
class Answer:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed with --json."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def states(self) -> dict[str, str]:
        """The state of each stage of a run."""
        return {step["stage"]: step["state"] for step in self.json["steps"]}

    @property
    def built(self) -> list[str]:
        """The stages that were not Cached."""
        return [stage for stage, state in self.states.items() if state != "Cached"]

    def refusal(self, code: int = 2) -> str:
        """The one line that an error is told in, after the lines of the steps taken."""
        assert self.code == code, f"exit code {self.code}\n{self.out}\n{self.err}"
        assert "Traceback" not in self.err, self.err
        lines = self.err.strip().splitlines()
        said = [line for line in lines if line.startswith("sportslm: ")]
        assert len(said) == 1, self.err
        assert lines[-1] == said[0], f"something follows the error:\n{self.err}"
        return said[0].removeprefix("sportslm: ")


@dataclass(frozen=True)
class Home:
    """A home folder, with the lake in it."""

    path: Path
    profile: str = "tiny"
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def lake(self) -> Path:
        """Where its lake lies."""
        return self.path / "lake"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command; its stdin is empty until something is written to it."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SPORTSLM")}
        return subprocess.Popen(
            [sys.executable, "-m", "flows.cli.main", *arguments],
            cwd=ROOT,
            env={
                **inherited,
                **self.environment,
                "SPORTSLM__HOME": str(self.path),
                "SPORTSLM_PROFILE": self.profile,
                "COLUMNS": "200",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def sportslm(self, *arguments: str, said: str = "") -> Answer:
        """Run a command to its end."""
        process = self.start(*arguments)
        try:
            out, err = process.communicate(said, timeout=TIMEOUT_S)
        except BaseException:
            process.kill()
            process.wait()
            raise
        return Answer(process.returncode, out, err)

    def run(self, *arguments: str) -> Answer:
        """Run the pipeline."""
        return self.sportslm("run", "--json", *arguments)

    def files(self) -> dict[str, tuple[int, int]]:
        """Every file of the lake with its size and time."""
        found = (path for path in self.lake.rglob("*") if path.is_file())
        return {
            path.relative_to(self.lake).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
            for path in found
        }

    def manifests(self) -> dict[str, Any]:
        """Every manifest of the lake by its key."""
        return {
            path.relative_to(self.lake).as_posix(): json.loads(path.read_text())
            for path in sorted(self.lake.rglob("manifest.json"))
        }

    def artifact(self, kind: str) -> Path:
        """The folder of the one artifact of a kind."""
        (manifest,) = self.lake.glob(f"{kind}/*/*/manifest.json")
        return manifest.parent

    def file(self, kind: str, name: str) -> Path:
        """The one file of that name behind the one manifest of a kind."""
        folder = self.artifact(kind)
        listed = json.loads((folder / "manifest.json").read_text())["files"]
        (path,) = [file["path"] for file in listed if file["name"].endswith(name)]
        return folder / path

    def with_lake_of(self, other: Home) -> Home:
        """Return this home with a copy of another's lake: no registry, no jobs, no crawls."""
        shutil.copytree(other.lake, self.lake)
        return self
