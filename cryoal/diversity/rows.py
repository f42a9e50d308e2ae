"""Rows of a matrix that may never exist as one."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

# Of |a|^2 + |b|^2: a float32 dot product of some thousand terms is wrong by less.
ROUNDING = 1e-6


class Rows(Protocol):
    """``n`` vectors of which only lengths and distances are known."""

    @property
    def squared_norms(self) -> Tensor:
        """Squared lengths (n,), float32."""

    def squared_distances(self, rows: Tensor, others: Tensor) -> Tensor:
        """Squared distances (r, o) of the rows at ``rows`` (r,) to those at ``others`` (o,)."""

    def __len__(self) -> int: ...


def squares_from_products(norms: Tensor, norm: Tensor, products: Tensor) -> Tensor:
    """|a|^2 + |b|^2 - 2 ab, with 0 where the difference is no more than rounding.

    Equal rows then lie at distance 0 exactly, not at a small positive or negative number.
    """
    both = norms + norm
    squares = both - 2 * products
    return squares.masked_fill_(squares < ROUNDING * both, 0.0)
