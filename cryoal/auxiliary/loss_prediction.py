"""The loss-prediction module of LL4AL."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch
from torch import Tensor, nn

from cryoal.auxiliary.feature_taps import FeatureTaps, find_taps
from cryoal.learning.companion import Companion, TrainingStep


class LossPrediction(Companion):
    """Predicts the loss of an item from the task model's feature maps.

    Yoo and Kweon, CVPR 2019, section 3.2: each map is averaged over space and passes a dense
    layer with ReLU; all together pass a last one to a single number. Only the order of the
    predictions means anything.

    Args:
        model: the task model; its feature maps are found by a pass in eval mode.
        item_shape: (C, *spatial).
        width: of the dense layer of each map.
        margin: of the ranking loss.
        weight: of the ranking loss beside the task model's.
        detach_after: share of the training after which the task model learns nothing more from
            the ranking loss.
    """

    def __init__(
        self,
        model: nn.Module,
        item_shape: tuple[int, ...],
        width: int = 128,
        margin: float = 1.0,
        weight: float = 1.0,
        detach_after: float = 0.6,
    ) -> None:
        super().__init__()
        self.features = FeatureTaps(find_taps(model, item_shape))
        taps = self.features.taps
        self.branches = nn.ModuleList(nn.Linear(tap.channels, width) for tap in taps)
        self.output = nn.Linear(width * len(taps), 1)
        self.margin = margin
        self.weight = weight
        self.detach_after = detach_after

    def attach(self, model: nn.Module) -> AbstractContextManager[None]:
        """Watch the feature maps of ``model``."""
        return self.features.attached(model)

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Predicted losses (B,) from feature maps (B, channels, *edges)."""
        pooled = [one.float().flatten(2).mean(2) for one in maps]
        branches = zip(self.branches, pooled, strict=True)
        hidden = torch.cat([torch.relu(branch(values)) for branch, values in branches], dim=1)
        predicted: Tensor = self.output(hidden)[:, 0]
        return predicted

    def predict(self) -> Tensor:
        """Predicted losses (B,) of the batch that the watched model saw last."""
        predicted: Tensor = self(self.features.maps)
        return predicted

    def loss(self, step: TrainingStep) -> Tensor:
        """Weighted ranking loss of the step's items."""
        maps = self.features.maps
        if step.done > self.detach_after:
            maps = [one.detach() for one in maps]
        return self.weight * ranking_loss(self(maps), step.losses.detach(), self.margin)


def ranking_loss(predicted: Tensor, losses: Tensor, margin: float) -> Tensor:
    """How far pairs of items are from being ordered as their losses are, by ``margin`` at least.

    Item i is paired with item B - 1 - i; an odd batch leaves out its last item, and a batch of one
    has no pair and loss 0 (Yoo and Kweon, CVPR 2019, Eq. 2).

    Args:
        predicted: (B,).
        losses: (B,), without gradient.
    """
    half = len(predicted) // 2
    even = slice(2 * half)
    apart = (predicted[even] - predicted[even].flip(0))[:half]
    truly = (losses[even] - losses[even].flip(0))[:half]
    # Equal losses count as 'not larger', as in the published code.
    sign = torch.where(truly > 0, 1.0, -1.0)
    return (margin - sign * apart).clamp_min(0).sum() / max(half, 1)
