"""Names of the noise variants of a pool: ``SNR005`` is a signal-to-noise ratio of 0.05.

The rule is the field's (``SNR001``, ``SNR003``, ``SNR005`` are 0.01, 0.03, 0.05): the
decimal point stands after the first digit. With it the two habits people have, dropping
the point (``SNR01``) and writing percent in three digits (``SNR010``), mean the same 0.1.
"""

from __future__ import annotations

import math
import re

from cryoal.errors import CryoalError

_NAME = re.compile(r"SNR(?P<digits>\d+)", re.IGNORECASE)
_NOISELESS = re.compile(r"SNR_?inf(inity)?", re.IGNORECASE)


def format_snr(snr: float) -> str:
    """Folder name of a noise variant.

    >>> [format_snr(snr) for snr in (0.05, 0.1, 0.025, 1, math.inf)]
    ['SNR005', 'SNR010', 'SNR0025', 'SNR100', 'SNRinf']

    Args:
        snr: ratio of variances, above 0 and below 10 with at most 6 decimals, or infinity
            (no noise).

    Raises:
        CryoalError: ``snr`` cannot be written this way.
    """
    if snr == math.inf:
        return "SNRinf"
    text = f"{snr:.6f}"
    if not 0 < snr < 10 or not math.isclose(float(text), snr, rel_tol=1e-9):
        raise CryoalError(
            f"SNR {snr}: expected a number above 0 and below 10 with at most 6 decimals, or inf"
        )
    whole, decimals = text.split(".")
    return f"SNR{whole}{decimals.rstrip('0').ljust(2, '0')}"


def parse_snr(name: str) -> float | None:
    """Ratio that a folder name states, or None where the name is not that of a noise variant.

    >>> [parse_snr(name) for name in ("SNR005", "SNR01", "snr010", "SNRinf", "1bxn")]
    [0.05, 0.1, 0.1, inf, None]
    """
    if _NOISELESS.fullmatch(name):
        return math.inf
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    digits = match["digits"]
    snr = float(f"{digits[0]}.{digits[1:] or '0'}")
    return snr or None
