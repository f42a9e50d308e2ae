"""A RELION-style ``particles.star`` whose ``rlnImageName`` names 3D volumes or tilt stacks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.mrc import is_stack_name, read_header
from cryoal.io.star import StarBlock, read_star
from cryoal.pools.label_table import groups_of, known_classes, refuse_unknown
from cryoal.pools.mrc_pool import MrcItems
from cryoal.pools.places import read_places
from cryoal.pools.references import parse_reference, places, refuse_duplicates

_IMAGE = "rlnImageName"
_GROUPS = ("rlnTomoName", "rlnMicrographName")
# What RELION, starfile and CIF write for "nothing".
_NO_LABEL = frozenset({"", "None", "<NA>", "nan", "?", "."})
_PARENTS = 6


def particles_block(path: Path, blocks: Sequence[StarBlock]) -> StarBlock:
    """The table of particles: ``data_particles``, or the only table that has ``rlnImageName``.

    Raises:
        CryoalError: there is none.
    """
    tables = [block for block in blocks if block.is_loop and _IMAGE in block.columns]
    named = [block for block in tables if block.name == "particles"]
    if len(named or tables) != 1:
        raise CryoalError(
            f"{path}: {len(tables)} tables with _{_IMAGE}, one is needed; "
            "extract subtomograms as 3D volumes first"
        )
    return (named or tables)[0]


@dataclass(frozen=True)
class StarItems:
    """The items of a STAR file.

    Attributes:
        items: their files, labels and groups; a tilt stack is a file as a volume is.
        wheres: file and row of each, for messages.
        blocks: the file.
        table: the one of ``blocks`` that lists the items.
        are_tilt_stacks: the files hold the 2D images of a tilt series each, not volumes.
    """

    items: MrcItems
    wheres: list[str]
    blocks: Sequence[StarBlock]
    table: StarBlock
    are_tilt_stacks: bool


def items_in_star(path: Path, label_column: str | None) -> StarItems:
    """The items of a STAR file in its order; ids are ``rlnImageName`` as written.

    Relative paths start at the folder of the STAR file or at the nearest folder above it where
    the first of them is found: RELION's paths start at the project folder.

    Raises:
        CryoalError: no such label column, or a file that is not on disk.
    """
    blocks = read_star(path)
    table = particles_block(path, blocks)
    wheres = [f"{path}, line {line + 1}" for line in table.lines]
    ids = table.column(_IMAGE)
    refuse_duplicates(ids, wheres)
    references = [parse_reference(text, where) for text, where in zip(ids, wheres, strict=True)]
    folder = _project_folder(path, [reference[0] for reference in references])
    files, file_of, volume_of = places(references, wheres, folder)
    label_names = _label_names(path, table, label_column)
    classes = known_classes(path.parent) if label_column else None
    refuse_unknown(label_names, wheres, classes)
    voxel_size_A = _voxel_size_A(path, blocks, table)
    found = read_places(path, blocks, table, voxel_size_A)
    group_column = next((name for name in _GROUPS if name in table.columns), None)
    items = MrcItems(
        ids=ids,
        folder=folder,
        files=files,
        file_of=file_of,
        volume_of=volume_of,
        label_names=label_names,
        classes=classes,
        groups=groups_of(table.column(group_column)) if group_column else None,
        voxel_size_A=voxel_size_A,
        places=found,
        warnings=list(found.warnings),
    )
    return StarItems(items, wheres, blocks, table, _are_tilt_stacks(blocks, items))


def _label_names(path: Path, table: StarBlock, label_column: str | None) -> list[str]:
    if label_column is None:
        return [""] * len(table.rows)
    name = label_column.removeprefix("_")
    if name not in table.columns:
        near = get_close_matches(name, table.columns, n=3, cutoff=0.4)
        listed = ", ".join(near or table.columns)
        raise CryoalError(f"{path}: no column '{name}' for the labels; there are {listed}")
    return ["" if value in _NO_LABEL else value for value in table.column(name)]


def _are_tilt_stacks(blocks: Sequence[StarBlock], items: MrcItems) -> bool:
    """Whether the STAR says so, or its first file is a stack that is not one of volumes."""
    for block in blocks:
        for name, flat in (("rlnTomoSubTomosAre2DStacks", "1"), ("rlnImageDimensionality", "2")):
            if name in block.columns and flat in block.column(name):
                return True
    first = items.files[0] if items.files else ""
    return is_stack_name(first) and not read_header(items.folder / first).is_volume_stack


def _project_folder(path: Path, files: Sequence[str]) -> Path:
    folder = path.resolve().parent
    relative = next((file for file in files if not file.startswith("/")), None)
    if relative is None:
        return folder
    for candidate in (folder, *list(folder.parents)[:_PARENTS]):
        if (candidate / relative).is_file():
            return candidate
    return folder


def _voxel_size_A(path: Path, blocks: Sequence[StarBlock], table: StarBlock) -> float | None:
    """``rlnImagePixelSize`` of the particles, or of the optics groups."""
    name = "rlnImagePixelSize"
    optics = next((block for block in blocks if block.name == "optics"), None)
    for block in (table, optics):
        if block is None or name not in block.columns or not block.rows:
            continue
        sizes = set(block.column(name))
        try:
            values = sorted(float(size) for size in sizes)
        except ValueError as error:
            raise CryoalError(f"{path}: _{name} holds {', '.join(sizes)}, not numbers") from error
        if not all(math.isfinite(value) for value in values):
            raise CryoalError(f"{path}: _{name} holds {', '.join(sizes)}; correct it")
        if values[-1] - values[0] > 0.01 * values[0]:
            raise CryoalError(
                f"{path}: mixed voxel sizes, _{name} from {values[0]:g} to {values[-1]:g} A; "
                "rescale to one"
            )
        return values[0] if values[0] > 0 else None
    return None
