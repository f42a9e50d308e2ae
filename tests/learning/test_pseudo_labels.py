"""What a teacher says of unlabelled items, and a training that listens."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cryoal.augmentation_settings import AugmentationSettings
from cryoal.learning import pseudo_labels
from cryoal.learning.checkpoint import ModelDescription
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import compute_outputs
from cryoal.learning.preparation import Preparation
from cryoal.learning.pseudo_labels import PseudoLabels, ask_teacher
from cryoal.learning.recipe import Recipe
from cryoal.learning.train import train
from cryoal.pools import SubtomogramPool
from models3d import TaskModel3D

PLAIN = AugmentationSettings(rotations="none", shift_px=0, noise_std=0)
FABRIC = make_fabric("cpu", "32-true")


def fresh_model(seed: int = 0) -> TaskModel3D:
    return ModelDescription("compact", (1, 24, 24, 24), ("a", "b", "c"), "bright", 10.0, 1.0).build(
        seed
    )


def test_posteriors_are_the_mean_over_views_sharpened(blob_pool: SubtomogramPool) -> None:
    teacher, items = fresh_model(), np.arange(3, 12)
    preparation = Preparation(blob_pool, Recipe(views=3))
    pseudo = ask_teacher(teacher, preparation, items, FABRIC, seed=0)
    posterior = compute_outputs(teacher, preparation, items, FABRIC).probabilities
    assert pseudo.items.tolist() == items.tolist()
    for row, wanted in zip(pseudo.posteriors, posterior, strict=True):
        assert torch.allclose(row, wanted**2 / (wanted**2).sum())
    assert torch.equal(pseudo.posteriors.argmax(1), posterior.argmax(1))


def test_of_many_items_a_seeded_part_is_taken(
    blob_pool: SubtomogramPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pseudo_labels, "MOST_ITEMS", 5)
    teacher, items = fresh_model(), np.arange(len(blob_pool))
    preparation = Preparation(blob_pool, Recipe(views=1))
    first, again, other = (
        ask_teacher(teacher, preparation, items, FABRIC, seed).items.tolist() for seed in (0, 0, 1)
    )
    assert len(set(first)) == 5
    assert first == again != other


def test_a_step_goes_down_the_mean_of_both_halves(blob_pool: SubtomogramPool) -> None:
    """One step of gradient descent, against the loss written out."""
    recipe = Recipe(
        optimizer="sgd",
        momentum=0,
        weight_decay=0,
        learning_rate=0.1,
        schedule="constant",
        epochs=1,
        batch_size=4,
        label_smoothing=0.2,
        augmentation=PLAIN,
    )
    preparation = Preparation(blob_pool, recipe)
    labelled, others = np.array([0, 1, 2, 3]), np.array([20, 21, 22, 23])
    labels = np.array([0, 1, 2, 0])
    posteriors = torch.rand(4, 3, generator=torch.Generator().manual_seed(0)).softmax(1)
    model = fresh_model()
    reference = copy.deepcopy(model).train()
    pseudo = PseudoLabels(others, posteriors)
    train(model, preparation, labelled, labels, FABRIC, seed=0, pseudo=pseudo)

    logits = reference(preparation(blob_pool.read(np.concatenate([labelled, others]))))
    supervised = F.cross_entropy(logits[:4], torch.from_numpy(labels), label_smoothing=0.2)
    taught = -(posteriors * logits[4:].log_softmax(1)).sum(1).mean()
    (supervised / 2 + taught / 2).backward()
    with torch.no_grad():
        for parameter in reference.parameters():
            assert parameter.grad is not None
            parameter -= 0.1 * parameter.grad
    for mine, wanted in zip(model.parameters(), reference.parameters(), strict=True):
        assert torch.allclose(mine, wanted, atol=1e-5)


def test_it_teaches_what_no_label_shows(blob_pool: SubtomogramPool) -> None:
    """Two classes have labels; the third is known from the teacher alone."""
    recipe = Recipe(
        min_steps=40,
        min_epochs=1,
        batch_size=12,
        augmentation=AugmentationSettings(rotations="wedge"),
    )
    known = np.flatnonzero(blob_pool.labels < 2)[:12]
    others = np.setdiff1d(np.arange(len(blob_pool)), known)
    held_out, taught = others[::2], others[1::2]
    truth = torch.from_numpy(blob_pool.labels[taught])
    pseudo = PseudoLabels(taught, F.one_hot(truth, 3).float())
    right = []
    for guesses in (None, pseudo):
        model = fresh_model()
        preparation = Preparation(blob_pool, recipe)
        train(model, preparation, known, blob_pool.labels[known], FABRIC, 0, pseudo=guesses)
        outputs = compute_outputs(model, preparation, held_out, FABRIC)
        third = blob_pool.labels[held_out] == 2
        right.append((outputs.logits.argmax(1).numpy()[third] == 2).mean())
    assert right[0] == 0
    assert right[1] > 0.8
