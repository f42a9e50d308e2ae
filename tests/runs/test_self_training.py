"""Runs in which a teacher gives labels to what people have not seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_runs import RunMaker, make_loop, tiny_settings

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


def test_the_last_model_teaches_and_a_first_teacher_is_trained_on_the_labels(
    self_trained: RunFolder, blob_pool: SubtomogramPool
) -> None:
    loop = make_loop(self_trained, blob_pool)
    first, second = loop.training(1), loop.training(2)
    trained = loop.models.trained(1).state_dict()
    assert all(torch.equal(v, trained[k]) for k, v in second.teacher().state_dict().items())
    teachers = [first.teacher().state_dict() for _ in range(2)]
    assert all(torch.equal(v, teachers[1][k]) for k, v in teachers[0].items())
    assert not torch.equal(teachers[0]["head.weight"], trained["head.weight"])


def test_a_model_that_knows_other_classes_does_not_teach(
    self_trained: RunFolder, blob_pool: SubtomogramPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = make_loop(self_trained, blob_pool).training(2)
    monkeypatch.setattr(
        training.journal, "trained_positions", lambda _cycle: np.array([0, 1], np.int64)
    )
    monkeypatch.setattr(training.models, "trained", lambda _cycle: 1 / 0)
    assert training.teacher().head.out_features == 3


def test_pseudo_labels_are_of_items_nothing_was_decided_on(
    self_trained: RunFolder, blob_pool: SubtomogramPool
) -> None:
    training = make_loop(self_trained, blob_pool).training(2)
    pseudo = training.pseudo_labels()
    assert pseudo is not None
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
