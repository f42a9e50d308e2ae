"""The packed pool: one HDF5 file, one item a chunk.

Layout (version 1), all datasets ordinary ones inside the file:

======================  ======================  ==================================================
``/volumes``            float16 or float32      (N, n, n, n) zyx, chunks (1, n, n, n)
``/labels``             int64                   (N,) position in ``/classes``, -1 unknown
``/classes``            UTF-8 strings           (K,)
``/ids``                UTF-8 strings           (N,)
``/groups``             UTF-8 strings           (N,), absent where unknown
``/positions_A``        float64                 (N, 3) xyz in the item's tomogram, absent where
                                                unknown
``/tomograms``          UTF-8 strings           (T,) names of tomograms of known size, there with
                                                ``/positions_A``
``/corners_A``          float64                 (T, 2, 3) their lowest and highest corners, xyz
``/rows``               int64                   (N,) place in the list of particles, counted from
                                                0, increasing; absent where there is no list
``/quaternions``        float64                 (N, 4) xyzw, turn the reference into the particle,
                                                act on xyz; absent where unknown, only with
                                                ``/rows``
attributes of ``/``                             ``format``, ``version``, ``contrast``,
                                                ``voxel_size_A`` (absent where unknown),
                                                ``source_fingerprint``, ``voxel_digest``; with
                                                ``/rows`` ``list_source``,
                                                ``list_digest``, ``list_options`` (JSON)
======================  ======================  ==================================================

What is absent where unknown may be absent altogether: files of the first releases hold none of
the places and lists, and these releases read files that do.

Nothing is ever unpickled; external, virtual and linked datasets are refused, so that a file from
elsewhere cannot name other files of the reader.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import h5py
import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError

FORMAT = "cryoal-pool"
VERSION = 1
DType = Literal["float16", "float32"]
Numbers = npt.NDArray[np.float64]
Batch = tuple[npt.NDArray[np.int64], npt.NDArray[np.floating]]

_NORM = 1e-3
_OF_LIST = ("source", "digest", "options")


@dataclass(frozen=True)
class PackedPlaces:
    """Where items lie in their tomograms; shapes as in the file."""

    positions_A: Numbers
    tomograms: list[str]
    corners_A: Numbers


@dataclass(frozen=True)
class PackedOrigin:
    """Where items are in their list of particles; shapes as in the file."""

    rows: npt.NDArray[np.int64]
    quaternions: Numbers | None
    list_source: str
    list_digest: str
    list_options: str


@dataclass(frozen=True)
class PackedTables:
    """Everything of a packed pool but its voxels.

    Attributes:
        shape: of ``/volumes``.
        source_fingerprint: of the pool that was packed.
        voxel_digest: of all voxels in the order in which they were written.
        places, origin: None where the file does not say.
    """

    shape: tuple[int, int, int, int]
    dtype: DType
    ids: list[str]
    labels: npt.NDArray[np.int64]
    classes: list[str]
    groups: list[str] | None
    voxel_size_A: float | None
    contrast: Literal["bright", "dark"]
    source_fingerprint: str
    voxel_digest: str
    places: PackedPlaces | None = None
    origin: PackedOrigin | None = None


def is_hdf5(path: Path) -> bool:
    """Whether the file starts as HDF5 files do."""
    return bool(h5py.is_hdf5(path))


def open_packed(path: Path) -> h5py.File:
    """The file, open for reading.

    Raises:
        CryoalError: not an HDF5 file, truncated, or not a packed pool.
    """
    if not is_hdf5(path):
        raise CryoalError(f"{path}: is not an HDF5 file; make one with 'cryoal pack'")
    try:
        # Items are read whole, so a cache of chunks would only copy them once more.
        # Some network file systems have no locks; a pool is never written in place.
        file = h5py.File(path, "r", rdcc_nbytes=0, locking="best-effort")
    except OSError as error:
        raise CryoalError(f"{path}: damaged HDF5 file ({error}); copy it again") from error
    version = file.attrs.get("version")
    if _text(file.attrs.get("format")) != FORMAT or version != VERSION:
        file.close()
        raise CryoalError(f"{path}: is not a packed pool (version {VERSION}); use 'cryoal pack'")
    return file


def volumes_of(path: Path, file: h5py.File) -> h5py.Dataset:
    """The voxels, checked but not read.

    Raises:
        CryoalError: missing, not (N, n, n, n) of float16 or float32, or stored elsewhere.
    """
    volumes = _dataset(path, file, "volumes")
    shape = volumes.shape
    if len(shape) != 4 or len(set(shape[1:])) != 1 or 0 in shape:
        raise CryoalError(f"{path}: /volumes has the shape {shape}, not (N, n, n, n); pack again")
    if volumes.dtype not in (np.float16, np.float32):
        raise CryoalError(f"{path}: /volumes is {volumes.dtype}, not float16 or float32")
    return volumes


def read_tables(path: Path, file: h5py.File) -> PackedTables:
    """Everything but the voxels.

    Raises:
        CryoalError: a dataset is missing or has the wrong length or type, a label is out of
            range, an id, class or row is there twice, or a place or orientation is none.
    """
    volumes = volumes_of(path, file)
    count = volumes.shape[0]
    classes = _strings(path, file, "classes")
    ids = _strings(path, file, "ids", count)
    groups = _strings(path, file, "groups", count) if "groups" in file else None
    labels_set = _dataset(path, file, "labels")
    if labels_set.shape != (count,) or labels_set.dtype.kind != "i":
        raise CryoalError(f"{path}: /labels is not one integer an item; pack again")
    labels = np.asarray(labels_set[()], np.int64)
    if int(labels.min()) < -1 or int(labels.max()) >= len(classes):
        raise CryoalError(f"{path}: /labels goes beyond the {len(classes)} classes; pack again")
    for name, values in (("ids", ids), ("classes", classes)):
        if len(set(values)) != len(values):
            raise CryoalError(f"{path}: /{name} holds one name twice; pack again")
    contrast = _text(file.attrs.get("contrast"))
    if contrast not in ("bright", "dark"):
        raise CryoalError(f"{path}: contrast is {contrast!r}, not bright or dark; pack again")
    return PackedTables(
        shape=volumes.shape,
        dtype="float16" if volumes.dtype == np.float16 else "float32",
        ids=ids,
        labels=labels,
        classes=classes,
        groups=groups,
        voxel_size_A=_voxel_size_A(path, file),
        contrast="bright" if contrast == "bright" else "dark",
        source_fingerprint=_text(file.attrs.get("source_fingerprint")),
        voxel_digest=_text(file.attrs.get("voxel_digest")),
        places=_places(path, file, count),
        origin=_origin(path, file, count),
    )


def write_packed(path: Path, tables: PackedTables, batches: Iterable[Batch]) -> None:
    """Write a packed pool; ``tables.voxel_digest`` is replaced by that of the voxels written.

    Args:
        path: overwritten.
        tables: shape and dtype included.
        batches: positions (B,) of items and their voxels (B, n, n, n) of ``tables.dtype``;
            together they are all items, in any order.

    Raises:
        OSError: the disk is full or the file cannot be written.
    """
    digest = hashlib.blake2b(digest_size=16)
    strings = h5py.string_dtype("utf-8")
    with h5py.File(path, "w") as file:
        volumes = file.create_dataset(
            "volumes", tables.shape, tables.dtype, chunks=(1, *tables.shape[1:])
        )
        for positions, batch in batches:
            items = np.ascontiguousarray(batch, volumes.dtype)
            for at, item in zip(positions.tolist(), items, strict=True):
                # An item is a chunk and no filter changes it, so it goes to the file as it is.
                volumes.id.write_direct_chunk((at, 0, 0, 0), item)
            digest.update(items.data)
        file["labels"] = tables.labels
        file.create_dataset("classes", data=tables.classes, dtype=strings)
        file.create_dataset("ids", data=tables.ids, dtype=strings)
        if tables.groups is not None:
            file.create_dataset("groups", data=tables.groups, dtype=strings)
        if tables.places is not None:
            file["positions_A"] = tables.places.positions_A
            file.create_dataset("tomograms", data=tables.places.tomograms, dtype=strings)
            file["corners_A"] = tables.places.corners_A
        if tables.origin is not None:
            _write_origin(file, tables.origin)
        if tables.voxel_size_A is not None:
            file.attrs["voxel_size_A"] = tables.voxel_size_A
        file.attrs["contrast"] = tables.contrast
        file.attrs["source_fingerprint"] = tables.source_fingerprint
        file.attrs["voxel_digest"] = digest.hexdigest()
        file.attrs["version"] = VERSION
        file.attrs["format"] = FORMAT


def _write_origin(file: h5py.File, origin: PackedOrigin) -> None:
    file["rows"] = origin.rows
    if origin.quaternions is not None:
        file["quaternions"] = origin.quaternions
    file.attrs["list_source"] = origin.list_source
    file.attrs["list_digest"] = origin.list_digest
    file.attrs["list_options"] = origin.list_options


def _places(path: Path, file: h5py.File, count: int) -> PackedPlaces | None:
    if "positions_A" not in file:
        return None
    positions_A = _numbers(path, file, "positions_A", (count, 3))
    tomograms = _strings(path, file, "tomograms")
    corners_A = _numbers(path, file, "corners_A", (len(tomograms), 2, 3))
    if len(set(tomograms)) != len(tomograms):
        raise CryoalError(f"{path}: /tomograms holds one name twice; pack again")
    return PackedPlaces(positions_A, tomograms, corners_A)


def _origin(path: Path, file: h5py.File, count: int) -> PackedOrigin | None:
    if "rows" not in file:
        return None
    found = _dataset(path, file, "rows")
    if found.shape != (count,) or found.dtype.kind != "i":
        raise CryoalError(f"{path}: /rows is not one integer an item; pack again")
    rows = np.asarray(found[()], np.int64)
    if rows[0] < 0 or (np.diff(rows) <= 0).any():
        raise CryoalError(f"{path}: /rows does not count up; pack again")
    quaternions = None
    if "quaternions" in file:
        quaternions = _numbers(path, file, "quaternions", (count, 4))
        if (np.abs(np.linalg.norm(quaternions, axis=1) - 1) > _NORM).any():
            raise CryoalError(f"{path}: /quaternions are not all rotations; pack again")
    source, digest, options = (_text(file.attrs.get(f"list_{name}")) for name in _OF_LIST)
    return PackedOrigin(rows, quaternions, source, digest, options)


def _numbers(path: Path, file: h5py.File, name: str, shape: tuple[int, ...]) -> Numbers:
    found = _dataset(path, file, name)
    if found.shape != shape or found.dtype != np.float64:
        raise CryoalError(f"{path}: /{name} is not float64 of the shape {shape}; pack again")
    values = np.asarray(found[()], np.float64)
    if not np.isfinite(values).all():
        raise CryoalError(f"{path}: /{name} holds numbers that are not finite; pack again")
    return values


def _dataset(path: Path, file: h5py.File, name: str) -> h5py.Dataset:
    link = file.get(name, getlink=True) if name in file else None
    if link is None:
        raise CryoalError(f"{path}: /{name} is missing; pack again")
    if not isinstance(link, h5py.HardLink):
        raise CryoalError(f"{path}: /{name} is a link to another place; refused, pack again")
    found = file[name]
    if not isinstance(found, h5py.Dataset):
        raise CryoalError(f"{path}: /{name} is not a dataset; pack again")
    if found.external is not None or found.is_virtual:
        raise CryoalError(f"{path}: /{name} is stored in another file; refused, pack again")
    return found


def _strings(path: Path, file: h5py.File, name: str, count: int | None = None) -> list[str]:
    found = _dataset(path, file, name)
    if found.ndim != 1 or h5py.check_string_dtype(found.dtype) is None:
        raise CryoalError(f"{path}: /{name} is not a list of strings; pack again")
    if count is not None and found.shape != (count,):
        raise CryoalError(f"{path}: /{name} has {found.shape[0]} entries for {count} items")
    try:
        return [raw.decode() for raw in found[()]]
    except UnicodeDecodeError as error:
        raise CryoalError(f"{path}: /{name} is not UTF-8; pack again") from error


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def _voxel_size_A(path: Path, file: h5py.File) -> float | None:
    value = file.attrs.get("voxel_size_A")
    if value is None:
        return None
    if not (isinstance(value, (float, np.floating)) and 0 < value < np.inf):
        raise CryoalError(f"{path}: voxel size {value!r} is not a positive number; pack again")
    return float(value)
