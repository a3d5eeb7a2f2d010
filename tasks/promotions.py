"""Who is champion: a numbered sequence of promotions in the lake, each created only if none exists.

The sequence is both history and lock. MLflow's aliases follow it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from tasks.lake import Artifact, Frozen, Lake, LakeError


class Promotion(Frozen):
    """One entry of the history: which version became champion, why, and who said so.

    Attributes:
        number: its place in the sequence, from 1.
        release: the release artifact's folder in the lake.
        replaces: the version that was champion before.
        decision: floors and figures, as checked.
    """

    number: int
    version: int
    model: str
    release: str
    replaces: int | None
    why: str
    who: str
    at: str
    decision: tuple[str, ...] = ()


def history(lake: Lake) -> list[Promotion]:
    """Return all promotions, oldest first.

    Raises:
        LakeError: if an entry cannot be read.
    """
    found = []
    for key in lake.store.list("promotions"):
        data = lake.store.read(key)
        if data is None or not key.endswith(".json"):
            continue
        try:
            found.append(Promotion.model_validate_json(data))
        except ValidationError as error:
            problem = error.errors()[0]["msg"]
            raise LakeError(
                f"{lake.uri}/{key} is no promotion ({problem}); restore it from a backup"
            ) from error
    return sorted(found, key=lambda p: p.number)


def champion(lake: Lake) -> Promotion | None:
    """Return the promotion in force, or None before the first."""
    entries = history(lake)
    return entries[-1] if entries else None


def champion_release(lake: Lake) -> Artifact | None:
    """Return the champion's release, or None before the first promotion."""
    entry = champion(lake)
    return lake.artifact_at(entry.release) if entry else None


def replaced_release(entries: Sequence[Promotion]) -> str | None:
    """Return the release that was champion before the one in force, or None."""
    others = [entry.release for entry in entries if entry.release != entries[-1].release]
    return others[-1] if others else None


class PromotionTakenError(LakeError):
    """Another promotion took the next place in the history."""


def record(lake: Lake, entry: Promotion) -> None:
    """Append an entry to the history.

    Raises:
        PromotionTakenError: if another promotion took its place in the meantime.
    """
    key = f"promotions/{entry.number:06}.json"
    if not lake.store.create(key, entry.model_dump_json(indent=1).encode()):
        raise PromotionTakenError(
            f"promotion {entry.number} was made by another run a moment ago; look at "
            "`sportslm models history` and promote again if that is still wanted"
        )


def misses(metrics: Mapping[str, float], floors: Mapping[str, float]) -> list[str]:
    """Return a sentence for each floor a model does not reach; bits per byte must stay at or under theirs."""
    said = []
    for name, floor in sorted(floors.items()):
        found = metrics.get(name)
        is_ceiling = name.endswith("bits_per_byte")
        if found is None:
            said.append(
                f"{name}: not in the report, needed {'at most' if is_ceiling else 'at least'} {floor:g}"
            )
        elif found > floor if is_ceiling else found < floor:
            said.append(f"{name}: {found:.4g}, needed {'at most' if is_ceiling else 'at least'} {floor:g}")
    return said
