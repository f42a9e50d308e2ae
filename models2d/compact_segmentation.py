"""``compact-segmentation``: a small network for street scenes that trains on a CPU."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models2d.basic_block import BasicBlock
from models2d.conv_unit import conv_unit
from models2d.he_init import he_init
from models2d.registry import register_model
from models2d.task_model import SegmentationModel2D


@register_model(
    "compact-segmentation",
    task="segmentation",
    description="Small encoder-decoder for scenes of about 240x180 px, 0.6 M parameters",
    source="this package; encoder-decoder after Ronneberger et al. 2015, arXiv 1505.04597, "
    "dilated blocks after Yu et al. 2017, arXiv 1705.09914",
    min_size_px=32,
)
class CompactSegmentation(SegmentationModel2D):
    """Down to 1/8 of the image's edge, where dilated blocks look wide, and up again to 1/4.

    The fine branch, a 5x5 convolution with stride 2 to 24 channels and a basic block with stride
    2 to 48, ends at 1/4. On it stand three basic blocks of 96 channels at 1/8, with dilations 1,
    2 and 4: the last sees 233 px. Their output is enlarged, joined to the fine branch's and
    merged by a 3x3 convolution to the feature map of 64 channels.

    Weights: He normal, fan out; BatchNorm 1 and 0; torch's default for the head.
    """

    def __init__(self, in_channels: int, num_classes: int, _size_px: int) -> None:
        super().__init__(embedding_size=64, num_classes=num_classes)
        self.fine = nn.Sequential(
            *conv_unit(in_channels, 24, kernel=5, stride=2),
            BasicBlock(24, 48, stride=2),
        )
        self.wide = nn.Sequential(
            BasicBlock(48, 96, stride=2),
            BasicBlock(96, 96, dilation=2),
            BasicBlock(96, 96, dilation=4),
        )
        self.merge = nn.Sequential(*conv_unit(48 + 96, 64))
        for part in (self.fine, self.wide, self.merge):
            he_init(part, "fan_out")

    def embed(self, x: Tensor) -> Tensor:
        fine = self.fine(x)
        wide = self.wide(fine)
        enlarged = F.interpolate(wide, size=fine.shape[2:], mode="bilinear", align_corners=False)
        feature_map: Tensor = self.merge(torch.cat([fine, enlarged], dim=1))
        return feature_map
