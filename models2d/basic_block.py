"""The basic block of residual networks."""

import torch
from torch import Tensor, nn

from models2d.conv_unit import conv_unit


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with BatchNorm, added to a shortcut, then ReLU.

    He et al. 2016, arXiv 1512.03385. The first convolution may stride; both have the same
    dilation. The shortcut is the identity, or a 1x1 convolution with BatchNorm where the shape
    changes. ``(B, in_channels, H, W)`` to ``(B, out_channels, ceil(H/stride), ceil(W/stride))``.
    """

    def __init__(
        self, in_channels: int, out_channels: int, stride: int = 1, dilation: int = 1
    ) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            *conv_unit(in_channels, out_channels, stride=stride, dilation=dilation),
            nn.Conv2d(
                out_channels, out_channels, 3, padding=dilation, dilation=dilation, bias=False
            ),
            nn.BatchNorm2d(out_channels),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.inner(x) + self.shortcut(x))
