"""Which document keys a file has given already: eight bytes each, a piece's at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tasks.identity import KEY_HEX
from tasks.schema import DOCUMENTS, read_parquet

Keys = npt.NDArray[np.uint64]


class SeenKeys:
    """The keys of earlier pieces, as sorted runs that are merged as they grow (O'Neil et al., 1996)."""

    def __init__(self) -> None:
        self._runs: list[Keys] = []

    def add(self, ids: Sequence[str]) -> None:
        """Take a piece's document ids."""
        run = np.unique(_keys(ids))
        while self._runs and len(self._runs[-1]) < 2 * len(run):
            run = np.union1d(self._runs.pop(), run)
        self._runs.append(run)

    def add_table(self, path: Path) -> None:
        """Take the ids of a finished piece's table."""
        ids = read_parquet(path, DOCUMENTS, ["id"]).column("id").to_pylist()
        self.add([str(id_) for id_ in ids])

    def repeated(self, ids: Sequence[str]) -> list[bool]:
        """Tell for each id whether its key was there before, in an earlier piece or further up."""
        keys = _keys(ids)
        found = np.ones(len(keys), bool)
        found[np.unique(keys, return_index=True)[1]] = False
        for run in self._runs:
            found |= run[np.minimum(np.searchsorted(run, keys), len(run) - 1)] == keys if len(run) else False
        result: list[bool] = found.tolist()
        return result


def _keys(ids: Sequence[str]) -> Keys:
    return np.array([int(id_[:KEY_HEX], 16) for id_ in ids], np.uint64)
