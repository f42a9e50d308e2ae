"""Labelled or not, told from a feature map."""

from __future__ import annotations

from torch import Tensor, nn

from cryoal.auxiliary.spatial import CONVOLUTION, POOL


class ConvolutionalDiscriminator(nn.Module):
    """Two convolutions and three dense layers to one logit: the log-odds of being unlabelled.

    After Du et al., Bioinformatics 2021 (HAL). The mean over 2 parts of each axis stands between,
    so that a map of any size fits.

    Args:
        channels: of the feature map.
        axes: its spatial axes, 2 or 3.
        widths: of the convolutions.
        dense: width of the dense layers.
    """

    def __init__(self, channels: int, axes: int, widths: tuple[int, int], dense: int) -> None:
        super().__init__()
        first, second = widths
        self.layers = nn.Sequential(
            CONVOLUTION[axes](channels, first, 3, padding=1),
            nn.ReLU(),
            CONVOLUTION[axes](first, second, 3, padding=1),
            nn.ReLU(),
            POOL[axes](2),
            nn.Flatten(),
            nn.Linear(second * 2**axes, dense),
            nn.ReLU(),
            nn.Linear(dense, dense),
            nn.ReLU(),
            nn.Linear(dense, dense),
            nn.ReLU(),
            nn.Linear(dense, 1),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """(B, channels, *edges) to log-odds (B,)."""
        logits: Tensor = self.layers(maps)[:, 0]
        return logits
