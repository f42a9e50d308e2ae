"""Opens a tomogram by looking at its name and what is there."""

from __future__ import annotations

from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.em_tomogram import EmTomogram
from cryoal.io.mrc import VOLUME_SUFFIXES
from cryoal.io.mrc_tomogram import MrcTomogram
from cryoal.io.tomogram import Tomogram
from cryoal.io.zarr_tomogram import ZarrTomogram, is_zarr

TOMOGRAM_SUFFIXES = (*VOLUME_SUFFIXES, ".em", ".ome.zarr", ".zarr")


def open_tomogram(path: Path) -> Tomogram:
    """A tomogram in MRC, MRC.gz, EM or OME-Zarr; its voxels are not read yet.

    Raises:
        CryoalError: it is not there, of another format, or damaged.
    """
    if is_zarr(path):
        return ZarrTomogram(path)
    name = path.name.lower()
    if path.is_file() and name.endswith(".em"):
        return EmTomogram(path)
    if path.is_dir() or not name.endswith(VOLUME_SUFFIXES):
        reason = "is no tomogram" if path.exists() else "is not there"
        raise CryoalError(f"{path}: {reason}; name a file that is .mrc, .mrc.gz, .em or .zarr")
    return MrcTomogram(path)


def is_tomogram_name(name: str) -> bool:
    """Whether a file or folder of that name may be a tomogram."""
    return name.lower().endswith(TOMOGRAM_SUFFIXES) and not name.startswith(".")
