"""The loop on masks: from its checks to its report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scenes import TINY_SCENES, open_scenes, write_scenes
from tiny_runs import make_loop
from tiny_strategies import tiny_scheme

from cryoal import strategies
from cryoal.errors import CryoalError
from cryoal.learning.checkpoint import load_model
from cryoal.pools import open_pool
from cryoal.pools.images import SegmentationPool
from cryoal.reports import write_report
from cryoal.runs import RunFolder, RunSettings, continue_run, start_run
from cryoal.runs.inference import TrainedRun
from cryoal.runs.start import check_settings
from cryoal.runs.status import run_status
from cryoal.strategies import Need


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> SegmentationPool:
    return open_scenes(write_scenes(tmp_path_factory.mktemp("pools") / "scenes"))


def scene_settings(pool: SegmentationPool, **changes: object) -> RunSettings:
    values = {
        "data": str(pool.source),
        "model": "compact-segmentation",
        "scheme": "entropy",
        "initial": "3",
        "budget": "2",
        "cycles": 2,
        "recipe": TINY_SCENES.model_dump(exclude_unset=True),
        "device": "cpu",
    }
    return RunSettings(**{**values, **changes}).suited_to(pool.recipe)


def run_to_its_end(path: Path, pool: SegmentationPool, **changes: object) -> RunFolder:
    folder = start_run(path, scene_settings(pool, **changes), pool)
    make_loop(folder, pool).run()
    return folder


@pytest.fixture(scope="module")
def finished(scenes: SegmentationPool, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return run_to_its_end(tmp_path_factory.mktemp("runs") / "run", scenes)


def queries(folder: RunFolder) -> list[tuple[int, int, float | None]]:
    return [(row.cycle, row.item, row.score) for row in folder.journal.query_rows()]


def test_queries_are_images_of_the_training_part(finished, scenes) -> None:
    rows = finished.journal.query_rows()
    assert [row.cycle for row in rows] == [0, 0, 0, 1, 1]
    assert len({row.item for row in rows}) == 5
    assert not scenes.official_test[[row.item for row in rows]].any()
    assert {row.label for row in rows} == {"labelled"}
    assert {row.prediction for row in rows} == {None}
    scores = [row.score for row in rows if row.cycle == 1]
    with np.load(finished.scores_path(1)) as saved:
        assert scores == pytest.approx(sorted(saved["scores"], reverse=True)[:2])


def test_models_tell_the_classes_of_pixels_apart(finished, scenes) -> None:
    model, description = load_model(finished.weights_path(2))
    assert list(description.classes) == scenes.outputs == finished.journal.outputs
    assert model.num_classes == 11
    assert finished.journal.classes == ["labelled"]


def test_metrics_are_those_of_the_confusion_of_pixels(finished, scenes) -> None:
    metrics, confusion = finished.journal.metrics()[2], finished.journal.confusion(2)
    masks = scenes.masks(np.flatnonzero(scenes.official_test))
    truth = np.bincount(masks[masks >= 0].numpy(), minlength=11)
    assert confusion.sum(axis=1).tolist() == truth.tolist()
    right = confusion.diagonal()[:3]
    unions = confusion.sum(axis=1)[:3] + confusion.sum(axis=0)[:3] - right
    assert metrics["miou"] == pytest.approx(np.mean(right / unions))
    assert metrics["accuracy"] == pytest.approx(confusion.trace() / confusion.sum())
    assert metrics["items"] == 3
    header = (finished.path / "metrics.csv").read_text().splitlines()[0]
    assert "miou" in header.split(",")


def test_status_and_report(finished, scenes) -> None:
    state = run_status(finished)
    assert (state["task"], state["classes"]) == ("segmentation", scenes.outputs)
    assert "classes of items" in state["stopping"]["explanation"]
    assert state["warnings"] == []
    page = write_report(finished, scenes)
    text = page.read_text(encoding="utf-8")
    assert "mIoU" in text
    assert "11 classes of pixels" in text
    assert "Class balance" not in text
    names = {path.stem for path in page.parent.glob("*.png")}
    assert {"learning_curve", "class_scores", "confusion_02", "queried_01"} <= names
    assert "mIoU" in write_report(finished, None).read_text(encoding="utf-8")


def test_there_is_no_table_of_items_to_predict(finished, scenes) -> None:
    with pytest.raises(CryoalError, match="give a class to each pixel"):
        TrainedRun(finished, scenes, "cpu")


class Killed(BaseException):
    """Stands for a process that ends on the spot."""


@pytest.mark.parametrize("phase", ["train", "evaluate", "query"])
def test_killed_and_continued_it_ends_the_same(
    tmp_path: Path, scenes, finished: RunFolder, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    settings = scene_settings(scenes)
    loop = make_loop(start_run(tmp_path / "run", settings, scenes), scenes)

    def killed(_cycle: int, _started: float) -> None:
        raise Killed

    monkeypatch.setattr(loop, phase, killed)
    with pytest.raises(Killed):
        loop.run()
    loop.journal.close()
    again = continue_run(tmp_path / "run", settings, scenes)
    make_loop(again, scenes).run()
    assert queries(again) == queries(finished)
    assert again.journal.metrics() == finished.journal.metrics()


@pytest.mark.parametrize(
    "scheme",
    [
        name
        for name in strategies.names()
        if strategies.get(name).strategy.needs
        <= {Need.ENTROPY_GRADNORM, Need.EMBEDDINGS, Need.FEATURES, Need.LABELLED}
    ],
)
def test_schemes_that_look_at_whole_images_run(
    tmp_path: Path, scenes, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    tiny = tiny_scheme(scheme)
    monkeypatch.setattr(strategies, "get", lambda _name: tiny)
    folder = run_to_its_end(tmp_path / "run", scenes, scheme=scheme)
    assert len(folder.journal.query(1)) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"scheme": "expected"},
            r"all labellings of an image.*A\.4.*--scheme with one of.*entropy",
        ),
        ({"scheme": "egl"}, r"all labellings of an image"),
        ({"scheme": "max-entropy"}, r"each pixel has its own"),
        ({"scheme": "mc-dropout"}, r"each pixel has its own"),
        ({"scheme": "lplgrad"}, r"beside the model"),
        ({"scheme": "vaal"}, r"trains itself"),
        ({"model": "compact"}, r"'compact' does not give each pixel.*compact-segmentation"),
        ({"self_train": True}, r"--self-train"),
        ({"label_noise": 0.1}, r"label_noise"),
        ({"grad_scope": "head"}, r"--grad-scope head"),
        ({"recipe": {"class_weights": "balanced"}}, r"class_weights"),
        ({"recipe": {"augmentation": {"crop_px": 40}}}, r"crops of 40 px do not fit"),
        ({"recipe": {"augmentation": {"crop_px": 16}}}, r"takes 32 px or more"),
    ],
)
def test_what_is_not_for_masks_is_refused_before_any_training(scenes, changes, message) -> None:
    with pytest.raises(CryoalError, match=message):
        check_settings(scene_settings(scenes, **changes), scenes)


def test_without_any_mask_there_is_nothing_to_learn(tmp_path: Path) -> None:
    folder = write_scenes(tmp_path)
    for mask in folder.glob("*/labels/*.png"):
        mask.unlink()
    pool = open_scenes(folder)
    with pytest.raises(CryoalError, match="no image has a label image"):
        check_settings(scene_settings(pool), pool)


def test_a_model_of_pixels_is_not_for_classes_of_items(blob_pool, blobs: Path) -> None:
    settings = RunSettings(data=str(blobs), model="drn-d-22")
    with pytest.raises(CryoalError, match="'drn-d-22' does not give each volume a class"):
        check_settings(settings, blob_pool)


def test_real_street_scenes(tmp_path: Path, data_folder: Path) -> None:
    if not (data_folder / "camvid-small").is_dir():
        pytest.skip(f"no CamVid at {data_folder}; set CRYOAL_DATA")
    pool = open_pool(data_folder / "camvid-small")
    assert isinstance(pool, SegmentationPool)
    few = np.concatenate([np.arange(6), np.flatnonzero(pool.official_test)[:2]])
    pool.labels = np.where(np.isin(np.arange(len(pool)), few), 0, -1)
    folder = run_to_its_end(tmp_path / "run", pool)
    last = folder.journal.metrics()[2]
    assert 0 < last["miou"] < last["accuracy"] < 1
    assert write_report(folder, pool).is_file()
