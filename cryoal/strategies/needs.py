"""What a strategy asks of the pass over the candidates."""

from __future__ import annotations

from enum import StrEnum

from cryoal.gradnorm.losses import LossName


class Need(StrEnum):
    """What a strategy reads beside the candidates' positions.

    It declares what it reads; one pass of the task model computes this and no more, and a model
    that cannot provide it is refused before any training.
    """

    PROBABILITIES = "probabilities"
    EMBEDDINGS = "embeddings"
    EXPECTED_GRADNORM = "expected gradient norm"
    ENTROPY_GRADNORM = "entropy gradient norm"
    EGL_GRADNORM = "expected gradient length"
    DROPOUT_SAMPLES = "posterior samples under dropout"
    FEATURES = "self-supervised features, or embeddings without pretraining"
    LABELLED = "outputs of the labelled items"
    COMPANION = "a module trained beside the task model"
    WORKSHOP = "volumes, and models of its own"


GRADIENT_LOSSES: dict[Need, LossName] = {
    Need.EXPECTED_GRADNORM: "expected",
    Need.ENTROPY_GRADNORM: "entropy",
    Need.EGL_GRADNORM: "egl",
}
"""Name of each gradient-norm need in ``cryoal.gradnorm``."""
