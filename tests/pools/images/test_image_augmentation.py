"""Random views of images."""

from __future__ import annotations

import pytest
import torch

from cryoal.pools.images.image_augmentation import ImageAugmentation, shift


def draws(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("seed", range(3))
def test_a_shift_is_the_crop_of_the_padded_image(seed: int) -> None:
    generator = draws(seed)
    images = torch.randn(6, 3, 7, 9, generator=generator)
    by = torch.randint(-9, 10, (6, 2), generator=generator)
    padded = torch.nn.functional.pad(images, (9, 9, 9, 9))
    for image, wide, (down, right) in zip(shift(images, by), padded, by.tolist(), strict=True):
        assert image.shape == (3, 7, 9)
        assert torch.equal(image, wide[:, 9 - down : 16 - down, 9 - right : 18 - right])


def test_half_of_the_images_are_mirrored_left_to_right() -> None:
    images = torch.randn(400, 2, 3, 5, generator=draws())
    views = ImageAugmentation(flips=True, shift_px=0, noise_std=0.0)(images, draws(1))
    as_is = (views == images).all(dim=(1, 2, 3))
    mirrored = (views == images.flip(3)).all(dim=(1, 2, 3))
    assert (as_is ^ mirrored).all()
    assert 150 < int(mirrored.sum()) < 250


def test_each_image_draws_its_own_and_the_seed_decides() -> None:
    images = torch.ones(64, 1, 8, 8)
    augment = ImageAugmentation(flips=False, shift_px=2, noise_std=0.0)
    views = augment(images, draws(3))
    assert len({tuple(view.flatten().tolist()) for view in views}) > 8
    assert torch.equal(views, augment(images, draws(3)))


def test_without_settings_and_in_prediction_images_are_as_they_lie() -> None:
    images = torch.randn(2, 3, 4, 4, generator=draws())
    augment = ImageAugmentation(flips=False, shift_px=0, noise_std=0.0)
    assert torch.equal(augment(images, draws()), images)
    assert augment.copies == 1
    assert augment.turned(images, 0) is images


@pytest.mark.parametrize("shift_px", [0, 3])
def test_masks_move_with_their_images(shift_px: int) -> None:
    masks = torch.randint(0, 11, (50, 6, 8), generator=draws())
    augment = ImageAugmentation(flips=True, shift_px=shift_px, noise_std=0.0)
    # The images are their masks, one up: black is what comes in at an edge.
    images = masks[:, None].float().repeat(1, 3, 1, 1) + 1
    views, moved = augment.pair(images, masks, draws(4))
    assert moved.dtype == torch.int64
    assert torch.equal(views, (moved[:, None] + 1).float().expand_as(views))
    assert (moved == -1).any() == (shift_px > 0)
    assert not torch.equal(moved, masks)
    assert torch.equal(views, augment(images, draws(4)))


def test_noise_leaves_masks_alone() -> None:
    masks = torch.randint(-1, 11, (4, 6, 8), generator=draws())
    images = torch.randn(4, 3, 6, 8, generator=draws())
    augment = ImageAugmentation(flips=False, shift_px=0, noise_std=2.0)
    views, moved = augment.pair(images, masks, draws(1))
    assert torch.equal(moved, masks)
    assert not torch.equal(views, images)
