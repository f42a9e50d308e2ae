"""Train, validation and test: by tomogram where there are several, else by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.pools.pool import Pool

Indices = npt.NDArray[np.int64]
_GROUPS_NEEDED = 3


@dataclass(frozen=True)
class Split:
    """Disjoint positions in the whole pool, each sorted.

    ``train`` also holds the unlabelled items: they are what the loop asks about.
    """

    train: Indices
    validation: Indices
    test: Indices


def split(
    pool: Pool,
    test_share: float,
    validation_share: float,
    seed: int,
    indices: Sequence[int] | Indices | None = None,
) -> Split:
    """Divide a pool; the same arguments give the same split.

    With three groups or more, whole groups go to one part: neighbours from one tomogram on both
    sides would flatter the model. Groups are taken in random order while that brings the part
    nearer to its share of the labelled items; if none does, the smallest is taken. Otherwise
    each class is divided on its own.

    Either way every class keeps an item in train, so a class with one item, or all in one group,
    is in no other part. Unlabelled items are in train or, where their group is in test or
    validation, in no part: labelled later, they would be neighbours of what tests the model.

    What the data set itself holds out (``pool.official_test``) is the test part, whatever the
    share, so that results can be compared with those of others.

    Args:
        pool: labels and groups are used, voxels are not.
        test_share: of the labelled items, 0 to below 1.
        validation_share: of the labelled items, 0 to below 1; together below 1.
        seed: of the draw.
        indices: the part of the pool to divide; all of it by default.

    Raises:
        CryoalError: shares out of range.
    """
    shares = (test_share, validation_share)
    if min(shares) < 0 or sum(shares) >= 1:
        raise CryoalError(
            f"test share {test_share:g} and validation share {validation_share:g}: "
            "give two numbers from 0 that add up to less than 1"
        )
    chosen = np.arange(len(pool)) if indices is None else np.unique(np.asarray(indices, np.int64))
    if pool.official_test is not None:
        held_out = pool.official_test[chosen]
        rest = _divide(pool, chosen[~held_out], (0.0, validation_share), seed)
        return Split(rest.train, rest.validation, chosen[held_out])
    return _divide(pool, chosen, shares, seed)


_NOWHERE, _TRAIN, _VALIDATION, _TEST = -1, 0, 1, 2


def _divide(pool: Pool, chosen: Indices, shares: tuple[float, float], seed: int) -> Split:
    labels = pool.labels[chosen]
    rng = np.random.default_rng(seed)
    groups = None if pool.groups is None else pool.groups[chosen]
    if groups is not None and len(np.unique(groups)) >= _GROUPS_NEEDED:
        part = _by_group(labels, groups, shares, rng)
    else:
        part = _by_class(labels, shares, rng)
    return Split(*(chosen[part == number] for number in (_TRAIN, _VALIDATION, _TEST)))


def _by_class(
    labels: Indices, shares: tuple[float, float], rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    part = np.full(len(labels), _TRAIN, np.int64)
    for label in np.unique(labels[labels >= 0]):
        members = rng.permutation(np.flatnonzero(labels == label))
        count, free = len(members), len(members) - 1
        for number, share in zip((_TEST, _VALIDATION), shares, strict=True):
            # A class that has the items for it is seen in every part that was asked for.
            wanted = max(round(share * count), int(share > 0))
            taken = min(wanted, free)
            part[members[:taken]] = number
            members, free = members[taken:], free - taken
    return part


def _by_group(
    labels: Indices,
    groups: npt.NDArray[np.str_],
    shares: tuple[float, float],
    rng: np.random.Generator,
) -> npt.NDArray[np.int64]:
    names, group_of = np.unique(groups, return_inverse=True)
    labelled = labels >= 0
    counts = np.zeros((len(names), int(labels.max(initial=-1)) + 1), np.int64)
    np.add.at(counts, (group_of[labelled], labels[labelled]), 1)
    part_of_group = np.full(len(names), _TRAIN, np.int64)
    order = rng.permutation(len(names))
    for number, share in zip((_TEST, _VALIDATION), shares, strict=True):
        for group in _groups_for(share * counts.sum(), counts, part_of_group, order):
            part_of_group[group] = number
    part = part_of_group[group_of]
    part[~labelled & (part != _TRAIN)] = _NOWHERE
    return part


def _groups_for(
    wanted: float,
    counts: npt.NDArray[np.int64],
    part_of_group: npt.NDArray[np.int64],
    order: npt.NDArray[np.int64],
) -> list[int]:
    """Groups out of train that hold about ``wanted`` labelled items together."""
    sizes = counts.sum(axis=1)
    in_train = counts[part_of_group == _TRAIN].sum(axis=0)
    free = [int(group) for group in order if part_of_group[group] == _TRAIN and sizes[group]]
    chosen: list[int] = []
    # The second round is for when every group is too large: then the smallest that may go.
    for candidates, may_exceed in ((free, False), (sorted(free, key=sizes.__getitem__), True)):
        for group in candidates:
            if may_exceed and (chosen or not wanted):
                break
            fits = sizes[chosen].sum() + sizes[group] / 2 <= wanted
            leaves_classes = ((in_train > counts[group]) | (counts[group] == 0)).all()
            if (fits or may_exceed) and leaves_classes:
                chosen.append(group)
                in_train = in_train - counts[group]
    return chosen
