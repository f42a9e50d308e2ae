"""Contexts of a query made from outputs alone."""

from __future__ import annotations

import numpy as np
import torch

from cryoal.learning.outputs import Outputs
from cryoal.strategies import QueryContext


def context_of(
    outputs: Outputs,
    labelled_outputs: Outputs | None = None,
    labels: list[int] | None = None,
    seed: int = 0,
) -> QueryContext:
    """Candidates at the first positions, labelled items (of class 0 by default) after them."""
    count = len(outputs.logits)
    labelled = 0 if labelled_outputs is None else len(labelled_outputs.logits)
    labelled = labelled if labels is None else len(labels)
    return QueryContext(
        np.arange(count),
        outputs,
        np.arange(count, count + labelled),
        np.array([0] * labelled if labels is None else labels, np.int64),
        seed,
        labelled_outputs,
    )


def random_outputs(count: int, classes: int = 3, width: int = 6, seed: int = 0) -> Outputs:
    """Logits, embeddings, features and four posteriors under dropout, all at random."""
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(count, classes, generator=generator)
    noise = torch.randn(4, count, classes, generator=generator)
    return Outputs(
        logits,
        1 + torch.randn(count, width, generator=generator),
        {"entropy": 0.1 + torch.rand(count, generator=generator)},
        (logits + noise).softmax(2),
        torch.randn(count, width, generator=generator),
    )
