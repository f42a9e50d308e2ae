"""The registry: models by name, each with what a user needs to choose among them."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from models2d.task_model import ImageModel

Task = Literal["classification", "segmentation"]
Builder = Callable[[int, int, int], ImageModel]
AnyBuilder = TypeVar("AnyBuilder", bound=Builder)


@dataclass(frozen=True)
class ModelInfo:
    """What the registry keeps about a model.

    Attributes:
        name: the name that ``build`` takes.
        task: ``classification`` builds a ``TaskModel2D``, ``segmentation`` a
            ``SegmentationModel2D``.
        description: one line.
        source: the paper or the code that the layers come from.
        min_size_px: the shortest edge of an image, in pixels, that the model takes.
    """

    name: str
    task: Task
    description: str
    source: str
    min_size_px: int


@dataclass(frozen=True)
class _Entry:
    info: ModelInfo
    builder: Builder


_entries: dict[str, _Entry] = {}


def register_model(
    name: str, *, task: Task, description: str, source: str, min_size_px: int
) -> Callable[[AnyBuilder], AnyBuilder]:
    """Register what it decorates as the builder of the model ``name``.

    The builder is a ``TaskModel2D`` or ``SegmentationModel2D`` subclass, or a function that
    gives one; it is called as ``builder(in_channels, num_classes, size_px)``.

    Raises:
        ValueError: the name is taken, the task unknown, or ``min_size_px`` under 1.
    """
    if name in _entries:
        raise ValueError(f"a model named '{name}' is already registered: choose another name")
    if task not in get_args(Task):
        raise ValueError(f"task of '{name}' is '{task}': it must be {' or '.join(get_args(Task))}")
    if min_size_px < 1:
        raise ValueError(f"min_size_px of '{name}' is {min_size_px}: it must be at least 1")

    def register(builder: AnyBuilder) -> AnyBuilder:
        _entries[name] = _Entry(ModelInfo(name, task, description, source, min_size_px), builder)
        return builder

    return register


def names() -> list[str]:
    """Names of all registered models, sorted."""
    return sorted(_entries)


def info(name: str) -> ModelInfo:
    """Task, description, source and smallest image of the model ``name``.

    Raises:
        ValueError: no such model; the message lists the near names.
    """
    return _entry(name).info


def build(name: str, in_channels: int, num_classes: int, size_px: int) -> ImageModel:
    """Build the model ``name`` with freshly drawn weights (torch's global generator).

    Args:
        name: one of ``names()``.
        in_channels: channels of an image, at least 1.
        num_classes: classes, at least 2.
        size_px: the shorter edge of an image in pixels, ``info(name).min_size_px`` or more.

    Raises:
        ValueError: no such model, or an argument out of its range.
    """
    entry = _entry(name)
    if in_channels < 1:
        raise ValueError(f"in_channels is {in_channels}: it must be at least 1")
    if num_classes < 2:
        raise ValueError(f"num_classes is {num_classes}: it must be at least 2")
    smallest = entry.info.min_size_px
    if size_px < smallest:
        raise ValueError(
            f"size_px is {size_px}: model '{name}' takes images of {smallest} px or more"
        )
    return entry.builder(in_channels, num_classes, size_px)


def _entry(name: str) -> _Entry:
    if name in _entries:
        return _entries[name]
    near = difflib.get_close_matches(name.lower(), names(), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"choose one of {', '.join(names())}"
    raise ValueError(f"unknown model '{name}': {hint}")
