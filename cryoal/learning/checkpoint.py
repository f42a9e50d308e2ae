"""A trained task model on disk: weights as safetensors, what they need to run as its metadata."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

import models3d
from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from models3d import TaskModel3D


@dataclass(frozen=True)
class ModelDescription:
    """All that is needed to build a model again and to feed it rightly.

    Attributes:
        name: model name in ``models3d``.
        in_channels: channels of an item.
        box_px: edge of the box.
        classes: class names in the order of the logits.
        contrast: what the pool it was trained on stated, ``bright`` or ``dark``.
        voxel_size_A: of the pool it was trained on; None where unknown.
        lowpass_px: the recipe's low-pass, part of the input.
        dropout: of the embedding, in training.
    """

    name: str
    in_channels: int
    box_px: int
    classes: tuple[str, ...]
    contrast: str
    voxel_size_A: float | None
    lowpass_px: float
    dropout: float = 0.0

    def build(self, seed: int) -> TaskModel3D:
        """The model with weights drawn from ``seed``; torch's global generator is left alone."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = models3d.build(self.name, self.in_channels, len(self.classes), self.box_px)
        model.dropout.p = self.dropout
        return model


def save_model(model: TaskModel3D, description: ModelDescription, path: Path) -> None:
    """Write weights and description; the file appears whole or not at all.

    Raises:
        CryoalError: it cannot be written, for instance on a full disk.
    """
    weights = {name: value.contiguous().cpu() for name, value in model.state_dict().items()}
    metadata = {"cryoal": json.dumps(asdict(description))}
    try:
        with written_atomically(path) as temporary:
            save_file(weights, temporary, metadata=metadata)
    except SafetensorError as error:
        raise CryoalError(f"{path}: cannot be written ({error})") from error


def load_model(path: Path) -> tuple[TaskModel3D, ModelDescription]:
    """Read what ``save_model`` wrote, in eval mode on the CPU.

    Raises:
        CryoalError: not such a file, or weights that do not fit the model they name.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = json.loads((file.metadata() or {})["cryoal"])
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no dict
        description = ModelDescription(**{**metadata, "classes": tuple(metadata["classes"])})
        model = description.build(seed=0)
        model.load_state_dict(weights)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise CryoalError(f"{path}: not a model that cryoal can load ({reason})") from error
    return model.eval(), description
