"""A trained task model on disk: weights as safetensors, what they need to run as its metadata."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.learning.task_model import TaskModel, build_model


@dataclass(frozen=True)
class ModelDescription:
    """All that is needed to build a model again and to feed it rightly.

    Attributes:
        name: model name in ``models3d`` or, for images, ``models2d``.
        item_shape: (C, *spatial) of the items that it takes.
        classes: class names in the order of the logits.
        contrast: what the pool it was trained on stated, ``bright`` or ``dark``; None of images.
        voxel_size_A: of the pool it was trained on; None where unknown, and of images.
        lowpass_px: the recipe's low-pass, part of the input.
        dropout: of the embedding, in training.
    """

    name: str
    item_shape: tuple[int, ...]
    classes: tuple[str, ...]
    contrast: str | None
    voxel_size_A: float | None
    lowpass_px: float
    dropout: float = 0.0

    def build(self, seed: int) -> TaskModel:
        """The model with weights drawn from ``seed``; torch's global generator is left alone."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = build_model(self.name, self.item_shape, len(self.classes))
        model.dropout.p = self.dropout
        return model


def save_model(model: TaskModel, description: ModelDescription, path: Path) -> None:
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


def load_model(path: Path) -> tuple[TaskModel, ModelDescription]:
    """Read what ``save_model`` wrote, in eval mode on the CPU.

    Raises:
        CryoalError: not such a file, or weights that do not fit the model they name.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = json.loads((file.metadata() or {})["cryoal"])
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no dict
        sequences = {name: tuple(metadata[name]) for name in ("item_shape", "classes")}
        description = ModelDescription(**{**metadata, **sequences})
        model = description.build(seed=0)
        model.load_state_dict(weights)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise CryoalError(f"{path}: not a model that cryoal can load ({reason})") from error
    return model.eval(), description
