"""What a model is to say of an item, and what it is judged by."""

from __future__ import annotations

from typing import Literal

Task = Literal["classification", "segmentation"]
"""The class of each item, or of each of its pixels."""

HEADLINE: dict[Task, str] = {"classification": "accuracy", "segmentation": "miou"}
"""The metric that says how good a model is."""
