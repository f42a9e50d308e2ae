"""Writes a pool into one HDF5 file, for fast reading."""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.io.hdf5 import (
    Batch,
    DType,
    PackedOrigin,
    PackedPlaces,
    PackedTables,
    is_hdf5,
    write_packed,
)
from cryoal.pools.list_origin import options_to_json
from cryoal.pools.subtomograms import SubtomogramPool

Part = TypeVar("Part")
Made = TypeVar("Made")

_BATCH = 64
# Names, labels and HDF5's own index, an item.
_TABLES_BYTES = 1024
# Rounding may cost an item this share of its standard deviation.
_ROUNDING = 0.01


def pack_pool(
    pool: SubtomogramPool,
    out: str | Path,
    dtype: DType = "float16",
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write all items, labels, names and places of ``pool`` to ``out``; whole or not at all.

    Args:
        pool: read once, in its order of reading.
        out: the HDF5 file, replaced if one is there.
        dtype: float16 halves the file and is refused where it would change the data.
        progress: called with (items done, items in all).

    Raises:
        CryoalError: an item cannot be read or does not fit float16; ``out`` cannot be written, or
            is another kind of file.
    """
    target = Path(out)
    if target.exists() and not is_hdf5(target):
        raise CryoalError(f"{target}: is there already and is no packed pool; name another file")
    count, box_px = len(pool), pool.item_shape[-1]
    tables = PackedTables(
        shape=(count, box_px, box_px, box_px),
        dtype=dtype,
        ids=list(pool.ids),
        labels=pool.labels,
        classes=pool.classes,
        groups=None if pool.groups is None else pool.groups.tolist(),
        voxel_size_A=pool.voxel_size_A,
        contrast=pool.contrast,
        source_fingerprint=pool.fingerprint,
        voxel_digest="",
        places=_places(pool),
        origin=_origin(pool),
    )

    def ready(positions: npt.NDArray[np.int64]) -> Batch:
        items = pool.read(positions)[:, 0].numpy()
        names = [pool.ids[at] for at in positions.tolist()]
        return positions, _to_float16(items, names) if dtype == "float16" else items

    def batches() -> Iterator[Batch]:
        done = 0
        for batch in _ahead(ready, _parts(pool)):
            yield batch
            done += len(batch[0])
            if progress is not None:
                progress(done, count)

    with written_atomically(target) as temporary:
        _reserve(temporary, count * (box_px**3 * np.dtype(dtype).itemsize + _TABLES_BYTES))
        write_packed(temporary, tables, batches())


def _parts(pool: SubtomogramPool) -> Iterator[npt.NDArray[np.int64]]:
    """Positions of a batch each, in the order of reading."""
    order, at_once = pool.reading_order, min(_BATCH, pool.most_at_once)
    for start in range(0, len(pool), at_once):
        yield order[start : start + at_once]


def _ahead(make: Callable[[Part], Made], parts: Iterable[Part]) -> Iterator[Made]:
    """``make`` of each part in turn; the next is made while one is used."""
    with ThreadPoolExecutor(1) as executor:
        coming: deque[Future[Made]] = deque()
        for part in parts:
            coming.append(executor.submit(make, part))
            if len(coming) > 1:
                yield coming.popleft().result()
        yield from (future.result() for future in coming)


def _places(pool: SubtomogramPool) -> PackedPlaces | None:
    places = pool.places
    if places.positions_A is None:
        return None
    names = list(places.tomograms_A)
    corners_A = np.array([places.tomograms_A[name] for name in names], np.float64)
    return PackedPlaces(places.positions_A, names, corners_A.reshape(-1, 2, 3))


def _origin(pool: SubtomogramPool) -> PackedOrigin | None:
    origin = pool.origin
    if origin is None:
        return None
    quaternions = None if origin.rotations is None else origin.rotations.as_quat()
    options = options_to_json(origin.options)
    return PackedOrigin(origin.rows, quaternions, str(origin.source), origin.digest, options)


def _reserve(path: Path, size: int) -> None:
    """Fail now if the disk, a quota or a limit has no room for ``size`` bytes.

    HDF5 crashes when a disk fills up under it, so it is not left to find out.
    """
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, size)


def _to_float16(items: npt.NDArray[np.float32], names: list[str]) -> npt.NDArray[np.floating]:
    """Items as float16; item by item, so that all passes find it in the processor's cache.

    Raises:
        CryoalError: a voxel overflows, or rounding is coarse beside the item's own variation.
    """
    half = torch.empty(items.shape, dtype=torch.float16)
    scratch = torch.empty(items.shape[1:])
    for item, rounded, name in zip(torch.from_numpy(items), half, names, strict=True):
        rounded.copy_(item)
        error = _squares(scratch.copy_(rounded).sub_(item))
        if not math.isfinite(error):
            raise CryoalError(
                f"{name}: voxels up to {float(item.abs().max()):.3g} do not fit float16 (65504); "
                "use float32"
            )
        if error >= _ROUNDING**2 * _squares(scratch.copy_(item).sub_(item.mean())):
            raise CryoalError(
                f"{name}: float16 would blur voxels of {float(item.mean()):.3g} +- "
                f"{float(item.std()):.3g}; use float32"
            )
    return half.numpy()


def _squares(item: torch.Tensor) -> float:
    flat = item.flatten()
    return float(torch.dot(flat, flat))
