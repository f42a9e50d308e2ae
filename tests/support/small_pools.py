"""Pools in memory of small volumes or images, a small model, and a workshop on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from cryoal.augmentation_settings import AugmentationSettings
from cryoal.auxiliary.seeded import seeded
from cryoal.auxiliary.spatial import CONVOLUTION, NORM
from cryoal.learning.devices import make_fabric
from cryoal.learning.preparation import Preparation
from cryoal.learning.recipe import Recipe
from cryoal.pools.augmentation import Augmentation
from cryoal.pools.images.image_augmentation import ImageAugmentation
from cryoal.pools.pool import Pool
from cryoal.runs.models import fresh_companion
from cryoal.strategies import Strategy, Workshop
from cryoal.volumes.augmentation import VolumeAugmentation
from models3d import TaskModel3D

SMALL_RECIPE = Recipe(
    min_steps=2,
    min_epochs=1,
    batch_size=4,
    lowpass_px=0,
    augmentation=AugmentationSettings(rotations="none"),
)


class StackPool(Pool):
    """Items of one array (N, C, *spatial).

    Attributes:
        most_read: items read at once, at the most so far.
    """

    def __init__(self, items: Tensor, labels: npt.NDArray[np.int64]) -> None:
        self.items = items
        self.labels = labels
        self.classes = [f"class{number}" for number in range(int(labels.max()) + 1)]
        self.ids = [str(number) for number in range(len(items))]
        self.groups = None
        self.item_shape = tuple(items.shape[1:])
        self.fingerprint = self.label_fingerprint = "small"
        self.most_read = 0

    def read(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> Tensor:
        self.most_read = max(self.most_read, len(indices))
        return self.items[torch.as_tensor(np.asarray(indices))]

    def normalise(self, batch: Tensor) -> Tensor:
        axes = tuple(range(1, batch.ndim))
        mean, std = batch.mean(axes, keepdim=True), batch.std(axes, keepdim=True)
        return (batch - mean) / std

    def augmentation(self, settings: AugmentationSettings) -> Augmentation:
        if len(self.item_shape) == 3:
            return ImageAugmentation(settings.flips, settings.shift_px, settings.noise_std)
        return VolumeAugmentation(settings.rotations, settings.shift_px, settings.noise_std)

    def pictures(self, batch: Tensor) -> npt.NDArray[np.float32]:
        picture: npt.NDArray[np.float32] = batch.flatten(1, -3).mean(1).numpy()
        return picture


def bars(count: int, axes: int = 3, edge: int = 8, noise: float = 0.5, seed: int = 0) -> StackPool:
    """Bars along one axis each, the class, in white noise."""
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % axes
    place = np.indices((edge,) * axes) - (edge - 1) / 2
    items = []
    for label in labels:
        across = [place[axis] ** 2 for axis in range(axes) if axis != label]
        signal = np.exp(-sum(across) / 2)
        items.append(2 * signal + noise * generator.standard_normal(signal.shape))
    stacked = torch.from_numpy(np.stack(items)[:, None]).float()
    return StackPool(stacked, labels.astype(np.int64))


class SmallModel(TaskModel3D):
    """Two convolutions, of 4 and 6 channels, at 1/2 and 1/4 of the edge."""

    def __init__(self, item_shape: tuple[int, ...], classes: int) -> None:
        super().__init__(embedding_size=6, num_classes=classes)
        axes = len(item_shape) - 1
        self.features = nn.Sequential(
            CONVOLUTION[axes](item_shape[0], 4, 3, stride=2, padding=1),
            NORM[axes](4),
            nn.ReLU(),
            CONVOLUTION[axes](4, 6, 3, stride=2, padding=1),
            NORM[axes](6),
            nn.ReLU(),
        )

    def embed(self, x: Tensor) -> Tensor:
        embedding: Tensor = self.features(x).flatten(2).mean(2)
        return embedding


def small_model(item_shape: tuple[int, ...], classes: int, seed: int = 0) -> SmallModel:
    """Its weights drawn from ``seed``; eval mode."""
    with seeded(seed):
        model = SmallModel(item_shape, classes)
    return model.eval()


def small_workshop(
    pool: StackPool, strategy: Strategy, classes: int, recipe: Recipe = SMALL_RECIPE
) -> Workshop:
    """An untrained model and companion on ``pool``."""
    model = small_model(pool.item_shape, classes)
    companion = fresh_companion(strategy, model, pool.item_shape, seed=0)
    return Workshop(
        model,
        Preparation(pool, recipe),
        make_fabric("cpu", recipe.precision),
        lambda seed: small_model(pool.item_shape, classes, seed),
        None if companion is None else companion.eval(),
    )
