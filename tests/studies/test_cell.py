"""Cells run for real, tiny: shared starts, resumption, and what is measured beside the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_runs import tiny_settings

from cryoal.gradnorm.reference import gradient_norms
from cryoal.learning.checkpoint import ModelDescription
from cryoal.learning.devices import make_fabric
from cryoal.learning.preparation import Preparation
from cryoal.learning.pretrain_settings import PretrainSettings
from cryoal.learning.recipe import Recipe
from cryoal.learning.train import TrainingResult
from cryoal.pools import SubtomogramPool
from cryoal.runs import RunFolder
from cryoal.runs.cycle_training import CycleTraining
from cryoal.runs.journal import Journal
from cryoal.strategies import Workshop
from cryoal.studies import Arm, Cell
from cryoal.studies.results import ALL_LABELS
from cryoal.studies.true_gradients import overlap_with_largest, true_gradient_norms

CellMaker = Callable[..., Cell]
SHORT = PretrainSettings(steps=3, batch_size=8)


@pytest.fixture
def cell(tmp_path: Path, blobs: Path) -> CellMaker:
    """Runs a cell to its end."""

    def make(scheme: str, seed: int = 0, pretrain: bool = False) -> Cell:
        cell = Cell(tmp_path / "study", Arm(scheme, pretrain), seed)
        cell.run(tiny_settings(blobs, pretraining=SHORT))
        return cell

    return make


def test_arms_of_a_seed_share_split_and_first_set_and_seeds_differ(cell: CellMaker) -> None:
    folders = [
        RunFolder.open(cell(*which).path) for which in (("random", 0), ("margin", 0), ("random", 1))
    ]
    splits = [folder.journal.split("test").tolist() for folder in folders]
    firsts = [folder.journal.query(0).tolist() for folder in folders]
    assert splits[0] == splits[1] != splits[2]
    assert firsts[0] == firsts[1] != firsts[2]
    losses = [folder.journal.metrics()[1]["loss"] for folder in folders]
    assert losses[0] == losses[1] != losses[2]


def test_results_hold_what_was_measured(cell: CellMaker) -> None:
    rows = cell("entropy").results()
    assert [row.labelled for row in rows] == [4, 7, 10]
    assert [row.cycle for row in rows] == [1, 2, 3]
    for row in rows[:-1]:
        assert row.score_seconds is not None
        assert row.overlap_true_gradnorm is not None
        assert 0 <= row.overlap_true_gradnorm <= 1
        assert row.query_counts is not None
        assert sum(row.query_counts) == 3
    assert rows[-1].query_counts is None
    for row in rows:
        assert 0 <= row.accuracy <= 1
        assert row.chance is not None
        assert row.chance_deviation is not None
        assert 0 <= row.chance <= 1
        assert row.train_memory_mb is None or 0 <= row.train_memory_mb < 5_000


def test_killed_between_a_query_and_its_true_norms_they_are_still_taken(
    cell: CellMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("cryoal.studies.cell.query_overlap", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            cell("margin")
    rows = cell("margin").results()
    assert all(row.overlap_true_gradnorm is not None for row in rows[:-1])


def test_all_labels_is_one_training_on_everything(cell: CellMaker) -> None:
    (row,) = cell(ALL_LABELS).results()
    folder = RunFolder.open(cell(ALL_LABELS).path)
    assert row.scheme == ALL_LABELS
    assert row.labelled == len(folder.journal.split("train"))


def test_pretrained_arms_of_a_seed_share_one_pretraining(
    cell: CellMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = RunFolder.open(cell("random", pretrain=True).path)
    with monkeypatch.context() as patch:
        patch.setattr("cryoal.runs.loop.pretrain", lambda *_args: 1 / 0)
        second = RunFolder.open(cell("margin", pretrain=True).path)
        with pytest.raises(ZeroDivisionError):
            cell("margin", seed=1, pretrain=True)
    assert first.pretrained_path.read_bytes() == second.pretrained_path.read_bytes()
    losses = [folder.journal.metrics()[0]["pretrain_loss"] for folder in (first, second)]
    assert losses[0] == losses[1]


def test_arms_of_a_seed_share_the_first_model(
    cell: CellMaker, tmp_path: Path, blobs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = Cell(tmp_path / "alone", Arm("margin"), 0)
    alone.run(tiny_settings(blobs))
    first = cell("random")
    trained: list[int] = []
    original = CycleTraining.run

    def counting(self: CycleTraining) -> TrainingResult:
        trained.append(self.cycle)
        return original(self)

    monkeypatch.setattr(CycleTraining, "run", counting)
    second = cell("margin")
    assert 1 not in trained
    weights = [RunFolder.open(c.path).weights_path(1).read_bytes() for c in (alone, first, second)]
    assert weights[0] == weights[1] == weights[2]
    assert second.results()[0].train_seconds == first.results()[0].train_seconds
    assert [row.accuracy for row in second.results()] == [row.accuracy for row in alone.results()]


def test_a_pretrained_ceiling_is_the_ceiling(cell: CellMaker) -> None:
    (row,) = cell(ALL_LABELS, pretrain=True).results()
    assert row.scheme == ALL_LABELS


@pytest.mark.parametrize("other", ["lplgrad", ALL_LABELS])
def test_what_changes_the_first_model_is_not_shared(cell: CellMaker, other: str) -> None:
    first, second = (RunFolder.open(cell(name).path) for name in ("random", other))
    assert first.weights_path(1).read_bytes() != second.weights_path(1).read_bytes()


@pytest.mark.parametrize("moment", [2, 4, 6])
def test_a_cell_that_was_killed_goes_on_to_the_same_result(
    cell: CellMaker, tmp_path: Path, blobs: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    calls = 0
    original = Journal.finish_phase

    def dying(self: Journal, *args: object) -> None:
        nonlocal calls
        calls += 1
        if calls == moment:
            raise KeyboardInterrupt
        original(self, *args)

    settings = tiny_settings(blobs)
    killed = Cell(tmp_path / "other", Arm("entropy"), 0)
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "finish_phase", dying)
        with pytest.raises(KeyboardInterrupt):
            killed.run(settings)
    assert not killed.is_done(settings)
    killed.run(settings)
    assert killed.is_done(settings)
    whole = cell("entropy").results()
    for one, other in zip(killed.results(), whole, strict=True):
        assert one.accuracy == other.accuracy
        assert one.loss == other.loss
        assert one.query_counts == other.query_counts
        assert one.overlap_true_gradnorm == other.overlap_true_gradnorm


def test_true_norms_are_those_of_the_reference_loss(blob_pool: SubtomogramPool) -> None:
    description = ModelDescription("compact", (1, 24, 24, 24), ("a", "b", "c"), "bright", None, 0.7)
    workshop = Workshop(
        description.build(0),
        Preparation(blob_pool, Recipe()),
        make_fabric("cpu", "32-true"),
        description.build,
    )
    items = np.arange(len(blob_pool))[::-1].copy()  # more than a batch
    labels = items % 3
    fast = true_gradient_norms(workshop, items, labels, "sum")
    for place in (0, 31, 32, 35):
        volume = workshop.preparation(blob_pool.read(items[place : place + 1]))
        target = int(labels[place])
        slow = gradient_norms(
            workshop.model, volume, lambda logits, at=target: -logits.log_softmax(1)[:, at]
        )
        assert torch.allclose(fast[place], slow[0], rtol=1e-3)


def test_overlap_by_hand() -> None:
    norms = torch.tensor([0.1, 5.0, 3.0, 0.2])
    items = np.array([10, 11, 12, 13])
    assert overlap_with_largest(norms, items, np.array([11, 13])) == 0.5
    assert overlap_with_largest(norms, items, np.array([12, 11])) == 1.0
    assert overlap_with_largest(norms, items, np.array([10, 13])) == 0.0
