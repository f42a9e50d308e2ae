"""Pools of MRC files whose classes anyone can tell apart."""

from __future__ import annotations

from pathlib import Path

import mrcfile
import numpy as np
import numpy.typing as npt

BOX_PX = 24


def blob_volume(
    label: int, generator: np.random.Generator, noise: float
) -> npt.NDArray[np.float32]:
    """Ellipsoid whose longest axis tells the class, in white noise."""
    place = np.indices((BOX_PX,) * 3) - BOX_PX / 2
    widths = np.full(3, 9.0)
    widths[label % 3] = 60.0
    radius = sum(place[axis] ** 2 / widths[axis] for axis in range(3))
    signal = np.exp(-radius / 2)
    return (signal + noise * generator.standard_normal(signal.shape)).astype(np.float32)


def write_blobs(folder: Path, per_class: int, noise: float = 0.3, classes: int = 3) -> Path:
    """A class-folder pool of blobs; 10 A voxels."""
    generator = np.random.default_rng(0)
    for label in range(classes):
        (folder / f"class{label}").mkdir(parents=True)
        for number in range(per_class):
            path = folder / f"class{label}" / f"item{number}.mrc"
            with mrcfile.new(path) as file:
                file.set_data(blob_volume(label, generator, noise))
                file.voxel_size = 10.0
    return folder
