"""The sentences that a study ends in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from study_results import cell, flat_study, made_up_study

from cryoal.studies.statistics import study_statistics
from cryoal.studies.verdict import verdict

LABELLED = [55, 110]
WOBBLE = np.array([[0.0, 0.001], [0.0, -0.001], [0.0, 0.002], [0.0, 0.0]])
RANDOM = np.array([[0.3, 0.5], [0.32, 0.52], [0.31, 0.49], [0.3, 0.52]])
GAIN = np.array([0, 0.2])


def study(**curves):
    return study_statistics(
        flat_study({name.replace("_", "-"): c.tolist() for name, c in curves.items()}, LABELLED)
    )


def test_says_what_was_found() -> None:
    better = RANDOM + GAIN + WOBBLE
    worse = RANDOM - GAIN - WOBBLE[::-1]
    twin = better + 0.5 * WOBBLE[[1, 0, 3, 2]]
    text = verdict(study(random=RANDOM, good=better, twin=twin, bad=worse))
    assert text.startswith("Over 4 seeds at 55 to 110 labels, twin has the largest area under the")
    assert "It is not distinguishable from good (paired t-test, Holm's correction over 6" in text
    assert "random and bad are significantly below it." in text
    assert "Significantly above random in area: twin and good; significantly below it: bad." in text
    assert "bad at 110 labels. Left after Holm's correction over the budgets: bad." in text
    assert "saving over random 2" in text


def test_says_when_nothing_was_found() -> None:
    other = RANDOM + np.array([[0, 0.01], [0, -0.02], [0, 0.015], [0, -0.01]])
    text = verdict(study(random=RANDOM, other=other))
    assert "random has the largest area" in text
    assert "It is not distinguishable from other (paired t-test)." in text
    assert "Significantly above random in area: none." in text
    assert "No scheme is significantly below random at any budget" in text
    assert "random's last" not in text


def test_models_that_did_not_learn_show_nothing() -> None:
    rows = [
        replace(row, chance=1 / 3, chance_deviation=0.1)
        for row in flat_study({"random": [[0.3, 0.35]] * 3, "a": [[0.3, 0.36]] * 3}, LABELLED)
    ]
    assert verdict(study_statistics(rows)) == (
        "At 110 labels the models of all schemes are not above chance (accuracy 0.36 at best, 0.33 "
        "by chance): as far as the test items show they did not learn, so nothing can be concluded "
        "about the schemes and what they save."
    )
    better = [replace(row, accuracy=row.accuracy + 0.3) for row in rows]
    assert "largest area" in verdict(study_statistics(better))


def test_few_seeds_give_no_test() -> None:
    text = verdict(study_statistics(made_up_study(4, seeds=2)))
    assert "No test was made: 2 seeds in common are too few, 3 are needed." in text
    assert "significantly" not in text
    assert "interval" not in text


def test_schemes_with_other_seeds_cannot_be_tested() -> None:
    rows = flat_study({"a": RANDOM[:3].tolist()}, LABELLED)
    rows += [cell("b", 9 + seed, 55, 0.2) for seed in range(3)]
    rows += [cell("b", 9 + seed, 110, 0.3) for seed in range(3)]
    assert "No test was made: 0 seeds in common" in verdict(study_statistics(rows))


def test_partial_studies() -> None:
    assert verdict(study_statistics([cell("all-labels", 0, 900, 0.9)])) == (
        "No scheme has been evaluated yet."
    )
    lone = verdict(study_statistics([cell("badge", 0, 55, 0.4)]))
    assert "badge has the largest mean accuracy (0.400)" in lone
    assert "There is no other scheme to compare it with." in lone
    gaps = [cell("a", 0, 55, 0.4), cell("b", 0, 110, 0.4)]
    assert verdict(study_statistics(gaps)).startswith("No scheme has a whole learning curve yet")


def test_without_random_nothing_is_said_of_a_saving() -> None:
    text = verdict(study(a=RANDOM, b=RANDOM + WOBBLE))
    assert "Random was not run" in text
    assert "saving over random" not in text


def test_all_others_are_not_listed() -> None:
    one = np.array([[0, 0.01], [0, -0.02], [0, 0.015], [0, -0.01]])
    text = verdict(study(random=RANDOM, other=RANDOM + one, third=RANDOM - one))
    assert "It is not distinguishable from any other scheme (paired t-test, Holm's" in text


def test_targets_out_of_reach_are_named() -> None:
    rows = made_up_study(2, seeds=3, budgets=2)
    text = verdict(study_statistics(rows))
    assert "It reaches random's last accuracy at " in text
    assert (
        "It does not reach 90 % of all-labels accuracy and 95 % of all-labels accuracy within 110"
        in text
    )
