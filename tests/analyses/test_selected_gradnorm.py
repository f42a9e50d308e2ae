"""Table 1, counted as the paper counts it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from slow_analyses import candidates_of, silently, slow_norms

from cryoal.analyses.item_losses import TRUE_LABEL
from cryoal.analyses.measurement import means_of
from cryoal.analyses.selected_gradnorm import SelectedGradnorm
from cryoal.analyses.source import find_sources, run_source
from cryoal.analyses.subject import Subject, opened
from cryoal.studies.cell import OVERLAP
from cryoal.studies.true_gradients import query_overlap


def test_a_run_is_counted_as_in_the_paper(subject: Subject) -> None:
    found = SelectedGradnorm().measure(subject, silently)
    assert [one.keys["cycle"] for one in found] == [1, 2]
    assert [one.keys["labelled"] for one in found] == [4, 7]
    for cycle, one in enumerate(found, start=1):
        pool = candidates_of(subject, cycle)
        by_norm = pool[np.argsort(slow_norms(subject, cycle, pool, TRUE_LABEL))]
        chosen = subject.journal.query(cycle)
        both = len(np.intersect1d(by_norm[-len(chosen) :], chosen))
        assert one.values["chosen_in_largest"] == both
        assert one.values["share"] == pytest.approx(both / 3)
        assert one.values["chance"] == pytest.approx(3 / len(pool))
        assert one.sizes == {"chosen": 3, "candidates": len(pool)}


def test_what_a_study_noted_is_what_is_computed(study: Path) -> None:
    sources = find_sources([study], "selected-gradnorm", takes_studies=True)
    assert [source.arm.name for source in sources] == ["entropy", "random"]
    found = SelectedGradnorm().measure_all(sources, "cpu", silently)
    for source, one in zip(sources, found, strict=True):
        with opened(source, "cpu") as subject:
            assert OVERLAP in subject.journal.metrics()[1]
            overlap = query_overlap(subject.loop, 1)
            assert one.values["share"] == overlap.share
            assert one.sizes["candidates"] == overlap.candidates
    said = SelectedGradnorm().verdict(means_of(found))
    assert "(entropy)" in said
    assert "(random)" in said


def test_a_study_needs_no_pool(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cryoal.analyses.subject.open_data", lambda _settings: 1 / 0)
    with opened(run_source(study / "cells" / "random-0"), "cpu") as subject:
        assert len(SelectedGradnorm().measure(subject, silently)) == 1
