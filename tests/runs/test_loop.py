"""Algorithm 1: what is labelled when, and the same result whatever interrupts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tiny_runs import TINY, RunMaker, finish_run, make_loop, tiny_settings
from tiny_strategies import tiny_scheme

from cryoal import strategies
from cryoal.pools import SubtomogramPool
from cryoal.runs import RunFolder, continue_run, start_run
from cryoal.runs.journal import Journal
from cryoal.strategies import Need


def queries(folder: RunFolder) -> list[tuple[int, int, int, float | None, str | None]]:
    return [(r.cycle, r.rank, r.item, r.score, r.label) for r in folder.journal.query_rows()]


def test_budgets_are_kept_and_nothing_is_asked_twice(
    finished: RunMaker, blob_pool: SubtomogramPool
) -> None:
    folder = finished()
    rows = folder.journal.query_rows()
    assert [sum(row.cycle == cycle for row in rows) for cycle in range(4)] == [4, 3, 3, 0]
    assert len({row.item for row in rows}) == len(rows)
    train, test = folder.journal.split("train"), folder.journal.split("test")
    assert np.isin([row.item for row in rows], train).all()
    assert not np.isin(train, test).any()
    assert all(row.label == blob_pool.classes[blob_pool.labels[row.item]] for row in rows)
    assert [int(m["labelled"]) for m in folder.journal.metrics().values()] == [4, 7, 10]
    assert folder.is_finished()


@pytest.mark.parametrize("scheme", strategies.names())
def test_every_scheme_runs_and_repeats(
    finished: RunMaker, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    tiny = tiny_scheme(scheme)
    monkeypatch.setattr(strategies, "get", lambda _name: tiny)
    drops = Need.DROPOUT_SAMPLES in tiny.strategy.needs
    changes = {
        "scheme": scheme,
        "cycles": 2,
        "recipe": TINY.model_copy(update={"dropout": 0.2 if drops else 0.0}),
    }
    one, two = (finished(name, **changes) for name in "ab")
    assert queries(one) == queries(two)
    assert queries(one) != queries(finished("c", **changes, seed=1))


def test_subset_limits_the_candidates(finished: RunMaker) -> None:
    folder = finished(subset="5")
    assert len(np.load(folder.scores_path(1))["candidates"]) == 5


def test_scores_on_disk_are_those_of_the_query(finished: RunMaker) -> None:
    folder = finished()
    with np.load(folder.scores_path(1), allow_pickle=False) as saved:
        best = np.sort(saved["scores"])[::-1][:3]
        assert saved["probabilities"].shape == (len(saved["candidates"]), 3)
    recorded = [row.score for row in folder.journal.query_rows() if row.cycle == 1]
    assert recorded == pytest.approx(best.tolist())


def test_warm_start_begins_from_the_last_weights(
    finished: RunMaker, blob_pool: SubtomogramPool
) -> None:
    warm, cold = finished("warm", warm_start=True), finished("cold")
    loops = [make_loop(folder, blob_pool) for folder in (warm, cold)]
    first = [loop.training(2).initial_model("weights") for loop in loops]
    for weights in ("head.weight", "head.bias"):
        kept = [
            model.state_dict()[weights].equal(loop.models.trained(1).state_dict()[weights])
            for model, loop in zip(first, loops, strict=True)
        ]
        assert kept == [True, False]


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, blobs: Path, blob_pool: SubtomogramPool
) -> RunFolder:
    return finish_run(tmp_path_factory.mktemp("whole") / "run", blobs, blob_pool)


class Killed(BaseException):
    """Stands for a process that ends on the spot."""


WRITES = ("add_query", "add_labels", "add_training", "add_evaluation")


def run_until_killed(
    folder: RunFolder,
    pool: SubtomogramPool,
    monkeypatch: pytest.MonkeyPatch,
    moment: int,
    written: bool,
) -> None:
    """End the run at its write ``moment``, before or after it is ``written``."""
    calls = 0

    def killing(name: str) -> object:
        original = getattr(Journal, name)

        def write(self: Journal, *args: object, **named: object) -> None:
            nonlocal calls
            calls += 1
            if calls - 1 == moment and not written:
                raise Killed
            original(self, *args, **named)
            if calls - 1 == moment:
                raise Killed

        return write

    with monkeypatch.context() as patch:
        for name in WRITES:
            patch.setattr(Journal, name, killing(name))
        with pytest.raises(Killed):
            make_loop(folder, pool).run()
    folder.journal.close()


@pytest.mark.parametrize("moment", range(12))
@pytest.mark.parametrize("written", [False, True])
def test_killed_at_any_write_and_continued_it_ends_the_same(
    tmp_path: Path,
    blobs: Path,
    blob_pool: SubtomogramPool,
    undisturbed: RunFolder,
    monkeypatch: pytest.MonkeyPatch,
    moment: int,
    written: bool,
) -> None:
    settings = tiny_settings(blobs)
    folder = start_run(tmp_path / "killed", settings, blob_pool)
    run_until_killed(folder, blob_pool, monkeypatch, moment, written)
    again = continue_run(tmp_path / "killed", settings, blob_pool)
    make_loop(again, blob_pool).run()
    assert queries(again) == queries(undisturbed)
    assert again.journal.metrics() == undisturbed.journal.metrics()


@pytest.mark.parametrize("scheme", ["ll4al", "lplgrad", "teacher-student"])
def test_what_was_trained_beside_the_model_outlives_a_kill(
    tmp_path: Path,
    blobs: Path,
    blob_pool: SubtomogramPool,
    finished: RunMaker,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
) -> None:
    """Killed before the training is written, after it, and before the query is written."""
    tiny = tiny_scheme(scheme)
    monkeypatch.setattr(strategies, "get", lambda _name: tiny)
    settings = tiny_settings(blobs, scheme=scheme, cycles=2)
    whole = finished("whole", scheme=scheme, cycles=2)
    for moment, written in ((2, False), (2, True), (4, False)):
        path = tmp_path / f"killed{moment}{written}"
        folder = start_run(path, settings, blob_pool)
        run_until_killed(folder, blob_pool, monkeypatch, moment, written)
        again = continue_run(path, settings, blob_pool)
        make_loop(again, blob_pool).run()
        assert queries(again) == queries(whole)
        one, other = (load_file(run.companion_path(1)) for run in (again, whole))
        assert one.keys() == other.keys()
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_sigkill_of_the_real_process(tmp_path: Path, blobs: Path, undisturbed: RunFolder) -> None:
    """The command line itself, killed again and again until a run comes to its end."""
    config = tmp_path / "config.yaml"
    config.write_text(tiny_settings(blobs).to_yaml())
    out = tmp_path / "out"
    command = [sys.executable, "-c", "from cryoal_cli import main; main()", "run", "--quiet"]
    command += ["--config", str(config), "--out", str(out)]
    kills = 0
    for patience in (6.0, 7.0, 8.0, 120.0):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            code = process.wait(patience)
            assert code == 0
            break
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
            time.sleep(0.1)
    assert RunFolder.open(out).is_finished()
    assert queries(RunFolder.open(out)) == queries(undisturbed)
