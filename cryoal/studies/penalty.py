"""Who beats whom, counted over the budgets."""

from __future__ import annotations

import numpy as np

from cryoal.studies.curves import Array, Curves
from cryoal.studies.paired import paired_test


def penalty_matrix(curves: Curves) -> Array:
    """Pairwise penalty matrix (schemes, schemes) of Ash et al. (ICLR 2020, section 4).

    Entry (i, j) is the share of budgets at which scheme i is above scheme j by a paired t-test
    over seeds at p < 0.05, with no correction, as in the paper: each such budget adds 1/L to it.
    The mean of a column says how often a scheme is beaten: lower is better. L counts the budgets
    with a test; NaN where there is none, and on the diagonal.
    """
    count = len(curves.schemes)
    matrix = np.full((count, count), np.nan)
    for i in range(count):
        for j in range(i):
            columns = zip(curves.values[i].T, curves.values[j].T, strict=True)
            tests = [paired_test(first, second) for first, second in columns]
            made = sum(test.is_made for test in tests)
            if made:
                matrix[i, j] = sum(test.is_better for test in tests) / made
                matrix[j, i] = sum(test.is_worse for test in tests) / made
    return matrix


def mean_penalty(matrix: Array) -> Array:
    """(schemes,) mean of each column over the schemes that it was tested against."""
    known = ~np.isnan(matrix)
    counts = known.sum(axis=0)
    sums = np.where(known, matrix, 0.0).sum(axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
