"""Splitting noise: the two views share the signal and nothing else."""

from __future__ import annotations

import pytest
import torch

from cryoal.volumes.noise_split import NoiseSplit

SHAPES = [(1, 12, 12, 12), (2, 8, 9, 10), (3, 16, 16), (1, 15, 15)]


def coloured_noise(count: int, shape: tuple[int, ...], seed: int) -> torch.Tensor:
    """White noise smoothed along the last axis."""
    white = torch.randn(count, *shape, generator=torch.Generator().manual_seed(seed))
    return (white + white.roll(1, -1)) / 2**0.5


@pytest.mark.parametrize("shape", SHAPES)
def test_views_of_noise_are_independent_and_as_noisy_as_two_draws(shape: tuple[int, ...]) -> None:
    items = coloured_noise(400, shape, seed=0)
    first, second = NoiseSplit.from_items(items)(items, torch.Generator().manual_seed(1))
    assert first.shape == items.shape
    assert torch.allclose((first + second) / 2, items, atol=1e-5)
    assert abs(float((first * second).mean())) < 0.02
    assert float(first.square().mean()) == pytest.approx(2 * float(items.square().mean()), rel=0.02)
    # The draw has the colour of the items: neighbours along the last axis, and only along it.
    drawn = (first - second) / 2
    for axis in range(2, items.ndim):
        wanted = float((items * items.roll(1, axis)).mean())
        assert float((drawn * drawn.roll(1, axis)).mean()) == pytest.approx(wanted, abs=0.03)


def test_draws_differ_between_items_and_repeat_under_a_seed() -> None:
    items = coloured_noise(4, (1, 8, 8, 8), seed=0)
    split = NoiseSplit.from_items(items)
    same = items[:1].expand(4, -1, -1, -1, -1)
    first, _ = split(same, torch.Generator().manual_seed(1))
    again, _ = split(same, torch.Generator().manual_seed(1))
    assert torch.equal(first, again)
    assert not torch.allclose(first[0], first[1])
