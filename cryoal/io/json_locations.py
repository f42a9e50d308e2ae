"""Places in the points of the CryoET Data Portal and of copick: ``{"location": {"x": .., ..}}``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError


def locations(
    points: Sequence[Mapping[str, Any]], wheres: Sequence[str]
) -> npt.NDArray[np.float64]:
    """``location`` of each point (n, 3) as x, y, z.

    Args:
        points: n objects as JSON gives them.
        wheres: file and row of each, for the message.

    Raises:
        CryoalError: names the first point without three finite numbers.
    """
    places = np.array([_place(point) for point in points]).reshape(-1, 3)
    wrong = np.flatnonzero(~np.isfinite(places).all(axis=1))
    if len(wrong):
        raise CryoalError(
            f"{wheres[wrong[0]]}: no location of finite x, y and z; is it a file of points?"
        )
    return places


def _place(point: Mapping[str, Any]) -> tuple[float, float, float]:
    try:
        location = point["location"]
        x, y, z = (location[axis] + 0.0 for axis in "xyz")
    except (KeyError, OverflowError, TypeError):
        return np.nan, np.nan, np.nan
    return x, y, z
