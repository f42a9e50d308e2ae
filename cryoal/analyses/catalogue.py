"""The analyses by name; each is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryoal.analyses.analysis import Analysis

SUMMARIES = {
    "selected-gradnorm": "Chosen items among the largest true norms (Table 1).",
    "influence-overlap": "Influence on the test loss beside norms (Table 2).",
    "bounds": "The target and the bounds of Eq. 4 and 5 (Fig. 3).",
    "gap": "Training minus test accuracy by budget (Table 3).",
    "gradient-decrease": "Chosen items whose norm falls once learnt (A.2).",
    "scheme-identity": "Which gradient-norm schemes rank alike on your model.",
    "efficiency": "Seconds and peak memory by phase and scheme (A.7).",
}

_CLASSES = {
    "selected-gradnorm": "SelectedGradnorm",
    "influence-overlap": "InfluenceOverlap",
    "bounds": "Bounds",
    "gap": "Gap",
    "gradient-decrease": "GradientDecrease",
    "scheme-identity": "SchemeIdentity",
    "efficiency": "Efficiency",
}


def kind_of(name: str) -> type[Analysis]:
    """The class of the analysis ``name``, one of ``SUMMARIES``."""
    module = import_module(f"cryoal.analyses.{name.replace('-', '_')}")
    kind: type[Analysis] = getattr(module, _CLASSES[name])
    return kind
