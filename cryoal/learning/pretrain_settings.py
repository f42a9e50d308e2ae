"""How features are learned from a pool without labels; part of a run's configuration."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cryoal.augmentation_settings import AugmentationSettings


class PretrainSettings(BaseModel):
    """Objective, views and length of one self-supervised training.

    The defaults were chosen by the measurements in ``docs/unlabelled.md``; where they differ from
    the objective's paper, that page says so.

    Attributes:
        objective: see ``cryoal.learning.pretrain_objectives``, with the papers.
        steps: optimiser steps; the cost does not grow with the pool.
        batch_size: items a step, two views each; a pool that is smaller makes it smaller.
        projection_size: width of the projections, and of the hidden layer before them.
        split_noise: whether the two views' noise is made independent, see
            ``cryoal.volumes.noise_split``.
        augmentation: of each view; the split adds noise already.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    objective: Literal["nt-xent", "vicreg", "barlow-twins"] = "nt-xent"
    steps: int = Field(400, ge=1, le=10**8)
    batch_size: int = Field(64, ge=2, le=65536)
    learning_rate: float = Field(3e-3, gt=0, le=10)
    weight_decay: float = Field(0.05, ge=0, le=10)
    projection_size: int = Field(128, ge=1, le=65536)
    split_noise: bool = True
    augmentation: AugmentationSettings = AugmentationSettings(noise_std=0.0)
