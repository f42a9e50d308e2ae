"""Training on masks: learns, repeats under a seed, bears void and windows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from image_sets import write_image
from scenes import (
    EDGE,
    VOID_VALUE,
    SmallSegmentation,
    open_scenes,
    scene_preparation,
    small_segmentation,
    write_scenes,
)

from cryoal.learning.devices import make_fabric
from cryoal.learning.train import TrainingResult
from cryoal.learning.train_segmentation import scene_batches, train_segmentation
from cryoal.pools.images import SegmentationPool
from cryoal.runs.pixel_evaluation import tally_pixels

FABRIC = make_fabric("cpu", "32-true")


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> SegmentationPool:
    return open_scenes(write_scenes(tmp_path_factory.mktemp("pools") / "scenes"))


def fit(
    pool: SegmentationPool, seed: int = 0, **changes: object
) -> tuple[SmallSegmentation, TrainingResult]:
    model = small_segmentation(pool)
    preparation = scene_preparation(pool, **changes)
    items = np.flatnonzero(~pool.official_test)
    return model, train_segmentation(model, preparation, items, FABRIC, seed)


def test_learns_the_colours(scenes) -> None:
    model, result = fit(scenes, min_steps=150)
    assert result.steps == 150
    assert result.accuracy > 0.8
    tally = tally_pixels(model, scene_preparation(scenes), np.array([8, 9, 10]), FABRIC)
    assert tally.metrics()["miou"] > 0.6
    assert not model.training


def test_same_seed_same_weights_and_global_generator_untouched(scenes) -> None:
    augmentation = {**scenes.recipe["augmentation"], "crop_px": 16}
    state = torch.get_rng_state()
    (first, _), (second, _), (other, _) = (
        fit(scenes, seed, augmentation=augmentation) for seed in (0, 0, 1)
    )
    assert torch.equal(state, torch.get_rng_state())
    pairs = zip(first.parameters(), second.parameters(), strict=True)
    assert all(torch.equal(one, two) for one, two in pairs)
    assert not torch.equal(first.head.weight, other.head.weight)


def test_images_without_any_class_teach_nothing(tmp_path: Path) -> None:
    folder = write_scenes(tmp_path, train=4)
    for row in range(4):
        void = np.full(EDGE, VOID_VALUE, np.uint8)
        write_image(folder / "train" / "labels" / f"{row}.png", void)
    model, result = fit(open_scenes(folder))
    assert (result.loss, result.accuracy) == (0, 0)
    assert all(torch.isfinite(parameter).all() for parameter in model.parameters())


def test_batches_hold_images_with_their_masks(scenes) -> None:
    generator = torch.Generator().manual_seed(0)
    chosen = [np.array([3, 1]), np.array([1, 0])]
    whole = list(scene_batches(scenes, chosen, None, generator))
    assert torch.equal(whole[1][0], scenes.read([1, 0]))
    assert torch.equal(whole[0][1], scenes.masks([3, 1]))
    windows = list(scene_batches(scenes, chosen, 16, generator))
    assert [images.shape for images, _ in windows] == [(2, 3, 16, 16)] * 2
    assert [masks.shape for _, masks in windows] == [(2, 16, 16)] * 2
