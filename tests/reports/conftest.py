"""Runs made up of seeded numbers, in the real journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from cryoal.errors import CryoalError
from cryoal.pools import SubtomogramPool
from cryoal.runs.folder import RunFolder
from cryoal.runs.settings import RunSettings

MakeRun = Callable[..., RunFolder]
TEST_A_CLASS, TRAIN_A_CLASS = 12, 30


class BlobPool(SubtomogramPool):
    """Noisy balls of a radius that tells the class, in memory; ``broken`` cannot be read."""

    def __init__(self, ids: Sequence[str], labels: np.ndarray, classes: list[str]) -> None:
        self.ids = ids
        self.labels = labels
        self.classes = classes
        self.groups = None
        self.contrast = "bright"
        self.item_shape = (1, 24, 24, 24)
        self.broken = False

    def read(self, indices: Sequence[int] | np.ndarray) -> torch.Tensor:
        if self.broken:
            raise CryoalError("tomo.mrc: file is truncated")
        generator = np.random.default_rng(0)
        z, y, x = np.indices((24, 24, 24)) - 11.5
        distance = np.sqrt(z**2 + y**2 + x**2)
        radii = 4 + self.labels[np.asarray(indices)] % 8
        balls = [
            (np.abs(distance - radius) < 2) + generator.normal(0, 0.8, distance.shape)
            for radius in radii
        ]
        return torch.from_numpy(np.stack(balls).astype(np.float32)).unsqueeze(1)


def names_of(count: int) -> list[str]:
    return [f"{at + 1}abc" for at in range(count)]


def build_run(
    path: Path,
    classes: Sequence[str],
    cycles: int = 4,
    done: int | None = None,
    scores: bool = True,
    test: bool = True,
    budget: int = 15,
    lopsided: bool = False,
) -> RunFolder:
    """A run of which ``done`` cycles are over (all by default, -1: not even the random start)."""
    generator = np.random.default_rng(1)
    count = len(classes)
    folder = RunFolder.create(path, RunSettings(data="tomos", cycles=cycles))
    splits = ["train"] * TRAIN_A_CLASS + ["test" if test else "none"] * TEST_A_CLASS
    labels = np.repeat(np.arange(count), len(splits))
    ids = [f"class{label}/subtomogram_mrc/tomotarget{at}.mrc" for at, label in enumerate(labels)]
    folder.journal.create({"items": "made up"}, classes, ids, None, splits * count)
    free = generator.permutation(folder.journal.split("train"))
    done = cycles if done is None else done
    labelled = 0
    for cycle in range(done + 1):
        if cycle > 0:
            train = {"labelled": float(labelled), "train_accuracy": 1.0, "train_loss": 0.01}
            folder.journal.add_training(cycle, train, range(count), 20 + 5.0 * cycle)
            add_evaluation(folder, cycle, generator, count if test else 0)
        if cycle == cycles:
            break
        if lopsided and cycle > 0:
            free = free[np.argsort(labels[free], kind="stable")]
        items, free = free[:budget], free[budget:]
        values = -np.sort(-generator.gamma(2.0, size=len(items)))
        given = values if scores and cycle > 0 else None
        seconds = {"query": 0.2} | ({"score": 6.0} if cycle > 0 else {})
        folder.journal.add_query(cycle, items, seconds, scores=given)
        answers = zip(items.tolist(), labels[items].tolist(), strict=True)
        folder.journal.add_labels(cycle, answers, "label table", 0.01)
        labelled += len(items)
    return folder


def add_evaluation(
    folder: RunFolder, cycle: int, generator: np.random.Generator, count: int
) -> None:
    if count == 0:
        folder.journal.add_evaluation(cycle, {}, None, 1.5)
        return
    truth = np.repeat(np.arange(count), TEST_A_CLASS)
    right = generator.random(len(truth)) < 1 - 0.7 * 0.6**cycle
    predicted = np.where(right, truth, generator.integers(count, size=len(truth)))
    matrix = np.zeros((count, count), dtype=np.int64)
    np.add.at(matrix, (truth, predicted), 1)
    recall = matrix.diagonal() / matrix.sum(axis=1)
    f1 = 2 * matrix.diagonal() / (matrix.sum(axis=1) + matrix.sum(axis=0))
    metrics = {
        "accuracy": float(np.mean(predicted == truth)),
        "balanced_accuracy": float(recall.mean()) - 0.01,
        "macro_f1": float(f1.mean()),
        "worst_f1": float(f1.min()),
        "calibration_error": 0.1,
        "loss": 0.5,
    }
    folder.journal.add_evaluation(cycle, metrics, matrix, 1.5)


def pool_of(folder: RunFolder) -> BlobPool:
    """The pool that ``build_run`` pretends to have used."""
    ids = [row[0] for row in folder.journal.db.execute("SELECT id FROM items ORDER BY item")]
    labels = np.repeat(np.arange(len(folder.journal.classes)), TRAIN_A_CLASS + TEST_A_CLASS)
    return BlobPool(ids, labels, folder.journal.classes)


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    def make(classes: Sequence[str] | int = 3, **facts: object) -> RunFolder:
        names = names_of(classes) if isinstance(classes, int) else classes
        return build_run(tmp_path / "run", names, **facts)  # type: ignore[arg-type]

    return make


@pytest.fixture
def make_pool() -> Callable[[RunFolder], BlobPool]:
    return pool_of
