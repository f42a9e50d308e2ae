"""Names that steer a terminal are told from odd ones."""

from __future__ import annotations

import pytest

from cryoal.io.control_characters import has_control_characters


@pytest.mark.parametrize("name", ["\x1b[31m", "a\tb", "\x00", "x\x7f", "\x9b1m", "a\nb"])
def test_steering(name: str) -> None:
    assert has_control_characters(name)


@pytest.mark.parametrize("name", ["", "001", "a b", "Größe", "糖", "\u200b", "'#\""])
def test_odd(name: str) -> None:
    assert not has_control_characters(name)
