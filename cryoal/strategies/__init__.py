"""Query strategies, one a module; importing the package registers those of cryoal."""

from cryoal.strategies import (
    egl,
    entropy,
    expected,
    least_confidence,
    margin,
    max_entropy,
    random,
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
    "egl",
    "entropy",
    "expected",
    "get",
    "least_confidence",
    "margin",
    "max_entropy",
    "names",
    "random",
    "register",
]
