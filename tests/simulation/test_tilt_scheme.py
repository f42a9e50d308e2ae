from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from cryoal.simulation.tilt_scheme import TiltScheme


def test_orders_of_exposure() -> None:
    def exposed(order: str) -> list[float]:
        scheme = TiltScheme(max_deg=6, step_deg=3, order=order)
        return scheme.angles_deg()[np.argsort(scheme.dose_at_middle_e_A2())].tolist()

    assert exposed("dose-symmetric") == [0, 3, -3, 6, -6]
    assert exposed("bidirectional") == [0, 3, 6, -3, -6]
    assert exposed("rising") == [-6, -3, 0, 3, 6]


def test_the_dose_is_shared_by_all_images() -> None:
    scheme = TiltScheme(dose_e_A2=123, dual_axis=True)
    assert len(scheme.angles_deg()) == 82
    doses = np.sort(scheme.dose_at_middle_e_A2())
    np.testing.assert_allclose(np.diff(doses), 1.5)
    assert (doses[0], doses[-1]) == pytest.approx((0.75, 122.25))
    # The first axis is done before the second begins.
    assert scheme.dose_at_middle_e_A2()[:41].max() < scheme.dose_at_middle_e_A2()[41:].min()


def test_a_tilt_turns_about_y_and_the_second_axis_about_x() -> None:
    scheme = TiltScheme(max_deg=30, step_deg=30, dual_axis=True)
    turns = scheme.matrices()
    s, c = 0.5, np.sqrt(3) / 2
    np.testing.assert_allclose(turns[2], [[c, 0, s], [0, 1, 0], [-s, 0, c]], atol=1e-12)
    # What lies on x keeps its place at every tilt of the second axis.
    on_axis = turns[3:] @ [1.0, 0, 0]
    np.testing.assert_allclose(on_axis, np.tile([0, 1.0, 0], (3, 1)), atol=1e-12)


@pytest.mark.parametrize(
    "bad", [{"step_deg": 0}, {"step_deg": 1e-7}, {"max_deg": 90}, {"dose_e_A2": -1}, {"a": 1}]
)
def test_schemes_that_cannot_be(bad: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        TiltScheme(**bad)
