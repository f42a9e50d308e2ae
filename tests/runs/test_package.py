"""Names of the package, which are imported when they are asked for."""

from __future__ import annotations

import pytest

import cryoal.runs


def test_every_name_is_there() -> None:
    for name in cryoal.runs.__all__:
        assert getattr(cryoal.runs, name).__name__ == name


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match=r"'cryoal\.runs' has no attribute 'nothing'"):
        getattr(cryoal.runs, "nothing")  # noqa: B009
