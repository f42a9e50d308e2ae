"""Picks without a file format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from cryoal.io.picks import Frame, Picks


def picks_of(
    tomograms: list[str], positions: object = None, frame: Frame = Frame.VOXELS, **more: Any
) -> Picks:
    """Picks of ``list.star``, a particle a line."""
    count = len(tomograms)
    places = np.full((count, 3), 10.0) if positions is None else np.array(positions, np.float64)
    source = more.pop("source", Path("list.star"))
    return Picks(
        source=source,
        ids=more.pop("ids", [f"{name}/{at + 1}" for at, name in enumerate(tomograms)]),
        wheres=[f"{source}, line {at + 1}" for at in range(count)],
        tomograms=tomograms,
        positions=places,
        frame=frame,
        **more,
    )
