"""What a strategy asks of the pass over the candidates."""

from __future__ import annotations

from enum import StrEnum

from cryoal.gradnorm.losses import LossName


class Need(StrEnum):
    """Quantities that one pass of the task model can provide.

    A strategy declares the ones it reads; the pass computes these and no others, and a model that
    cannot provide one is refused before any training.
    """

    PROBABILITIES = "probabilities"
    EMBEDDINGS = "embeddings"
    EXPECTED_GRADNORM = "expected gradient norm"
    ENTROPY_GRADNORM = "entropy gradient norm"
    EGL_GRADNORM = "expected gradient length"


GRADIENT_LOSSES: dict[Need, LossName] = {
    Need.EXPECTED_GRADNORM: "expected",
    Need.ENTROPY_GRADNORM: "entropy",
    Need.EGL_GRADNORM: "egl",
}
"""Name of each gradient-norm need in ``cryoal.gradnorm``."""
