"""One MRC volume stack (ISPG 401) with a CSV that has a row for each volume."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cryoal.errors import CryoalError
from cryoal.io.mrc import read_header
from cryoal.pools.label_table import LabelTable
from cryoal.pools.mrc_pool import MrcItems
from cryoal.pools.references import refuse_duplicates


def items_in_stack(stack: Path, table: LabelTable | None) -> MrcItems:
    """All volumes of a stack in its order; ids are ``000001@NAME`` unless the table has its own.

    Raises:
        CryoalError: not a volume stack, or a table with another number of rows.
    """
    header = read_header(stack)
    if not header.is_volume_stack:
        raise CryoalError(
            f"{stack}: is not a stack of volumes (ISPG 401); set that in its header "
            "or name a folder of volumes"
        )
    count = header.volumes
    if table is not None and len(table.wheres) != count:
        raise CryoalError(
            f"{stack}: holds {count} volumes, but its CSV has {len(table.wheres)} rows; "
            "give one row a volume"
        )
    ids = [f"{number:06d}@{stack.name}" for number in range(1, count + 1)]
    if table is not None and table.ids is not None:
        refuse_duplicates(table.ids, table.wheres)
        ids = table.ids
    return MrcItems(
        ids=ids,
        folder=stack.parent,
        files=[stack.name],
        file_of=np.zeros(count, np.int64),
        volume_of=np.arange(count, dtype=np.int64),
        label_names=table.label_names if table else [""] * count,
        classes=table.classes if table else None,
        groups=table.groups if table else None,
    )
