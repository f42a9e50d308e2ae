"""A scheme's view of candidates: what it needs, computed in one pass, and its scores on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from lightning_fabric import Fabric
from torch import Tensor

from cryoal.io.atomic import written_atomically
from cryoal.learning.outputs import GradientNormRequest, Outputs, compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.runs.settings import RunSettings
from cryoal.strategies import GRADIENT_LOSSES, Need, QueryContext, Strategy
from models3d import TaskModel3D


def scheme_outputs(
    strategy: Strategy,
    model: TaskModel3D,
    preparation: Preparation,
    candidates: npt.NDArray[np.int64],
    settings: RunSettings,
    fabric: Fabric,
    progress: Callable[[int, int], None] | None = None,
) -> Outputs:
    """One pass of ``model`` over ``candidates`` that gives all that ``strategy`` needs."""
    losses = tuple(name for need, name in GRADIENT_LOSSES.items() if need in strategy.needs)
    return compute_outputs(
        model,
        preparation,
        candidates,
        fabric,
        embeddings=Need.EMBEDDINGS in strategy.needs,
        gradient=GradientNormRequest(losses, settings.aggregate, settings.grad_scope),
        progress=progress,
    )


def save_scores(
    path: Path, context: QueryContext, positions: npt.NDArray[np.int64], scores: Tensor | None
) -> None:
    """Write candidates, posterior and, where the scheme gives them, scores; whole or not at all.

    Args:
        positions: class position of each column of the posterior.
    """
    arrays = {
        "candidates": context.candidates,
        "classes": positions,
        "probabilities": context.probabilities.numpy(),
    }
    if scores is not None:
        arrays["scores"] = scores.numpy()
    with written_atomically(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
