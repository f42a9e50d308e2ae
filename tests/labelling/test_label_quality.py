"""Planted wrong labels come out first; thresholds and classes as the paper counts them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from cryoal.labelling.label_quality import class_thresholds, ranked_suspects


def slow_suspects(p: np.ndarray, labels: np.ndarray) -> dict[int, tuple[float, bool, int]]:
    """Row -> (score, confident, suggested), item by item from the definitions."""
    classes = p.shape[1]
    thresholds = {}
    for j in range(classes):
        own = [p[i][j] for i in range(len(p)) if labels[i] == j]
        if own:
            thresholds[j] = sum(own) / len(own)
    found = {}
    for i, row in enumerate(p):
        given = labels[i]
        margins = {k: row[k] - thresholds[k] - row[given] + thresholds[given] for k in thresholds}
        others = [k for k in thresholds if k != given]
        if not others:
            continue
        best = max(others, key=lambda k: margins[k])
        reached = [k for k in thresholds if row[k] >= thresholds[k]]
        sure = max(reached, key=lambda k: row[k]) if reached else given
        confident = sure != given
        if confident or margins[best] > 0:
            found[i] = (margins[best], confident, sure if confident else best)
    return found


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(2, 5))
def test_same_as_the_slow_definition(seed, items, classes):
    generator = np.random.default_rng(seed)
    p = generator.dirichlet(np.full(classes, 0.5), items)
    labels = generator.integers(0, classes, items)
    suspects = ranked_suspects(p, labels)
    slow = slow_suspects(p, labels)
    # A class of one item reaches its own threshold exactly: rounding may tip it either way.
    counts = np.bincount(labels, minlength=classes)
    if (counts == 1).any():
        return
    assert {suspect.row for suspect in suspects} == slow.keys()
    for suspect in suspects:
        score, confident, suggested = slow[suspect.row]
        assert suspect.score == pytest.approx(score)
        assert (suspect.confident, suspect.suggested) == (confident, suggested)
        assert suspect.label == labels[suspect.row] != suspect.suggested
    keys = [(not suspect.confident, -suspect.score) for suspect in suspects]
    assert keys == sorted(keys)


def planted(seed: int, sizes: tuple[int, ...], wrong: int):
    """Gaussian classes, some labels changed; posteriors out of fold, and which rows are wrong."""
    generator = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    x = 3.0 * np.eye(len(sizes))[truth] + generator.standard_normal((len(truth), len(sizes)))
    labels = truth.copy()
    rows = generator.choice(len(truth), wrong, replace=False)
    labels[rows] = (labels[rows] + generator.integers(1, len(sizes), wrong)) % len(sizes)
    model = LogisticRegression(max_iter=1000)
    return cross_val_predict(model, x, labels, cv=5, method="predict_proba"), labels, set(rows)


@pytest.mark.parametrize("seed", range(4))
def test_planted_wrong_labels_come_first(seed):
    p, labels, wrong = planted(seed, (120, 100, 80, 60), wrong=18)
    suspects = ranked_suspects(p, labels)
    first = [suspect.row for suspect in suspects[:18]]
    # One in twenty is wrong: a random order would find one of 18.
    assert len(wrong & set(first)) >= 14
    assert all(suspect.confident for suspect in suspects[:10])


def test_a_class_that_is_never_sure_does_not_fill_the_list():
    """Ten items of a rare class at 0.4 are that class's normal; a wrong label at 0.2 is not."""
    common = np.tile([0.9, 0.1], (30, 1))
    rare = np.tile([0.6, 0.4], (10, 1))
    wrong = np.array([[0.97, 0.03]])
    p = np.concatenate([common, rare, wrong])
    labels = np.array([0] * 30 + [1] * 10 + [1])
    suspects = ranked_suspects(p, labels)
    assert [suspect.row for suspect in suspects if suspect.confident] == [40]
    assert suspects[0].row == 40
    assert suspects[0].suggested == 0


def test_thresholds_are_mean_self_confidence():
    p = np.array([[0.8, 0.2, 0.0], [0.6, 0.4, 0.0], [0.3, 0.7, 0.0]])
    thresholds = class_thresholds(p, np.array([0, 0, 1]))
    assert thresholds.tolist() == pytest.approx([0.7, 0.7, np.inf])


def test_rows_that_were_not_judged_are_left_out():
    p = np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9], [np.nan, np.nan], [0.95, 0.05]])
    labels = np.array([0, 0, 1, 1, 1, 1])
    assert [suspect.row for suspect in ranked_suspects(p, labels)] == [5]
    assert ranked_suspects(np.full((2, 2), np.nan), np.array([0, 1])) == []
    assert ranked_suspects(np.zeros((0, 3)), np.zeros(0, np.int64)) == []


def test_right_labels_give_no_suspect():
    p = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9]])
    assert ranked_suspects(p, np.array([0, 0, 1])) == []
