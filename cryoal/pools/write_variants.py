"""Noisier variants of a pool, written side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from cryoal.errors import CryoalError
from cryoal.io.hdf5 import is_hdf5
from cryoal.io.snr import format_snr
from cryoal.pools.changed import ChangedPool
from cryoal.pools.opening import open_subtomograms
from cryoal.pools.pack import pack_pool
from cryoal.pools.subtomograms import SubtomogramPool
from cryoal.volumes.add_noise import AddNoise
from cryoal.volumes.noise_law import NoiseLaw, NoiseMeter

Progress = Callable[[int, int], None]
ProgressFactory = Callable[[str], AbstractContextManager[Progress]]

FILE = "pool.h5"
_MEASURED = 500
_BATCH = 64


def measure_noise(pool: SubtomogramPool, progress: Progress) -> NoiseLaw:
    """The law of the noise of ``pool``, from up to 500 items spread over it."""
    spread = np.unique(np.linspace(0, len(pool) - 1, _MEASURED).astype(np.int64))
    meter = NoiseMeter(pool.item_shape[-1])
    for start in range(0, len(spread), _BATCH):
        positions = spread[start : start + _BATCH]
        for item in pool.read(positions):
            meter.add(item[0].double().numpy())
        progress(start + len(positions), len(spread))
    return meter.law()


def noisier(
    pool: SubtomogramPool, law: NoiseLaw, input_snr: float, snr: float, seed: int
) -> ChangedPool:
    """``pool`` at the lower ratio ``snr``; the same draw for an item at every ratio.

    Raises:
        CryoalError: ``snr`` is not below ``input_snr``, or not above 0.
    """
    if not snr > 0:
        raise CryoalError(f"SNR {snr:g}: give a ratio above 0")
    if not input_snr > 0:
        raise CryoalError(
            f"{pool.source}: no signal could be measured in its boxes; state the ratio that they "
            "have with --input-snr"
        )
    if not snr < input_snr:
        raise CryoalError(
            f"{pool.source}: SNR {snr:g} cannot be reached by adding noise: it has {input_snr:.3g}"
            " already; ask for less"
        )
    name = f"noise from SNR {input_snr:.6g} to {snr:g}, seed {seed}"
    return ChangedPool(pool, AddNoise(law, input_snr, snr, seed), name)


def write_variants(
    pool: SubtomogramPool,
    out: Path,
    snrs: Sequence[float],
    law: NoiseLaw,
    input_snr: float,
    seed: int,
    progress: ProgressFactory,
) -> Iterator[Path]:
    """Write ``OUT/SNR005/pool.h5`` and so on; what is there already and the same is left alone.

    Each file appears whole or not at all, so a call that was stopped goes on when repeated.

    Args:
        pool: with more signal than asked for.
        snrs: ratios of variances over the box.
        input_snr: of ``pool``, ``math.inf`` for none.
        progress: gives a progress callback for a piece of work, by its name.

    Yields:
        Each file once it is there.

    Raises:
        CryoalError: a ratio that adding noise cannot reach, or ``out`` holds another pool's
            variants or cannot be written.
    """
    changed = [noisier(pool, law, input_snr, snr, seed) for snr in snrs]
    files = [out / format_snr(snr) / FILE for snr in snrs]
    there = [_is_there(file, variant) for file, variant in zip(files, changed, strict=True)]
    for snr, variant, file, is_there in zip(snrs, changed, files, there, strict=True):
        if not is_there:
            _make_folder(file.parent)
            with progress(f"writing {format_snr(snr)}") as done:
                pack_pool(variant, file, progress=done)
        yield file


def _is_there(file: Path, variant: ChangedPool) -> bool:
    """Whether ``file`` was packed from ``variant``.

    Raises:
        CryoalError: it holds something else, or lies in a folder of other files, which would then
            be two pools at once.
    """
    if not file.exists():
        if _other_files(file.parent):
            raise CryoalError(f"{file.parent}: holds other files already; give another --out")
        return False
    if is_hdf5(file):
        there = open_subtomograms(file)
        if getattr(there, "source_fingerprint", "") == variant.fingerprint:
            return True
    raise CryoalError(f"{file}: is there already, of another pool or seed; give another --out")


def _other_files(folder: Path) -> bool:
    """Whether a folder holds anything but what a killed call began to write."""
    return folder.is_dir() and any(not name.startswith(".") for name in os.listdir(folder))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CryoalError(f"{folder}: cannot be made ({error.strerror})") from error
