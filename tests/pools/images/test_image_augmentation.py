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
