"""``compact``: a small residual classifier that trains fast on a CPU."""

from torch import Tensor, nn

from models2d.basic_block import BasicBlock
from models2d.conv_unit import conv_unit
from models2d.he_init import he_init
from models2d.registry import register_model
from models2d.task_model import TaskModel2D


@register_model(
    "compact",
    task="classification",
    description="Small residual network for images of about 32 px, 0.6 M parameters: fast on a CPU",
    source="this package; residual blocks after He et al. 2016, arXiv 1512.03385",
    min_size_px=16,
)
class Compact(TaskModel2D):
    """A residual network that halves the image early and widens as it shrinks.

    A 3x3 convolution to 32 channels, then basic blocks of 64 channels at 1/2 of the image's edge
    and of 128, twice, at 1/4; global average pooling and the linear head. At full resolution
    there is only the first convolution. An image of 32 px takes 49 million multiplications,
    where ``resnet18-cifar`` takes 556.

    Weights: He normal, fan out; BatchNorm 1 and 0; torch's default for the head.
    """

    def __init__(self, in_channels: int, num_classes: int, _size_px: int) -> None:
        super().__init__(embedding_size=128, num_classes=num_classes)
        self.features = nn.Sequential(
            *conv_unit(in_channels, 32),
            BasicBlock(32, 64, stride=2),
            BasicBlock(64, 128, stride=2),
            BasicBlock(128, 128),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        he_init(self.features, "fan_out")

    def embed(self, x: Tensor) -> Tensor:
        embedding: Tensor = self.features(x)
        return embedding
