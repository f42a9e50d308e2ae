"""Small volumes on disk."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import mrcfile
import numpy as np
import pytest

BOX_PX = 8

MrcMaker = Callable[..., np.ndarray]


@pytest.fixture
def make_mrc() -> MrcMaker:
    """``make_mrc(path, seed)`` writes a noise volume, or ``data=`` as given, and returns it."""

    def make(
        path: Path, seed: int = 0, data: np.ndarray | None = None, voxel_size_A: float = 13.5
    ) -> np.ndarray:
        if data is None:
            data = np.random.default_rng(seed).normal(size=(BOX_PX,) * 3).astype("f4")
        path.parent.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings(), mrcfile.new(path, overwrite=True) as mrc:
            # mrcfile computes statistics of voxels that are made bad on purpose here.
            warnings.simplefilter("ignore", RuntimeWarning)
            mrc.set_data(data)
            mrc.voxel_size = voxel_size_A
        return data

    return make


@pytest.fixture
def class_folders(tmp_path: Path, make_mrc: MrcMaker) -> Path:
    """Two classes of six items each, ``pool/a`` and ``pool/b``."""
    for number in range(12):
        make_mrc(tmp_path / "pool" / "ab"[number % 2] / f"t{number}.mrc", number)
    return tmp_path / "pool"
