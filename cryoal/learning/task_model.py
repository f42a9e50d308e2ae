"""Task models of volumes and of images, by name."""

from __future__ import annotations

import models2d
import models3d
from cryoal.task import Task
from models2d import ImageModel
from models3d import TaskModel3D

TaskModel = TaskModel3D | ImageModel
"""Split into ``embed`` and ``head``; knows its ``embedding_size`` and ``num_classes``."""

VOLUME_AXES = 4


def build_model(name: str, item_shape: tuple[int, ...], num_classes: int) -> TaskModel:
    """The model ``name`` with freshly drawn weights (torch's global generator).

    Args:
        name: one of ``models3d.names()`` or, for images, of ``models2d.names()``.
        item_shape: (C, *spatial) of what it takes.
        num_classes: at least 2.

    Raises:
        ValueError: no such model, or items that it does not take.
    """
    if len(item_shape) == VOLUME_AXES:
        return models3d.build(name, item_shape[0], num_classes, item_shape[-1])
    return models2d.build(name, item_shape[0], num_classes, min(item_shape[1:]))


def model_names(item_shape: tuple[int, ...], task: Task) -> list[str]:
    """Names of the models for a task on items (C, *spatial), whatever their size."""
    if len(item_shape) == VOLUME_AXES:
        return models3d.names() if task == "classification" else []
    return [name for name in models2d.names() if models2d.info(name).task == task]
