"""Runs in which a teacher gives labels to what people have not seen."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_runs import RunMaker, make_loop, tiny_settings

from cryoal.learning.checkpoint import load_model
from cryoal.learning.task_model import TaskModel
from cryoal.learning.train import TrainingResult, train
from cryoal.pools import SubtomogramPool
from cryoal.runs import RunFolder, continue_run, cycle_training, start_run
from cryoal.runs.journal import Journal


@pytest.fixture
def self_trained(finished: RunMaker) -> RunFolder:
    return finished("self-trained", self_train=True)


def test_it_changes_what_is_learnt(self_trained: RunFolder, finished: RunMaker) -> None:
    plain = finished("plain")
    assert plain.journal.query(0).tolist() == self_trained.journal.query(0).tolist()
    assert plain.weights_path(1).read_bytes() != self_trained.weights_path(1).read_bytes()


def test_the_teacher_learns_the_labels_of_its_cycle_and_is_no_student(
    self_trained: RunFolder, blob_pool: SubtomogramPool
) -> None:
    loop = make_loop(self_trained, blob_pool)
    for cycle in (1, 2):
        teachers = [weights(loop.training(cycle).teacher()) for _ in range(2)]
        assert all(torch.equal(v, teachers[1][k]) for k, v in teachers[0].items())
        for trained in (1, 2):
            student = loop.models.trained(trained).state_dict()
            assert not torch.equal(teachers[0]["head.weight"], student["head.weight"])


def test_weights_that_are_carried_over_go_from_teacher_to_student(
    finished: RunMaker, blob_pool: SubtomogramPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished("carried", self_train=True, warm_start=True)
    training = make_loop(run, blob_pool).training(2)
    taught = weights(training.teacher())
    begun: list[dict[str, torch.Tensor]] = []

    def note(model: TaskModel, *arguments: object) -> TrainingResult:
        begun.append({name: value.clone() for name, value in model.state_dict().items()})
        return train(model, *arguments)

    monkeypatch.setattr(cycle_training, "train", note)
    monkeypatch.setattr(training.models, "save", lambda *_arguments: None)
    training.run()
    teacher, student = begun
    last = run_weights(run, 1)
    assert all(torch.equal(value, last[name]) for name, value in teacher.items())
    assert all(torch.equal(value, taught[name]) for name, value in student.items())


def weights(model: TaskModel | None) -> dict[str, torch.Tensor]:
    assert model is not None
    return {name: value.clone() for name, value in model.state_dict().items()}


def run_weights(run: RunFolder, cycle: int) -> dict[str, torch.Tensor]:
    return dict(load_model(run.weights_path(cycle))[0].state_dict())


def test_pseudo_labels_are_of_items_nothing_was_decided_on(
    self_trained: RunFolder, blob_pool: SubtomogramPool
) -> None:
    training = make_loop(self_trained, blob_pool).training(2)
    teacher = training.teacher()
    assert teacher is not None
    pseudo = training.pseudo_labels(teacher)
    items = set(self_trained.journal.split("train").tolist())
    assert set(pseudo.items.tolist()) == items - set(training.labelled.items.tolist())
    assert pseudo.posteriors.shape == (len(pseudo.items), 3)


def test_with_all_labels_there_is_no_teacher(
    finished: RunMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cycle_training, "ask_teacher", lambda *_arguments: 1 / 0)
    run = finished("all", self_train=True, initial="100%", cycles=1)
    assert run.weights_path(1).is_file()


def test_killed_after_a_teacher_it_ends_the_same(
    tmp_path: Path,
    blobs: Path,
    blob_pool: SubtomogramPool,
    self_trained: RunFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = tiny_settings(blobs, self_train=True)
    folder = start_run(tmp_path / "killed", settings, blob_pool)
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "add_training", lambda *_args, **_named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make_loop(folder, blob_pool).run()
    folder.journal.close()
    again = continue_run(tmp_path / "killed", settings, blob_pool)
    make_loop(again, blob_pool).run()
    for cycle in (1, 2, 3):
        mine, wanted = again.weights_path(cycle), self_trained.weights_path(cycle)
        assert mine.read_bytes() == wanted.read_bytes()
    assert again.journal.metrics() == self_trained.journal.metrics()
