"""A pool of simulated subtomograms on disk, in the field's noise-variant layout."""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import mrcfile
import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.io.snr import format_snr
from cryoal.simulation.microscope import Microscope
from cryoal.simulation.subtomograms import Contrast, Simulator, Structure, Subtomogram

Mode = Literal["int8", "float16", "float32"]
TRUTH_FIELDS = [
    "path",
    "class",
    "index",
    "snr",
    "snr_measured",
    "snr_in_mask",
    "defocus_um",
    *("qx", "qy", "qz", "qw"),
    *("shift_x_px", "shift_y_px", "shift_z_px"),
]
# mrcfile would write the time here, and no two files would be equal.
_LABEL = "cryoal simulate"


def simulate_pool(
    structures: Sequence[Structure],
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
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write ``OUT/SNR005/<class>/subtomogram_mrc/tomotarget0.mrc`` ... and ``OUT/truth.csv``.

    Particle N of a class is the same at every SNR (pose, defocus, noise), and depends on
    nothing but the seed, its class and N (and the imaging): a pool with more of them
    holds a smaller one's. ``out`` appears only once it is complete.

    Args:
        structures: see :class:`~cryoal.simulation.subtomograms.Simulator`.
        out: folder that is not there yet, or is empty.
        snrs: signal-to-noise ratios, ``math.inf`` for none; the definition is Simulator's.
        per_class: particles a class, one number for all SNRs or one for each.
        box_px, voxel_size_A: of the subtomograms; the voxel size goes into the headers.
        seed: 0 or more.
        mode: ``int8`` scales each item so that its largest magnitude is 127; the others keep
            mean 0 and standard deviation 1.
        tilt_max_deg, defocus_um, contrast, max_shift_px: see Simulator.
        progress: called with (particles done, particles in all).

    Returns:
        ``out``.

    Raises:
        CryoalError: ``out`` is in use or cannot be written, or as Simulator.
    """
    counts = _counts(snrs, per_class)
    _check_free(out)
    simulator = Simulator(
        structures,
        Microscope(box_px, voxel_size_A, tilt_max_deg),
        seed=seed,
        defocus_um=defocus_um,
        contrast=contrast,
        max_shift_px=max_shift_px,
    )
    total = max(counts.values()) * len(simulator.classes)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        try:
            _write_pool(simulator, unfinished, counts, mode, total, progress)
            unfinished.chmod(0o777 & ~_umask())
            os.replace(unfinished, out)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise CryoalError(f"{out}: cannot be written ({error.strerror})") from error
    return out


def item_path(snr: float, name: str, index: int) -> Path:
    """Place of an item within its pool."""
    return Path(format_snr(snr), name, "subtomogram_mrc", f"tomotarget{index}.mrc")


def write_subtomogram(path: Path, item: Subtomogram, mode: Mode, voxel_size_A: float) -> None:
    """Write one item; equal items make equal bytes."""
    with mrcfile.new(path) as file:
        file.set_data(_stored(item.voxels, mode))
        file.voxel_size = voxel_size_A
        file.header.label[0] = _LABEL
        file.header.nlabl = 1


def _write_pool(
    simulator: Simulator,
    folder: Path,
    counts: dict[float, int],
    mode: Mode,
    total: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    for snr, count in counts.items():
        for name in simulator.classes if count else ():
            (folder / item_path(snr, name, 0)).parent.mkdir(parents=True)
    done = 0
    with open(folder / "truth.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(TRUTH_FIELDS)
        for name in simulator.classes:
            for index in range(max(counts.values())):
                snrs = [snr for snr, count in counts.items() if index < count]
                for item in simulator.item(name, index, snrs):
                    path = item_path(item.snr, name, index)
                    write_subtomogram(folder / path, item, mode, simulator.microscope.voxel_size_A)
                    table.writerow(_truth(path, item))
                done += 1
                if progress is not None:
                    progress(done, total)


def _truth(path: Path, item: Subtomogram) -> list[str]:
    numbers = [item.snr_measured, item.snr_in_mask, item.defocus_um]
    numbers += [*item.pose.rotation.as_quat(canonical=True), *item.pose.shift_px]
    fixed = [f"{number:.6f}" for number in numbers]
    return [path.as_posix(), item.name, str(item.index), f"{item.snr:g}", *fixed]


def _stored(voxels: npt.NDArray[np.float64], mode: Mode) -> npt.NDArray[np.generic]:
    dtype: np.dtype[np.generic] = np.dtype(mode)
    if mode == "int8":
        voxels = np.rint(voxels * (127 / np.abs(voxels).max()))
    return voxels.astype(dtype)


def _counts(snrs: Sequence[float], per_class: int | Sequence[int]) -> dict[float, int]:
    counts = [per_class] * len(snrs) if isinstance(per_class, int) else list(per_class)
    if not snrs:
        raise CryoalError("no SNR given; give at least one, such as 0.1")
    if len(counts) != len(snrs):
        raise CryoalError(
            f"{len(counts)} numbers of particles for {len(snrs)} SNRs; give one, or one for each"
        )
    if min(counts) < 1:
        raise CryoalError(f"{min(counts)} particles a class: give at least 1")
    names = [format_snr(snr) for snr in snrs]
    if len(set(names)) < len(names):
        raise CryoalError(f"an SNR is given twice: {', '.join(names)}")
    return dict(zip(snrs, counts, strict=True))


def _check_free(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CryoalError(f"{out}: already there and not an empty folder; choose another place")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
