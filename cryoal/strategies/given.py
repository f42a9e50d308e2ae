"""What the pass over the items gave, where the strategy declares to need it."""

from __future__ import annotations

from typing import TypeVar

from torch import Tensor

from cryoal.learning.outputs import Outputs
from cryoal.strategies.context import QueryContext

Value = TypeVar("Value")


def declared(value: Value | None) -> Value:
    """``value``, which is there because the strategy declares to need it.

    Raises:
        ValueError: it is not there.
    """
    if value is None:
        raise ValueError("not computed: the strategy must declare in `needs` what it reads")
    return value


def embeddings(context: QueryContext) -> Tensor:
    """Embeddings of the candidates (n, d)."""
    return declared(context.outputs.embeddings)


def features(context: QueryContext) -> Tensor:
    """Features of the candidates (n, f)."""
    return declared(context.outputs.features)


def dropout_posteriors(context: QueryContext) -> Tensor:
    """Posteriors (samples, n, classes) of the candidates under dropout."""
    return declared(context.outputs.samples)


def labelled_embeddings(context: QueryContext) -> Tensor:
    """Embeddings of the labelled items (m, d)."""
    if len(context.labelled) == 0:
        return embeddings(context)[:0]
    return declared(labelled_outputs(context).embeddings)


def labelled_features(context: QueryContext) -> Tensor:
    """Features of the labelled items (m, f)."""
    if len(context.labelled) == 0:
        return features(context)[:0]
    return declared(labelled_outputs(context).features)


def labelled_outputs(context: QueryContext) -> Outputs:
    """Outputs of the labelled items."""
    return declared(context.labelled_outputs)
