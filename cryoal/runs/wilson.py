"""How far an accuracy measured on few items can be trusted."""

from __future__ import annotations

import math

Z95 = 1.959963984540054


def wilson_interval(share: float, count: int, z: float = Z95) -> tuple[float, float]:
    """Interval of a proportion, 95 % unless another ``z`` is given.

    Wilson, J. Am. Stat. Assoc. 22 (1927) 209; as Eq. 4 of Brown, Cai and DasGupta, Statistical
    Science 16 (2001) 101, who recommend it for small counts.

    Args:
        share: measured proportion, 0 to 1.
        count: items that it was measured on, at least 1.
        z: quantile of the normal distribution.
    """
    spread = z * z / count
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return max(0.0, centre - half), min(1.0, centre + half)
