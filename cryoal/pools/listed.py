"""MRC files named by a CSV: ``path,label`` with optional ``id`` and ``group``."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from cryoal.errors import CryoalError
from cryoal.pools.label_table import LabelTable
from cryoal.pools.mrc_pool import MrcItems
from cryoal.pools.references import parse_reference, places, refuse_duplicates


def items_in_list(listing: Path, table: LabelTable) -> MrcItems:
    """The items of a table with a ``path`` column, in its order; paths start at its folder.

    Raises:
        CryoalError: a path that leaves the folder or is not on disk, or a duplicate.
    """
    if table.paths is None:
        raise CryoalError(f"{listing}, line 1: no column 'path'; name the file of each item")
    folder = listing.parent
    references = []
    for text, where in zip(table.paths, table.wheres, strict=True):
        path, number = parse_reference(text, where)
        if PurePosixPath(path).is_absolute():
            raise CryoalError(f"{where}: '{text}' is absolute; give the path from {folder}")
        references.append((path, number))
    ids = table.ids or table.paths
    refuse_duplicates(ids, table.wheres)
    files, file_of, volume_of = places(references, table.wheres, folder)
    return MrcItems(
        ids=ids,
        folder=folder,
        files=files,
        file_of=file_of,
        volume_of=volume_of,
        label_names=table.label_names,
        classes=table.classes,
        groups=table.groups,
    )
