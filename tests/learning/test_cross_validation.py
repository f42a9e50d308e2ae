"""Folds keep classes even and tomograms whole; every judgement is of an item never trained on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.augmentation_settings import AugmentationSettings
from cryoal.errors import CryoalError
from cryoal.learning.checkpoint import ModelDescription
from cryoal.learning.cross_validation import IN_EVERY_TRAINING, assign_folds, out_of_fold
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.recipe import Recipe
from cryoal.learning.train import train
from cryoal.pools import SubtomogramPool
from models3d import TaskModel3D

QUICK = Recipe(
    min_steps=30,
    min_epochs=1,
    batch_size=12,
    augmentation=AugmentationSettings(rotations="wedge"),
)
SHORT = QUICK.model_copy(update={"min_steps": 2, "batch_size": 4})
FABRIC = make_fabric("cpu", "32-true")


def fresh_model(seed: int) -> TaskModel3D:
    return ModelDescription("compact", (1, 24, 24, 24), ("a", "b", "c"), "bright", 10.0, 1.0).build(
        seed
    )


def cross_validate(pool: SubtomogramPool, indices, labels, recipe: Recipe, folds=3, progress=None):
    preparation = Preparation(pool, recipe)
    return out_of_fold(fresh_model, preparation, indices, labels, FABRIC, folds, 0, progress)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.integers(0, 4), min_size=2, max_size=60),
    st.none() | st.integers(1, 9),
    st.integers(2, 6),
    st.integers(0, 3),
)
def test_what_always_holds_of_folds(labels, tomograms, folds, seed):
    labels = np.array(labels)
    counts = np.bincount(labels)
    groups = None
    if tomograms:
        groups = np.random.default_rng(seed).integers(0, tomograms, len(labels)).astype(str)
    if counts.max() < 2:
        with pytest.raises(CryoalError, match="no class has two"):
            assign_folds(labels, groups, folds, seed)
        return
    fold_of = assign_folds(labels, groups, folds, seed)
    assert np.array_equal(fold_of, assign_folds(labels, groups, folds, seed))
    assert fold_of.max() < min(folds, counts.max())
    for label in np.unique(labels):
        mine = fold_of[labels == label]
        if len(mine) == 1:
            assert mine.tolist() == [IN_EVERY_TRAINING]
        else:
            assert mine.min() >= 0
            # Every model that judges an item has seen others of its class.
            assert len(np.unique(mine)) > 1


@pytest.mark.parametrize("folds", [2, 3, 5])
def test_classes_are_even_over_folds(folds):
    labels = np.repeat([0, 1, 2], [23, 11, 4])
    fold_of = assign_folds(labels, None, folds, seed=1)
    for label, count in enumerate([23, 11, 4]):
        sizes = np.bincount(fold_of[labels == label], minlength=folds)
        assert set(sizes.tolist()) <= {count // folds, -(-count // folds)}
    sizes = np.bincount(fold_of, minlength=folds)
    assert sizes.max() - sizes.min() <= 1


def test_tomograms_stay_whole_and_folds_stay_even():
    generator = np.random.default_rng(0)
    groups = generator.integers(0, 15, 300).astype(str)
    labels = generator.integers(0, 4, 300)
    fold_of = assign_folds(labels, groups, 5, seed=0)
    for group in np.unique(groups):
        assert len(np.unique(fold_of[groups == group])) == 1
    table = np.zeros((5, 4))
    np.add.at(table, (fold_of, labels), 1)
    assert (np.abs(table - table.mean(axis=0)) < 0.5 * table.mean(axis=0)).all()


def test_a_class_of_a_single_tomogram_is_spread_over_the_folds():
    groups = np.array([f"T{at % 4}" for at in range(40)] + ["T0"] * 6)
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1] * 5 + [2] * 6)
    fold_of = assign_folds(labels, groups, 2, seed=0)
    assert np.bincount(fold_of[labels == 2]).tolist() == [3, 3]
    for group in np.unique(groups):
        assert len(np.unique(fold_of[(groups == group) & (labels != 2)])) == 1


def test_another_seed_gives_other_folds():
    labels = np.arange(60) % 3
    assert assign_folds(labels, None, 3, 0).tolist() != assign_folds(labels, None, 3, 1).tolist()


def test_judges_well_what_it_never_saw(blob_pool: SubtomogramPool):
    indices = np.random.default_rng(0).permutation(len(blob_pool))
    p = cross_validate(blob_pool, indices, blob_pool.labels[indices], QUICK)
    assert p.shape == (36, 3)
    assert np.allclose(p.sum(axis=1), 1)
    assert np.mean(p.argmax(axis=1) == blob_pool.labels[indices]) > 0.8


def test_each_row_is_of_a_model_trained_without_it(blob_pool: SubtomogramPool):
    """The same by hand, fold by fold."""
    indices, labels = np.arange(36), blob_pool.labels
    p = cross_validate(blob_pool, indices, labels, SHORT)
    assert np.array_equal(p, cross_validate(blob_pool, indices, labels, SHORT))
    fold_of = assign_folds(labels, blob_pool.groups, 3, seed=0)
    preparation = Preparation(blob_pool, SHORT)
    for number, seed in enumerate(np.random.SeedSequence(0).generate_state(3).tolist()):
        model = fresh_model(seed)
        without = indices[fold_of != number]
        train(model, preparation, without, labels[without], FABRIC, seed)
        own = indices[fold_of == number]
        slow = compute_outputs(model, preparation, own, FABRIC).probabilities.numpy()
        np.testing.assert_allclose(p[own], slow, rtol=1e-6)


def test_the_only_item_of_a_class_is_not_judged(blob_pool: SubtomogramPool):
    indices = np.array([0, 1, 2, 12, 13, 14, 24])
    seen: list[tuple[int, int]] = []
    p = cross_validate(
        blob_pool,
        indices,
        blob_pool.labels[indices],
        SHORT,
        folds=5,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert np.isnan(p[6]).all()
    assert np.isfinite(p[:6]).all()
    # Three folds, for no class has more items; two steps each.
    assert seen == [(done, 6) for done in range(1, 7)]
