"""Balanced random: as even as it can be, uniform within a class."""

from __future__ import annotations

import numpy as np
import torch
from query_contexts import context_of

from cryoal.learning.outputs import Outputs
from cryoal.strategies import get


def of_classes(*counts: int) -> tuple[Outputs, np.ndarray]:
    """Outputs that predict so many of each class, and the predictions."""
    predicted = np.repeat(np.arange(len(counts)), counts)
    return Outputs(torch.eye(len(counts))[torch.from_numpy(predicted)]), predicted


def test_it_fills_up_the_classes_with_the_fewest_labels() -> None:
    outputs, predicted = of_classes(50, 30, 20, 2)
    chosen = (
        get("balanced-random")
        .strategy()
        .select(context_of(outputs, labels=[0] * 9 + [1] * 4 + [2]), 12)
    )
    # 9, 4, 1 and 0 labels: the last class has but 2 items, 10 go to the second and third.
    assert np.bincount(predicted[chosen], minlength=4).tolist() == [0, 4, 6, 2]


def test_within_a_class_each_is_as_likely() -> None:
    outputs, _ = of_classes(5, 5)
    strategy = get("balanced-random").strategy()
    counts = np.bincount(
        [
            item
            for seed in range(500)
            for item in strategy.select(context_of(outputs, seed=seed), 2)
        ],
        minlength=10,
    )
    assert counts.min() > 65
    assert counts.max() < 140
