"""``compact``: a small residual network that trains fast on a CPU."""

import torch
from torch import Tensor, nn

from models3d.registry import register_model
from models3d.task_model import TaskModel3D


class ResidualBlock(nn.Module):
    """Two 3x3x3 convolutions with BatchNorm, added to a shortcut; the first may stride.

    The shortcut is the identity, or a 1x1x1 convolution with BatchNorm where the shape changes.
    ``(B, in_channels, D, H, W)`` to ``(B, out_channels, ceil(D/stride), ...)``.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm3d(out_channels)
        self.conv2 = nn.Conv3d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm3d(out_channels)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.Conv3d(in_channels, out_channels, 1, stride, bias=False),
                nn.BatchNorm3d(out_channels),
            )

    def forward(self, x: Tensor) -> Tensor:
        inner = self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(x)))))
        return torch.relu(inner + self.shortcut(x))


@register_model(
    "compact",
    description="Small residual network, 0.9 M parameters: trains fast on a CPU from few labels",
    source="this package; residual blocks after He et al. 2016, arXiv 1512.03385",
)
class Compact(TaskModel3D):
    """A residual network that halves the box at once and widens as it shrinks.

    A 5x5x5 stride-2 convolution to 16 channels, then residual blocks of 32 channels at 1/2 of
    the box edge, 64 at 1/4 and 128 at 1/8, global average pooling and the linear head. At full
    resolution 3D convolutions would take most of the time, so there is only one, and it strides;
    its wide kernel also averages noise before the first nonlinearity.

    Weights: He normal (fan out) for convolutions, BatchNorm at scale 1 and shift 0, torch's
    default for the head.
    """

    def __init__(self, in_channels: int, num_classes: int, _box_px: int) -> None:
        super().__init__(embedding_size=128, num_classes=num_classes)
        self.features = nn.Sequential(
            nn.Conv3d(in_channels, 16, 5, stride=2, padding=2, bias=False),
            nn.BatchNorm3d(16),
            nn.ReLU(),
            ResidualBlock(16, 32, stride=1),
            ResidualBlock(32, 64, stride=2),
            ResidualBlock(64, 128, stride=2),
            nn.AdaptiveAvgPool3d(1),
            nn.Flatten(),
        )
        for module in self.modules():
            if isinstance(module, nn.Conv3d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def embed(self, x: Tensor) -> Tensor:
        embedding: Tensor = self.features(x)
        return embedding
