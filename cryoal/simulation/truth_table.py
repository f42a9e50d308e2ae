"""What was drawn for every item of a pool: ``truth.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path

from cryoal.simulation.subtomograms import Subtomogram

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


class TruthTable:
    """The table on disk, to which lines are added in order as items are written.

    A killed process leaves the first lines of the whole table and perhaps a torn one. When the
    table is opened again, all from the first line on that is not whole is removed.
    """

    def __init__(self, path: Path) -> None:
        old = path.read_bytes() if path.exists() else b""
        whole = list(takewhile(_is_whole, old.splitlines(keepends=True)))
        self._file = path.open("r+b" if old else "wb")
        self._file.truncate(sum(map(len, whole)))
        self._file.seek(0, io.SEEK_END)
        self._known = {_values(line)[0] for line in whole}
        if not self._known:
            self._write([TRUTH_FIELDS])

    def __enter__(self) -> TruthTable:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def has(self, path: Path) -> bool:
        """Whether there is a line for the item at ``path`` within the pool."""
        return path.as_posix() in self._known

    def add(self, items: Iterable[tuple[Path, Subtomogram]]) -> None:
        """Lines for those items, with their paths, that have none yet."""
        self._write([_row(path, item) for path, item in items if not self.has(path)])

    def _write(self, rows: list[list[str]]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        self._file.write(text.getvalue().encode())
        self._file.flush()
        self._known.update(row[0] for row in rows)


def _values(line: bytes) -> list[str]:
    return next(csv.reader([line.decode("utf-8", "replace")]), [])


def _is_whole(line: bytes) -> bool:
    return line.endswith(b"\n") and len(_values(line)) == len(TRUTH_FIELDS)


def _row(path: Path, item: Subtomogram) -> list[str]:
    numbers = [item.snr_measured, item.snr_in_mask, item.defocus_um]
    numbers += [*item.pose.rotation.as_quat(canonical=True), *item.pose.shift_px]
    fixed = [f"{number:.6f}" for number in numbers]
    return [path.as_posix(), item.name, str(item.index), f"{item.snr:g}", *fixed]
