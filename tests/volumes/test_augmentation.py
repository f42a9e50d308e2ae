"""Augmentation keeps hand and wedge, is drawn per item, and is reproducible."""

from __future__ import annotations

import pytest
import torch

from cryoal.volumes.augmentation import (
    WEDGE_ROTATIONS,
    VolumeAugmentation,
    gather_axes,
    random_rotations,
    rotate,
)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_gather_axes_is_flip_then_roll_of_each_item() -> None:
    batch = torch.randn(6, 2, 5, 6, 7, generator=generator())
    signs = torch.tensor([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1], [-1, 1, 1], [1, 1, -1]])
    shifts = torch.tensor([[0, 0, 0], [1, 2, -3], [-2, 0, 1], [4, -4, 2], [0, 1, 0], [9, 9, 9]])
    got = gather_axes(batch, signs, shifts)
    for item in range(len(batch)):
        axes = [axis + 1 for axis in range(3) if signs[item, axis] < 0]
        wanted = torch.flip(batch[item], axes).roll(shifts[item].tolist(), dims=(1, 2, 3))
        assert torch.equal(got[item], wanted)


def test_wedge_rotations_are_rotations_and_map_the_wedge_onto_itself() -> None:
    assert torch.equal(WEDGE_ROTATIONS.prod(1), torch.ones(4, dtype=torch.long))
    # |z| > |x| tan(60) marks a missing wedge about y: it depends on |z| and |x| alone.
    frequency = torch.fft.fftfreq(16)
    z, x = frequency[:, None, None].abs(), frequency[None, None, :].abs()
    wedge = (z <= 1.7 * x).expand(16, 16, 16)
    noise = torch.randn(4, 1, 16, 16, 16, generator=generator())
    filtered = torch.fft.ifftn(torch.fft.fftn(noise, dim=(2, 3, 4)) * wedge, dim=(2, 3, 4)).real
    turned = gather_axes(filtered, WEDGE_ROTATIONS, torch.zeros(4, 3, dtype=torch.long))
    power = torch.fft.fftn(turned, dim=(2, 3, 4)).abs()
    # Flipping a periodic box moves its origin by a voxel, which leaves the power as it was.
    assert power[:, :, ~wedge].max() < 1e-4 * power.max()


def test_draws_differ_between_items_and_repeat_under_a_seed() -> None:
    item = torch.randn(1, 1, 12, 12, 12, generator=generator())
    batch = item.expand(16, -1, -1, -1, -1)
    augment = VolumeAugmentation("wedge", shift_px=2, noise_std=0.5)
    first, second = augment(batch, generator(3)), augment(batch, generator(3))
    assert torch.equal(first, second)
    assert len({tuple(view.flatten().tolist()) for view in first}) == 16
    assert not torch.equal(first, augment(batch, generator(4)))


def test_everything_off_changes_nothing() -> None:
    batch = torch.randn(3, 1, 8, 8, 8, generator=generator())
    assert torch.equal(VolumeAugmentation("none", 0, 0.0)(batch, generator()), batch)


def test_noise_level_is_uniform_up_to_its_limit() -> None:
    batch = torch.zeros(400, 1, 8, 8, 8)
    noisy = VolumeAugmentation("none", 0, 0.6)(batch, generator())
    levels = noisy.flatten(1).std(1)
    assert levels.max() < 0.7
    assert abs(float(levels.mean()) - 0.3) < 0.03


def test_random_rotations_are_proper_and_uniform() -> None:
    matrices = random_rotations(4000, generator())
    assert torch.allclose(matrices @ matrices.mT, torch.eye(3).expand_as(matrices), atol=1e-5)
    assert torch.allclose(torch.linalg.det(matrices), torch.ones(4000), atol=1e-5)
    assert matrices.mean(0).abs().max() < 0.04


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_rotate_by_180_degrees_is_two_flips(axis: int) -> None:
    """About x (the last array axis), z and y turn over; likewise for the others."""
    batch = torch.randn(1, 1, 9, 9, 9, generator=generator())
    matrix = -torch.eye(3)
    matrix[axis, axis] = 1
    flipped = [dim for dim in (2, 3, 4) if dim != 4 - axis]
    assert torch.allclose(rotate(batch, matrix[None]), batch.flip(flipped), atol=1e-4)


@pytest.mark.parametrize(("rotations", "copies"), [("none", 1), ("wedge", 4), ("any", None)])
def test_copies_are_turned_alike_for_every_item_without_chance(
    rotations: str, copies: int | None
) -> None:
    batch = torch.randn(3, 2, 9, 9, 9, generator=generator())
    augment = VolumeAugmentation(rotations)
    assert augment.copies == copies
    seen = [augment.turned(batch, copy) for copy in range(copies or 5)]
    for copy, view in enumerate(seen):
        assert torch.equal(view, augment.turned(batch, copy))
        assert torch.equal(view[1:2], augment.turned(batch[1:2], copy))
    for first in range(len(seen)):
        assert all(not torch.equal(seen[first], other) for other in seen[first + 1 :])


def test_wedge_copies_are_the_four_rotations_and_the_first_is_the_item() -> None:
    batch = torch.randn(1, 1, 5, 6, 7, generator=generator())
    augment = VolumeAugmentation("wedge")
    still = torch.zeros(1, 3, dtype=torch.long)
    for copy, signs in enumerate(WEDGE_ROTATIONS):
        assert torch.equal(augment.turned(batch, copy), gather_axes(batch, signs[None], still))
    assert torch.equal(augment.turned(batch, 0), batch)
    assert torch.equal(VolumeAugmentation("none").turned(batch, 0), batch)
