"""Supervised training of a task model on images of which every pixel has a class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from cryoal.learning.items import read_ahead, shuffled_positions
from cryoal.learning.pixels import cross_entropy
from cryoal.learning.preparation import Preparation
from cryoal.learning.task_model import TaskModel
from cryoal.learning.train import Progress, StepLosses, TrainingResult, channels_last, descend
from cryoal.pools.images.segmentation_pool import VOID, SegmentationPool


def train_segmentation(
    model: TaskModel,
    preparation: Preparation,
    indices: npt.NDArray[np.int64],
    fabric: Fabric,
    seed: int,
    progress: Progress | None = None,
) -> TrainingResult:
    """As ``train``, on the images and masks at pool positions ``indices``.

    A step sees whole images or, where the recipe says so, a window of each. The loss is the mean
    over the pixels that have a class, of all images together; the accuracy counts them too.

    Args:
        preparation: of a segmentation pool.
        progress: called with (step, steps).

    Raises:
        CryoalError: an image or mask that cannot be read, or the loss became infinite or NaN.
    """
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)  # dropout layers draw from the global generator
        return run_steps(model, preparation, indices, fabric, seed, progress)


def run_steps(
    model: TaskModel,
    preparation: Preparation,
    indices: npt.NDArray[np.int64],
    fabric: Fabric,
    seed: int,
    progress: Progress | None,
) -> TrainingResult:
    pool, recipe = preparation.pool, preparation.recipe
    assert isinstance(pool, SegmentationPool)
    augmentation = pool.augmentation(recipe.augmentation)
    steps = recipe.steps(len(indices))
    layout = channels_last(len(pool.item_shape))
    order = torch.Generator().manual_seed(seed)
    draws = torch.Generator(device=fabric.device).manual_seed(seed + 1)
    windows = torch.Generator().manual_seed(seed + 2)

    def losses_of(wrapped: nn.Module, batch: tuple[Tensor, Tensor], _done: float) -> StepLosses:
        images, masks = (fabric.to_device(part) for part in batch)
        images, masks = augmentation.pair(pool.normalise(images), masks, draws)
        logits = wrapped(preparation.finish(images).contiguous(memory_format=layout))
        loss = cross_entropy(logits, masks, recipe.label_smoothing)
        known = masks != VOID
        right = ((logits.argmax(1) == masks) & known).sum() / known.sum().clamp_min(1)
        return StepLosses(loss, loss, right)

    positions = shuffled_positions(len(indices), recipe.batch_size, steps, order)
    chosen = (indices[some.numpy()] for some in positions)
    batches = scene_batches(pool, chosen, recipe.augmentation.crop_px, windows)
    return descend([model], recipe, fabric, batches, steps, losses_of, progress, layout)


def scene_batches(
    pool: SegmentationPool,
    chosen: Iterable[npt.NDArray[np.int64]],
    crop_px: int | None,
    generator: torch.Generator,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Raw images (B, 3, H, W) and masks (B, H, W), the next read while these are used.

    Args:
        chosen: pool positions (B,) of each batch.
        crop_px: edge of the window of each image; None for whole images.
        generator: draws the places of the windows.
    """

    def read(items: npt.NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        if crop_px is None:
            return pool.read(items), pool.masks(items)
        return pool.crops(items, crop_px, generator)

    return read_ahead(read, chosen)
