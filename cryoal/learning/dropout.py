"""Dropout at prediction time: layers that drop are switched on, all others stay in eval mode."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from cryoal.gradnorm.plan import DROPOUTS
from cryoal.learning.task_model import TaskModel


def dropout_layers(model: nn.Module) -> list[nn.Module]:
    """Layers of ``model`` that drop anything at all."""
    return [layer for layer in model.modules() if isinstance(layer, DROPOUTS) and layer.p > 0]


@contextmanager
def dropping(model: nn.Module) -> Iterator[None]:
    """Dropout as in training while the block runs, for a model in eval mode.

    ``model.train()`` would also let BatchNorm use, and change, batch statistics.
    """
    layers = dropout_layers(model)
    for layer in layers:
        layer.train()
    try:
        yield
    finally:
        for layer in layers:
            layer.eval()


def posterior_samples(model: TaskModel, batch: Tensor, samples: int) -> Tensor:
    """Posteriors (samples, B, classes), each under another draw of the dropout masks.

    Gal and Ghahramani, ICML 2016. The draws come from torch's global generator. A model that
    drops nothing but the embedding embeds the batch only once.
    """
    with torch.no_grad(), dropping(model):
        if dropout_layers(model) == [model.dropout]:
            embedded = model.embed(batch)
            logits = [model.head(model.dropout(embedded)) for _ in range(samples)]
        else:
            logits = [model(batch) for _ in range(samples)]
    return torch.stack(logits).float().softmax(2)
