"""Whether particles look bright or dark: for people to read, never acted upon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from cryoal.pools.pool import Contrast, Pool

_ITEMS = 64
_CLEAR = 3.0


@dataclass(frozen=True)
class ContrastHint:
    """Centre minus edge of the boxes, in standard deviations of a voxel.

    Attributes:
        difference: mean over the items looked at.
        standard_error: of that mean; infinite for a single item.
        items: number of items looked at.
    """

    difference: float
    standard_error: float
    items: int

    @property
    def contrast(self) -> Contrast | None:
        """Which contrast it speaks for, or None where three standard errors include zero."""
        if abs(self.difference) <= _CLEAR * self.standard_error:
            return None
        return "bright" if self.difference > 0 else "dark"


def contrast_hint(pool: Pool) -> ContrastHint:
    """Compare the central ball (radius a quarter of the box) with the shell outside the sphere.

    Looks at up to 64 items spread evenly over the pool, as stored.

    Raises:
        CryoalError: one of these items cannot be read.
    """
    positions = np.unique(np.linspace(0, len(pool) - 1, _ITEMS).astype(np.int64))
    items = pool.read(positions).flatten(1)
    box_px = pool.item_shape[-1]
    axis = torch.arange(box_px, dtype=torch.float32) - (box_px - 1) / 2
    z, y, x = torch.meshgrid(axis, axis, axis, indexing="ij")
    radius = (z**2 + y**2 + x**2).sqrt().flatten()
    centre = items[:, radius <= box_px / 4].mean(dim=1)
    edge = items[:, radius >= box_px / 2].mean(dim=1)
    differences = (centre - edge) / items.std(dim=1)
    count = len(positions)
    error = float(differences.std()) / count**0.5 if count > 1 else float("inf")
    return ContrastHint(float(differences.mean()), error, count)
