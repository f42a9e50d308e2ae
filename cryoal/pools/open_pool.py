"""Opens whatever kind of pool lies at a path."""

from __future__ import annotations

from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.pools.images import open_images
from cryoal.pools.opening import open_subtomograms
from cryoal.pools.pool import Contrast, Pool


def open_pool(
    path: str | Path,
    *,
    snr: float | None = None,
    label_column: str | None = None,
    voxel_size_A: float | None = None,
    contrast: Contrast | None = None,
) -> Pool:
    """Open images or subtomograms by looking at what is there.

    Args:
        path: as ``open_images`` or ``open_subtomograms`` takes it.
        snr, label_column, voxel_size_A, contrast: of subtomograms, see there.

    Raises:
        CryoalError: nothing there that is a pool, or an option that does not fit it.
    """
    images = open_images(Path(path))
    if images is None:
        return open_subtomograms(
            path,
            snr=snr,
            label_column=label_column,
            voxel_size_A=voxel_size_A,
            contrast=contrast,
        )
    options = {"SNR": snr, "label column": label_column, "voxel size": voxel_size_A}
    given = [name for name, value in {**options, "contrast": contrast}.items() if value is not None]
    if given:
        raise CryoalError(f"{path}: holds images, which have no {given[0]}; leave it out")
    return images
