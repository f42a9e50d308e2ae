"""Splits: disjoint, seeded, by tomogram, and train never loses a class."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.errors import CryoalError
from cryoal.pools import Pool, split


class LabelledPool(Pool):
    """Labels and groups without voxels."""

    def __init__(self, labels, groups=None) -> None:
        self.labels = np.array(labels, np.int64)
        self.groups = None if groups is None else np.array(groups, np.str_)
        self.ids = [str(at) for at in range(len(labels))]
        self.classes = [str(at) for at in range(int(self.labels.max(initial=-1)) + 1)]

    def read(self, _indices) -> torch.Tensor:
        raise AssertionError("a split reads no voxels")

    normalise = augmentation = pictures = read


pools = st.integers(0, 60).flatmap(
    lambda count: st.tuples(
        st.lists(st.integers(-1, 4), min_size=count, max_size=count),
        st.none() | st.lists(st.sampled_from("stuvw"), min_size=count, max_size=count),
    )
)
shares = st.sampled_from([0.0, 0.05, 0.2, 0.4])


@settings(max_examples=150, deadline=None)
@given(pools, shares, shares, st.integers(0, 5))
def test_what_always_holds(content, test_share, validation_share, seed):
    pool = LabelledPool(*content)
    parts = split(pool, test_share, validation_share, seed)
    again = split(pool, test_share, validation_share, seed)
    together = np.concatenate([parts.train, parts.validation, parts.test])
    assert len(set(together.tolist())) == len(together)
    for part, same in ((parts.train, again.train), (parts.test, again.test)):
        assert part.tolist() == same.tolist() == sorted(part.tolist())
    assert (pool.labels[parts.test] >= 0).all()
    assert (pool.labels[parts.validation] >= 0).all()
    known = set(pool.labels[pool.labels >= 0].tolist())
    assert known <= set(pool.labels[parts.train].tolist())
    assert set(np.flatnonzero(pool.labels >= 0).tolist()) <= set(together.tolist())
    if test_share == 0:
        assert not len(parts.test)
    if validation_share == 0:
        assert not len(parts.validation)
    if pool.groups is not None and len(set(pool.groups)) >= 3:
        sides = [
            set(pool.groups[part].tolist()) for part in (parts.train, parts.validation, parts.test)
        ]
        assert not sides[0] & sides[1]
        assert not sides[0] & sides[2]
        assert not sides[1] & sides[2]
    else:
        assert set(np.flatnonzero(pool.labels < 0).tolist()) <= set(parts.train.tolist())


def test_stratified_shares():
    pool = LabelledPool([0] * 100 + [1] * 50 + [2])
    parts = split(pool, 0.2, 0.1, seed=0)
    assert np.bincount(pool.labels[parts.test]).tolist() == [20, 10]
    assert np.bincount(pool.labels[parts.validation]).tolist() == [10, 5]
    assert np.bincount(pool.labels[parts.train]).tolist() == [70, 35, 1]


def test_another_seed_is_another_split():
    pool = LabelledPool([0, 1] * 50)
    assert split(pool, 0.2, 0.1, 0).test.tolist() != split(pool, 0.2, 0.1, 1).test.tolist()


def test_group_shares_are_near():
    groups = [f"T{at % 20}" for at in range(400)]
    parts = split(LabelledPool([at % 3 for at in range(400)], groups), 0.2, 0.1, seed=0)
    assert (len(parts.test), len(parts.validation), len(parts.train)) == (80, 40, 280)


def test_three_equal_groups_give_one_each():
    groups = [f"T{at % 3}" for at in range(30)]
    parts = split(LabelledPool([0, 1, 0, 1, 0] * 6, groups), 0.1, 0.1, seed=0)
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [10, 10, 10]


def test_unlabelled_items_of_a_test_tomogram_are_in_no_part():
    groups = [f"T{at % 4}" for at in range(40)]
    labels = [0 if at < 20 else -1 for at in range(40)]
    pool = LabelledPool(labels, groups)
    parts = split(pool, 0.25, 0.0, seed=0)
    held_out = set(pool.groups[parts.test].tolist())
    assert len(held_out) == 1
    assert not held_out & set(pool.groups[parts.train].tolist())
    assert len(parts.train) == 30


def test_a_part_of_the_pool():
    pool = LabelledPool([0, 1] * 20)
    parts = split(pool, 0.2, 0.2, 0, indices=range(10, 30))
    together = np.concatenate([parts.train, parts.validation, parts.test])
    assert sorted(together.tolist()) == list(range(10, 30))


@pytest.mark.parametrize(("test", "validation"), [(-0.1, 0), (0, 1), (0.5, 0.5)])
def test_shares_out_of_range(test, validation):
    with pytest.raises(CryoalError, match="add up to less than 1"):
        split(LabelledPool([0, 1]), test, validation, 0)


def test_what_the_data_set_holds_out_is_the_test_part() -> None:
    pool = LabelledPool([0, 1] * 20)
    pool.official_test = np.arange(40) >= 30
    parts = split(pool, test_share=0.5, validation_share=0.2, seed=0)
    assert parts.test.tolist() == list(range(30, 40))
    assert len(parts.validation) == 6
    assert sorted([*parts.train, *parts.validation]) == list(range(30))
    part = split(pool, 0.2, 0.0, 0, indices=[0, 1, 2, 3, 31, 33])
    assert part.test.tolist() == [31, 33]
    assert part.train.tolist() == [0, 1, 2, 3]
