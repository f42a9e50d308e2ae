"""One folder a class, with MRC files in it or in its ``subtomogram_mrc``."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np

from cryoal.io.mrc import is_volume_name
from cryoal.pools.mrc_pool import MrcItems

_INNER = "subtomogram_mrc"


def volumes_in(folder: Path) -> list[str]:
    """Names of the MRC volumes directly in a folder, numbers in them in counting order."""
    return sorted((name for name in os.listdir(folder) if is_volume_name(name)), key=_natural)


def class_folders_in(folder: Path) -> dict[str, list[str]]:
    """Class name -> MRC files relative to ``folder``; folders without any are left out."""
    found = {}
    for name in sorted(os.listdir(folder)):
        if name.startswith(".") or not (folder / name).is_dir():
            continue
        inner = folder / name / _INNER
        where = f"{name}/{_INNER}" if inner.is_dir() else name
        if volumes := volumes_in(folder / where):
            found[name] = [f"{where}/{volume}" for volume in volumes]
    return found


def items_in_class_folders(folder: Path) -> MrcItems:
    """Every volume of every class folder, labelled with the name of the folder."""
    found = class_folders_in(folder)
    ids = [path for paths in found.values() for path in paths]
    ignored = [
        name
        for name in sorted(os.listdir(folder))
        if name not in found and not name.startswith(".") and (folder / name).is_dir()
    ]
    warnings = [f"folder {name} holds no MRC volumes and is left out" for name in ignored]
    return MrcItems(
        ids=ids,
        folder=folder,
        files=ids,
        file_of=np.arange(len(ids), dtype=np.int64),
        volume_of=np.full(len(ids), -1, dtype=np.int64),
        label_names=[name for name, paths in found.items() for _ in paths],
        warnings=warnings,
    )


def items_in_flat_folder(folder: Path) -> MrcItems:
    """Every volume directly in the folder, none labelled."""
    ids = volumes_in(folder)
    return MrcItems(
        ids=ids,
        folder=folder,
        files=ids,
        file_of=np.arange(len(ids), dtype=np.int64),
        volume_of=np.full(len(ids), -1, dtype=np.int64),
        label_names=[""] * len(ids),
    )


def _natural(name: str) -> list[tuple[int, str]]:
    """``tomo2`` before ``tomo10``."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), part) if part.isdecimal() else (0, part) for part in parts]
