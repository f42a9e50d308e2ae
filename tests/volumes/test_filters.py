"""The Gaussian low-pass against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from cryoal.volumes.filters import gaussian_lowpass


@pytest.mark.parametrize("sigma_px", [0.4, 1.0, 1.7])
@pytest.mark.parametrize("shape", [(1, 1, 8, 9, 10), (2, 3, 12, 12, 12)])
def test_matches_scipy(sigma_px: float, shape: tuple[int, ...]) -> None:
    batch = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    radius = max(1, int(np.ceil(3 * sigma_px)))
    wanted = gaussian_filter(
        batch.numpy(),
        (0, 0, sigma_px, sigma_px, sigma_px),
        mode="nearest",
        radius=(0, 0, *[radius] * 3),
    )
    assert np.allclose(gaussian_lowpass(batch, sigma_px).numpy(), wanted, atol=1e-10)


def test_zero_is_off() -> None:
    batch = torch.randn(1, 1, 4, 4, 4)
    assert gaussian_lowpass(batch, 0.0) is batch
