"""``drn-d-22``: a dilated residual network for street scenes."""

from torch import Tensor, nn

from models2d.basic_block import BasicBlock
from models2d.conv_unit import conv_unit
from models2d.he_init import he_init
from models2d.registry import register_model
from models2d.task_model import SegmentationModel2D


@register_model(
    "drn-d-22",
    task="segmentation",
    description="Dilated residual network with output stride 8, 16 M parameters",
    source="Yu, Koltun and Funkhouser 2017, arXiv 1705.09914 (DRN-D-22, code fyu/drn)",
    min_size_px=32,
)
class DRND22(SegmentationModel2D):
    """Eight levels of 16, 32, 64, 128, 256, 512, 512 and 512 channels, the first three at stride 2.

    Level 1 is a 7x7 and a 3x3 convolution, level 2 a 3x3 with stride 2; levels 3 to 6 have two
    basic blocks each, 3 and 4 with stride 2, 5 with dilation 2 and 6 with dilation 4. Levels 7
    and 8 are single convolutions with dilations 2 and 1, which smooth out the grid that dilation
    leaves. The feature map is 1/8 of the image's edge, rounded up.

    The classifier of the source has a 1x1 convolution as its last layer, so at 3 channels and
    1000 classes the number of parameters is the same: 16.4 M in the README of fyu/drn,
    16,393,752 in that of osmr/imgclsmob.

    Departs from the source: logits are enlarged by bilinear interpolation in place of a fixed
    transposed convolution, which is the same but at the image's edge, and whatever the size of
    the image; the source asks for multiples of 8. Weights are drawn as in the source, He normal
    with fan out, but for the head, which keeps torch's default, and there are no weights learnt
    on ImageNet to start from.
    """

    def __init__(self, in_channels: int, num_classes: int, _size_px: int) -> None:
        super().__init__(embedding_size=512, num_classes=num_classes)
        self.features = nn.Sequential(
            *conv_unit(in_channels, 16, kernel=7),
            *conv_unit(16, 16),
            *conv_unit(16, 32, stride=2),
            BasicBlock(32, 64, stride=2),
            BasicBlock(64, 64),
            BasicBlock(64, 128, stride=2),
            BasicBlock(128, 128),
            BasicBlock(128, 256, dilation=2),
            BasicBlock(256, 256, dilation=2),
            BasicBlock(256, 512, dilation=4),
            BasicBlock(512, 512, dilation=4),
            *conv_unit(512, 512, dilation=2),
            *conv_unit(512, 512),
        )
        he_init(self.features, "fan_out")

    def embed(self, x: Tensor) -> Tensor:
        feature_map: Tensor = self.features(x)
        return feature_map
