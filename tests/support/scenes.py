"""Small scenes in CamVid's layout, each class of pixels in a colour of its own; a small model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from image_sets import write_image
from torch import Tensor, nn

from cryoal.auxiliary.seeded import seeded
from cryoal.learning.preparation import Preparation
from cryoal.learning.recipe import Recipe
from cryoal.pools import open_pool
from cryoal.pools.images import SegmentationPool
from models2d import SegmentationModel2D

VOID_VALUE = 11
COLOURS = np.array([[220, 60, 60], [60, 220, 60], [60, 60, 220]])
EDGE = (32, 40)
TINY_SCENES = Recipe(min_steps=2, min_epochs=1, batch_size=4)


def write_scenes(folder: Path, train: int = 8, test: int = 3, seed: int = 0) -> Path:
    """Three classes in blocks of 8 px, with noise; a few blocks are void."""
    generator = np.random.default_rng(seed)
    for part, count in (("train", train), ("test", test)):
        for row in range(count):
            blocks = generator.integers(0, 3, (EDGE[0] // 8, EDGE[1] // 8))
            classes = blocks.repeat(8, 0).repeat(8, 1)
            noise = generator.normal(0, 20, (*EDGE, 3))
            pixels = np.clip(COLOURS[classes] + noise, 0, 255).astype(np.uint8)
            void = generator.random(blocks.shape).repeat(8, 0).repeat(8, 1) < 0.1
            values = np.where(void, VOID_VALUE, classes).astype(np.uint8)
            write_image(folder / part / "images" / f"{row}.png", pixels)
            write_image(folder / part / "labels" / f"{row}.png", values)
    return folder


def open_scenes(folder: Path) -> SegmentationPool:
    pool = open_pool(folder)
    assert isinstance(pool, SegmentationPool)
    return pool


def scene_preparation(pool: SegmentationPool, **changes: object) -> Preparation:
    """The recipe that suits the pool, of two steps where ``changes`` say nothing else."""
    values = {**TINY_SCENES.model_dump(), **pool.recipe, "batch_size": 4, **changes}
    return Preparation(pool, Recipe(**values))


class SmallSegmentation(SegmentationModel2D):
    """Two convolutions, of 4 and 6 channels, at 1/2 of the edge."""

    def __init__(self, classes: int) -> None:
        super().__init__(embedding_size=6, num_classes=classes)
        self.features = nn.Sequential(
            nn.Conv2d(3, 4, 3, stride=2, padding=1),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.Conv2d(4, 6, 3, padding=1),
            nn.BatchNorm2d(6),
            nn.ReLU(),
        )

    def embed(self, x: Tensor) -> Tensor:
        feature_map: Tensor = self.features(x)
        return feature_map


def small_segmentation(pool: SegmentationPool, seed: int = 0) -> SmallSegmentation:
    """Its weights drawn from ``seed``; eval mode, with BatchNorm that is not the identity."""
    with seeded(seed):
        model = SmallSegmentation(len(pool.outputs))
        model.train()(torch.randn(4, 3, *EDGE))
    return model.eval()
