"""Query strategies, one a module; importing the package registers those of cryoal."""

from cryoal.strategies import (
    badge,
    balanced_random,
    bald,
    batch_bald,
    core_set,
    egl,
    entropy,
    expected,
    gradnorm_diverse,
    least_confidence,
    margin,
    max_entropy,
    mc_dropout,
    probcover,
    random,
    typiclust,
)
from cryoal.strategies.context import QueryContext
from cryoal.strategies.needs import GRADIENT_LOSSES, Need
from cryoal.strategies.registry import Scheme, get, names, register
from cryoal.strategies.strategy import Scorer, Strategy
from cryoal.strategies.workshop import Workshop

__all__ = [
    "GRADIENT_LOSSES",
    "Need",
    "QueryContext",
    "Scheme",
    "Scorer",
    "Strategy",
    "Workshop",
    "badge",
    "balanced_random",
    "bald",
    "batch_bald",
    "core_set",
    "egl",
    "entropy",
    "expected",
    "get",
    "gradnorm_diverse",
    "least_confidence",
    "margin",
    "max_entropy",
    "mc_dropout",
    "names",
    "probcover",
    "random",
    "register",
    "typiclust",
]
