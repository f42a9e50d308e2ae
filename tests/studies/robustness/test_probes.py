"""Measurements on a run of which everything is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from tiny_runs import tiny_settings

from cryoal.augmentation_settings import AugmentationSettings
from cryoal.learning.recipe import Recipe
from cryoal.pools import SubtomogramPool
from cryoal.pools.changed import ChangedPool
from cryoal.runs import RunFolder, RunSettings
from cryoal.runs.inference import TrainedRun
from cryoal.studies import Arm, Cell
from cryoal.studies.results import ALL_LABELS
from cryoal.studies.robustness.condition import Condition
from cryoal.studies.robustness.faults import FAULTS, UNCHANGED, FaultProbe
from cryoal.studies.robustness.probe import Numbers, Probe, accuracy_on
from cryoal.studies.robustness.source import NoiseSource, open_source
from cryoal.studies.robustness.stability import StabilityProbe, is_tried, scores_on

RATIO = 0.5


@pytest.fixture(scope="module")
def settings(blobs: Path) -> RunSettings:
    augmentation = AugmentationSettings(rotations="wedge")  # others would hide the classes
    recipe = Recipe(min_steps=25, min_epochs=1, batch_size=8, views=2, augmentation=augmentation)
    return tiny_settings(blobs, recipe=recipe, cycles=2, initial="9")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, settings: RunSettings) -> Path:
    """Runs of margin and on all labels, done."""
    path = tmp_path_factory.mktemp("study")
    for scheme in ("margin", ALL_LABELS):
        Cell(path, Arm(scheme), 0).run(settings)
    return path


@pytest.fixture
def margin(study: Path) -> RunFolder:
    return RunFolder.open(Cell(study, Arm("margin"), 0).path)


@pytest.fixture(scope="module")
def source(settings: RunSettings) -> NoiseSource:
    return open_source(settings, RATIO, lambda _done, _total: None)


def test_accuracy_is_the_runs_own_on_its_own_pool(
    margin: RunFolder, blob_pool: SubtomogramPool
) -> None:
    for cycle in (1, 2):
        own = margin.journal.metrics()[cycle]["accuracy"]
        assert accuracy_on(margin, cycle, blob_pool) == own


def test_accuracy_on_other_items_is_that_of_predictions(
    margin: RunFolder, blob_pool: SubtomogramPool, source: NoiseSource
) -> None:
    changed = source.noisier(0.02, seed=3)
    test = margin.journal.split("test")
    predicted = TrainedRun(margin, changed, "cpu").predict().labels[test]
    assert accuracy_on(margin, 2, changed) == np.mean(predicted == blob_pool.labels[test])
    one = blob_pool.read([0])[0, 0].numpy()
    alike = ChangedPool(blob_pool, lambda _box, _name: one, "all alike")
    # Whatever class it is taken for, a third of the test items has it.
    assert accuracy_on(margin, 2, alike) == pytest.approx(1 / 3)


def test_faults_are_measured_once(
    study: Path, settings: RunSettings, blob_pool: SubtomogramPool, margin: RunFolder
) -> None:
    probe = FaultProbe(Condition(RATIO), Cell(study, Arm("margin"), 0), settings)
    assert probe.is_due()
    probe.run()
    assert not probe.is_due()
    kept = probe.kept()
    assert list(kept) == [UNCHANGED, *(fault.key for fault in FAULTS)]
    assert kept[UNCHANGED]["accuracy"] == margin.journal.metrics()[2]["accuracy"]
    for fault in (FAULTS[2], FAULTS[-1]):
        pool = ChangedPool(blob_pool, fault.change, "x")
        assert kept[fault.key]["accuracy"] == accuracy_on(margin, 2, pool)
    assert len({numbers["accuracy"] for numbers in kept.values()}) > 1


@dataclass(frozen=True)
class Counting(Probe):
    """Says how often it was asked."""

    file: ClassVar[str] = "counting.json"
    what: ClassVar[str] = "counting"

    wanted: tuple[str, ...]

    def keys(self) -> Sequence[str]:
        return self.wanted

    def measure(self, _folder: RunFolder, keys: Sequence[str]) -> dict[str, Numbers]:
        return {key: {"asked": float(len(keys))} for key in keys}


def test_only_what_is_missing_is_measured(study: Path) -> None:
    cell = Cell(study, Arm("margin"), 0)
    Counting(Condition(RATIO), cell, ("a", "b")).run()
    more = Counting(Condition(RATIO), cell, ("a", "b", "c"))
    assert more.is_due()
    more.run()
    assert more.kept() == {"a": {"asked": 2}, "b": {"asked": 2}, "c": {"asked": 1}}
    content = json.loads(more.path.read_text())
    assert content["cycle"] == 2
    more.path.write_text(json.dumps(content | {"cycle": 1}))
    assert more.kept() == {}, "another model's numbers"
    assert more.is_due()


def test_runs_that_are_not_there_are_not_due(tmp_path: Path) -> None:
    probe = Counting(Condition(RATIO), Cell(tmp_path, Arm("margin"), 0), ("a",))
    assert not probe.is_due()
    assert probe.kept() == {}


def test_hardly_any_new_noise_leaves_the_ranking(study: Path, source: NoiseSource) -> None:
    cell = Cell(study, Arm("margin"), 0)
    found = {}
    for snr in (0.9999 * RATIO, 0.01):
        probe = StabilityProbe(Condition(snr), cell, source)
        probe.run()
        found[snr] = probe.kept()
        probe.path.unlink()
    faint, strong = found.values()
    assert faint["1"]["correlation"] > 0.99
    assert faint["1"]["overlap"] > 0.9
    assert strong["1"]["correlation"] < 0.9
    for numbers in (*faint.values(), *strong.values()):
        assert (numbers["k"], numbers["candidates"]) == (3, 21)
        assert numbers["chance"] == pytest.approx(3 / 21)


def test_scores_are_those_of_the_run(
    margin: RunFolder, blob_pool: SubtomogramPool, settings: RunSettings
) -> None:
    with np.load(margin.scores_path(1)) as saved:
        candidates, scores = saved["candidates"], saved["scores"]
    again = scores_on(margin, blob_pool, candidates, settings.score_views)
    assert again == pytest.approx(scores, abs=1e-5)
    assert scores_on(margin, blob_pool, candidates, 8) != pytest.approx(scores, abs=1e-5)


def test_which_schemes_are_tried() -> None:
    tried = {"margin", "entropy", "egl", "bald", "lplgrad"}
    left_out = {"random", "badge", "core-set", "qbc", "vaal"}
    assert {name for name in tried | left_out if is_tried(name)} == tried
