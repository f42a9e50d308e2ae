"""The registry: models by name, each with what a user needs to choose among them."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from models3d.task_model import TaskModel3D

SMALLEST_BOX_PX = 24
LARGEST_BOX_PX = 64

Builder = Callable[[int, int, int], TaskModel3D]
AnyBuilder = TypeVar("AnyBuilder", bound=Builder)


@dataclass(frozen=True)
class ModelInfo:
    """What the registry keeps about a model.

    Attributes:
        name: the name that ``build`` takes.
        description: one line.
        source: the paper or the code that the layers come from.
        min_box_px: the smallest box edge, in voxels, that the model takes.
    """

    name: str
    description: str
    source: str
    min_box_px: int


@dataclass(frozen=True)
class _Entry:
    info: ModelInfo
    builder: Builder


_entries: dict[str, _Entry] = {}


def register_model(
    name: str, *, description: str, source: str, min_box_px: int = SMALLEST_BOX_PX
) -> Callable[[AnyBuilder], AnyBuilder]:
    """Register what it decorates as the builder of the model ``name``.

    The builder is a ``TaskModel3D`` subclass or a function; it is called as
    ``builder(in_channels, num_classes, box_px)``.

    Raises:
        ValueError: the name is taken, or ``min_box_px`` is outside 24..64.
    """
    if name in _entries:
        raise ValueError(f"a model named '{name}' is already registered: choose another name")
    if not SMALLEST_BOX_PX <= min_box_px <= LARGEST_BOX_PX:
        raise ValueError(
            f"min_box_px of '{name}' is {min_box_px}: "
            f"it must be {SMALLEST_BOX_PX} to {LARGEST_BOX_PX}"
        )

    def register(builder: AnyBuilder) -> AnyBuilder:
        _entries[name] = _Entry(ModelInfo(name, description, source, min_box_px), builder)
        return builder

    return register


def names() -> list[str]:
    """Names of all registered models, sorted."""
    return sorted(_entries)


def info(name: str) -> ModelInfo:
    """Description, source and smallest box of the model ``name``.

    Raises:
        ValueError: no such model; the message lists the near names.
    """
    return _entry(name).info


def build(name: str, in_channels: int, num_classes: int, box_px: int) -> TaskModel3D:
    """Build the model ``name`` with freshly drawn weights (torch's global generator).

    Args:
        name: one of ``names()``.
        in_channels: channels of an item, at least 1.
        num_classes: classes, at least 2.
        box_px: edge of the cubic box in voxels, 24 to 64.

    Raises:
        ValueError: no such model, or an argument out of its range.
    """
    entry = _entry(name)
    if in_channels < 1:
        raise ValueError(f"in_channels is {in_channels}: it must be at least 1")
    if num_classes < 2:
        raise ValueError(f"num_classes is {num_classes}: it must be at least 2")
    smallest = entry.info.min_box_px
    if not smallest <= box_px <= LARGEST_BOX_PX:
        raise ValueError(
            f"box_px is {box_px}: model '{name}' takes boxes of {smallest} to {LARGEST_BOX_PX} px"
        )
    return entry.builder(in_channels, num_classes, box_px)


def _entry(name: str) -> _Entry:
    if name in _entries:
        return _entries[name]
    near = difflib.get_close_matches(name.lower(), names(), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"choose one of {', '.join(names())}"
    raise ValueError(f"unknown model '{name}': {hint}")
