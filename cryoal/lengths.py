"""Lengths as people write them: ``12``, ``12A``, ``38.4nm``, ``32px``."""

from __future__ import annotations

import re

from cryoal.errors import CryoalError

_PATTERN = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(px|A|Å|nm)?\s*")
_ANGSTROM = {"A": 1.0, "Å": 1.0, "nm": 10.0}
_LARGEST_BOX_PX = 512


def parse_length_A(text: str) -> float:
    """A length in Angstrom; one without a unit is in Angstrom already.

    Raises:
        CryoalError: not a length above 0.
    """
    match = _PATTERN.fullmatch(text)
    if match is None or match[2] == "px" or float(match[1]) <= 0:
        raise CryoalError(f"'{text}' is not a length; write 12, 12A or 1.2nm")
    return float(match[1]) * _ANGSTROM[match[2] or "A"]


def parse_box_px(text: str, voxel_size_A: float) -> int:
    """Edge of a box in voxels, the nearest whole number; one without a unit is in voxels already.

    Raises:
        CryoalError: not a length, no whole number of voxels where it is in voxels, or less than 2
            or more than 512 voxels.
    """
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise CryoalError(f"'{text}' is not the edge of a box; write 32 (voxels), 384A or 38.4nm")
    unit = match[2] or "px"
    edge = float(match[1])
    if unit == "px" and edge != int(edge):
        raise CryoalError(f"box of {text}: give a whole number of voxels, or a unit (A or nm)")
    box_px = round(edge if unit == "px" else edge * _ANGSTROM[unit] / voxel_size_A)
    if not 2 <= box_px <= _LARGEST_BOX_PX:
        raise CryoalError(
            f"box of {text}: is {box_px} voxels of {voxel_size_A:g} A; give 2 to {_LARGEST_BOX_PX}"
        )
    return box_px
