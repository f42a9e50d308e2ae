"""Results as arrays."""

from __future__ import annotations

import numpy as np
import pytest
from study_results import cell, flat_study

from cryoal.errors import CryoalError
from cryoal.studies.curves import curves_of
from cryoal.studies.results import check_results


def test_rows_land_in_their_places_in_any_order() -> None:
    rows = [
        cell("b", 7, 110, 0.4),
        cell("a", 2, 55, 0.1),
        cell("all-labels", 2, 900, 0.9),
        cell("b", 2, 55, 0.2),
    ]
    curves = curves_of(rows, "accuracy")
    assert curves.schemes == ("b", "a")
    assert curves.seeds == (2, 7)
    assert curves.labelled.tolist() == [55, 110]
    np.testing.assert_array_equal(curves.of("b"), [[0.2, np.nan], [np.nan, 0.4]])
    np.testing.assert_array_equal(curves.of("a"), [[0.1, np.nan], [np.nan, np.nan]])
    np.testing.assert_array_equal(curves.ceiling, [0.9, np.nan])


def test_complete_means_every_budget() -> None:
    rows = flat_study({"a": [[0.1, 0.2], [0.1, np.nan]]}, [55, 110])
    assert curves_of(rows, "accuracy").complete("a").tolist() == [True, False]


def test_unmeasured_values_are_missing() -> None:
    rows = [cell("a", 0, 55, 0.5), cell("a", 1, 55, 0.5, train_loss=0.25)]
    np.testing.assert_array_equal(curves_of(rows, "train_loss").of("a"), [[np.nan], [0.25]])


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([cell("a", 0, 55, 0.5), cell("a", 0, 55, 0.6)], "scheme a, seed 0 at 55 labels"),
        ([cell("all-labels", 1, 8, 0.5), cell("all-labels", 1, 9, 0.6)], "all-labels, seed 1"),
    ],
)
def test_doubled_measurements_are_refused(rows, named) -> None:
    with pytest.raises(CryoalError, match=named):
        check_results(rows)
