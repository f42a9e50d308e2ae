"""The shape that every 2D task model has: an embedding and one linear layer on it."""

from abc import ABC, abstractmethod

import torch.nn.functional as F
from torch import Tensor, nn


class ImageModel(nn.Module, ABC):
    """A model of images, split into ``embed`` and ``head``.

    The split is what query strategies need: they measure distances between embeddings, and for
    a linear head the gradient norm has a closed form.

    A model derives from one of the two subclasses, calls
    ``super().__init__(embedding_size, num_classes)``, builds its layers and writes ``embed``. In
    eval mode ``embed`` must be deterministic and treat each item of a batch on its own.

    Attributes:
        embedding_size: width of the embedding.
        num_classes: classes that it tells apart.
        dropout: of the embedding, off until its ``p`` is set.
        head: the last layer, from ``embedding_size`` to ``num_classes``.
    """

    head: nn.Linear | nn.Conv2d

    def __init__(self, embedding_size: int, num_classes: int) -> None:
        super().__init__()
        self.embedding_size = embedding_size
        self.num_classes = num_classes
        self.dropout = nn.Dropout(0.0)

    @abstractmethod
    def embed(self, x: Tensor) -> Tensor:
        """Images ``(B, in_channels, H, W)`` to embeddings ``(B, embedding_size, ...)``."""

    def forward(self, x: Tensor) -> Tensor:
        """Images ``(B, in_channels, H, W)`` to logits ``(B, num_classes, ...)``."""
        logits: Tensor = self.head(self.dropout(self.embed(x)))
        return logits


class TaskModel2D(ImageModel):
    """A classifier: embeddings ``(B, embedding_size)``, logits ``(B, num_classes)``."""

    head: nn.Linear

    def __init__(self, embedding_size: int, num_classes: int) -> None:
        super().__init__(embedding_size, num_classes)
        self.head = nn.Linear(embedding_size, num_classes)


class SegmentationModel2D(ImageModel):
    """A classifier of pixels.

    The embedding is a feature map ``(B, embedding_size, h, w)``, mostly coarser than the image.
    The head is a 1x1 convolution, a linear layer at each place of the map, and its logits are
    enlarged bilinearly to ``(B, num_classes, H, W)``, the size of the image.
    """

    head: nn.Conv2d

    def __init__(self, embedding_size: int, num_classes: int) -> None:
        super().__init__(embedding_size, num_classes)
        self.head = nn.Conv2d(embedding_size, num_classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Images ``(B, in_channels, H, W)`` to logits ``(B, num_classes, H, W)``."""
        return self.enlarged(super().forward(x), x)

    def enlarged(self, coarse: Tensor, x: Tensor) -> Tensor:
        """The head's logits ``(B, num_classes, h, w)`` at the size of the images ``x``."""
        return F.interpolate(coarse, size=x.shape[2:], mode="bilinear", align_corners=False)
