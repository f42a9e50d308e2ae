"""From squared norms of parameter tensors to one number a sample."""

from typing import Literal

from torch import Tensor

Aggregate = Literal["sum", "global"]


class Lengths:
    """Adds up squared norms (B,) of parameter tensors as they come.

    Args:
        zeros: (B,), the start.
        aggregate: ``sum`` of the tensors' norms, or the ``global`` norm of all together.
    """

    def __init__(self, zeros: Tensor, aggregate: Aggregate) -> None:
        self._total = zeros
        self._aggregate = aggregate

    def add(self, squared: Tensor) -> None:
        """Count one parameter tensor."""
        self._total = self._total + (squared.sqrt() if self._aggregate == "sum" else squared)

    def result(self) -> Tensor:
        """(B,), so far."""
        return self._total if self._aggregate == "sum" else self._total.sqrt()
