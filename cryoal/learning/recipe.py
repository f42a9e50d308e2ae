"""How a task model is trained; every field is part of a run's configuration."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cryoal.augmentation_settings import AugmentationSettings

Precision = Literal["32-true", "bf16-mixed", "16-mixed", "64-true"]


class Recipe(BaseModel):
    """Optimiser, schedule, length and augmentation of one training.

    The length does not shrink with the labelled set: a training takes ``min_steps`` optimiser
    steps, or ``min_epochs`` passes over the labelled items where that is more. Setting ``epochs``
    asks for exactly that many passes instead.

    The schedule ``step`` divides the learning rate by 10 after four fifths of the steps: at epoch
    160 of 200, as in Wang et al., AAAI 2022 (A.8).

    A prediction is the mean over ``views`` copies of the item, turned as the augmentation turns
    what is learnt from.

    The defaults were chosen by the ablation in ``docs/recipe.md``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    optimizer: Literal["adamw", "sgd"] = "adamw"
    learning_rate: float = Field(1e-2, gt=0, le=10)
    weight_decay: float = Field(0.05, ge=0, le=10)
    momentum: float = Field(0.9, ge=0, lt=1, description="SGD only")
    schedule: Literal["one-cycle", "step", "constant"] = "one-cycle"
    batch_size: int = Field(32, ge=1, le=65536)
    epochs: int | None = Field(None, ge=1, le=10**6)
    min_steps: int = Field(600, ge=1, le=10**8)
    min_epochs: int = Field(20, ge=1, le=10**6)
    dropout: float = Field(0.0, ge=0, lt=1, description="of the embedding, before the last layer")
    label_smoothing: float = Field(0.1, ge=0, lt=1)
    class_weights: Literal["none", "balanced"] = "none"
    precision: Precision = "32-true"
    lowpass_px: float = Field(
        0.7, ge=0, le=5, description="standard deviation of a Gaussian; 0 is off"
    )
    augmentation: AugmentationSettings = AugmentationSettings()
    views: int = Field(
        8, ge=1, le=64, description="turned copies of an item that a prediction is the mean of"
    )

    def steps(self, labelled: int) -> int:
        """Optimiser steps for ``labelled`` training items."""
        per_epoch = math.ceil(labelled / self.batch_size)
        if self.epochs is not None:
            return self.epochs * per_epoch
        return max(self.min_steps, self.min_epochs * per_epoch)
