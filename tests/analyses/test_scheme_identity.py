"""Which schemes are one: against one item at a time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from slow_analyses import candidates_of, inputs, model_of, silently, slow_norms

from cryoal.analyses.item_losses import TRUE_LABEL
from cryoal.analyses.measurement import Measurement, means_of
from cryoal.analyses.scheme_identity import DETACHED, SchemeIdentity
from cryoal.analyses.subject import Subject
from cryoal.gradnorm.reference import gradient_norms


@pytest.fixture
def found(subject: Subject) -> dict[str, Measurement]:
    """By measure, of the last model and the items that are left."""
    return {str(one.keys["measure"]): one for one in SchemeIdentity().measure(subject, silently)}


def test_every_measure_is_that_of_single_items(
    subject: Subject, found: dict[str, Measurement]
) -> None:
    items = candidates_of(subject, 3)
    x, model = inputs(subject, items), model_of(subject, 3)
    slow = {
        "entropy": slow_norms(subject, 3, items, "entropy"),
        "expected": slow_norms(subject, 3, items, "expected"),
        TRUE_LABEL: slow_norms(subject, 3, items, TRUE_LABEL),
        "egl": gradient_norms(model, x, "egl").double().numpy(),
        "entropy, global": slow_norms(subject, 3, items, "entropy", "global"),
        "entropy, head": gradient_norms(model, x, "entropy", scope="head").double().numpy(),
        "egl, head": gradient_norms(model, x, "egl", scope="head").double().numpy(),
    }
    assert found.keys() == slow.keys() | {DETACHED}
    reference = slow["entropy"]
    top = set(np.argsort(reference)[-3:].tolist())
    for name, norms in slow.items():
        values = found[name].values
        assert found[name].sizes == {"items": len(items), "k": 3}
        assert values["mean_norm"] == pytest.approx(norms.mean(), rel=1e-3)
        correlation = stats.spearmanr(norms, reference).statistic
        assert values["correlation"] == pytest.approx(correlation, abs=0.01)
        both = len(top & set(np.argsort(norms)[-3:].tolist()))
        assert values["share"] == pytest.approx(both / 3)
        apart = float(np.abs(norms - reference).max() / reference.max())
        assert values["largest_difference"] == pytest.approx(apart, rel=1e-2, abs=1e-4)


def test_expected_is_entropy_and_with_its_posterior_fixed_nothing(
    found: dict[str, Measurement],
) -> None:
    same, fixed = found["expected"].values, found[DETACHED].values
    reference = found["entropy"].values["mean_norm"]
    assert reference is not None
    assert same["correlation"] == pytest.approx(1, abs=1e-3)
    assert same["largest_difference"] == pytest.approx(0, abs=1e-3)
    assert fixed["mean_norm"] is not None
    assert fixed["mean_norm"] < 5e-5 * reference
    assert fixed["largest_difference"] == pytest.approx(1, abs=1e-3)
    assert fixed["correlation"] is None
    assert found["egl"].values["largest_difference"] != pytest.approx(0, abs=0.1)
    said = SchemeIdentity().verdict(means_of([*found.values()]))
    assert said.startswith("expected and entropy: rank correlation 1.000")


def test_a_part_of_the_items(subject: Subject) -> None:
    found = SchemeIdentity(items=8).measure(subject, silently)
    assert {(one.sizes["items"], one.sizes["k"]) for one in found} == {(8, 1)}
