"""What a strategy that trains models of its own has at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from lightning_fabric import Fabric
from torch import Tensor

from cryoal.learning.companion import Companion
from cryoal.learning.items import raw_batches
from cryoal.learning.preparation import Preparation
from cryoal.learning.task_model import TaskModel
from cryoal.learning.train import train


@dataclass(frozen=True)
class Workshop:
    """Volumes, the cycle's task model and the means to train others.

    Attributes:
        model: the task model of this cycle, in eval mode on the fabric's device.
        preparation: from stored items to what a model sees.
        fabric: device and precision.
        make_model: a fresh task model from a seed.
        companion: what was trained beside ``model``, in eval mode on its device, or None.
        views: copies of an item that its score is the mean of.
    """

    model: TaskModel
    preparation: Preparation
    fabric: Fabric
    make_model: Callable[[int], TaskModel]
    companion: Companion | None = None
    views: int = 1

    @property
    def item_shape(self) -> tuple[int, ...]:
        """Shape of an item, channels first."""
        return self.preparation.pool.item_shape

    def batches(
        self, indices: npt.NDArray[np.int64], batch_size: int = 64
    ) -> Iterator[tuple[slice, Tensor]]:
        """Items at pool positions ``indices`` as a model sees them in prediction.

        Yields:
            The places of the batch within ``indices`` and its items (B, C, *spatial) on the
            device.
        """
        for place, raw in raw_batches(self.preparation.pool, indices, batch_size):
            yield place, self.preparation(self.fabric.to_device(raw))

    def train_member(
        self, indices: npt.NDArray[np.int64], labels: npt.NDArray[np.int64], seed: int
    ) -> TaskModel:
        """Another task model, of fresh weights, trained by the run's recipe."""
        member = self.make_model(seed)
        train(member, self.preparation, indices, labels, self.fabric, seed)
        return member
