"""Tomograms in OME-Zarr folders, through the optional package zarr.

Layout: https://ngff.openmicroscopy.org, versions 0.1 to 0.5; a plain Zarr array is read too, its
voxel size being unset. The finest level is read. Metadata is parsed here, so that nothing but
known codecs ever runs: zarr's registry holds one that unpickles.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.io.tomogram import Place, Tomogram

_CACHE_BYTES = 256 * 2**20
_ARRAY_FILES = (".zarray", "zarr.json")
_GROUP_FILES = (".zattrs", "zarr.json")
_ANGSTROM = {"angstrom": 1.0, "nanometer": 10.0, "micrometer": 1e4, "picometer": 0.01}
_ANISOTROPY = 0.01
_PLAIN_CODECS = {"bytes", "delta", "shuffle", "transpose", "crc32c", "sharding_indexed"}
_CODECS = _PLAIN_CODECS | {"blosc", "bz2", "gzip", "lz4", "lzma", "zlib", "zstd"}


class ZarrTomogram(Tomogram):
    """A volume in chunks; those read last stay unpacked in memory, 256 MiB of them.

    Raises:
        CryoalError: zarr is not installed, no OME-Zarr image of one channel and time, axes other
            than zyx, unknown codecs, chunks too large to be unpacked, or anisotropic voxels.
    """

    def __init__(self, path: Path) -> None:
        array_path, self.voxel_size_A = _finest(path)
        _refuse_codecs(path, array_path)
        self.path = path
        self._array_path = array_path
        self._array = _open(path, array_path)
        self.shape = self._shape()
        self.digest = _digest(array_path)
        self._chunks: OrderedDict[Place, npt.NDArray[Any]] = OrderedDict()
        z, y, x = self._array.chunks[-3:]
        self._chunk: Place = (int(z), int(y), int(x))
        self._chunk_bytes = math.prod(self._chunk) * self._array.dtype.itemsize
        if self._chunk_bytes > _CACHE_BYTES:
            raise CryoalError(
                f"{path}: chunks of {x} x {y} x {z} voxels are too large to be read in part; "
                "store it in smaller chunks"
            )

    def read(self, low: Place, high: Place) -> npt.NDArray[np.float32]:
        z, y, x = (last - first for first, last in zip(low, high, strict=True))
        box = np.empty((z, y, x), np.float32)
        for chunk in _chunks_between(low, high, self._chunk):
            voxels = self._unpacked(chunk)
            starts = [at * edge for at, edge in zip(chunk, self._chunk, strict=True)]
            inside, there = [], []
            for first, last, start, length in zip(low, high, starts, voxels.shape, strict=True):
                begin, end = max(first, start), min(last, start + length)
                inside.append(slice(begin - start, end - start))
                there.append(slice(begin - first, end - first))
            box[tuple(there)] = voxels[tuple(inside)]
        return box

    def release(self) -> None:
        self._chunks.clear()

    def close(self) -> None:
        self.release()

    def _unpacked(self, chunk: Place) -> npt.NDArray[Any]:
        if chunk in self._chunks:
            self._chunks.move_to_end(chunk)
            return self._chunks[chunk]
        while self._chunks and (len(self._chunks) + 1) * self._chunk_bytes > _CACHE_BYTES:
            self._chunks.popitem(last=False)
        edges = (
            slice(at * edge, min((at + 1) * edge, length))
            for at, edge, length in zip(chunk, self._chunk, self.shape, strict=True)
        )
        leading = (0,) * (self._array.ndim - 3)
        try:
            voxels = np.asarray(self._array[(*leading, *edges)])
        except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
            reason = " ".join(str(error).split())
            raise CryoalError(f"{self.path}: cannot be read ({reason}); copy it again") from error
        self._chunks[chunk] = voxels
        return voxels

    def _shape(self) -> Place:
        shape, dtype = self._array.shape, self._array.dtype
        if len(shape) < 3 or set(shape[:-3]) - {1} or 0 in shape or dtype.kind not in "iuf":
            raise CryoalError(
                f"{self.path}: holds {dtype} in the shape {shape}, not one volume of real numbers; "
                "name another"
            )
        z, y, x = (int(length) for length in shape[-3:])
        return z, y, x

    def __getstate__(self) -> dict[str, Any]:
        """Unpacked chunks stay behind when it goes to another process."""
        return {**self.__dict__, "_array": None, "_chunks": OrderedDict()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._array = _open(self.path, self._array_path)


def is_zarr(path: Path) -> bool:
    """Whether a path is a folder that holds Zarr's metadata."""
    names = (*_ARRAY_FILES, *_GROUP_FILES, ".zgroup")
    return path.is_dir() and any((path / name).is_file() for name in names)


def _open(path: Path, array_path: Path) -> Any:
    try:
        import zarr
    except ImportError as error:
        raise CryoalError(
            f"{path}: reading OME-Zarr needs the package zarr; pip install 'cryoal[zarr]'"
        ) from error
    try:
        return zarr.open_array(str(array_path), mode="r")
    except Exception as error:  # what zarr raises on bad metadata depends on its version
        reason = " ".join(str(error).split())
        raise CryoalError(f"{path}: is no Zarr array that can be read ({reason})") from error


def _finest(path: Path) -> tuple[Path, float | None]:
    """The array of the finest level and its voxel size."""
    attributes = _metadata(path, _GROUP_FILES)
    inner = attributes.get("attributes", attributes)
    image = inner.get("ome", inner) if isinstance(inner, dict) else {}
    try:
        if "multiscales" not in image:
            return path, None
        scales = image["multiscales"][0]
        name = scales["datasets"][0]["path"]
        axes = [axis if isinstance(axis, dict) else {"name": axis} for axis in scales["axes"]]
        if [axis["name"] for axis in axes][-3:] != ["z", "y", "x"]:
            raise CryoalError(f"{path}: the axes are not z, y, x; convert it to MRC")
        if not isinstance(name, str) or Path(name).is_absolute() or ".." in Path(name).parts:
            raise CryoalError(f"{path}: its levels lie outside of it; refused")
        steps = [scales["datasets"][0], scales]
        return path / name, _voxel_size_A(path, axes, [_scale(step, len(axes)) for step in steps])
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise CryoalError(
            f"{path}: its OME-Zarr metadata is incomplete ({error}); write it again"
        ) from error


def _scale(step: dict[str, Any], axes: int) -> list[float]:
    for transform in step.get("coordinateTransformations", []):
        if transform.get("type") == "scale":
            return [float(value) for value in transform["scale"]]
    return [1.0] * axes


def _voxel_size_A(
    path: Path, axes: list[dict[str, Any]], scales: list[list[float]]
) -> float | None:
    units = {str(axis.get("unit")) for axis in axes[-3:]}
    if len(units) != 1 or not units <= _ANGSTROM.keys():
        return None
    unit_A = _ANGSTROM[units.pop()]
    sizes = [unit_A * math.prod(column) for column in zip(*scales, strict=True)][-3:]
    if not all(math.isfinite(size) and size > 0 for size in sizes):
        return None
    mean = math.fsum(sizes) / 3
    if max(sizes) - min(sizes) > _ANISOTROPY * mean:
        shown = " x ".join(f"{size:.4g}" for size in sizes[::-1])
        raise CryoalError(f"{path}: voxels of {shown} A are not cubes; resample it")
    return mean


def _metadata(folder: Path, names: tuple[str, ...]) -> dict[str, Any]:
    path = next((folder / name for name in names if (folder / name).is_file()), None)
    if path is None:
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CryoalError(f"{path}: cannot be read ({error}); copy it again") from error
    if not isinstance(values, dict):
        raise CryoalError(f"{path}: is no Zarr metadata; copy it again")
    return values


def _refuse_codecs(path: Path, array_path: Path) -> None:
    found = [_metadata(array_path, (name,)) for name in _ARRAY_FILES]
    used = [one.get(key) for one in found for key in ("compressor", "filters", "codecs")]
    unknown = sorted(set(_codec_names(used)) - _CODECS)
    if unknown:
        raise CryoalError(f"{path}: is packed by {', '.join(unknown)}, which is not read")


def _codec_names(value: object) -> Iterator[str]:
    """All names of codecs, those inside shards included."""
    if isinstance(value, list):
        for one in value:
            yield from _codec_names(one)
    elif isinstance(value, dict):
        names = [str(value[key]) for key in ("id", "name") if key in value]
        yield from (name.removeprefix("numcodecs.") for name in names or ["a nameless codec"])
        configuration = value.get("configuration")
        if isinstance(configuration, dict):
            for key in ("codecs", "index_codecs"):
                yield from _codec_names(configuration.get(key))
    elif value is not None:
        yield str(value)


def _digest(array_path: Path) -> bytes:
    """Of the names and sizes of all files, and of what the metadata say."""
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(file for file in array_path.rglob("*") if file.is_file()):
        digest.update(f"{file.relative_to(array_path)}:{file.stat().st_size};".encode())
    for name in _ARRAY_FILES:
        if (array_path / name).is_file():
            digest.update((array_path / name).read_bytes())
    return digest.digest()


def _chunks_between(low: Place, high: Place, chunk: Place) -> Iterator[Place]:
    spans = (
        range(first // edge, (last - 1) // edge + 1)
        for first, last, edge in zip(low, high, chunk, strict=True)
    )
    yield from itertools.product(*spans)
