"""Distances of many points to many, in blocks that are never all there at once."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from cryoal.diversity.dense_rows import squared_lengths
from cryoal.diversity.rows import ROUNDING, squares_from_products

# Rows and columns: 16 MB of distances.
BLOCK = (4096, 1024)


def squared_distance_blocks(
    points: Tensor, others: Tensor
) -> Iterator[tuple[slice, slice, Tensor]]:
    """All squared distances of ``points`` (n, d) to ``others`` (m, d), a block at a time.

    Yields:
        Which points (rows), which others (columns), and their distances (rows, columns).
    """
    lengths, other_lengths = squared_lengths(points), squared_lengths(others)
    for start in range(0, len(points), BLOCK[0]):
        rows = slice(start, start + BLOCK[0])
        for at in range(0, len(others), BLOCK[1]):
            columns = slice(at, at + BLOCK[1])
            products = points[rows] @ others[columns].T
            squares = squares_from_products(lengths[rows, None], other_lengths[columns], products)
            yield rows, columns, squares


def nearest_squared_distances(points: Tensor, others: Tensor) -> Tensor:
    """Squared distance (n,) of each of ``points`` (n, d) to the nearest of ``others`` (m, d)."""
    lengths, other_lengths = squared_lengths(points), squared_lengths(others)
    nearest = torch.full((len(points),), torch.inf)
    for start in range(0, len(points), BLOCK[0]):
        rows = slice(start, start + BLOCK[0])
        for at in range(0, len(others), BLOCK[1]):
            columns = slice(at, at + BLOCK[1])
            # Less the point's own length, which is the same for all others.
            squares = torch.addmm(other_lengths[columns], points[rows], others[columns].T, alpha=-2)
            nearest[rows] = torch.minimum(nearest[rows], squares.amin(1))
    nearest += lengths
    # As in `squares_from_products`: of a point so near the length is the same.
    return nearest.masked_fill_(nearest < 2 * ROUNDING * lengths, 0.0)


def count_within(points: Tensor, others: Tensor, radius: float) -> Tensor:
    """How many (n,) of ``others`` (m, d) are nearer than ``radius`` to each of ``points``."""
    counts = torch.zeros(len(points), dtype=torch.int64)
    for rows, _, squares in squared_distance_blocks(points, others):
        counts[rows] += (squares < radius**2).sum(1)
    return counts


def mean_neighbour_distances(points: Tensor, neighbours: int) -> Tensor:
    """Mean distance (n,) of each of ``points`` (n, d) to its ``neighbours`` < n nearest others."""
    # One more, since each point is its own nearest.
    nearest = torch.full((len(points), neighbours + 1), torch.inf)
    for rows, _, squares in squared_distance_blocks(points, points):
        both = torch.cat([nearest[rows], squares], dim=1)
        nearest[rows] = both.topk(neighbours + 1, dim=1, largest=False).values
    return nearest.sqrt().sum(1) / max(neighbours, 1)
