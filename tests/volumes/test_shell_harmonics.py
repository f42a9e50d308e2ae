"""Features by their definition, and what turning a volume does to them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from cryoal.volumes.augmentation import random_rotations, rotate
from cryoal.volumes.filters import gaussian_lowpass
from cryoal.volumes.shell_harmonics import ShellHarmonics, real_harmonic

BOX_PX = 15


def noise(count: int = 3) -> torch.Tensor:
    return torch.randn(count, 1, *(BOX_PX,) * 3, generator=torch.Generator().manual_seed(0))


def slow_features(volume: np.ndarray, shells: int, degrees: int) -> list[float]:
    """Voxel by voxel: project each shell on each harmonic, then the norm of each degree."""
    features = []
    centre = BOX_PX // 2
    for shell in range(shells):
        low, high = (BOX_PX / 2 * (shell + step) / shells for step in (0, 1))
        places = []
        for place in np.ndindex(volume.shape):
            offset = np.array(place) - centre
            radius = math.sqrt((offset**2).sum())
            if low <= radius < high:
                polar = offset[0] / radius if radius else 0.0
                places.append((volume[place], polar, math.atan2(offset[1], offset[2])))
        for degree in range(degrees + 1):
            sums = [
                sum(v * real_harmonic(degree, order, p, t) for v, p, t in places)
                / math.sqrt(len(places))
                for order in range(-degree, degree + 1)
            ]
            features.append(sums[0] if degree == 0 else math.sqrt(sum(s**2 for s in sums)))
    return features


def test_same_as_the_slow_definition():
    measure = ShellHarmonics(BOX_PX, shells=3, degrees=2, lowpass_px=0)
    batch = noise(2)
    slow = [slow_features(volume[0].numpy(), 3, 2) for volume in batch]
    np.testing.assert_allclose(measure(batch).numpy(), slow, rtol=1e-3, atol=1e-4)


def test_filtering_the_harmonics_is_filtering_the_volume():
    """Away from the faces, where the filter repeats the edge of what it is given."""
    batch = torch.zeros(2, 1, *(BOX_PX,) * 3)
    batch[:, :, 4:-4, 4:-4, 4:-4] = noise(2)[:, :, 4:-4, 4:-4, 4:-4]
    plain, filtering = (ShellHarmonics(BOX_PX, 3, 4, lowpass_px=s) for s in (0, 1.0))
    torch.testing.assert_close(
        filtering(batch), plain(gaussian_lowpass(batch, 1.0)), rtol=1e-3, atol=1e-3
    )


@pytest.mark.parametrize("axes", [(2, 3), (2, 4), (3, 4)])
def test_quarter_turns_change_nothing(axes):
    measure = ShellHarmonics(BOX_PX)
    batch = noise()
    torch.testing.assert_close(measure(batch.rot90(1, axes)), measure(batch), rtol=1e-3, atol=1e-3)


def test_any_turn_changes_less_than_another_volume_does():
    batch = gaussian_lowpass(noise(8), 1.5)
    matrices = random_rotations(8, torch.Generator().manual_seed(1))
    measure = ShellHarmonics(BOX_PX, shells=4, degrees=3)
    before, after = measure(batch), measure(rotate(batch, matrices))
    same = (before - after).norm(dim=1)
    others = torch.cdist(before, after) + torch.eye(8) * 1e9
    assert (same < 0.6 * others.min(dim=1).values).all()


def test_the_harmonics_are_orthonormal():
    generator = np.random.default_rng(0)
    point = generator.standard_normal((3, 200_000))
    z, y, x = point / np.linalg.norm(point, axis=0)
    values = [
        real_harmonic(degree, order, z, np.arctan2(y, x))
        for degree in range(4)
        for order in range(-degree, degree + 1)
    ]
    products = 4 * np.pi * np.cov(values, bias=True) + 4 * np.pi * np.outer(
        np.mean(values, axis=1), np.mean(values, axis=1)
    )
    np.testing.assert_allclose(products, np.eye(16), atol=0.03)


def test_the_mean_of_a_shell_keeps_its_sign():
    measure = ShellHarmonics(BOX_PX, shells=2, degrees=1)
    ones = torch.ones(1, 1, *(BOX_PX,) * 3)
    assert (measure(-ones)[0, ::2] < 0).all()
    assert (measure(ones)[0, ::2] > 0).all()
