"""What a trained model says of items without labels, for the next model to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric
from torch import Tensor

from cryoal.learning.items import CachedItems, shuffled_positions
from cryoal.learning.outputs import Progress, compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.task_model import TaskModel
from cryoal.pools.pool import Pool

MOST_ITEMS = 4096
"""A training draws some ten thousand times: more items would cost posteriors and add little."""


@dataclass(frozen=True)
class PseudoLabels:
    """Soft labels by a teacher.

    Attributes:
        items: (n,) pool positions, none of them labelled.
        posteriors: (n, classes), rows summing to 1.
    """

    items: npt.NDArray[np.int64]
    posteriors: Tensor


def ask_teacher(
    teacher: TaskModel,
    preparation: Preparation,
    items: npt.NDArray[np.int64],
    fabric: Fabric,
    seed: int,
    progress: Progress | None = None,
) -> PseudoLabels:
    """Sharpened posteriors of a teacher, each the mean over the recipe's views.

    They are soft, so that what the teacher is unsure of teaches little, and squared and scaled to
    a sum of 1 (a temperature of 1/2), so that a student does not grow less sure than its teacher.
    After noisy student (Xie et al., CVPR 2020, arXiv 1911.04252) and MixMatch's label guessing
    (Berthelot et al., NeurIPS 2019, arXiv 1905.02249: mean over augmented views, temperature 1/2).

    Args:
        items: (n,) pool positions, at least one; of more than ``MOST_ITEMS`` a random part is
            taken.
        seed: of that choice.
    """
    if len(items) > MOST_ITEMS:
        items = np.sort(np.random.default_rng(seed).choice(items, MOST_ITEMS, replace=False))
    posteriors = compute_outputs(
        teacher, preparation, items, fabric, progress=progress
    ).probabilities
    sharp = posteriors.square()
    return PseudoLabels(items, sharp / sharp.sum(1, keepdim=True))


def pseudo_batches(
    pseudo: PseudoLabels, pool: Pool, batch_size: int, steps: int, seed: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Normalised items (B, C, *spatial) and their posteriors (B, classes), for each step."""
    items = CachedItems(pool, pseudo.items)
    order = torch.Generator().manual_seed(seed)
    for positions in shuffled_positions(len(items), batch_size, steps, order):
        yield items.take(positions), pseudo.posteriors[positions]
