"""The lists of a folder of simulated tomograms: particles, tomograms, truth."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from cryoal.io import dynamo, relion5
from cryoal.io.particle_list import ParticleList
from cryoal.io.snr import format_snr
from cryoal.simulation.camera import HAND
from cryoal.simulation.pool import item_path
from cryoal.simulation.tomogram_recipe import TomogramRecipe

# Those of a pool of single particles, and where the box is from.
FIELDS_OF_BOXES = [
    *("path", "class", "index", "snr", "snr_measured", "snr_in_mask", "defocus_um"),
    *("qx", "qy", "qz", "qw", "shift_x_px", "shift_y_px", "shift_z_px"),
    *("tomogram", "what", "x_px", "y_px", "z_px"),
]


@dataclass(frozen=True)
class BoxRow:
    """A box as it is kept until the lists are written.

    Attributes:
        name, what: class, and what is seen: the class again or the kind of junk.
        index: number of the box within its class, through all tomograms.
        pick_px, shift_px: xyz; the box's centre, and from there to the object's.
        quaternion: x, y, z, w of the object's rotation.
        defocus_um: at the object's height, at 0 degrees.
        ratios: signal over noise of the box and in the mask, at noise factor 1; None for junk.
    """

    name: str
    what: str
    index: int
    pick_px: list[float]
    shift_px: list[float]
    quaternion: list[float]
    defocus_um: float
    ratios: list[float] | None

    def path(self, snr: float) -> Path:
        """Of the box, in the folder of the subtomograms."""
        return item_path(snr, self.name, self.index)


@dataclass(frozen=True)
class TomogramRows:
    """What the lists say of one tomogram.

    Attributes:
        name: of the tomogram.
        defocus_um: at its centre.
        natural_snr: mean ratio of its particles at the recipe's dose.
        noise_factors: what its counting noise was multiplied by, for each SNR of the recipe.
        boxes: particles, then junk.
    """

    name: str
    defocus_um: float
    natural_snr: float
    noise_factors: list[float]
    boxes: list[BoxRow]

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> TomogramRows:
        """From what ``json`` reads of ``dataclasses.asdict``."""
        boxes = [BoxRow(**box) for box in values["boxes"]]
        return cls(**{**values, "boxes": boxes})


def write_lists(folder: Path, recipe: TomogramRecipe, tomograms: Sequence[TomogramRows]) -> None:
    """Write ``truth/tomograms.csv``, ``lists/SNR.../`` and ``subtomograms/truth.csv``.

    Raises:
        CryoalError: a list cannot be written.
    """
    _write_tomogram_table(folder / "truth" / "tomograms.csv", recipe, tomograms)
    if recipe.subtomograms:
        _write_truth_table(folder / "subtomograms" / "truth.csv", recipe, tomograms)
    for snr in recipe.snrs:
        _write_particle_lists(folder, recipe, tomograms, snr)


def _write_particle_lists(
    folder: Path, recipe: TomogramRecipe, tomograms: Sequence[TomogramRows], snr: float
) -> None:
    particles = _particle_list(recipe, tomograms, snr)
    optics = relion5.RelionOptics(
        voltage_kV=recipe.optics.voltage_kV,
        cs_mm=recipe.optics.cs_mm,
        amplitude_contrast=recipe.optics.amplitude_contrast,
        hand=HAND,
        premultiplied=recipe.correction == "multiply",
        box_px=recipe.box_px,
    )
    place = f"lists/{format_snr(snr)}"
    (folder / place).mkdir(parents=True)
    volumes = {one.name: f"tomograms/{format_snr(snr)}/{one.name}.mrc" for one in tomograms}
    relion5.write_particles(folder / place / "particles.star", particles, optics)
    relion5.write_tomograms(
        folder / place / "tomograms.star",
        volumes,
        recipe.size_px,
        recipe.voxel_size_A,
        optics,
    )
    relion5.write_optimisation_set(
        folder / place / "optimisation_set.star",
        particles=f"{place}/particles.star",
        tomograms=f"{place}/tomograms.star",
    )
    dynamo.write_table(folder / place / "particles.tbl", particles)
    dynamo.write_volume_index(folder / place / "particles.doc", volumes)


def _particle_list(
    recipe: TomogramRecipe, tomograms: Sequence[TomogramRows], snr: float
) -> ParticleList:
    rows = [(one.name, box) for one in tomograms for box in one.boxes if box.ratios is not None]
    images = [f"subtomograms/{box.path(snr).as_posix()}" for _, box in rows]
    return ParticleList(
        tomograms=[name for name, _ in rows],
        classes=[box.name for _, box in rows],
        picks_px=np.array([box.pick_px for _, box in rows]),
        shifts_px=np.array([box.shift_px for _, box in rows]),
        rotations=Rotation.from_quat([box.quaternion for _, box in rows]),
        size_px=recipe.size_px,
        voxel_size_A=recipe.voxel_size_A,
        images=images if recipe.subtomograms else None,
    )


def _write_tomogram_table(
    path: Path, recipe: TomogramRecipe, tomograms: Sequence[TomogramRows]
) -> None:
    names = [f"noise_factor_{format_snr(snr)}" for snr in recipe.snrs]
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["tomogram", "defocus_um", "snr_at_dose", *names])
        for one in tomograms:
            numbers = [one.defocus_um, one.natural_snr, *one.noise_factors]
            table.writerow([one.name, *(f"{number:.6f}" for number in numbers)])


def _write_truth_table(
    path: Path, recipe: TomogramRecipe, tomograms: Sequence[TomogramRows]
) -> None:
    rows = [
        (box.name, box.index, at, _truth(one, box, snr, factor))
        for one in tomograms
        for box in one.boxes
        for at, (snr, factor) in enumerate(zip(recipe.snrs, one.noise_factors, strict=True))
    ]
    rows.sort(key=lambda row: row[:3])
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, FIELDS_OF_BOXES, restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(truth for *_, truth in rows)


def _truth(tomogram: TomogramRows, box: BoxRow, snr: float, factor: float) -> dict[str, str]:
    ratios = [math.nan, math.nan] if box.ratios is None else box.ratios
    measured = [ratio / factor**2 if factor else math.inf for ratio in ratios]
    place = np.add(box.pick_px, box.shift_px)
    numbers = {
        "snr_measured": measured[0],
        "snr_in_mask": measured[1],
        "defocus_um": box.defocus_um,
        **dict(zip(("qx", "qy", "qz", "qw"), box.quaternion, strict=True)),
        **{f"shift_{axis}_px": n for axis, n in zip("xyz", box.shift_px, strict=True)},
        **{f"{axis}_px": n for axis, n in zip("xyz", place, strict=True)},
    }
    words = {
        "path": box.path(snr).as_posix(),
        "class": box.name,
        "index": str(box.index),
        "snr": f"{snr:g}",
        "tomogram": tomogram.name,
        "what": box.what,
    }
    if box.ratios is None:
        del numbers["snr_measured"], numbers["snr_in_mask"]
    return words | {name: f"{number:.6f}" for name, number in numbers.items()}
