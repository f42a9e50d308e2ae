"""``resnet10``, ``resnet18``, ``resnet34``: MONAI's 3D ResNets."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from models3d.registry import register_model
from models3d.task_model import TaskModel3D

if TYPE_CHECKING:
    from monai.networks.nets.resnet import ResNetBlock

SOURCE = "MONAI ResNet; He et al. 2016, arXiv 1512.03385; Hara et al. 2018, arXiv 1711.09577"


class OutOfPlaceBlock(nn.Module):
    """The layers of a MONAI ``ResNetBlock``, applied without touching a tensor in place.

    MONAI adds the shortcut to the output of ``bn2`` in place and applies ReLU in place, which
    breaks full backward hooks and overwrites what a gradient-norm engine has to look at.
    """

    def __init__(self, block: "ResNetBlock") -> None:
        super().__init__()
        self.conv1 = block.conv1
        self.bn1 = block.bn1
        self.conv2 = block.conv2
        self.bn2 = block.bn2
        shortcut = block.downsample
        self.downsample = shortcut if isinstance(shortcut, nn.Module) else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        inner = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(inner + self.downsample(x))


class ResNet3D(TaskModel3D):
    """A 3D ResNet of basic blocks; the embedding is the global average of 512 channels.

    The stem is MONAI's 7x7x7 convolution with stride 2 and no max pool, so the four stages work
    at 1/2, 1/4, 1/8 and 1/16 of the box edge: 16, 8, 4, 2 px for a 32 px box. MONAI's default
    (stride 1, then a max pool by 2) reaches the same grid and spends eight times the stem's work
    on it; both reductions together, as for photographs, would leave the last stage of a 32 px
    box a single voxel.

    Departs from MONAI: shortcuts where the shape changes are 1x1x1 convolutions without the bias
    that the BatchNorm after them cancels. Weights are drawn as MONAI does: He normal, fan out;
    BatchNorm 1 and 0; the head keeps torch's default.

    Args:
        blocks: blocks in each of the four stages.
    """

    def __init__(self, in_channels: int, num_classes: int, blocks: list[int]) -> None:
        # MONAI takes seconds to import: only those who build one of its models wait.
        from monai.networks.nets.resnet import ResNet, ResNetBlock

        super().__init__(embedding_size=512, num_classes=num_classes)
        self.network = ResNet(
            "basic",
            blocks,
            [64, 128, 256, 512],
            n_input_channels=in_channels,
            conv1_t_size=7,
            conv1_t_stride=2,
            no_max_pool=True,
            feed_forward=False,
            bias_downsample=False,
            act=("relu", {"inplace": False}),
        )
        for stage in (
            self.network.layer1,
            self.network.layer2,
            self.network.layer3,
            self.network.layer4,
        ):
            for position, block in enumerate(stage):
                assert isinstance(block, ResNetBlock)
                stage[position] = OutOfPlaceBlock(block)

    def embed(self, x: Tensor) -> Tensor:
        embedding: Tensor = self.network(x)
        return embedding


@register_model(
    "resnet10", description="3D ResNet of four basic blocks, 14.4 M parameters", source=SOURCE
)
def resnet10(in_channels: int, num_classes: int, _box_px: int) -> ResNet3D:
    return ResNet3D(in_channels, num_classes, [1, 1, 1, 1])


@register_model(
    "resnet18", description="3D ResNet of eight basic blocks, 33 M parameters", source=SOURCE
)
def resnet18(in_channels: int, num_classes: int, _box_px: int) -> ResNet3D:
    return ResNet3D(in_channels, num_classes, [2, 2, 2, 2])


@register_model(
    "resnet34", description="3D ResNet of sixteen basic blocks, 63 M parameters", source=SOURCE
)
def resnet34(in_channels: int, num_classes: int, _box_px: int) -> ResNet3D:
    return ResNet3D(in_channels, num_classes, [3, 4, 6, 3])
