"""``densenet121``: MONAI's 3D DenseNet-121."""

from torch import Tensor, nn

from models3d.registry import register_model
from models3d.task_model import TaskModel3D


@register_model(
    "densenet121",
    description="3D DenseNet of 121 layers, 11 M parameters",
    source="MONAI DenseNet121; Huang et al. 2017, arXiv 1608.06993",
)
class DenseNet121(TaskModel3D):
    """MONAI's DenseNet-121; the embedding is the global average of its 1024 channels.

    Departs from MONAI: no max pool after the stem's stride-2 convolution, so the four dense
    blocks work at 1/2, 1/4, 1/8 and 1/16 of the box edge, as in ``resnet18``; with the pool a
    32 px box would end in a single voxel and a 24 px box would not fit. Its ReLUs work out of
    place. Weights are drawn as MONAI does: He normal, fan in; BatchNorm 1 and 0; the head keeps
    torch's default.
    """

    def __init__(self, in_channels: int, num_classes: int, _box_px: int) -> None:
        # MONAI takes seconds to import: only those who build one of its models wait.
        from monai.networks.nets.densenet import DenseNet121 as MonaiDenseNet121

        super().__init__(embedding_size=1024, num_classes=num_classes)
        layers: nn.Sequential = MonaiDenseNet121(3, in_channels, num_classes).features
        layers.pool0 = nn.Identity()
        for module in layers.modules():
            if isinstance(module, nn.ReLU):
                module.inplace = False
        self.features = nn.Sequential(layers, nn.ReLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten())

    def embed(self, x: Tensor) -> Tensor:
        embedding: Tensor = self.features(x)
        return embedding
