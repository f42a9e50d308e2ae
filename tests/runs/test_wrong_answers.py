"""An oracle that errs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from small_pools import StackPool
from tiny_runs import finish_run

from cryoal.errors import CryoalError
from cryoal.pools import SubtomogramPool
from cryoal.runs.settings import RunSettings, make_settings
from cryoal.runs.wrong_answers import with_wrong_answers


@pytest.fixture
def pool() -> StackPool:
    """4,000 names and labels of 5 classes; its items are never read."""
    return StackPool(torch.empty(4000, 1), np.arange(4000) % 5)


@pytest.mark.parametrize("chance", [0.1, 0.3])
def test_as_many_are_wrong_as_asked_and_all_other_classes_alike(
    pool: StackPool, chance: float
) -> None:
    answers = with_wrong_answers(pool, chance, seed=0)
    wrong = answers != pool.labels
    deviation = np.sqrt(chance * (1 - chance) / len(wrong))
    assert abs(wrong.mean() - chance) < 4 * deviation
    steps = np.bincount((answers - pool.labels)[wrong] % 5, minlength=5)
    assert steps[0] == 0
    expected = wrong.sum() / 4
    assert (np.abs(steps[1:] - expected) < 4 * np.sqrt(expected)).all()


def test_wrong_at_one_chance_is_as_wrong_at_a_higher_one(pool: StackPool) -> None:
    few, many = (with_wrong_answers(pool, chance, seed=0) for chance in (0.1, 0.3))
    wrong = few != pool.labels
    assert (many[wrong] == few[wrong]).all()
    assert (many != pool.labels).sum() > wrong.sum()


def test_seeds_differ_and_no_noise_changes_nothing(pool: StackPool) -> None:
    one, other = (with_wrong_answers(pool, 0.3, seed) for seed in (0, 1))
    assert (one != other).any()
    assert (with_wrong_answers(pool, 0.0, 0) == pool.labels).all()
    pool.labels[:7] = -1
    assert (with_wrong_answers(pool, 0.9, 0)[:7] == -1).all()


def test_schemes_are_told_the_same_and_tests_stay_right(
    tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool
) -> None:
    said: dict[str, dict[int, int]] = {}
    for scheme in ("random", "margin"):
        folder = finish_run(tmp_path / scheme, blobs, blob_pool, scheme=scheme, label_noise=0.5)
        answers = folder.journal.labels.answers()
        said[scheme] = {i: answers.decision(i).label for i in answers.items()}  # type: ignore[misc]
        tested = folder.journal.confusion(3).sum(axis=1)
        truth = blob_pool.labels[folder.journal.split("test")]
        assert tested.tolist() == np.bincount(truth, minlength=3).tolist()
    both = said["random"].keys() & said["margin"].keys()
    assert len(both) >= 4
    assert all(said["random"][item] == said["margin"][item] for item in both)
    wrong = [label != blob_pool.labels[item] for item, label in said["random"].items()]
    assert any(wrong)
    assert not all(wrong)


def test_what_is_no_chance_is_refused() -> None:
    assert RunSettings(data="x", label_noise=0.2).label_noise == 0.2
    for value in (1.0, -0.1, float("nan")):
        with pytest.raises(CryoalError, match="label_noise"):
            make_settings({"data": "x", "label_noise": value}, "here")
    with pytest.raises(CryoalError, match="label_noise: only the oracle 'labels'"):
        make_settings({"data": "x", "label_noise": 0.1, "oracle": "human"}, "here")
