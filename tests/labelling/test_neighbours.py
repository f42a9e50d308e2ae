"""What is near in an embedding."""

from __future__ import annotations

import numpy as np

from cryoal.labelling.decisions import OPEN
from cryoal.labelling.neighbours import Neighbours
from cryoal.runs.answers import Decision, Outcome


def test_decided_items_in_the_same_direction_come_first() -> None:
    items = np.array([10, 20, 30, 40, 50], np.int64)
    angles = np.array([0, 170, 30, 60, 20]) * np.pi / 180
    lengths = np.array([1, 1, 5, 1, 1])[:, None]
    found = Neighbours(
        items, (np.stack([np.cos(angles), np.sin(angles)], 1) * lengths).astype("f4")
    )
    decisions = dict.fromkeys(items.tolist(), OPEN)
    decisions |= {20: Decision("decided", Outcome.CLASS, 1), 40: Decision("conflict")}
    decisions |= {10: Decision("decided", Outcome.CLASS, 2), 30: Decision("decided", Outcome.JUNK)}
    near = found.nearest(10, decisions.__getitem__, 6)
    assert [(one.item, one.label) for one in near] == [(30, None), (20, 1)]
    expected = 1 - np.cos(angles[[2, 1]])
    np.testing.assert_allclose([one.distance for one in near], expected, atol=1e-6)
    assert [one.item for one in found.nearest(10, decisions.__getitem__, 1)] == [30]
    assert found.nearest(99, decisions.__getitem__, 6) == []
