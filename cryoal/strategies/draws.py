"""Random batches of volumes for what a strategy trains."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cryoal.learning.items import shuffled_positions
from cryoal.strategies.workshop import Workshop


def drawn_batches(
    workshop: Workshop, items: npt.NDArray[np.int64], batch_size: int, batches: int, seed: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Full batches by repeated shuffles, read from the pool while the last one is used.

    Args:
        items: pool positions, at least one.

    Yields:
        Places (B,) within ``items`` and the items (B, C, *spatial) on the device.
    """
    generator = torch.Generator().manual_seed(seed)
    order = torch.cat(list(shuffled_positions(len(items), batch_size, batches, generator)))
    for place, batch in workshop.batches(items[order.numpy()], batch_size):
        yield order[place], batch
