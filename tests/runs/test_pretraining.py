"""Runs that learn from the unlabelled pool first."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_runs import RunMaker, make_loop, tiny_settings

from cryoal.learning.checkpoint import load_model
from cryoal.learning.pretrain_settings import PretrainSettings
from cryoal.pools import SubtomogramPool
from cryoal.runs import RunFolder, continue_run, start_run
from cryoal.runs.journal import Journal
from cryoal.runs.status import run_status

SHORT = PretrainSettings(steps=3, batch_size=8)
PRETRAINED = {"pretrain": True, "pretraining": SHORT, "scheme": "typiclust"}


def body(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: value for name, value in weights.items() if not name.startswith("head.")}


@pytest.fixture
def pretrained(finished: RunMaker) -> RunFolder:
    return finished("pretrained", **PRETRAINED)


def test_each_training_begins_from_the_pretrained_body_and_a_fresh_head(
    pretrained: RunFolder, blob_pool: SubtomogramPool
) -> None:
    encoder, _ = load_model(pretrained.pretrained_path)
    wanted = body(encoder.state_dict())
    loop = make_loop(pretrained, blob_pool)
    models = [loop.training(cycle).initial_model("weights") for cycle in (1, 2)]
    for model in models:
        own = body(model.state_dict())
        assert own.keys() == wanted.keys()
        assert all(torch.equal(own[name], wanted[name]) for name in wanted)
    assert not torch.equal(models[0].head.weight, models[1].head.weight)
    cold = make_loop(pretrained, blob_pool).models
    assert not torch.equal(
        cold.trained(1).state_dict()["features.0.weight"], wanted["features.0.weight"]
    )


def test_status_reports_it_and_a_plain_run_has_none(
    pretrained: RunFolder, finished: RunMaker
) -> None:
    state = run_status(pretrained)["pretraining"]
    assert state is not None
    assert state["seconds"] > 0
    assert 0 <= state["matched"] <= 1
    plain = finished("plain")
    assert run_status(plain)["pretraining"] is None
    assert not plain.pretrained_path.exists()


def test_killed_after_pretraining_it_ends_the_same(
    tmp_path: Path,
    blobs: Path,
    blob_pool: SubtomogramPool,
    pretrained: RunFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = tiny_settings(blobs, **PRETRAINED)
    folder = start_run(tmp_path / "killed", settings, blob_pool)
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "add_query", lambda *_args, **_named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make_loop(folder, blob_pool).run()
    assert folder.pretrained_path.is_file()
    folder.journal.close()
    again = continue_run(tmp_path / "killed", settings, blob_pool)
    make_loop(again, blob_pool).run()
    assert [row.item for row in again.journal.query_rows()] == [
        row.item for row in pretrained.journal.query_rows()
    ]
    assert again.journal.metrics() == pretrained.journal.metrics()


def test_the_diverse_start_goes_by_pretrained_features(finished: RunMaker) -> None:
    by_shape = finished("shape", cold_start="diverse")
    by_features = finished("features", cold_start="diverse", **PRETRAINED)
    first = [folder.journal.query(0).tolist() for folder in (by_shape, by_features)]
    assert first[0] != first[1]
    assert len(set(first[1])) == 4
