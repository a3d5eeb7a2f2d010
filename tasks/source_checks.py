"""What the sources let us do today (``crawlers.check``, in a process of its own), kept and compared with the
last time.

A check lies at ``<home>/checks/<source>/<moment>.json`` with the robots.txt it saw and its SHA-256: the proof
of what a site allowed on that day.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tasks.crawl.config import CrawlConfig
from tasks.crawl.terms import check_contact
from tasks.provenance import ROOT

CHECKS = "checks"
BAD_SPEC = 2
MOMENT = "%Y%m%dT%H%M%SZ"

Check = Mapping[str, Any]  # crawlers.check.SourceCheck as JSON


class CheckFailed(ConnectionError):  # noqa: N818 - it says what happened
    """The checking process ended early; sources that were done are kept."""


@dataclass(frozen=True)
class CheckedSource:
    """One source's check, where it was kept, and what is different from the one before.

    Attributes:
        lost: entry points that could be crawled at the last check and cannot be now.
        changed: origins whose robots.txt is not what it was, as ``<origin> (<what>)``.
        since: when the last check was; "" if there was none.
    """

    check: Check
    path: Path
    lost: list[str]
    changed: list[str]
    since: str

    @property
    def is_crawlable(self) -> bool:
        """Whether anything of the source can be crawled (its terms are another matter)."""
        return any(not entry["why"] for entry in self.check["entries"])


def check_sources(
    sources: Sequence[str], config: CrawlConfig, home: Path, now: datetime
) -> Iterator[CheckedSource]:
    """Yield each source's check as it is done; it needs a contact for real sites, but no accepted terms.

    Raises:
        ValueError: if a source is unknown, there is no contact, or the process refused its settings.
        CheckFailed: if it ended before it was done.
    """
    from crawlers.catalog import load_catalog, unknown_source

    catalog = load_catalog()
    for source in sources:
        if source not in catalog:
            raise ValueError(unknown_source(source, catalog))
    check_contact(config.model_copy(update={"sources": tuple(sources), "replay": ()}))
    for check in _run(_spec(sources, config, now)):
        yield _kept(check, home, now)


def _spec(sources: Sequence[str], config: CrawlConfig, now: datetime) -> dict[str, Any]:
    agent = config.user_agent
    return {
        "snapshot": f"{now:%Y%m%dT%H%MZ}",
        "as_of": now.isoformat(),
        "sources": list(dict.fromkeys(sources)),
        "simulated": {"seed": config.simulated_seed, "matchday": config.simulated_matchday},
        "accept_terms": list(sources),  # robots.txt and listings are asked for, no page is stored
        "user_agent": f"{agent} (+{config.contact})" if config.contact else agent,
    }


def _run(spec: Mapping[str, Any]) -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spec.json"
        path.write_text(json.dumps(spec))
        command = [sys.executable, "-m", "crawlers.check", "--spec", str(path)]
        with (Path(folder) / "log.txt").open("w+") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
            )
            try:
                assert process.stdout is not None
                yield from _checks_in(process.stdout)
                code = process.wait()
            finally:
                process.kill()  # where we were interrupted; it keeps nothing
                process.wait()
            log.seek(0)
            said = log.read().strip()
        if code == BAD_SPEC:
            raise ValueError(said.splitlines()[-1] if said else "the check refused its settings")
        if code != 0:
            raise CheckFailed(f"the check ended with {code}:\n{said[-1500:]}")


def _checks_in(lines: Iterator[str] | Any) -> Iterator[Check]:
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:  # a library's print
            continue
        if isinstance(event, dict) and event.pop("event", "") == "checked":
            yield event


def _kept(check: Check, home: Path, now: datetime) -> CheckedSource:
    """Keep a check, compared with the last one."""
    before = last_check(home, check["source"])
    folder = home / CHECKS / str(check["source"])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{now:{MOMENT}}.json"
    temporary = path.with_suffix(".open")
    temporary.write_text(json.dumps(check, indent=1, sort_keys=True) + "\n", "utf-8")
    temporary.replace(path)
    if before is None:
        return CheckedSource(check, path, [], [], "")
    return CheckedSource(
        check, path, lost_entries(before, check), _changes(before, check), before["checked_at"]
    )


def last_check(home: Path, source: str) -> Check | None:
    """Return a source's newest check, or None if it was never checked.

    Raises:
        ValueError: naming a file that is no check.
    """
    paths = sorted((home / CHECKS / source).glob("*.json"))
    if not paths:
        return None
    try:
        found = json.loads(paths[-1].read_text("utf-8"))
    except ValueError as error:
        raise ValueError(f"{paths[-1]} is no check of a source ({error}); delete it") from error
    if not isinstance(found, dict) or found.get("source") != source:
        raise ValueError(f"{paths[-1]} is no check of source {source}; delete it")
    return found


def lost_entries(before: Check, after: Check) -> list[str]:
    """Return the entry points that could be crawled before and cannot be now, each with why.

    One that the catalogue names no more is not lost; one of a source that could not be asked at all is.
    """
    now = {entry["entry"]: entry["why"] for entry in after["entries"]}
    crawlable = [entry["entry"] for entry in before["entries"] if not entry["why"]]
    if after["problem"]:
        return [f"{entry}: {after['problem']}" for entry in crawlable]
    return [f"{entry}: {now[entry]}" for entry in crawlable if now.get(entry)]


def _changes(before: Check, after: Check) -> list[str]:
    changes = []
    for origin, shot in after["robots"].items():
        known = before["robots"].get(origin)
        if known and known["sha256"] != shot["sha256"]:
            what = (
                f"{known['sha256'][:12] or known['verdict']} is now {shot['sha256'][:12] or shot['verdict']}"
            )
            changes.append(f"{origin}/robots.txt ({what})")
    return changes
