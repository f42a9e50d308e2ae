"""Normalisation against double precision, at any scale."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.volumes.normalise import normalise


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 1000),
    st.integers(1, 4),
    st.floats(-30, 30),
    st.floats(-50, 50),
    st.sampled_from(["bright", "dark"]),
)
def test_equals_double_precision(seed, count, exponent, offset, contrast):
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(count, 1, 4, 4, 4, generator=generator, dtype=torch.float64)
    batch = ((noise + offset) * 10**exponent).float()
    wide = batch.double().flatten(1)
    expected = (wide - wide.mean(1, keepdim=True)) / wide.std(1, keepdim=True, correction=0)
    sign = -1 if contrast == "dark" else 1
    result = normalise(batch, contrast)
    assert result.dtype == torch.float32
    torch.testing.assert_close(result.double().flatten(1), sign * expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("value", [0.0, 3.0, -3e38])
def test_a_constant_item_gives_zeros(value):
    assert (normalise(torch.full((2, 1, 4, 4, 4), value), "bright") == 0).all()


def test_one_item_does_not_change_another():
    batch = torch.randn(3, 1, 4, 4, 4, generator=torch.Generator().manual_seed(0))
    alone = torch.cat([normalise(item[None], "dark") for item in batch])
    torch.testing.assert_close(normalise(batch, "dark"), alone)


def test_the_input_is_left_alone():
    batch = torch.randn(2, 1, 4, 4, 4, generator=torch.Generator().manual_seed(0))
    before = batch.clone()
    normalise(batch, "bright")
    assert torch.equal(batch, before)


def test_extreme_magnitudes():
    batch = torch.zeros(1, 1, 4, 4, 4)
    batch[0, 0, 0] = 3e38
    batch[0, 0, 1] = -3e38
    result = normalise(batch, "bright")
    assert result.std(correction=0) == pytest.approx(1, rel=1e-5)


def test_half_precision_input_becomes_float32():
    assert normalise(torch.randn(1, 1, 4, 4, 4).half(), "bright").dtype == torch.float32
