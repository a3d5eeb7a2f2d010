"""The mixture: a text-free table over the whole chain of snapshots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tasks.counts import Counts
from tasks.identity import key_of
from tasks.mix.chain import SnapshotFiles
from tasks.mix.config import MixConfig
from tasks.mix.domains import over_cap
from tasks.mix.splits import Split, split_of
from tasks.schema import DOCUMENTS, GONE, MIXTURE, UNIQUE, read_parquet, table_of, write_parquet

FILE_NAME = "mixture.parquet"
SUPERSEDED = "superseded"
GONE_SINCE = "gone"
DOMAIN_CAP = "domain_cap"
MIXED_EVENTS = "mixed_events"
NO_WEIGHT = "no_weight"

_COLUMNS = ["id", "source", "ordinal", "kind", "sport", "events", "cluster", "num_bytes"]


def group_of(sport: str | None, kind: str | None) -> str:
    """Return the name under which a document is weighted and scored: ``<sport>/<kind>``."""
    return f"{sport or 'other'}/{kind or 'reference'}"


def weight_of(group: str, weights: dict[str, float]) -> float:
    """Return a group's weight: its own, its kind's, its sport's, everyone's, or 1."""
    sport, kind = group.split("/")
    for name in (group, f"*/{kind}", f"{sport}/*", "*"):
        if name in weights:
            return weights[name]
    return 1.0


def build_mixture(chain: Sequence[SnapshotFiles], out: Path, config: MixConfig) -> Counts:
    """Write ``mixture.parquet`` for a chain of snapshots, oldest first; excluded rows stay, with the reason.

    The newest revision of a document counts, also when that revision did not survive cleaning or
    deduplication: a page that was emptied is not trained on in its old form. A page that is gone is left out,
    until a later snapshot finds it again.

    Returns:
        rows in over all snapshots, rows used, and the excluded by reason; tokens are not known here, so
        ``extra`` holds bytes and documents by split.

    Raises:
        ValueError: if the chain holds no documents, or none of them ends up in the training split.
    """
    arrived = _in_arrival_order(chain)
    if not arrived:
        names = ", ".join(part.snapshot for part in chain) or "none"
        raise ValueError(
            f"no document survived in the snapshots given ({names}), so there is nothing to train on; look "
            "at what clean and dedup dropped, or crawl or import more"
        )
    newest, gone = _newest_revisions(chain, arrived), _gone_at(chain)
    first_events = {row["id"]: row["events"] or [] for _, row in arrived}
    capped = over_cap(chain, (row["id"] for _, row in arrived), config.max_domain_documents)
    rows = [
        _mixture_row(chain, sequence, row, newest, gone, capped, first_events, config)
        for sequence, row in arrived
    ]
    used = [row for row in rows if row["exclusion"] is None]
    if not any(row["split"] == Split.TRAIN for row in used):
        reasons = dict(Counter(row["exclusion"] for row in rows if row["exclusion"]))
        raise ValueError(
            f"of {len(rows)} documents none is left to train on ({len(used)} held out, excluded: {reasons}); "
            "lower mix.validation_ratio, raise a weight, or crawl or import more"
        )
    write_parquet(table_of(rows, MIXTURE), out / FILE_NAME)
    return _counts(rows)


def _in_arrival_order(chain: Sequence[SnapshotFiles]) -> list[tuple[int, dict[str, Any]]]:
    arrived = [
        (sequence, row)
        for sequence, part in enumerate(chain)
        for path in part.unique
        for row in read_parquet(path, UNIQUE, _COLUMNS).to_pylist()
    ]
    return sorted(arrived, key=lambda item: (item[0], item[1]["source"], item[1]["ordinal"], item[1]["id"]))


def _newest_revisions(
    chain: Sequence[SnapshotFiles], arrived: Sequence[tuple[int, dict[str, Any]]]
) -> dict[str, tuple[int, int, str]]:
    """Return each document key's newest (snapshot sequence, ordinal, id), among all that were extracted."""
    seen = [(sequence, row["ordinal"], row["id"]) for sequence, row in arrived]
    for sequence, part in enumerate(chain):
        for path in part.documents:
            rows = read_parquet(path, DOCUMENTS, ["ordinal", "id"])
            seen += [
                (sequence, ordinal, id_) for ordinal, id_ in zip(*rows.to_pydict().values(), strict=True)
            ]
    newest: dict[str, tuple[int, int, str]] = {}
    for revision in sorted(seen):
        newest[key_of(revision[2])] = revision
    return newest


def _gone_at(chain: Sequence[SnapshotFiles]) -> dict[str, int]:
    """Return, by document key, the last snapshot (its place in the chain) that found the page gone."""
    return {
        key: sequence
        for sequence, part in enumerate(chain)
        for path in part.gone
        for key in map(str, read_parquet(path, GONE, ["key"])["key"].to_pylist())
    }


def _mixture_row(
    chain: Sequence[SnapshotFiles],
    sequence: int,
    row: dict[str, Any],
    newest: dict[str, tuple[int, int, str]],
    gone: dict[str, int],
    capped: frozenset[str],
    first_events: dict[str, list[str]],
    config: MixConfig,
) -> dict[str, Any]:
    group = group_of(row["sport"], row["kind"])
    weight = weight_of(group, config.group_weights)
    cluster = row["cluster"] or row["id"]
    split = split_of(
        row["events"] or [], cluster, first_events.get(cluster, []), config.seed, config.validation_ratio
    )
    exclusion = None
    if newest[key_of(row["id"])] != (sequence, row["ordinal"], row["id"]):
        exclusion = SUPERSEDED
    elif gone.get(key_of(row["id"]), -1) >= sequence:
        exclusion = GONE_SINCE
    elif key_of(row["id"]) in capped:
        exclusion = DOMAIN_CAP
    elif split is None:
        exclusion = MIXED_EVENTS
    elif weight == 0:
        exclusion = NO_WEIGHT
    return {
        "id": row["id"],
        "snapshot": chain[sequence].snapshot,
        "split": None if split is None else str(split),
        "group": group,
        "weight": weight,
        "exclusion": exclusion,
        "num_bytes": row["num_bytes"],
    }


def _counts(rows: Sequence[dict[str, Any]]) -> Counts:
    dropped = Counter(row["exclusion"] for row in rows if row["exclusion"])
    extra: Counter[str] = Counter()
    for row in rows:
        if row["exclusion"] is None:
            extra[f"{row['split']}_documents"] += 1
            extra[f"{row['split']}_bytes"] += row["num_bytes"]
    return Counts(
        len(rows), len(rows) - dropped.total(), dict(sorted(dropped.items())), dict(sorted(extra.items()))
    )
