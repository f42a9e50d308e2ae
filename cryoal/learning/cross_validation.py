"""What models that never saw an item say of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from lightning_fabric import Fabric

from cryoal.errors import CryoalError
from cryoal.learning.outputs import compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.task_model import TaskModel
from cryoal.learning.train import Progress, train

Indices = npt.NDArray[np.int64]
ModelMaker = Callable[[int], TaskModel]

IN_EVERY_TRAINING = -1


def out_of_fold(
    make_model: ModelMaker,
    preparation: Preparation,
    indices: Indices,
    labels: Indices,
    fabric: Fabric,
    folds: int,
    seed: int,
    progress: Progress | None = None,
) -> npt.NDArray[np.float64]:
    """Posterior (n, classes) of each item under a model trained on the other folds.

    Rows are NaN for items that are the only one of their class: no model that knows the class
    can be made without them, so they are trained on in every fold and not judged. On the CPU
    the same seed gives the same numbers.

    Args:
        make_model: a fresh model from a seed, with as many outputs as there are classes.
        indices: (n,) pool positions, distinct.
        labels: (n,) class positions.
        folds: at least 2; fewer are made when no class has so many items.
        seed: of the folds, the weights and the trainings.
        progress: called with (optimiser steps done, steps in all).

    Raises:
        CryoalError: no class has two items.
    """
    pool = preparation.pool
    groups = None if pool.groups is None else pool.groups[indices]
    fold_of = assign_folds(labels, groups, folds, seed)
    numbers = np.unique(fold_of[fold_of != IN_EVERY_TRAINING])
    steps = [preparation.recipe.steps(int(np.sum(fold_of != number))) for number in numbers]
    seeds = np.random.SeedSequence(seed).generate_state(len(numbers)).tolist()
    results = []
    for place, number in enumerate(numbers):
        model = make_model(seeds[place])
        training, held_out = fold_of != number, fold_of == number
        advance = _shifted(progress, sum(steps[:place]), sum(steps))
        train(
            model,
            preparation,
            indices[training],
            labels[training],
            fabric,
            seeds[place],
            advance,
        )
        outputs = compute_outputs(model, preparation, indices[held_out], fabric)
        results.append((held_out, outputs.probabilities.double().numpy()))
    probabilities = np.full((len(indices), results[0][1].shape[1]), np.nan)
    for held_out, values in results:
        probabilities[held_out] = values
    return probabilities


def assign_folds(
    labels: Indices, groups: npt.NDArray[np.str_] | None, folds: int, seed: int
) -> Indices:
    """Fold of each item (n,), classes spread evenly; -1 for the only item of its class.

    Where there are groups (tomograms), a group goes to one fold as a whole: neighbours on both
    sides would flatter the model. Groups are placed from the largest down, each where it makes
    the class counts most even. A class that would then lie in a single fold is spread over all
    folds item by item, since a model that never saw it could not be right.

    Raises:
        CryoalError: no class has two items.
    """
    counts = np.bincount(labels)
    if counts.max(initial=0) < 2:
        raise CryoalError(
            f"cross-validation of {len(labels)} labels: no class has two; label more first"
        )
    folds = min(folds, int(counts.max()))
    generator = np.random.default_rng(seed)
    fold_of = _spread(labels, folds, generator)
    if groups is not None and len(np.unique(groups)) >= folds:
        by_group = _by_group(labels, groups, folds, generator)
        for label in np.flatnonzero(counts):
            members = labels == label
            if len(np.unique(by_group[members])) > 1:
                fold_of[members] = by_group[members]
    fold_of[counts[labels] == 1] = IN_EVERY_TRAINING
    return fold_of


def _spread(labels: Indices, folds: int, generator: np.random.Generator) -> Indices:
    """Deal the items out to the folds in turn, a class after the other, so all come out even."""
    dealt = np.lexsort((generator.random(len(labels)), labels))
    fold_of = np.empty(len(labels), np.int64)
    fold_of[dealt] = np.arange(len(labels)) % folds
    return fold_of


def _by_group(
    labels: Indices, groups: npt.NDArray[np.str_], folds: int, generator: np.random.Generator
) -> Indices:
    names, group_of = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(names), int(labels.max()) + 1))
    np.add.at(counts, (group_of, labels), 1)
    sized = np.column_stack([counts, counts.sum(axis=1)])
    shares = sized / np.maximum(sized.sum(axis=0), 1)
    in_fold = np.zeros((folds, shares.shape[1]))
    fold_of_group = np.empty(len(names), np.int64)
    order = generator.permutation(len(names))
    for group in order[np.argsort(-sized[order, -1], kind="stable")]:
        # Least growth of the sum of squared shares, of each class and of all items.
        fold = int((in_fold @ shares[group]).argmin())
        in_fold[fold] += shares[group]
        fold_of_group[group] = fold
    return fold_of_group[group_of]


def _shifted(progress: Progress | None, done: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda step, _steps: progress(done + step, total)
