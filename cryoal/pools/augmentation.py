"""Random views of items: what a user may set, and what a kind of pool makes of it."""

from __future__ import annotations

from typing import Literal, Protocol

import torch
from pydantic import BaseModel, ConfigDict, Field


class AugmentationSettings(BaseModel):
    """Which random views training shows of each item.

    Attributes:
        rotations: of volumes, see ``cryoal.volumes.augmentation``; images are not turned.
        flips: images alone, left to right; a volume's mirror image is another molecule.
        shift_px: largest shift along each axis.
        noise_std: largest standard deviation of added white noise, in units of the item's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rotations: Literal["wedge", "any", "none"] = "any"
    flips: bool = False
    shift_px: int = Field(2, ge=0, le=32)
    noise_std: float = Field(1.0, ge=0, le=100)


class Augmentation(Protocol):
    """Draws views of normalised items, and gives the fixed ones that prediction averages over."""

    @property
    def copies(self) -> int | None:
        """How many different fixed views of an item there are; None for any number."""

    def __call__(self, batch: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Views of ``batch`` (B, C, *spatial), each item's drawn on its own, on its device."""

    def turned(self, batch: torch.Tensor, copy: int) -> torch.Tensor:
        """The fixed view number ``copy`` of a batch (B, C, *spatial)."""
