"""A pool of simulated subtomograms on disk, in the field's noise-variant layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import mrcfile
import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.io.snr import format_snr
from cryoal.simulation.assemblies import BUILTIN, Assembly
from cryoal.simulation.particle_recipe import Mode, ParticleRecipe, resolve_recipe
from cryoal.simulation.subtomograms import Contrast, Subtomogram
from cryoal.simulation.truth_table import TRUTH_FIELDS, TruthTable
from cryoal.simulation.unfinished import check_free, unfinished

__all__ = ["TRUTH_FIELDS", "item_path", "simulate_pool", "write_pool", "write_subtomogram"]

Progress = Callable[[int, int], None]

# mrcfile would write the time here, and no two files would be equal.
_LABEL = "cryoal simulate"
_HEADER_BYTES = 1024


def write_pool(recipe: ParticleRecipe, out: Path, progress: Progress | None = None) -> Path:
    """Write ``OUT/SNR005/<class>/subtomogram_mrc/tomotarget0.mrc`` ..., truth and recipe.

    Particle N of a class is the same at every SNR (pose, defocus, noise), and depends on
    nothing but the seed, its class and N (and the imaging): a pool with more of them
    holds a smaller one's. ``out`` appears only once it is complete; until then all lies in
    ``OUT.unfinished``, and the same recipe goes on from there. The result is the same, bit for
    bit, however often it was stopped.

    Args:
        recipe: what to simulate. ``int8`` scales each item so that its largest magnitude is
            127; the other modes keep mean 0 and standard deviation 1.
        out: folder that is not there yet, or is empty.
        progress: called with (particles done, particles in all).

    Returns:
        ``out``.

    Raises:
        CryoalError: as :func:`~cryoal.simulation.unfinished.unfinished` or Simulator.
    """
    check_free(out)
    simulator = recipe.simulator()
    counts = recipe.counts
    particles = [(name, n) for name in simulator.classes for n in range(max(counts.values()))]
    with unfinished(out, recipe.to_yaml()) as folder, TruthTable(folder / "truth.csv") as truth:
        for done, (name, index) in enumerate(particles, start=1):
            snrs = [snr for snr, count in counts.items() if index < count]
            paths = [item_path(snr, name, index) for snr in snrs]
            if not all(truth.has(path) and _is_whole(folder / path, recipe) for path in paths):
                items = simulator.item(name, index, snrs)
                for path, item in zip(paths, items, strict=True):
                    write_subtomogram(folder / path, item, recipe.mode, recipe.voxel_size_A)
                truth.add(zip(paths, items, strict=True))
            if progress is not None:
                progress(done, len(particles))
    return out


def simulate_pool(
    structures: Sequence[Assembly | Path],
    out: Path,
    *,
    snrs: Sequence[float],
    per_class: int | Sequence[int],
    box_px: int,
    voxel_size_A: float,
    seed: int,
    mode: Mode = "float32",
    tilt_max_deg: float = 60.0,
    defocus_um: tuple[float, float] = (2.0, 4.0),
    contrast: Contrast = "bright",
    max_shift_px: float = 2.0,
    progress: Progress | None = None,
) -> Path:
    """:func:`write_pool` without a recipe at hand.

    Args:
        structures: built-in assemblies, and paths of density maps and atomic models.
        out, progress: see :func:`write_pool`.
        per_class: particles a class, one number for all SNRs or one for each.
        snrs, box_px, voxel_size_A, seed, mode, tilt_max_deg, defocus_um, contrast,
            max_shift_px: see ParticleRecipe.

    Raises:
        CryoalError: as :func:`write_pool`, or an assembly is not a built-in one.
    """
    assemblies = [one for one in structures if isinstance(one, Assembly)]
    for assembly in assemblies:
        if BUILTIN.get(assembly.name) is not assembly:
            raise CryoalError(f"{assembly.name}: not a built-in assembly; write a density map")
    values = {
        "structures": [str(one) for one in structures if isinstance(one, Path)],
        "builtin": [assembly.name for assembly in assemblies],
        "snrs": list(snrs),
        "per_class": per_class,
        "box_px": box_px,
        "voxel_size_A": voxel_size_A,
        "seed": seed,
        "mode": mode,
        "tilt_max_deg": tilt_max_deg,
        "defocus_um": defocus_um,
        "contrast": contrast,
        "max_shift_px": max_shift_px,
    }
    return write_pool(resolve_recipe(values, Path.cwd(), "simulate_pool"), out, progress)


def item_path(snr: float, name: str, index: int) -> Path:
    """Place of an item within its pool."""
    return Path(format_snr(snr), name, "subtomogram_mrc", f"tomotarget{index}.mrc")


def write_subtomogram(path: Path, item: Subtomogram, mode: Mode, voxel_size_A: float) -> None:
    """Write one item, whole or not at all; equal items make equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        written_atomically(path) as temporary,
        mrcfile.new(temporary, overwrite=True) as file,
    ):
        file.set_data(_stored(item.voxels, mode))
        file.voxel_size = voxel_size_A
        file.header.label[0] = _LABEL
        file.header.nlabl = 1


def _is_whole(path: Path, recipe: ParticleRecipe) -> bool:
    size = _HEADER_BYTES + recipe.box_px**3 * np.dtype(recipe.mode).itemsize
    return path.is_file() and path.stat().st_size == size


def _stored(voxels: npt.NDArray[np.float64], mode: Mode) -> npt.NDArray[np.generic]:
    dtype: np.dtype[np.generic] = np.dtype(mode)
    if mode == "int8":
        voxels = np.rint(voxels * (127 / np.abs(voxels).max()))
    return voxels.astype(dtype)
