"""Lengths as people write them."""

from __future__ import annotations

import pytest

from cryoal.errors import CryoalError
from cryoal.lengths import parse_box_px, parse_length_A


@pytest.mark.parametrize(
    ("text", "length_A"), [("12", 12), ("12A", 12), (" 1.2 nm ", 12), ("9.6 Å", 9.6)]
)
def test_lengths(text, length_A):
    assert parse_length_A(text) == pytest.approx(length_A)


@pytest.mark.parametrize(
    ("text", "box_px"), [("32", 32), ("33px", 33), ("38.4nm", 32), ("390A", 32), ("32.0", 32)]
)
def test_boxes(text, box_px):
    assert parse_box_px(text, 12.0) == box_px


@pytest.mark.parametrize("text", ["", "0", "-3", "12 cm", "1e3", "nan", "12px"])
def test_no_length(text):
    with pytest.raises(CryoalError, match="is not a length; write 12"):
        parse_length_A(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("big", "not the edge of a box"),
        ("32.5", "whole number of voxels"),
        ("1", "is 1 voxels of 12 A; give 2 to 512"),
        ("1000nm", "is 833 voxels of 12 A"),
    ],
)
def test_no_box(text, message):
    with pytest.raises(CryoalError, match=message):
        parse_box_px(text, 12.0)
