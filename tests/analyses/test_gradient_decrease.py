"""Norms before and after training, against one item at a time."""

from __future__ import annotations

import numpy as np
import pytest
from slow_analyses import candidates_of, silently, slow_norms

from cryoal.analyses.gradient_decrease import GradientDecrease
from cryoal.analyses.item_losses import ITEM_LOSSES
from cryoal.analyses.measurement import means_of
from cryoal.analyses.subject import Subject


def test_shares_and_ratios_are_those_of_single_items(subject: Subject) -> None:
    found = GradientDecrease().measure(subject, silently)
    rows = {(one.keys["cycle"], one.keys["loss"]): one for one in found}
    assert len(rows) == len(found) == 2 * len(ITEM_LOSSES)
    for (cycle, loss), one in rows.items():
        chosen = subject.journal.query(int(cycle))
        others = np.setdiff1d(candidates_of(subject, int(cycle)), chosen)
        assert one.sizes == {"chosen": 3, "others": len(others)}
        for items, ending in ((chosen, ""), (others, "_others")):
            before, after = (
                slow_norms(subject, at, items, str(loss)) for at in (int(cycle), int(cycle) + 1)
            )
            share = float(np.mean(after < before))
            assert one.values[f"share_falling{ending}"] == pytest.approx(share)
            ratio = float(np.median(after / before))
            assert one.values[f"median_ratio{ending}"] == pytest.approx(ratio, rel=1e-3)
    assert "true label" in GradientDecrease().verdict(means_of(found))


def test_those_not_chosen_are_cut(subject: Subject) -> None:
    found = GradientDecrease(items=5).measure(subject, silently)
    assert {one.sizes["others"] for one in found} == {5}
    assert {one.sizes["chosen"] for one in found} == {3}
    again = GradientDecrease(items=5).measure(subject, silently)
    assert [one.values for one in again] == [one.values for one in found]
