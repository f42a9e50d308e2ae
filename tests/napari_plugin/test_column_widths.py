from __future__ import annotations

import display  # noqa: F401
import pytest

from cryoal.napari_plugin.column_widths import shared_widths


@pytest.mark.parametrize(
    ("wanted", "room", "widths"),
    [
        ({0: 50, 1: 40}, 100, {0: 60, 1: 40}),
        ({0: 500, 2: 500, 3: 30}, 230, {0: 100, 2: 100, 3: 30}),
        ({0: 500, 1: 40, 2: 40}, 200, {0: 120, 1: 40, 2: 40}),
        ({0: 9, 1: 9}, 0, {0: 0, 1: 0}),
        ({}, 100, {}),
    ],
)
def test_small_columns_get_what_they_want_and_all_fit(
    wanted: dict[int, int], room: int, widths: dict[int, int]
) -> None:
    assert shared_widths(wanted, room) == widths
