"""Zero mean, unit variance and one sign of contrast, item by item."""

from __future__ import annotations

from typing import Literal

import torch


def normalise(batch: torch.Tensor, contrast: Literal["bright", "dark"]) -> torch.Tensor:
    """Each item of (B, ...) at mean 0 and standard deviation 1, protein bright; float32.

    ``dark`` says that protein is dark in ``batch``: such items change sign. Any finite input
    is safe, whatever its scale; a constant item gives zeros.
    """
    items = batch.flatten(1).float()
    # Dividing by the largest magnitude first keeps the squares inside float32.
    largest = items.abs().amax(dim=1, keepdim=True)
    items = items / torch.where(largest > 0, largest, torch.ones_like(largest))
    variance, mean = torch.var_mean(items, dim=1, keepdim=True, correction=0)
    deviation = variance.sqrt()
    scale = torch.where(deviation > 0, deviation, torch.ones_like(deviation))
    if contrast == "dark":
        scale = -scale
    return ((items - mean) / scale).reshape(batch.shape)
