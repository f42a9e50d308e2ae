"""The task model that a run's settings and pool ask for."""

from __future__ import annotations

from collections.abc import Sequence

from cryoal.errors import CryoalError
from cryoal.learning.checkpoint import ModelDescription
from cryoal.pools import Pool
from cryoal.runs.settings import RunSettings


def describe_model(settings: RunSettings, pool: Pool, classes: Sequence[str]) -> ModelDescription:
    """What the run's models need to be built again anywhere."""
    return ModelDescription(
        name=settings.model,
        item_shape=pool.item_shape,
        classes=tuple(classes),
        contrast=pool.contrast,
        voxel_size_A=pool.voxel_size_A,
        lowpass_px=settings.recipe.lowpass_px,
        dropout=settings.recipe.dropout,
    )


def check_same_imaging(description: ModelDescription, pool: Pool) -> None:
    """Refuse a pool that the model was not trained for.

    Raises:
        CryoalError: another box, contrast or voxel size (beyond 2 %), or a voxel size that is
            known of the model alone. (A model of a pool without one fits any.)
    """
    if pool.item_shape != description.item_shape:
        raise CryoalError(
            f"{pool.source}: items of {edges(pool.item_shape)} px, but the model was trained on "
            f"{edges(description.item_shape)} px; bring items of that size"
        )
    if pool.contrast != description.contrast:
        raise CryoalError(
            f"{pool.source}: stated contrast is {pool.contrast}, but the model was trained on "
            f"{description.contrast}; state the right one with --contrast"
        )
    ours, theirs = pool.voxel_size_A, description.voxel_size_A
    if ours is None and theirs is not None:
        raise CryoalError(
            f"{pool.source}: the files have no voxel size, and the model was trained at "
            f"{theirs:g} A; state it with --voxel-size"
        )
    if ours is not None and theirs is not None and abs(ours / theirs - 1) > 0.02:
        raise CryoalError(
            f"{pool.source}: voxel size is {ours:g} A, but the model was trained at {theirs:g} A; "
            "rescale the boxes, or correct a wrong header with --voxel-size"
        )


def edges(item_shape: tuple[int, ...]) -> str:
    """``32 x 32 x 32`` of (1, 32, 32, 32)."""
    return " x ".join(map(str, item_shape[1:]))
