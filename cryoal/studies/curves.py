"""One measurement of a study as an array over schemes, seeds and budgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from cryoal.studies.results import ALL_LABELS, CellResult

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Curves:
    """Learning curves; NaN where a cell is missing.

    Attributes:
        name: what was measured.
        schemes: in the order of their first row, without ``all-labels``.
        seeds: ascending.
        labelled: (budgets,) numbers of labels, ascending, over all schemes and seeds.
        values: (schemes, seeds, budgets).
        ceiling: (seeds,) the model trained on all labels.
    """

    name: str
    schemes: tuple[str, ...]
    seeds: tuple[int, ...]
    labelled: npt.NDArray[np.int64]
    values: Array
    ceiling: Array

    def of(self, scheme: str) -> Array:
        """(seeds, budgets) values of one scheme."""
        return np.asarray(self.values[self.schemes.index(scheme)])

    def complete(self, scheme: str) -> npt.NDArray[np.bool_]:
        """(seeds,) whether every budget was measured, so that whole curves can be compared."""
        return np.asarray(~np.isnan(self.of(scheme)).any(axis=1) & (len(self.labelled) > 0))


def curves_of(
    results: Sequence[CellResult],
    name: str,
    value: Callable[[CellResult], float | None] | None = None,
) -> Curves:
    """Curves of the field ``name``, or of what ``value`` makes of a row."""
    value = value or attrgetter(name)
    schemes = tuple(dict.fromkeys(r.scheme for r in results if r.scheme != ALL_LABELS))
    seeds = tuple(sorted({row.seed for row in results}))
    labelled = sorted({row.labelled for row in results if row.scheme != ALL_LABELS})
    values = np.full((len(schemes), len(seeds), len(labelled)), np.nan)
    ceiling = np.full(len(seeds), np.nan)
    for row in results:
        measured = value(row)
        if measured is None:
            continue
        seed = seeds.index(row.seed)
        if row.scheme == ALL_LABELS:
            ceiling[seed] = measured
        else:
            values[schemes.index(row.scheme), seed, labelled.index(row.labelled)] = measured
    return Curves(name, schemes, seeds, np.array(labelled, dtype=np.int64), values, ceiling)
