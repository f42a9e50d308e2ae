"""What a kind of pool makes of the augmentation that a user sets."""

from __future__ import annotations

from typing import Protocol

import torch


class Augmentation(Protocol):
    """Draws views of normalised items, and gives the fixed ones that prediction averages over."""

    @property
    def copies(self) -> int | None:
        """How many different fixed views of an item there are; None for any number."""

    def __call__(self, batch: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Views of ``batch`` (B, C, *spatial), each item's drawn on its own, on its device."""

    def turned(self, batch: torch.Tensor, copy: int) -> torch.Tensor:
        """The fixed view number ``copy`` of a batch (B, C, *spatial)."""
