"""Schemes in order, with the places that each of them could have."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryoal.studies.curves import Array
from cryoal.studies.interval import Interval, t_interval
from cryoal.studies.pairs import Pair


@dataclass(frozen=True)
class Standing:
    """A scheme's place.

    Attributes:
        scheme: its name.
        area: mean area under the curve.
        first_rank, last_rank: places left open by the tests: one more than the schemes that are
            significantly better, and as many from the end as are significantly worse.
        below: schemes that it is significantly better than.
        above: schemes that are significantly better than it.
        like: schemes that it was tested against and is not distinguishable from.
        untested: schemes that it could not be tested against.
    """

    scheme: str
    area: Interval
    first_rank: int
    last_rank: int
    below: tuple[str, ...]
    above: tuple[str, ...]
    like: tuple[str, ...]
    untested: tuple[str, ...]


def ranking(areas: Mapping[str, Array], pairs: Sequence[Pair]) -> list[Standing]:
    """Standings by mean area, best first; schemes without any complete curve come last.

    "Not distinguishable" is no proof of equality: the seeds are too few to tell.
    """
    means = {scheme: t_interval(values) for scheme, values in areas.items()}
    # sorted() keeps the order of equal schemes.
    order = sorted(means, key=lambda s: math.inf if means[s].count == 0 else -means[s].mean)
    return [standing(scheme, means[scheme], order, pairs) for scheme in order]


def standing(scheme: str, area: Interval, order: Sequence[str], pairs: Sequence[Pair]) -> Standing:
    own = {
        (pair.second if pair.first == scheme else pair.first): pair
        for pair in pairs
        if scheme in (pair.first, pair.second)
    }
    others = [other for other in order if other != scheme]
    below = tuple(other for other in others if own[other].winner == scheme)
    above = tuple(other for other in others if own[other].winner == other)
    untested = tuple(other for other in others if not own[other].test.is_made)
    like = tuple(o for o in others if o not in (*below, *above, *untested))
    return Standing(
        scheme, area, len(above) + 1, len(order) - len(below), below, above, like, untested
    )
