"""A scheme's view of candidates: what it needs, computed in one pass, and its scores on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch import Tensor

from cryoal.io.atomic import written_atomically
from cryoal.learning.outputs import GradientNormRequest, Outputs, compute_outputs
from cryoal.learning.task_model import TaskModel
from cryoal.runs.settings import RunSettings
from cryoal.strategies import GRADIENT_LOSSES, Need, QueryContext, Strategy, Workshop

Indices = npt.NDArray[np.int64]
Progress = Callable[[int, int], None]

DROPOUT_SAMPLES = 20
"""As in the examples of BaaL; published code takes 10 to 40."""


class Surveyor:
    """Shows a strategy what it declares to need.

    Args:
        strategy: that will choose.
        workshop: the cycle's task model and how it is fed.
        encoder: of self-supervised features; None takes the task model's embeddings.
        settings: of the run.
    """

    def __init__(
        self,
        strategy: Strategy,
        workshop: Workshop,
        encoder: TaskModel | None,
        settings: RunSettings,
    ) -> None:
        self.needs = strategy.needs
        self.workshop = workshop
        self.encoder = encoder
        self.settings = settings

    def context(
        self,
        candidates: Indices,
        labelled: Indices,
        labels: Indices,
        seed: int,
        progress: Progress | None = None,
    ) -> QueryContext:
        """One pass over the candidates and, where needed, one over the labelled items."""
        losses = tuple(name for need, name in GRADIENT_LOSSES.items() if need in self.needs)
        gradient = GradientNormRequest(losses, self.settings.aggregate, self.settings.grad_scope)
        samples = DROPOUT_SAMPLES if Need.DROPOUT_SAMPLES in self.needs else 0
        outputs = self._outputs(candidates, gradient, samples, seed, progress)
        labelled_outputs = None
        if Need.LABELLED in self.needs and len(labelled):
            labelled_outputs = self._outputs(labelled, GradientNormRequest())
        busy = self.needs & {Need.WORKSHOP, Need.COMPANION}
        workshop = self.workshop if busy else None
        return QueryContext(candidates, outputs, labelled, labels, seed, labelled_outputs, workshop)

    def _outputs(
        self,
        items: Indices,
        gradient: GradientNormRequest,
        samples: int = 0,
        seed: int = 0,
        progress: Progress | None = None,
    ) -> Outputs:
        workshop = self.workshop
        by_model = Need.FEATURES in self.needs and self.encoder is None
        outputs = compute_outputs(
            workshop.model,
            workshop.preparation,
            items,
            workshop.fabric,
            embeddings=by_model or Need.EMBEDDINGS in self.needs,
            gradient=gradient,
            samples=samples,
            seed=seed,
            views=self.settings.score_views,
            progress=progress,
        )
        if Need.FEATURES not in self.needs:
            return outputs
        return replace(outputs, features=self._features(items, outputs))

    def _features(self, items: Indices, outputs: Outputs) -> Tensor | None:
        if self.encoder is None:
            return outputs.embeddings
        workshop = self.workshop
        return compute_outputs(
            self.encoder,
            workshop.preparation,
            items,
            workshop.fabric,
            embeddings=True,
            views=self.settings.score_views,
        ).embeddings


def save_scores(
    path: Path, context: QueryContext, positions: Indices, scores: Tensor | None
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
