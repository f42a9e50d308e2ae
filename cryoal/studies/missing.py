"""What a study still lacks."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cryoal.studies.curves import Curves
from cryoal.studies.results import ALL_LABELS


def missing_cells(curves: Curves, expected: Iterable[tuple[str, int]] = ()) -> list[str]:
    """A sentence for each scheme and seed that is missing or not complete.

    Args:
        curves: of the metric that every row has.
        expected: schemes and seeds that the study is to hold, besides every scheme with every
            seed that the results name.
    """
    has_ceiling = not np.isnan(curves.ceiling).all()
    schemes = (*curves.schemes, *((ALL_LABELS,) if has_ceiling else ()))
    seen = ((scheme, seed) for scheme in schemes for seed in curves.seeds)
    sentences = [sentence(curves, *cell) for cell in dict.fromkeys((*seen, *expected))]
    return [text for text in sentences if text is not None]


def sentence(curves: Curves, scheme: str, seed: int) -> str | None:
    none = f"{scheme}, seed {seed}: no result yet."
    if seed not in curves.seeds:
        return none
    at = curves.seeds.index(seed)
    if scheme == ALL_LABELS:
        return none if np.isnan(curves.ceiling[at]) else None
    if scheme not in curves.schemes:
        return none
    absent = np.isnan(curves.of(scheme)[at])
    if absent.all():
        return none
    labels = ", ".join(str(labels) for labels in curves.labelled[absent])
    return f"{scheme}, seed {seed}: nothing at {labels} labels." if labels else None
