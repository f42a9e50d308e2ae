"""Everything that decides what tomograms are simulated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from cryoal.errors import CryoalError
from cryoal.io.snr import format_snr
from cryoal.simulation.assemblies import BUILTIN, builtin
from cryoal.simulation.density import class_name
from cryoal.simulation.file_digest import sha256_of
from cryoal.simulation.optics import Optics
from cryoal.simulation.recipe_faults import NO_OPTIONS, recipe_error
from cryoal.simulation.reconstruction import Correction
from cryoal.simulation.subtomograms import Contrast, Structure
from cryoal.simulation.tilt_scheme import TiltScheme

MOST_VOXELS = 2**31
"""Of a tomogram; 1024 x 1440 x 512 are a third of it."""
MOST_OF_VESICLE = 2**27
"""Voxels of the block that holds one."""


class TomogramRecipe(BaseModel):
    """Tomograms of particles in a slab of ice, with what else lies there.

    Attributes:
        kind: says which recipe this is.
        version: of cryoal, filled in.
        structures: kinds of particles: names of built-in assemblies, or paths of density maps or
            atomic models; a mapping gives each its share among the particles, a list gives all
            the same.
        sha256: of the structures' files by their paths, filled in.
        number: particles in a tomogram, or
        crowding: share of the slab's volume that they fill.
        tomograms: how many; each is the same however many there are.
        size_px: of a tomogram, x, y, z.
        voxel_size_A: edge of a voxel.
        thickness_nm: of the slab of ice, in the middle of z; 0.8 of the tomogram's unless given.
        background: share of the slab's volume filled by small proteins of random shape.
        vesicles: closed membranes in a tomogram.
        vesicle_radius_nm: range that their semi-axes are drawn from; they may be cut by the
            sides of the tomogram, and are flattened to fit the slab.
        gold_beads: fiducials of 10 nm in a tomogram.
        ice_lumps: irregular lumps of 15 to 30 nm in a tomogram.
        tilts: views, order and dose.
        optics: microscope and detector.
        snrs: signal-to-noise ratios; all are of the same specimen, images and noise draws.
        correction: of the transfer function in the reconstruction.
        contrast: of the reconstructions; tilt images are as the microscope makes them.
        volumes: write the whole tomograms.
        mode: of their voxels; the integers are scaled so that the largest magnitude just fits.
        tilt_series: write the tilt images.
        subtomograms: write a box for every particle.
        box_px: of the subtomograms, and of the boxes over which the SNR is defined.
        max_shift_px: each coordinate of a box's distance from its particle is drawn up to this.
        junk_boxes: boxes of gold, membrane and empty ice for each tomogram, as class ``junk``.
        seed: of everything random.
        device: where images and reconstructions are computed: ``cpu``, ``cuda``, ``cuda:N``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["tomograms"] = "tomograms"
    version: str = ""
    structures: dict[str, float] = Field(min_length=1)
    sha256: dict[str, str] = Field(default_factory=dict)
    number: int | None = Field(None, ge=1)
    crowding: float | None = Field(None, gt=0, lt=1)
    tomograms: int = Field(1, ge=1)
    size_px: tuple[int, int, int] = (512, 512, 200)
    voxel_size_A: float = Field(10.0, gt=0)
    thickness_nm: float | None = Field(None, gt=0)
    background: float = Field(0.02, ge=0, lt=1)
    vesicles: int = Field(2, ge=0)
    vesicle_radius_nm: tuple[float, float] = (25.0, 60.0)
    gold_beads: int = Field(4, ge=0)
    ice_lumps: int = Field(2, ge=0)
    tilts: TiltScheme = TiltScheme()
    optics: Optics = Optics()
    snrs: tuple[Annotated[float, Field(allow_inf_nan=True)], ...] = (0.05,)
    correction: Correction = "phase-flip"
    contrast: Contrast = "bright"
    volumes: bool = True
    mode: Literal["float32", "int16", "int8"] = "float32"
    tilt_series: bool = False
    subtomograms: bool = True
    box_px: int = Field(32, ge=8)
    max_shift_px: float = Field(2.0, ge=0)
    junk_boxes: int = Field(0, ge=0)
    seed: int = Field(0, ge=0, lt=2**31)
    device: str = "cpu"

    @field_validator("structures", mode="before")
    @classmethod
    def give_shares(cls, value: object) -> object:
        """A list of names gives every structure the same share."""
        if isinstance(value, list | tuple):
            if len(set(value)) < len(value):
                raise ValueError("a structure is given twice")
            return dict.fromkeys(value, 1.0)
        return value

    @field_validator("structures")
    @classmethod
    def check_shares(cls, value: dict[str, float]) -> dict[str, float]:
        """Refuse shares that are none, and names that lists of particles cannot hold."""
        for name, share in value.items():
            if not 0 < share < math.inf:
                raise ValueError(f"{name}: share {share:g}, give a number above 0")
        names = [_class_of(name) for name in value]
        if len(set(names)) < len(names):
            raise ValueError("two structures have one name; rename a file")
        for name in names:
            if name.split() != [name] or name == JUNK:
                raise ValueError(f"{name!r} cannot be the name of a class; rename the file")
        return value

    @field_validator("snrs")
    @classmethod
    def check_snrs(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        """Refuse ratios that no folder can be named for."""
        try:
            names = [format_snr(snr) for snr in value]
        except CryoalError as error:
            raise ValueError(str(error)) from error
        if not names or len(set(names)) < len(names):
            raise ValueError("give at least one ratio, none twice")
        return value

    @field_validator("vesicle_radius_nm")
    @classmethod
    def check_radii(cls, value: tuple[float, float]) -> tuple[float, float]:
        """Refuse a range that is empty, or radii smaller than a bilayer is thick."""
        if not 10 <= value[0] <= value[1]:
            raise ValueError("give low, high from 10 nm")
        return value

    @model_validator(mode="after")
    def check_together(self) -> TomogramRecipe:
        """Refuse sizes that do not go together."""
        if (self.number is None) == (self.crowding is None):
            raise ValueError("give either number or crowding")
        if self.box_px % 2:
            raise ValueError("box_px: give an even number")
        if min(self.size_px) > 0 and math.prod(self.size_px) > MOST_VOXELS:
            raise ValueError(
                f"size_px {self.size_px}: more than {MOST_VOXELS} voxels; give a smaller size, or "
                "larger voxels"
            )
        if min(self.size_px[:2]) < self.box_px or self.size_px[2] < 8:
            raise ValueError(f"size_px {self.size_px}: smaller than a box of {self.box_px} px")
        if self.slab_px() < 1 or self.slab_px() > self.size_px[2]:
            raise ValueError(
                f"thickness_nm {self.thickness_nm}: the tomogram is {self._height_nm():g} nm high"
            )
        widest_nm = math.sqrt(MOST_OF_VESICLE / self.slab_px()) / 2 * self.voxel_size_A / 10
        if self.vesicles and self.vesicle_radius_nm[1] > widest_nm:
            raise ValueError(
                f"vesicle_radius_nm {self.vesicle_radius_nm[1]:g}: give at most {widest_nm:.0f}, "
                "or larger voxels"
            )
        return self

    def resolved(self) -> TomogramRecipe:
        """The recipe with what it left open filled in, and paths of files from the root.

        Raises:
            CryoalError: a structure's file is not there, or not the one that it was.
        """
        structures = {_from_root(name, Path()): share for name, share in self.structures.items()}
        digests = {name: sha256_of(Path(name)) for name in structures if name not in BUILTIN}
        for name, digest in self.sha256.items():
            if digests.get(name, digest) != digest:
                raise CryoalError(f"{name}: is not the file that the recipe was made with")
        changes = {
            "version": version("cryoal"),
            "structures": structures,
            "sha256": digests,
            "thickness_nm": self.slab_px() * self.voxel_size_A / 10,
        }
        return self.model_copy(update=changes)

    def slab_px(self) -> int:
        """Thickness of the slab of ice."""
        thickness = self.thickness_nm or 0.8 * self._height_nm()
        return round(10 * thickness / self.voxel_size_A)

    def kinds(self) -> list[tuple[str, Structure, float]]:
        """(class name, structure, share) of every kind of particle, by class name."""
        return sorted(
            (_class_of(name), builtin(name) if name in BUILTIN else Path(name), share)
            for name, share in self.structures.items()
        )

    def to_yaml(self) -> str:
        """The recipe as a file that :func:`read_recipe` takes."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False)

    def _height_nm(self) -> float:
        return self.size_px[2] * self.voxel_size_A / 10


JUNK = "junk"


def _class_of(structure: str) -> str:
    return structure if structure in BUILTIN else class_name(Path(structure))


def _from_root(structure: str, folder: Path) -> str:
    return structure if structure in BUILTIN else str((folder / structure).resolve())


def make_recipe(
    values: Mapping[str, Any],
    source: str,
    folder: Path = Path(),
    options: Mapping[str, str] = NO_OPTIONS,
) -> TomogramRecipe:
    """A recipe from plain values.

    Args:
        values: fields of :class:`TomogramRecipe`.
        source: where they come from, for the message.
        folder: what relative paths of structures start from.
        options: how fields are called that were given on the command line.

    Raises:
        CryoalError: an unknown field or a value out of range; all of them in one line.
    """
    try:
        recipe = TomogramRecipe(**values)
    except ValidationError as error:
        raise recipe_error(error, source, "tomograms", options) from error
    rooted = {_from_root(name, folder): share for name, share in recipe.structures.items()}
    return recipe.model_copy(update={"structures": rooted})
