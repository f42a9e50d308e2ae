from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import fft

from cryoal.pools import open_subtomograms
from cryoal.volumes.noise_law import frequency_shells
from cryoal.volumes.wedge_cut import WedgeCut


@pytest.mark.parametrize(("edge", "tilt_deg"), [(8, 45.0), (9, 30.0), (12, 60.0)])
def test_coefficients_are_kept_by_their_angle(edge: int, tilt_deg: float) -> None:
    box = np.random.default_rng(0).standard_normal((edge,) * 3)
    before, after = fft.fftn(box), fft.fftn(WedgeCut(tilt_deg)(box, "a").astype(np.float64))
    frequencies = fft.fftfreq(edge, 1 / edge)
    for z, kz in enumerate(frequencies):
        for x, kx in enumerate(frequencies):
            tilt = math.degrees(math.atan2(abs(kz), abs(kx)))
            wanted = before[z, :, x] if tilt <= tilt_deg + 1e-9 else 0 * before[z, :, x]
            assert after[z, :, x] == pytest.approx(wanted, abs=1e-4), (kz, kx)


def test_the_axis_is_that_of_simulated_tilts() -> None:
    """What tilts beyond 60 degrees would have seen is empty in the sample data."""
    pool = open_subtomograms(Path(__file__).parents[2] / "sample_data", snr=0.02)
    power = np.mean(
        [np.abs(fft.rfftn(item[0].numpy())) ** 2 for item in pool.read(range(0, 100, 10))], axis=0
    )
    box_px = pool.item_shape[-1]
    fine = frequency_shells(box_px) > 3  # a tilt's slab is a voxel thick: coarse ones overlap
    outside, inside = ~WedgeCut(68.0).kept(box_px) & fine, WedgeCut(52.0).kept(box_px) & fine
    assert power[outside].mean() < 0.05 * power[inside].mean()


@pytest.mark.parametrize("tilt_deg", [0.0, 90.0, -3.0, math.nan])
def test_what_is_no_range_of_tilts(tilt_deg: float) -> None:
    with pytest.raises(ValueError, match="below 90"):
        WedgeCut(tilt_deg)
