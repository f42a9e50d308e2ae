"""Which random views training shows of each item: what a user may set.

Beside the packages, since pools and recipes read it and settings load neither's libraries.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AugmentationSettings(BaseModel):
    """Which random views training shows of each item.

    Attributes:
        rotations: of volumes, see ``cryoal.volumes.augmentation``; images are not turned.
        flips: images alone, left to right; a volume's mirror image is another molecule.
        shift_px: largest shift along each axis.
        crop_px: segmentation alone, edge of the square window that is drawn from each image; None
            takes images whole.
        noise_std: largest standard deviation of added white noise, in units of the item's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rotations: Literal["wedge", "any", "none"] = "any"
    flips: bool = False
    crop_px: int | None = Field(None, ge=8, le=4096)
    shift_px: int = Field(2, ge=0, le=32)
    noise_std: float = Field(1.0, ge=0, le=100)
