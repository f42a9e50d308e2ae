from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.errors import CryoalError
from cryoal.io.snr import format_snr, parse_snr


@pytest.mark.parametrize(
    ("snr", "name"),
    [
        (0.01, "SNR001"),
        (0.03, "SNR003"),
        (0.05, "SNR005"),
        (0.1, "SNR010"),
        (0.025, "SNR0025"),
        (1.0, "SNR100"),
        (math.inf, "SNRinf"),
    ],
)
def test_names_of_the_field(snr: float, name: str) -> None:
    assert format_snr(snr) == name
    assert parse_snr(name) == snr


@pytest.mark.parametrize(
    ("name", "snr"),
    [("SNR01", 0.1), ("snr005", 0.05), ("SNRINF", math.inf), ("SNR_infinity", math.inf)],
)
def test_other_spellings_are_read(name: str, snr: float) -> None:
    assert parse_snr(name) == snr


@pytest.mark.parametrize("name", ["SNR", "SNR000", "SNRx", "1bxn", "SNR005_old", "xSNR005"])
def test_other_names_are_no_noise_level(name: str) -> None:
    assert parse_snr(name) is None


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 9_999_999))
def test_round_trip(millionths: int) -> None:
    snr = millionths / 1e6
    assert parse_snr(format_snr(snr)) == snr


@pytest.mark.parametrize("snr", [0.0, -0.1, 10.0, 1e-7, math.nan, 0.0123456789])
def test_what_has_no_name_is_refused(snr: float) -> None:
    with pytest.raises(CryoalError, match="SNR"):
        format_snr(snr)
