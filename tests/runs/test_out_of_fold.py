"""Cross-validation on disk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny_runs import RunMaker

from cryoal.errors import CryoalError
from cryoal.runs.out_of_fold import OutOfFold, load_out_of_fold, out_of_fold_path

RESULT = OutOfFold(
    7,
    np.array([2, 5, 9]),
    np.array([0, 1, 1]),
    np.array([0, 3]),
    np.array([[0.9, 0.1], [0.8, 0.2], [np.nan, np.nan]]),
)


def test_it_comes_back_and_knows_its_accuracy(finished: RunMaker) -> None:
    folder = finished()
    assert load_out_of_fold(folder) is None
    path = out_of_fold_path(folder)
    path.parent.mkdir()
    RESULT.save(path)
    loaded = load_out_of_fold(folder)
    assert loaded is not None
    assert loaded.last_event == 7
    for name in ("items", "labels", "positions", "probabilities"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(RESULT, name))
    assert loaded.accuracy is not None
    assert (loaded.accuracy.value, loaded.accuracy.items) == (0.5, 2)
    replace(RESULT, labels=np.array([0])).save(path)
    with pytest.raises(CryoalError, match="wrong shapes"):
        load_out_of_fold(folder)
    path.write_bytes(b"no archive")
    with pytest.raises(CryoalError, match="run 'cryoal audit' again"):
        load_out_of_fold(folder)
