"""Small pools that the tests of several packages share."""

from __future__ import annotations

import os
from pathlib import Path

import mrcfile
import numpy as np
import numpy.typing as npt
import pytest

from cryoal.pools import SubtomogramPool, open_pool

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


@pytest.fixture(scope="session")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three classes of twelve items each."""
    return write_blobs(tmp_path_factory.mktemp("pools") / "blobs", per_class=12)


@pytest.fixture(scope="session")
def blob_pool(blobs: Path) -> SubtomogramPool:
    """The opened pool of blobs."""
    return open_pool(blobs)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Real data beside the project; skips where it is not there."""
    folder = Path(os.environ.get("CRYOAL_DATA", "../shared/data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set CRYOAL_DATA")
    return folder
