"""``resnet18`` for photographs of 224 px and ``resnet18-cifar`` for images of 32 px."""

from torch import Tensor, nn

from models2d.basic_block import BasicBlock
from models2d.conv_unit import conv_unit
from models2d.he_init import he_init
from models2d.registry import register_model
from models2d.task_model import TaskModel2D


class ResNet18(TaskModel2D):
    """Eight basic blocks after a stem; the embedding is the global average of 512 channels.

    Two blocks each of 64, 128, 256 and 512 channels, the resolution halved at the last three
    widths. Weights: He normal, fan out; BatchNorm 1 and 0; the head keeps torch's default.

    Args:
        stem: layers that give 64 channels.
    """

    def __init__(self, stem: list[nn.Module], num_classes: int) -> None:
        super().__init__(embedding_size=512, num_classes=num_classes)
        self.features = nn.Sequential(
            *stem,
            BasicBlock(64, 64),
            BasicBlock(64, 64),
            BasicBlock(64, 128, stride=2),
            BasicBlock(128, 128),
            BasicBlock(128, 256, stride=2),
            BasicBlock(256, 256),
            BasicBlock(256, 512, stride=2),
            BasicBlock(512, 512),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        he_init(self.features, "fan_out")

    def embed(self, x: Tensor) -> Tensor:
        embedding: Tensor = self.features(x)
        return embedding


@register_model(
    "resnet18",
    task="classification",
    description="ResNet-18 for images of about 224 px, 11.7 M parameters",
    source="He et al. 2016, arXiv 1512.03385",
    min_size_px=64,
)
def resnet18(in_channels: int, num_classes: int, _size_px: int) -> ResNet18:
    """Stem: a 7x7 convolution with stride 2 and a 3x3 max pool with stride 2.

    11,689,512 parameters at 3 channels and 1000 classes, as torchvision's documentation of
    ``resnet18`` says.
    """
    stem = [*conv_unit(in_channels, 64, kernel=7, stride=2), nn.MaxPool2d(3, 2, padding=1)]
    return ResNet18(stem, num_classes)


@register_model(
    "resnet18-cifar",
    task="classification",
    description="ResNet-18 for images of about 32 px: 3x3 stem, no max pool, 11.2 M parameters",
    source="He et al. 2016, arXiv 1512.03385, with the stem of kuangliu/pytorch-cifar",
    min_size_px=16,
)
def resnet18_cifar(in_channels: int, num_classes: int, _size_px: int) -> ResNet18:
    """Stem: a 3x3 convolution, so that the blocks work at 32, 16, 8 and 4 px of a 32 px image.

    What active learning papers mean by ResNet-18 on CIFAR and SVHN (Yoo and Kweon 2019, arXiv
    1905.03677; Wang et al. 2022, arXiv 2112.05683); not one of the CIFAR networks of He et al.
    11,173,962 parameters at 3 channels and 10 classes, as kuangliu/pytorch-cifar's has. That one
    starts from torch's default weights.
    """
    return ResNet18(conv_unit(in_channels, 64), num_classes)
