"""Finds out what a path holds and opens it as a pool."""

from __future__ import annotations

from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.pools.class_folders import (
    class_folders_in,
    items_in_class_folders,
    items_in_flat_folder,
    volumes_in,
)
from cryoal.pools.mrc_pool import MrcPool
from cryoal.pools.noise_variants import pick_variant, variants_in
from cryoal.pools.pool import Contrast
from cryoal.pools.subtomograms import SubtomogramPool


def open_pool(
    path: str | Path,
    *,
    snr: float | None = None,
    label_column: str | None = None,
    voxel_size_A: float | None = None,
    contrast: Contrast | None = None,
) -> SubtomogramPool:
    """Open subtomograms by looking at what is there; no voxels are read.

    Args:
        path: a folder or file in one of the layouts of this package.
        snr: picks the variant where several noise levels lie side by side.
        label_column: the STAR column that holds the class.
        voxel_size_A: states the voxel size where the files do not, or do wrongly.
        contrast: how protein shows; ``bright`` where nothing states it.

    Raises:
        CryoalError: nothing there that is a pool, or an option that does not fit it.
    """
    source = Path(path)
    if not source.exists():
        raise CryoalError(f"{source}: is not there; correct the path")
    if source.is_dir():
        variants = variants_in(source)
        if variants:
            source = pick_variant(source, variants, snr)
        return _open_folder(source, voxel_size_A, contrast or "bright")
    raise CryoalError(f"{source}: is no kind of pool")


def _open_folder(folder: Path, voxel_size_A: float | None, contrast: Contrast) -> SubtomogramPool:
    if volumes_in(folder):
        items = items_in_flat_folder(folder)
        return MrcPool(folder, "folder of MRC files", items, voxel_size_A, contrast)
    if class_folders_in(folder):
        items = items_in_class_folders(folder)
        return MrcPool(folder, "one folder a class", items, voxel_size_A, contrast)
    raise CryoalError(f"{folder}: holds no subtomograms; name the folder that does")
