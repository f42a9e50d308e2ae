"""``rb3d``: the residual-style network of Che et al. 2018."""

import torch
from torch import Tensor, nn

from models3d.he_init import he_init
from models3d.registry import register_model
from models3d.task_model import TaskModel3D


class TwoBranchBlock(nn.Module):
    """Two branches of 16 channels each, concatenated and passed through ReLU; 32 in, 32 out.

    Left: 1x1x1 to 16, 3x3x3 to 32, 1x1x1 to 16. Right: 3x3x3 to 16. ReLU after every
    convolution. The shape ``(B, 32, D, H, W)`` is kept.
    """

    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Sequential(
            nn.Conv3d(32, 16, 1),
            nn.ReLU(),
            nn.Conv3d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.Conv3d(32, 16, 1),
        )
        self.right = nn.Conv3d(32, 16, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(torch.cat([self.left(x), self.right(x)], dim=1))


@register_model(
    "rb3d",
    description="Four two-branch blocks at half resolution, 0.1 M parameters, no normalisation",
    source="Che et al. 2018, arXiv 1707.04885 (RB3D)",
)
class RB3D(TaskModel3D):
    """A 3x3x3 convolution to 32 channels, ReLU, max pool 2, four two-branch blocks, linear.

    The average pool to 2x2x2 before the head is adaptive, so any box fits, and the embedding is
    its 256 values.

    Departs from the source: convolutions are drawn by ``he_init``, for there is no
    normalisation; the head keeps torch's default.
    """

    def __init__(self, in_channels: int, num_classes: int, _box_px: int) -> None:
        super().__init__(embedding_size=32 * 2**3, num_classes=num_classes)
        self.features = nn.Sequential(
            nn.Conv3d(in_channels, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool3d(2),
            *(TwoBranchBlock() for _ in range(4)),
            nn.AdaptiveAvgPool3d(2),
            nn.Flatten(),
        )
        he_init(self.features)

    def embed(self, x: Tensor) -> Tensor:
        embedding: Tensor = self.features(x)
        return embedding
