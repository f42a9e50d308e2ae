"""How much of what schemes ask for is junk."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cryoal.pools import SubtomogramPool
from cryoal.studies.curves import Array
from cryoal.studies.results import CellResult


def junk_classes(classes: Sequence[str], prefixes: Sequence[str]) -> list[int]:
    """Positions of the classes whose names begin with one of ``prefixes``, in any case."""
    begin = tuple(prefix.casefold() for prefix in prefixes)
    return [at for at, name in enumerate(classes) if name.casefold().startswith(begin)]


def share_of_pool(pool: SubtomogramPool, junk: Sequence[int]) -> float:
    """Share of junk among the labelled items."""
    known = pool.labels[pool.labels >= 0]
    return float(np.isin(known, junk).mean())


def query_shares(
    results: Sequence[CellResult], scheme: str, seeds: Sequence[int], junk: Sequence[int]
) -> Array:
    """(seeds,) share of junk in all queries of a scheme after the random first set; NaN for none.

    Args:
        results: of one condition whose answers are right, since counts are of answers.
    """
    shares = np.full(len(seeds), np.nan)
    for place, seed in enumerate(seeds):
        counts = [
            row.query_counts
            for row in results
            if (row.scheme, row.seed) == (scheme, seed) and row.query_counts
        ]
        if counts:
            totals = np.sum(counts, axis=0)
            shares[place] = totals[list(junk)].sum() / totals.sum()
    return shares
