"""``vgg16`` for photographs of 224 px and ``vgg16-cifar`` for images of 32 px."""

from torch import Tensor, nn

from models2d.he_init import he_init
from models2d.registry import register_model
from models2d.task_model import TaskModel2D

STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
"""Channels after each convolution of configuration D; max pool 2 after each stage."""
DENSE_FEATURES = 4096


def _convolutions(in_channels: int, *, normalised: bool) -> list[nn.Module]:
    """The 13 convolutions, 3x3 with bias and ReLU; ``normalised``: BatchNorm before each ReLU."""
    layers: list[nn.Module] = []
    for widths in STAGES:
        for width in widths:
            layers.append(nn.Conv2d(in_channels, width, 3, padding=1))
            if normalised:
                layers.append(nn.BatchNorm2d(width))
            layers.append(nn.ReLU())
            in_channels = width
        layers.append(nn.MaxPool2d(2))
    return layers


def _dense(in_features: int) -> list[nn.Module]:
    return [nn.Linear(in_features, DENSE_FEATURES), nn.ReLU(), nn.Dropout(0.5)]


@register_model(
    "vgg16",
    task="classification",
    description="VGG-16 for images of about 224 px, 138 M parameters, dropout",
    source="Simonyan and Zisserman 2015, arXiv 1409.1556, configuration D",
    min_size_px=64,
)
class VGG16(TaskModel2D):
    """13 convolutions and two dense layers of 4096 with dropout 0.5, no normalisation.

    The embedding is the second dense layer's output. 138,357,544 parameters at 3 channels and
    1000 classes, as torchvision's documentation of ``vgg16`` says.

    Departs from the source: an adaptive average pool to 7x7 stands before the dense layers, so
    that other sizes fit; at 224 px it changes nothing. All layers but the head are drawn at once
    by ``he_init``, fan in, where the source trains a shallower network first; the head keeps
    torch's default.
    """

    def __init__(self, in_channels: int, num_classes: int, _size_px: int) -> None:
        super().__init__(embedding_size=DENSE_FEATURES, num_classes=num_classes)
        self.features = nn.Sequential(
            *_convolutions(in_channels, normalised=False),
            nn.AdaptiveAvgPool2d(7),
            nn.Flatten(),
            *_dense(STAGES[-1][-1] * 7 * 7),
            *_dense(DENSE_FEATURES),
        )
        he_init(self.features, "fan_in")

    def embed(self, x: Tensor) -> Tensor:
        embedding: Tensor = self.features(x)
        return embedding


@register_model(
    "vgg16-cifar",
    task="classification",
    description="VGG-16 for images of about 32 px: BatchNorm, one linear layer, 14.7 M parameters",
    source="Simonyan and Zisserman 2015, arXiv 1409.1556, as in kuangliu/pytorch-cifar",
    min_size_px=32,
)
class VGG16Cifar(TaskModel2D):
    """The 13 convolutions with BatchNorm; the embedding is the average of the last 512 channels.

    A 32 px image ends in a single place, so nothing is averaged there. 14,728,266 parameters at
    3 channels and 10 classes, as kuangliu/pytorch-cifar's has: its convolutions keep the bias
    that BatchNorm cancels in training. Weights: He normal, fan out, where that code takes torch's
    default; the head keeps it.
    """

    def __init__(self, in_channels: int, num_classes: int, _size_px: int) -> None:
        super().__init__(embedding_size=STAGES[-1][-1], num_classes=num_classes)
        self.features = nn.Sequential(
            *_convolutions(in_channels, normalised=True),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        he_init(self.features, "fan_out")

    def embed(self, x: Tensor) -> Tensor:
        embedding: Tensor = self.features(x)
        return embedding
