"""Recipes of tomograms small enough for tests."""

from __future__ import annotations

from pathlib import Path

import torch

from cryoal.simulation.camera import Camera
from cryoal.simulation.optics import Optics
from cryoal.simulation.tilt_scheme import TiltScheme
from cryoal.simulation.tomogram_recipe import TomogramRecipe, make_recipe

CPU = torch.device("cpu")


def tiny_recipe(**changes: object) -> TomogramRecipe:
    """Four ribosomes of 12 px and little else, 21 tilts."""
    values: dict[str, object] = {
        "structures": ["ribosome_70s"],
        "number": 4,
        "size_px": (64, 56, 32),
        "voxel_size_A": 20.0,
        "thickness_nm": 56.0,
        "background": 0.0,
        "vesicles": 0,
        "gold_beads": 0,
        "ice_lumps": 0,
        "box_px": 20,
        "tilts": {"step_deg": 6.0},
        "snrs": [0.5],
        "max_shift_px": 1.0,
    }
    return make_recipe({**values, **changes}, "test")


def small_camera(
    size_px: tuple[int, int, int] = (64, 60, 32),
    voxel_size_A: float = 10.0,
    defocus_um: float = 2.5,
    tilts: TiltScheme | None = None,
    optics: Optics | None = None,
) -> Camera:
    return Camera(
        size_px,
        voxel_size_A,
        tilts or TiltScheme(step_deg=6.0),
        optics or Optics(),
        defocus_um,
        CPU,
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
