"""How good a segmentation model is on images whose masks are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from torch import Tensor

from cryoal.errors import CryoalError
from cryoal.learning.items import raw_batches
from cryoal.learning.preparation import Preparation
from cryoal.learning.task_model import TaskModel
from cryoal.pools.images.segmentation_pool import VOID, SegmentationPool
from cryoal.runs.class_measures import class_f1, class_iou, class_recall
from cryoal.runs.evaluation import CALIBRATION_BINS

Progress = Callable[[int, int], None]
MOST_AT_ONCE = 8


class PixelTally:
    """What is counted over the pixels of one batch after another.

    Args:
        num_classes: classes of pixels.

    Attributes:
        confusion: counts (classes, classes), rows true, columns predicted.
    """

    def __init__(self, num_classes: int) -> None:
        self.confusion: npt.NDArray[np.int64] = np.zeros((num_classes, num_classes), np.int64)
        self._gaps = np.zeros(CALIBRATION_BINS)
        self._loss = 0.0

    def add(self, logits: Tensor, masks: Tensor) -> None:
        """Count the pixels that have a class.

        Args:
            logits: (B, classes, H, W), on any device.
            masks: (B, H, W), ``VOID`` for pixels that do not count.
        """
        known = masks != VOID
        logits, labels = logits.float().movedim(1, -1)[known], masks[known]
        classes = len(self.confusion)
        confidence, predicted = logits.softmax(1).max(1)
        pairs = torch.bincount(labels * classes + predicted, minlength=classes**2)
        self.confusion += pairs.view(classes, classes).cpu().numpy()
        gaps = (predicted == labels).double() - confidence.double()
        places = (confidence.double() * CALIBRATION_BINS).long().clamp_max(CALIBRATION_BINS - 1)
        self._gaps += torch.bincount(places, gaps, minlength=CALIBRATION_BINS).cpu().numpy()
        self._loss += float(F.cross_entropy(logits, labels, reduction="none").double().sum())

    @property
    def pixels(self) -> int:
        """How many were counted."""
        return int(self.confusion.sum())

    def metrics(self) -> dict[str, float]:
        """Those of ``classification_metrics`` with pixels for items, and ``miou``.

        ``miou`` is the mean over the classes that are there of intersection over union; the count
        runs over the pixels of all images together, as PASCAL VOC and Cityscapes define it.
        """
        f1 = class_f1(self.confusion)
        return {
            "accuracy": float(self.confusion.trace() / self.pixels),
            "balanced_accuracy": float(np.nanmean(class_recall(self.confusion))),
            "macro_f1": float(np.nanmean(f1)),
            "worst_f1": float(np.nanmin(f1)),
            "miou": float(np.nanmean(class_iou(self.confusion))),
            "calibration_error": float(np.abs(self._gaps).sum() / self.pixels),
            "loss": self._loss / self.pixels,
        }


def tally_pixels(
    model: TaskModel,
    preparation: Preparation,
    items: npt.NDArray[np.int64],
    fabric: Fabric,
    progress: Progress | None = None,
) -> PixelTally:
    """Run ``model`` in eval mode over whole images and compare it with their masks.

    Args:
        preparation: of a segmentation pool.
        items: pool positions (n,) of items that have a mask.
        progress: called with (items done, n).

    Raises:
        CryoalError: outputs that are not finite, of a training that diverged.
    """
    pool = preparation.pool
    assert isinstance(pool, SegmentationPool)
    model.to(fabric.device).eval()
    tally = PixelTally(model.num_classes)
    for place, raw in raw_batches(pool, items, MOST_AT_ONCE):
        with torch.no_grad(), fabric.autocast():
            logits = model(preparation(fabric.to_device(raw)))
        if not torch.isfinite(logits).all():
            raise CryoalError(
                "the model's outputs are not finite: its training diverged; begin anew with a "
                "lower recipe.learning_rate"
            )
        tally.add(logits, fabric.to_device(pool.masks(items[place])))
        if progress is not None:
            progress(place.stop, len(items))
    return tally
