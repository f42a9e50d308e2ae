"""Exact per-sample gradient norms of any torch model, in batches."""

from cryoal.gradnorm.engine import MEMORY_BUDGET_BYTES, Scored, gradient_norms, score
from cryoal.gradnorm.lengths import Aggregate
from cryoal.gradnorm.losses import Loss

__all__ = [
    "MEMORY_BUDGET_BYTES",
    "Aggregate",
    "Loss",
    "Scored",
    "gradient_norms",
    "score",
]
