"""Colours of classes and outcomes."""

from __future__ import annotations

from cryoal.runs.class_table import LabelClass

# Bright enough on black; the first eight are told apart with any kind of colour vision.
COLOURS = (
    "#56b4e9",
    "#e69f00",
    "#2fc49b",
    "#f0e442",
    "#e883b8",
    "#f2764b",
    "#7c9bff",
    "#c9c9c9",
    "#a3d977",
    "#c79bf2",
    "#6fd6d6",
    "#d8b48a",
)
JUNK_COLOUR = "#9a8f86"
CONFLICT_COLOUR = "#f2764b"


def colour_of(label_class: LabelClass) -> str:
    """``#rrggbb``: the chosen one, or the one of its position."""
    return label_class.colour or COLOURS[label_class.position % len(COLOURS)]
