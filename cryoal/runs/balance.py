"""Whether a query is spread over the classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def effective_classes(labels: npt.NDArray[np.int64]) -> float:
    """Exponential of the entropy of the class shares: 1 when all are alike, C when C are equal."""
    counts = np.bincount(labels)
    shares = counts[counts > 0] / len(labels)
    return float(np.exp(-(shares * np.log(shares)).sum()))


def lopsided(labels: npt.NDArray[np.int64], classes: Sequence[str]) -> str | None:
    """A sentence when a query holds few of the classes it could hold, else None.

    Warns when the effective number of classes is at most half of what the query has room for.

    Args:
        labels: (k,) class positions of the queried items, k > 0.
        classes: class names.
    """
    room = min(len(labels), len(classes))
    if len(labels) < 2 or effective_classes(labels) > room / 2:
        return None
    counts = np.bincount(labels, minlength=len(classes))
    most = int(counts.argmax())
    return (
        f"{counts[most]} of the {len(labels)} queried items are of class {classes[most]} and "
        f"{int((counts == 0).sum())} of {len(classes)} classes got none; a scheme that spreads "
        "its query may learn faster"
    )
