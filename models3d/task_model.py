"""The shape that every task model has: an embedding and one linear layer on it."""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class TaskModel3D(nn.Module, ABC):
    """A classifier of cubic boxes, split into ``embed`` and ``head``.

    The split is what query strategies need: they measure distances between embeddings, and for
    a linear head the gradient norm has a closed form.

    A subclass calls ``super().__init__(embedding_size, num_classes)``, builds its layers and
    writes ``embed``. In eval mode ``embed`` must be deterministic and treat each item of a batch
    on its own.

    Attributes:
        embedding_size: width of the embedding.
        num_classes: classes that it tells apart.
        dropout: of the embedding, off until its ``p`` is set.
        head: the last layer, ``nn.Linear(embedding_size, num_classes)``.
    """

    def __init__(self, embedding_size: int, num_classes: int) -> None:
        super().__init__()
        self.embedding_size = embedding_size
        self.num_classes = num_classes
        self.dropout = nn.Dropout(0.0)
        self.head = nn.Linear(embedding_size, num_classes)

    @abstractmethod
    def embed(self, x: Tensor) -> Tensor:
        """Boxes ``(B, in_channels, D, H, W)`` to embeddings ``(B, embedding_size)``."""

    def forward(self, x: Tensor) -> Tensor:
        """Boxes ``(B, in_channels, D, H, W)`` to logits ``(B, num_classes)``."""
        logits: Tensor = self.head(self.dropout(self.embed(x)))
        return logits
