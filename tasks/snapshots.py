"""Which snapshots a run works on: an existing chain, or a new link of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tasks.config_base import identity
from tasks.crawl.config import CrawlConfig
from tasks.lake import Lake, LakeError, Snapshot

ID_FORMAT = "%Y%m%dT%H%MZ"
ID_PATTERN = re.compile(r"\d{8}T\d{4}Z(-\d+)?")


def snapshot_id(moment: datetime, taken: set[str]) -> str:
    """Return the id of a snapshot begun at ``moment`` (UTC), numbered when that minute is taken."""
    base = moment.astimezone(UTC).strftime(ID_FORMAT)
    number = 1
    while (id_ := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return id_


def open_chain(lake: Lake, wanted: str, crawl: CrawlConfig, now: datetime, dry: bool) -> list[Snapshot]:
    """Return the chain of snapshots up to the wanted one, oldest first.

    Args:
        wanted: ``latest``, ``new``, or an id; an id the lake does not know begins a crawl under it.
        now: names a new snapshot; given from outside, because nothing in a stage asks the clock.
        dry: a plan's look: nothing is written.

    Raises:
        LakeError: if there is nothing to work on, or the id is malformed, or its crawl had other settings.
    """
    chain = lake.snapshots()
    if wanted == "latest":
        if not chain:
            raise LakeError(
                f"lake {lake.uri} has no snapshot yet: bring data in with `sportslm import PATH --source ID "
                "--license L`, or choose sources to crawl (sportslm sources list) and add --set snapshot=new"
            )
        return chain
    if wanted == "new":
        wanted = snapshot_id(now, {s.id for s in chain})
    as_of = _moment(wanted).isoformat()
    for position, snapshot in enumerate(chain):
        if snapshot.id == wanted:
            _check_spec(snapshot, crawl)
            return chain[: position + 1]
    if not crawl.sources:
        raise LakeError(
            f"snapshot {wanted} is not in lake {lake.uri}, and no crawl.sources are chosen to begin it"
        )
    spec = identity(crawl)
    if dry:
        parent = chain[-1].id if chain else None
        begun = Snapshot(
            id=wanted, sequence=len(chain) + 1, parent=parent, kind="crawl", as_of=as_of, spec=spec
        )
    else:
        begun = lake.add_snapshot(wanted, "crawl", as_of, spec)
    return [*chain, begun]


def _moment(id_: str) -> datetime:
    try:
        if ID_PATTERN.fullmatch(id_):
            return datetime.strptime(id_.split("-")[0], ID_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        pass  # a thirteenth month: no better than another word
    raise LakeError(f"snapshot {id_!r}: write latest, new, or an id like 20261120T0600Z")


def _check_spec(snapshot: Snapshot, crawl: CrawlConfig) -> None:
    if snapshot.kind != "crawl":
        return
    wanted = identity(crawl)
    changed = [name for name in wanted if snapshot.spec.get(name) != wanted[name]]
    if changed:
        name = changed[0]
        raise LakeError(
            f"snapshot {snapshot.id} was crawled with crawl.{name}={snapshot.spec.get(name)}, "
            f"not {wanted[name]}; other settings need a new snapshot (--set snapshot=new) or another lake"
        )
