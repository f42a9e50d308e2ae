"""Metrics of pixels against a count of one pixel after the other."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from cryoal.runs.evaluation import calibration_error
from cryoal.runs.pixel_evaluation import PixelTally

CLASSES = 5
ABSENT = 4
"""Predicted now and then, in no mask."""


def drawn() -> tuple[Tensor, Tensor]:
    """Logits (4, 5, 6, 7), and masks without the last class, of which one image is void."""
    generator = torch.Generator().manual_seed(1)
    masks = torch.randint(-1, ABSENT, (4, 6, 7), generator=generator)
    masks[3] = -1
    return 2 * torch.randn(4, CLASSES, 6, 7, generator=generator), masks


def counted(logits: Tensor, masks: Tensor) -> PixelTally:
    """One image at a time."""
    tally = PixelTally(CLASSES)
    for image, mask in zip(logits, masks, strict=True):
        tally.add(image[None], mask[None])
    return tally


def known_pixels(logits: Tensor, masks: Tensor) -> list[tuple[int, Tensor]]:
    """Class and logits of each pixel that has a class."""
    places = (masks >= 0).nonzero().tolist()
    return [(int(masks[b, y, x]), logits[b, :, y, x]) for b, y, x in places]


def test_miou_is_a_mean_over_the_classes_that_are_there() -> None:
    logits, masks = drawn()
    pixels = [(true, int(z.argmax())) for true, z in known_pixels(logits, masks)]
    ious = []
    for label in range(ABSENT):
        both = sum(true == label and said == label for true, said in pixels)
        either = sum(true == label or said == label for true, said in pixels)
        ious.append(both / either)
    metrics = counted(logits, masks).metrics()
    assert any(said == ABSENT for _, said in pixels)
    assert metrics["miou"] == pytest.approx(sum(ious) / ABSENT)
    assert metrics["accuracy"] == pytest.approx(
        sum(true == said for true, said in pixels) / len(pixels)
    )
    recalls = [
        np.mean([said == label for true, said in pixels if true == label])
        for label in range(ABSENT)
    ]
    assert metrics["balanced_accuracy"] == pytest.approx(float(np.mean(recalls)))


def test_loss_and_calibration_are_those_of_pixels_as_items() -> None:
    logits, masks = drawn()
    pixels = known_pixels(logits, masks)
    metrics = counted(logits, masks).metrics()
    losses = [-float(z.double().log_softmax(0)[true]) for true, z in pixels]
    assert metrics["loss"] == pytest.approx(sum(losses) / len(losses), rel=1e-5)
    posteriors = torch.stack([z for _, z in pixels]).softmax(1)
    labels = np.array([true for true, _ in pixels])
    assert metrics["calibration_error"] == pytest.approx(calibration_error(posteriors, labels))


def test_parts_add_up() -> None:
    logits, masks = drawn()
    whole = PixelTally(CLASSES)
    whole.add(logits, masks)
    parts = counted(logits, masks)
    assert (whole.confusion == parts.confusion).all()
    assert whole.pixels == int((masks >= 0).sum())
    for name, value in whole.metrics().items():
        assert math.isclose(value, parts.metrics()[name], rel_tol=1e-9), name


def test_void_alone_counts_nothing() -> None:
    logits, masks = drawn()
    tally = PixelTally(CLASSES)
    tally.add(logits[3:], masks[3:])
    assert tally.pixels == 0
