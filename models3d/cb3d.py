"""``cb3d``: the C3D-like network of Che et al. 2018."""

from torch import Tensor, nn

from models3d.he_init import he_init
from models3d.registry import register_model
from models3d.task_model import TaskModel3D


def _conv(in_channels: int, out_channels: int) -> list[nn.Module]:
    return [nn.Conv3d(in_channels, out_channels, 3, padding=1), nn.ReLU()]


def _dense(in_features: int) -> list[nn.Module]:
    return [nn.Linear(in_features, 4096), nn.ReLU(), nn.Dropout(0.5)]


@register_model(
    "cb3d",
    description="C3D-like, six wide convolutions and two dense 4096, 64 M parameters, dropout",
    source="Che et al. 2018, arXiv 1707.04885 (CB3D), after Tran et al. 2015, arXiv 1412.0767",
)
class CB3D(TaskModel3D):
    """3x3x3 convolutions 64, 128, 256, 256, 512, 512 and two dense 4096 with dropout 0.5.

    Max pools: (1, 2, 2) after the first convolution, 2 after the second, fourth and sixth. The
    first pool leaves z alone, as C3D does with time, so z ends twice as long as y and x. The
    embedding is the second dense layer's output.

    Departs from the source: an adaptive average pool to (4, 2, 2) stands before the dense
    layers, so that any box fits; at 32 px it changes nothing. All layers but the head are drawn
    by ``he_init``, for there is no normalisation; the head keeps torch's default.
    """

    def __init__(self, in_channels: int, num_classes: int, _box_px: int) -> None:
        super().__init__(embedding_size=4096, num_classes=num_classes)
        self.features = nn.Sequential(
            *_conv(in_channels, 64),
            nn.MaxPool3d((1, 2, 2)),
            *_conv(64, 128),
            nn.MaxPool3d(2),
            *_conv(128, 256),
            *_conv(256, 256),
            nn.MaxPool3d(2),
            *_conv(256, 512),
            *_conv(512, 512),
            nn.MaxPool3d(2),
            nn.AdaptiveAvgPool3d((4, 2, 2)),
            nn.Flatten(),
            *_dense(512 * 4 * 2 * 2),
            *_dense(4096),
        )
        he_init(self.features)

    def embed(self, x: Tensor) -> Tensor:
        embedding: Tensor = self.features(x)
        return embedding
