"""Chance that hangs on an item's name, so that it falls alike wherever the item is met."""

from __future__ import annotations

import hashlib

import numpy as np


def generator_of(seed: int, name: str) -> np.random.Generator:
    """A fresh generator of the item called ``name``; the same draws at every call."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "little")])
