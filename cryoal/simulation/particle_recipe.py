"""Everything that decides what ``cryoal simulate`` writes: the content of its ``recipe.yaml``."""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from cryoal.errors import CryoalError
from cryoal.io.mrc import is_volume_name
from cryoal.io.snr import format_snr
from cryoal.simulation.assemblies import BUILTIN, builtin
from cryoal.simulation.atoms import is_atoms_name
from cryoal.simulation.density import class_name
from cryoal.simulation.file_digest import sha256_of
from cryoal.simulation.microscope import Microscope
from cryoal.simulation.recipe_faults import NO_OPTIONS, recipe_error
from cryoal.simulation.subtomograms import Contrast, Simulator

MOST_PARTICLES = 1_000_000

Mode = Literal["int8", "float16", "float32"]

OPTIONS = {
    "snrs": "--snr",
    "per_class": "--per-class",
    "box_px": "--box",
    "voxel_size_A": "--voxel",
}
_STRICT = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=True, protected_namespaces=())


class StructureFile(BaseModel):
    """A density map or an atomic model.

    Attributes:
        path: absolute.
        sha256: of the file's bytes.
    """

    model_config = _STRICT

    path: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class ParticleRecipe(BaseModel):
    """A pool of simulated subtomograms, one particle in each.

    Attributes:
        kind: what is simulated.
        version: of cryoal.
        structures: files, whose names are the classes.
        builtin: names of built-in assemblies.
        snrs: signal-to-noise ratios; the definition is Simulator's.
        per_class: particles a class, a number for each SNR.
        box_px, voxel_size_A: of the subtomograms.
        resolution_A: structures have no finer detail.
        seed: of everything random.
        mode: how voxels are stored.
        contrast: protein bright or dark.
        tilt_max_deg, tilt_step_deg, voltage_kV, cs_mm, amplitude_contrast: see Microscope.
        defocus_um, max_shift_px: see Simulator.
    """

    model_config = _STRICT

    kind: Literal["particles"] = "particles"
    version: str
    structures: tuple[StructureFile, ...] = ()
    builtin: tuple[str, ...] = ()
    snrs: tuple[float, ...]
    per_class: tuple[int, ...]
    box_px: int = Field(ge=8, le=1024)
    voxel_size_A: float = Field(gt=0, allow_inf_nan=False)
    resolution_A: float = Field(gt=0, allow_inf_nan=False)
    seed: int = Field(0, ge=0, lt=2**63)
    mode: Mode = "float32"
    contrast: Contrast = "bright"
    tilt_max_deg: float = Field(60.0, gt=0, le=90)
    tilt_step_deg: float = Field(3.0, gt=0, allow_inf_nan=False)
    defocus_um: tuple[float, float] = (2.0, 4.0)
    max_shift_px: float = Field(2.0, ge=0, allow_inf_nan=False)
    voltage_kV: float = Field(300.0, gt=0, allow_inf_nan=False)
    cs_mm: float = Field(2.7, ge=0, allow_inf_nan=False)
    amplitude_contrast: float = Field(0.07, ge=0, le=1)

    @field_validator("snrs")
    @classmethod
    def check_snrs(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        """Refuse ratios that no folder can be named for, and two of one name."""
        if not value:
            raise ValueError("no SNR given; give at least one, such as 0.1")
        try:
            names = [format_snr(snr) for snr in value]
        except CryoalError as error:
            raise ValueError(str(error)) from error
        if len(set(names)) < len(names):
            raise ValueError(f"an SNR is given twice: {', '.join(names)}")
        return value

    @model_validator(mode="after")
    def check_counts(self) -> ParticleRecipe:
        """Refuse numbers of particles that do not go with the SNRs."""
        if len(self.per_class) != len(self.snrs):
            raise ValueError(
                f"{len(self.per_class)} numbers of particles for {len(self.snrs)} SNRs; give one, "
                "or one for each"
            )
        if min(self.per_class) < 1:
            raise ValueError(f"{min(self.per_class)} particles a class: give at least 1")
        if max(self.per_class) > MOST_PARTICLES:
            raise ValueError(
                f"{max(self.per_class)} particles a class: give at most {MOST_PARTICLES}"
            )
        return self

    @property
    def counts(self) -> dict[float, int]:
        """Particles a class, by SNR."""
        return dict(zip(self.snrs, self.per_class, strict=True))

    def simulator(self) -> Simulator:
        """What draws the items; reads the structures.

        Raises:
            CryoalError: as Simulator and Microscope.
        """
        return Simulator(
            [*(Path(file.path) for file in self.structures), *map(builtin, self.builtin)],
            Microscope(
                self.box_px,
                self.voxel_size_A,
                self.tilt_max_deg,
                self.tilt_step_deg,
                self.voltage_kV,
                self.cs_mm,
                self.amplitude_contrast,
            ),
            seed=self.seed,
            defocus_um=self.defocus_um,
            contrast=self.contrast,
            max_shift_px=self.max_shift_px,
            resolution_A=self.resolution_A,
        )

    def to_yaml(self) -> str:
        """The recipe as a file that :func:`resolve_recipe` takes once it is read."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def resolve_recipe(
    values: Mapping[str, Any], folder: Path, source: str, options: Mapping[str, str] = NO_OPTIONS
) -> ParticleRecipe:
    """A recipe from what people write, everything filled in.

    Args:
        values: fields of ParticleRecipe, with these liberties: ``structures`` may hold plain
            paths, of folders too; ``builtin`` may be ``all``; ``per_class`` one number;
            ``resolution_A`` and ``version`` may be left out, and the latter is always replaced.
        folder: what relative paths start from.
        source: where the values come from, for messages.
        options: how fields are called that were given on the command line.

    Raises:
        CryoalError: a field is unknown, missing or out of range (all of them in one line), a
            structure is not there or not the one it was, or two make one class.
    """
    missing = [name for name in OPTIONS if values.get(name) is None]
    if not values.get("structures") and not values.get("builtin"):
        raise CryoalError(f"{source}: no structure to simulate; give --structures or --builtin")
    if missing:
        wanted = ", ".join(OPTIONS[name] for name in missing)
        raise CryoalError(f"{source}: {', '.join(missing)} missing; give {wanted}")
    filled: dict[str, Any] = {**values, "version": version("cryoal")}
    filled["structures"] = _structures(values.get("structures") or [], folder, source)
    if values.get("builtin") == "all":
        filled["builtin"] = list(BUILTIN)
    if isinstance(values["per_class"], int) and isinstance(values["snrs"], list | tuple):
        filled["per_class"] = [values["per_class"]] * len(values["snrs"])
    if values.get("resolution_A") is None:
        filled["resolution_A"] = _finest_A(values["voxel_size_A"])
    try:
        recipe = ParticleRecipe(**filled)
    except ValidationError as error:
        raise recipe_error(error, source, "particles", options) from error
    _check_names(recipe)
    return recipe


def _finest_A(voxel_size_A: object) -> float:
    """Two voxels; anything where the voxel size is none, which is refused by itself."""
    if isinstance(voxel_size_A, int | float) and 0 < voxel_size_A < math.inf:
        return 2 * float(voxel_size_A)
    return 1.0


def _structures(entries: object, folder: Path, source: str) -> list[dict[str, str]]:
    if not isinstance(entries, list | tuple):
        raise CryoalError(f"{source}: structures: give a list of files and folders")
    files = []
    for entry in entries:
        known = entry if isinstance(entry, dict) else {"path": entry}
        if not isinstance(known.get("path"), str) or set(known) - {"path", "sha256"}:
            raise CryoalError(f"{source}: structures: {entry!r} is no path, nor path and sha256")
        path = Path(os.path.abspath(folder / known["path"]))
        files += [{"path": str(file), "sha256": sha256_of(file)} for file in _files(path)]
        if known.get("sha256") not in (None, files[-1]["sha256"]):
            raise CryoalError(
                f"{path}: is not the structure that {source} was made with (its sha256 differs); "
                "restore the file, or remove the sha256 from the recipe"
            )
    return files


def _files(path: Path) -> list[Path]:
    """The path itself, or the structures in a folder."""
    if not path.is_dir():
        return [path]
    found = sorted(
        file for file in path.iterdir() if is_volume_name(file.name) or is_atoms_name(file.name)
    )
    if not found:
        raise CryoalError(
            f"{path}: no density map (.mrc, .map) or atomic model (.pdb, .cif) in this folder"
        )
    return found


def _check_names(recipe: ParticleRecipe) -> None:
    """Refuse what would make one class of two structures, or no folder of one."""
    sources: dict[str, list[str]] = defaultdict(list)
    for file in recipe.structures:
        sources[class_name(Path(file.path))].append(file.path)
    for name in recipe.builtin:
        sources[builtin(name).name].append(f"the built-in {name}")
    for name, places in sources.items():
        if len(places) > 1:
            raise CryoalError(
                f"two structures are called {name!r}: {' and '.join(places)}; rename one or leave "
                "it out"
            )
        if not name.isprintable() or name.startswith("."):
            raise CryoalError(f"{places[0]!r}: cannot be a folder's name; rename the file")
