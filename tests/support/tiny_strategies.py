"""Strategies that train something, made so small that they are done within milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from cryoal import strategies
from cryoal.strategies import Need, Scheme, Strategy

BUSY = frozenset({Need.WORKSHOP, Need.COMPANION})

TINY_ENCODER = {"latent": 4, "width": 2, "hidden": (8,), "rounds": 2, "batch_size": 4}
TINY: dict[str, dict[str, Any]] = {
    "core-gcn": {"epochs": 5},
    "hal": {"sub_batches": 3, "widths": (4, 4), "dense": 8, "steps": 3, "batch_size": 4},
    "ll4al": {"width": 4},
    "lplgrad": {"width": 4},
    "qbc": {"members": 2},
    "sraal": TINY_ENCODER,
    "teacher-student": {"width": 2},
    "vaal": TINY_ENCODER,
}
"""Other defaults of their fields."""

BUSY_NAMES = [name for name in strategies.names() if strategies.get(name).strategy.needs & BUSY]
QUIET_NAMES = [name for name in strategies.names() if name not in BUSY_NAMES]


def tiny_scheme(name: str) -> Scheme:
    """The scheme, or a tiny one of the same class; one that trains must be in ``TINY``."""
    scheme = strategies.get(name)
    if name not in TINY:
        assert name in QUIET_NAMES, f"say in TINY how '{name}' trains within milliseconds"
        return scheme
    return replace(scheme, strategy=with_defaults(scheme.strategy, TINY[name]))


def with_defaults(strategy: type[Strategy], values: dict[str, Any]) -> type[Strategy]:
    """``strategy`` with other defaults of its fields."""
    assert values.keys() <= strategy.__dataclass_fields__.keys()  # type: ignore[attr-defined]
    kinds = {"__annotations__": dict.fromkeys(values, Any)}
    return dataclass(frozen=True)(type(strategy.__name__, (strategy,), values | kinds))


def tiny_strategy(name: str) -> Strategy:
    """An instance of ``tiny_scheme``."""
    return tiny_scheme(name).strategy()
