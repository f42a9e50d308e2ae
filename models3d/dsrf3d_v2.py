"""``dsrf3d-v2``: the VGG-like network of Che et al. 2018."""

from torch import Tensor, nn

from models3d.he_init import he_init
from models3d.registry import register_model
from models3d.task_model import TaskModel3D


def _stage(in_channels: int, out_channels: int) -> list[nn.Module]:
    """Two 3x3x3 convolutions with ReLU, then max pool 2."""
    return [
        nn.Conv3d(in_channels, out_channels, 3, padding=1),
        nn.ReLU(),
        nn.Conv3d(out_channels, out_channels, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool3d(2),
    ]


def _dense(in_features: int) -> list[nn.Module]:
    return [nn.Linear(in_features, 1024), nn.ReLU(), nn.Dropout(0.7)]


@register_model(
    "dsrf3d-v2",
    description="VGG-like, six convolutions and two dense layers, 10.3 M parameters, dropout",
    source="Che et al. 2018, arXiv 1707.04885 (DSRF3D-v2)",
)
class DSRF3Dv2(TaskModel3D):
    """3x3x3 convolutions 32, 32, 64, 64, 128, 128, max pool 2 after each pair; two dense 1024.

    Each dense layer has ReLU and dropout 0.7 as in the source's code. The embedding is the
    second one's output.

    Departs from the source: an adaptive average pool to 4x4x4 stands before the dense layers,
    so that any box fits; at 32 px it changes nothing. All layers but the head are drawn by
    ``he_init``, for there is no normalisation; the head keeps torch's default.
    """

    def __init__(self, in_channels: int, num_classes: int, _box_px: int) -> None:
        super().__init__(embedding_size=1024, num_classes=num_classes)
        self.features = nn.Sequential(
            *_stage(in_channels, 32),
            *_stage(32, 64),
            *_stage(64, 128),
            nn.AdaptiveAvgPool3d(4),
            nn.Flatten(),
            *_dense(128 * 4**3),
            *_dense(1024),
        )
        he_init(self.features)

    def embed(self, x: Tensor) -> Tensor:
        embedding: Tensor = self.features(x)
        return embedding
