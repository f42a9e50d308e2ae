"""Fig. 3, against gradients of single items."""

from __future__ import annotations

import numpy as np
import pytest
from slow_analyses import candidates_of, inputs, model_of, silently, slow_gradients, slow_norms

from cryoal.analyses.bounds import TERMS, Bounds
from cryoal.analyses.flat_model import FlatModel
from cryoal.analyses.gauss_newton import GaussNewton
from cryoal.analyses.item_losses import ITEM_LOSSES
from cryoal.analyses.measurement import Measurement, means_of
from cryoal.analyses.subject import Subject

DAMPING = 1.0


@pytest.fixture
def found(subject: Subject) -> dict[str, Measurement]:
    """Of the first cycle, by loss."""
    measured = Bounds(damping=DAMPING).measure_cycle(subject, 1, silently)
    return {str(one.keys["loss"]): one for one in measured}


def test_terms_are_those_of_single_items(subject: Subject, found: dict[str, Measurement]) -> None:
    candidates = candidates_of(subject, 1)
    training = np.concatenate([subject.journal.query(0), subject.journal.query(1)])
    model = FlatModel(model_of(subject, 2))
    curvature = GaussNewton(model, [inputs(subject, training)], DAMPING)
    assert found.keys() == ITEM_LOSSES.keys()
    for loss, one in found.items():
        total = slow_gradients(subject, 2, subject.journal.split("test"), loss).sum(0)
        direction = curvature.solve(total).vector.double()
        gradients = slow_gradients(subject, 2, candidates, loss).double()
        target = (gradients @ direction).numpy()
        later = gradients.norm(dim=1).numpy() * float(direction.norm())
        earlier = slow_norms(subject, 1, candidates, loss, "global") * float(direction.norm())
        scale = np.abs(target).mean()
        assert one.values["target"] == pytest.approx(target.mean(), abs=0.01 * scale)
        assert one.values["approx_1"] == pytest.approx(scale, rel=0.01)
        assert one.values["approx_2"] == pytest.approx(later.mean(), rel=0.01)
        assert one.values["approx_3"] == pytest.approx(earlier.mean(), rel=0.01)
        assert one.values["share_bounded"] == pytest.approx(np.mean(earlier >= np.abs(target)))
        tested = len(subject.journal.split("test"))
        assert one.sizes == {"candidates": len(candidates), "training": 7, "test": tested}


def test_what_holds_by_proof(found: dict[str, Measurement]) -> None:
    for one in found.values():
        values = [one.values[term] for term in TERMS]
        assert all(value is not None for value in values)
        target, first, second, third = (float(value or 0.0) for value in values)
        assert target <= first <= second
        assert third > 0
    expected, entropy = ([found[n].values[t] for t in TERMS] for n in ("expected", "entropy"))
    np.testing.assert_allclose(expected, entropy, rtol=1e-2, atol=1e-4)
    said = Bounds().verdict(means_of([*found.values()]))
    assert "(true label)" in said
