"""Finds out what a path holds and opens it as a pool."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cryoal.errors import CryoalError
from cryoal.io.hdf5 import is_hdf5
from cryoal.io.mrc import is_stack_name, is_volume_name, read_header
from cryoal.io.particle_options import ParticleOptions
from cryoal.io.snr import parse_snr
from cryoal.pools.class_folders import (
    class_folders_in,
    items_in_class_folders,
    items_in_flat_folder,
    volumes_in,
)
from cryoal.pools.label_table import LabelTable, read_label_table
from cryoal.pools.list_origin import ListOrigin, list_digest
from cryoal.pools.listed import items_in_list
from cryoal.pools.mrc_pool import MrcItems, MrcPool
from cryoal.pools.noise_variants import pick_variant, variants_in
from cryoal.pools.packed import PackedPool
from cryoal.pools.particles_star import items_in_star
from cryoal.pools.pool import Contrast
from cryoal.pools.subtomograms import SubtomogramPool
from cryoal.pools.tilt_stack_pool import TiltStackPool
from cryoal.pools.tilt_stacks import TiltStacks, tilt_stacks_of
from cryoal.pools.volume_stack import items_in_stack

_LABELS = "labels.csv"
_PARTICLES = "particles.star"
_STAR = ".star"
_HDF5 = (".h5", ".hdf5")


@dataclass(frozen=True)
class _Found:
    """A layout that was recognised."""

    source: Path
    kind: str
    items: MrcItems | TiltStacks


def open_subtomograms(
    path: str | Path,
    *,
    snr: float | None = None,
    label_column: str | None = None,
    voxel_size_A: float | None = None,
    contrast: Contrast | None = None,
) -> SubtomogramPool:
    """Open subtomograms by looking at what is there; no voxels are read.

    Args:
        path: noise variants (``SNR005/<class>/...``), one folder a class, a folder of MRC files
            with or without ``labels.csv``, a ``particles.star`` of volumes or of tilt stacks, an
            MRC volume stack, a packed HDF5, or a folder that holds one of the last three (of
            HDF5 files a single one).
        snr: picks the variant where several noise levels lie side by side.
        label_column: the column of a STAR or CSV that holds the class (CSV: ``label``).
        voxel_size_A: the voxel size where the files do not state it, or state it wrongly.
        contrast: how protein shows; ``bright`` where neither this nor a packed file states it.

    Raises:
        CryoalError: nothing there that is a pool, or an option that does not fit it.
    """
    source = Path(path)
    if voxel_size_A is not None and not 0 < voxel_size_A < float("inf"):
        raise CryoalError(f"voxel size {voxel_size_A} A: give a positive length")
    try:
        source = _only_packed(_variant(source, snr))
        if source.is_file() and (source.suffix in _HDF5 or is_hdf5(source)):
            _refuse_label_column(source, label_column)
            return PackedPool(source, voxel_size_A, contrast)
        found = _in_folder(source, label_column) if source.is_dir() else _file(source, label_column)
    except PermissionError as error:
        raise CryoalError(f"{error.filename}: may not be read; ask for the permission") from error
    pool = _pool(found, voxel_size_A, contrast or "bright")
    if found.source.suffix == _STAR:
        listed, options = found.source.absolute(), ParticleOptions(label_column=label_column)
        rows = np.arange(len(pool))
        pool.origin = ListOrigin(listed, list_digest(listed), rows, options=options)
    return pool


def _pool(found: _Found, voxel_size_A: float | None, contrast: Contrast) -> SubtomogramPool:
    if isinstance(found.items, TiltStacks):
        return TiltStackPool(found.source, found.kind, found.items, voxel_size_A, contrast)
    return MrcPool(found.source, found.kind, found.items, voxel_size_A, contrast)


def _variant(source: Path, snr: float | None) -> Path:
    """``source``, or the folder of the wanted noise variant in it."""
    if not source.exists():
        raise CryoalError(f"{source}: is not there; correct the path")
    variants = variants_in(source) if source.is_dir() else {}
    own = parse_snr(source.resolve().name)
    if not variants and source.is_dir() and own is not None:
        variants = {own: source}
    if variants:
        return pick_variant(source, variants, snr)
    if snr is not None:
        raise CryoalError(f"{source}: holds no noise variants (SNR005/...); leave the SNR out")
    return source


def _only_packed(path: Path) -> Path:
    """The packed file in a folder that holds nothing else; else ``path``."""
    if not path.is_dir():
        return path
    names = [name for name in os.listdir(path) if not name.startswith(".")]
    if len(names) == 1 and names[0].endswith(_HDF5) and is_hdf5(path / names[0]):
        return path / names[0]
    return path


def _file(path: Path, label_column: str | None) -> _Found:
    if path.suffix == _STAR:
        star = items_in_star(path, label_column)
        if star.are_tilt_stacks:
            kind = "particles.star of tilt stacks, back-projected"
            return _Found(path, kind, tilt_stacks_of(path, star))
        return _Found(path, "particles.star", star.items)
    if path.suffix == ".csv":
        table = read_label_table(path, label_column)
        return _Found(path, "MRC files with labels.csv", items_in_list(path, table))
    if is_volume_name(path.name) or is_stack_name(path.name):
        tables = [_beside(path), path.parent / _LABELS]
        listing = next((table for table in tables if table.is_file()), None)
        return _stack(path, listing, label_column)
    raise CryoalError(
        f"{path}: is no kind of pool; name a folder of MRC files, a .star, a .csv, "
        "an MRC volume stack or a packed .h5"
    )


def _in_folder(folder: Path, label_column: str | None) -> _Found:
    star, listing = folder / _PARTICLES, folder / _LABELS
    if star.is_file() and listing.is_file():
        raise CryoalError(f"{folder}: holds {_PARTICLES} and {_LABELS}; name the one to use")
    if star.is_file():
        return _file(star, label_column)
    stack = _only_stack(folder)
    if listing.is_file():
        table = read_label_table(listing, label_column)
        if stack is not None and table.paths is None:
            return _stack(stack, listing, label_column)
        return _Found(folder, "MRC files with labels.csv", items_in_list(listing, table))
    if stack is not None:
        return _file(stack, label_column)
    _refuse_label_column(folder, label_column)
    flat, classes = volumes_in(folder), class_folders_in(folder)
    if flat and classes:
        raise CryoalError(
            f"{folder}: holds MRC files ({flat[0]}) beside class folders ({next(iter(classes))}); "
            "move one of them away"
        )
    if flat:
        return _Found(folder, "unlabelled MRC files", items_in_flat_folder(folder))
    if classes:
        return _Found(folder, "one folder a class", items_in_class_folders(folder))
    raise CryoalError(
        f"{folder}: holds no subtomograms (MRC files, {_PARTICLES}, {_LABELS}); "
        "name the folder that does"
    )


def _stack(path: Path, listing: Path | None, label_column: str | None) -> _Found:
    table: LabelTable | None = None
    if listing is not None:
        table = read_label_table(listing, label_column)
    else:
        _refuse_label_column(path, label_column)
    return _Found(path, "MRC volume stack", items_in_stack(path, table))


def _only_stack(folder: Path) -> Path | None:
    """The stack in a folder that holds a single MRC file, and that one a volume stack."""
    names = [name for name in os.listdir(folder) if is_volume_name(name) or is_stack_name(name)]
    if len(names) != 1:
        return None
    path = folder / names[0]
    if is_stack_name(path.name) or _beside(path).is_file():
        return path
    return path if read_header(path).is_volume_stack else None


def _beside(path: Path) -> Path:
    """The CSV of the same stem: ``pool.mrcs`` and ``pool.mrcs.gz`` have ``pool.csv``."""
    return path.with_name(path.name.removesuffix(".gz")).with_suffix(".csv")


def _refuse_label_column(source: Path, label_column: str | None) -> None:
    if label_column is not None:
        raise CryoalError(f"{source}: has no label column; leave '{label_column}' out")
