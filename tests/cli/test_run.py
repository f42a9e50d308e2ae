"""The main job from the command line, and everything that can be wrong with it."""

from __future__ import annotations

import csv
import errno
import json
import re
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import mrcfile
import numpy as np
import pytest
from blob_files import write_blobs
from click.testing import CliRunner, Result
from cryoal_cli import main
from tiny_runs import tiny_settings

from cryoal.runs import RunFolder

TINY_OPTIONS = ["--initial", "4", "--budget", "3", "--cycles", "2", "--device", "cpu", "--quiet"]


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(*arguments: object) -> str:
    """The one line that a refused call prints."""
    result = call(*arguments)
    assert result.exit_code == 2, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("error: ")
    return lines[0]


@pytest.fixture
def config(tmp_path: Path, blobs: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(tiny_settings(blobs).to_yaml())
    return path


def test_run_writes_all_it_promises(tmp_path: Path, config: Path) -> None:
    out = tmp_path / "run"
    result = call("run", "--config", config, "--out", out, "--quiet")
    assert result.exit_code == 0, result.output
    assert "3      10" in result.stdout
    for name in ("config.yaml", "run.sqlite", "metrics.csv", "queries.csv", "report/index.html"):
        assert (out / name).stat().st_size > 0
    with (out / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["labelled"] for row in rows] == ["4", "7", "10"]
    assert list(rows[0])[:5] == ["cycle", "labelled", "accuracy", "balanced_accuracy", "macro_f1"]
    assert float(rows[0]["train_seconds"]) > 0
    with (out / "queries.csv").open() as file:
        queries = list(csv.DictReader(file))
    assert list(queries[0]) == ["cycle", "rank", "index", "id", "score", "label"]
    assert len(queries) == 10


def test_options_override_the_file_and_a_finished_run_says_so(tmp_path: Path, config: Path) -> None:
    out = tmp_path / "run"
    base = ["run", "--config", config, "--out", out, "--quiet"]
    assert call(*base, "--cycles", 1, "--seed", 5, "--epochs", 2).exit_code == 0
    settings = RunFolder.open(out).settings
    assert (settings.cycles, settings.seed, settings.recipe.epochs) == (1, 5, 2)
    again = call("run", "--out", out, "--quiet")
    assert again.exit_code == 0
    assert "finished; nothing is left to do" in again.stdout
    line = refused(*base, "--cycles", 1, "--seed", 6, "--epochs", 2)
    assert "seed (5 became 6)" in line


def test_changed_pools_are_refused(tmp_path: Path, config: Path) -> None:
    data = write_blobs(tmp_path / "pool", per_class=6)
    out = tmp_path / "run"
    base = ["run", "--config", config, "--data", data, "--out", out, "--quiet", "--cycles", 1]
    assert call(*base).exit_code == 0
    shutil.move(data / "class0" / "item0.mrc", data / "class1" / "moved.mrc")
    assert "the items of" in refused(*base)


def test_status_tells_the_same_as_text_and_json(tmp_path: Path, config: Path) -> None:
    out = tmp_path / "run"
    call("run", "--config", config, "--out", out, "--quiet")
    state = json.loads(call("status", out, "--json").stdout)
    assert state["state"] == "finished"
    assert state["labelled"] == 10
    assert state["next"] is None
    assert [row["labelled"] for row in state["metrics"]] == [4, 7, 10]
    text = call("status", out)
    assert "finished: scheme entropy" in text.stdout
    assert "labelled  10" in text.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--scheme", "entrpy"], "unknown scheme 'entrpy': did you mean.*entropy"),
        (["--model", "resnt18"], "unknown model 'resnt18': did you mean.*resnet18"),
        (["--budget", "0"], "budget: .*write 200 or 5%"),
        (["--initial", "500"], "initial set of 500 items, but only"),
        (["--budget", "30"], "ask for 64 labels.*lower --budget, or --cycles to 1"),
        (["--subset", "2"], "--subset 2 is smaller than the budget"),
        (["--budget", "8", "--subset", "40%"], "smaller than the budget of 8 items at the last"),
        (["--device", "gpu"], "unknown device 'gpu'"),
        (["--test-share", "1.2"], "test_share"),
        (["--snr", "0.05"], "snr|SNR"),
    ],
)
def test_wrong_options(tmp_path: Path, config: Path, options: list[str], words: str) -> None:
    out = tmp_path / "run"
    line = refused("run", "--config", config, "--out", out, *options)
    assert re.search(words, line), line
    assert not (out / "run.sqlite").exists()


def spoil_truncated(folder: Path) -> None:
    path = folder / "class1" / "item3.mrc"
    path.write_bytes(path.read_bytes()[:5000])


def spoil_empty(folder: Path) -> None:
    (folder / "class1" / "item3.mrc").write_bytes(b"")


def spoil_text(folder: Path) -> None:
    (folder / "class1" / "item3.mrc").write_text("no volume " * 500)


def replace(voxels: np.ndarray, voxel_size: float = 10.0) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        with (
            warnings.catch_warnings(action="ignore"),  # mrcfile warns of NaN, which is the point
            mrcfile.new(folder / "class1" / "item3.mrc", overwrite=True) as file,
        ):
            file.set_data(voxels)
            file.voxel_size = voxel_size

    return spoil


def keep_one_class(folder: Path) -> None:
    shutil.rmtree(folder / "class1")
    shutil.rmtree(folder / "class2")


def keep_one_item(folder: Path) -> None:
    for number in range(1, 6):
        (folder / "class1" / f"item{number}.mrc").unlink()


NOISE = np.random.default_rng(0).standard_normal((24, 24, 24)).astype(np.float32)
WITH_NAN = np.where(np.indices(NOISE.shape).sum(0) == 5, np.float32("nan"), NOISE)
WITH_INF = np.where(np.indices(NOISE.shape).sum(0) == 5, np.float32("inf"), NOISE)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoil_truncated, ["item3.mrc"]),
        (spoil_empty, ["item3.mrc"]),
        (spoil_text, ["item3.mrc"]),
        (replace(WITH_NAN), ["item3.mrc", "NaN"]),
        (replace(WITH_INF), ["item3.mrc", "infinite"]),
        (replace(np.ones_like(NOISE)), ["item3.mrc", "all voxels are 1"]),
        (replace(NOISE[:20, :20, :20]), ["item3.mrc", "20"]),
        (replace(NOISE, 12.0), ["item3.mrc", "12"]),
        (replace(NOISE[:20]), ["item3.mrc", "20 x 24 x 24"]),
        (replace(NOISE.astype(np.complex64)), ["item3.mrc", "complex"]),
        (keep_one_class, ["only one class (class0)"]),
        (keep_one_item, ["single item of class class1"]),
        (shutil.rmtree, ["not there"]),
    ],
)
def test_bad_pools(
    tmp_path: Path, config: Path, spoil: Callable[[Path], None], words: list[str]
) -> None:
    data = write_blobs(tmp_path / "pool", per_class=6)
    spoil(data)
    out = tmp_path / "run"
    # All items are labelled at once, so that whatever is bad is read.
    options = ["--initial", "100%", "--cycles", 1, "--test-share", 0, "--quiet"]
    line = refused("run", "--config", config, "--data", data, "--out", out, *options)
    for word in words:
        assert word in line


def test_missing_data_and_places(tmp_path: Path, blobs: Path) -> None:
    assert "--data is missing" in refused("run", "--out", tmp_path / "run")
    assert "not there" in refused("run", "--data", tmp_path / "none", "--out", tmp_path / "run")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").touch()
    line = refused("run", "--data", blobs, "--out", tmp_path / "full", *TINY_OPTIONS)
    assert "not empty and not a run" in line
    assert (tmp_path / "full" / "thesis.tex").exists()
    (tmp_path / "file").touch()
    assert "cannot be written" in refused(
        "run", "--data", blobs, "--out", tmp_path / "file" / "run", *TINY_OPTIONS
    )
    for command in ("status", "report"):
        assert "not a run folder" in refused(command, tmp_path / "none")


def test_a_run_killed_while_it_was_created_is_created_again(tmp_path: Path, config: Path) -> None:
    out = tmp_path / "run"
    RunFolder.create(out, tiny_settings(tmp_path)).journal.close()
    assert (out / "run.sqlite").exists()
    assert call("run", "--config", config, "--out", out, "--quiet", "--cycles", 1).exit_code == 0
    assert RunFolder.open(out).is_finished()


def test_the_settings_of_a_run_that_never_began_do_not_bind(tmp_path: Path, config: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    (out / "config.yaml").write_text(tiny_settings(tmp_path, seed=9).to_yaml())
    assert "never started" in refused("status", out)
    assert [path.name for path in out.iterdir()] == ["config.yaml"]
    base = ["run", "--config", config, "--out", out, "--quiet", "--cycles", 1, "--seed", 3]
    assert call(*base).exit_code == 0
    assert RunFolder.open(out).settings.seed == 3
    assert call(*base).exit_code == 0


@pytest.mark.parametrize("text", ["data: 5", "data: null", "data: x\nrecipe: fast", "recipe: null"])
def test_settings_of_wrong_types_are_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    refused("run", "--config", path, "--out", tmp_path / "run", "--epochs", 2)


def test_a_scribbled_journal_is_told(tmp_path: Path) -> None:
    out = tmp_path / "run"
    folder = RunFolder.create(out, tiny_settings(tmp_path))
    folder.journal.create({}, ["x"], ["one"], None, ["train"])
    folder.journal.close()
    journal = out / "run.sqlite"
    content = journal.read_bytes()
    journal.write_bytes(content[:100] + b"\xff" * (len(content) - 100))
    refused("status", out)


def test_two_processes_do_not_share_a_run(tmp_path: Path, config: Path) -> None:
    out = tmp_path / "run"
    base = ["run", "--config", config, "--out", out, "--quiet", "--cycles", 1]
    call(*base)
    with RunFolder.open(out).locked():
        assert "another process works on this run" in refused(*base)


def test_a_run_on_a_read_only_disk_is_told(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"
    base = ["run", "--config", config, "--out", out, "--quiet", "--cycles", 1]
    call(*base)
    opened = Path.open

    def open_to_read(path: Path, mode: str = "r", *rest: object, **more: object) -> object:
        if mode == "w" and path.name == "run.lock":
            raise OSError(errno.EROFS, "Read-only file system", str(path))
        return opened(path, mode, *rest, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", open_to_read)
    line = refused(*base)
    assert line.startswith(f"error: {out}: the run cannot go on where nothing can be written")
    assert "(Read-only file system); copy it to where you may write" in line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--overlap", "10%"], "--overlap is for people's labels; give --oracle human"),
        (["--junk", "class"], "--junk is for people's labels"),
        (["--known-labels", "use", "--cold-start", "diverse"], "--known-labels and --cold-start"),
        (["--proceed", "--watch"], "--proceed and --watch are for people's labels"),
    ],
)
def test_options_for_people_are_refused_where_labels_answer(
    tmp_path: Path, config: Path, options: list[str], words: str
) -> None:
    out = tmp_path / "run"
    assert words in refused("run", "--config", config, "--out", out, *options)
    assert not out.exists()


def test_a_full_disk_is_told_and_the_run_goes_on(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"
    base = ["run", "--config", config, "--out", out, "--quiet"]

    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "No space left on device", str(out / "cycles"))

    with monkeypatch.context() as patch:
        patch.setattr("cryoal.learning.checkpoint.save_file", full)
        assert "No space left on device" in refused(*base)
    assert call(*base).exit_code == 0
    assert RunFolder.open(out).is_finished()


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    result = call("run", "--data", tmp_path / "none", "--out", tmp_path / "run", "--debug")
    assert result.exception is not None
    assert not isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    ("name", "value"),
    [("learning_rate", ".inf"), ("learning_rate", "1.0e30"), ("batch_size", 10**9)],
)
def test_a_recipe_out_of_range_is_refused(
    tmp_path: Path, config: Path, name: str, value: object
) -> None:
    wild = tmp_path / "wild.yaml"
    wild.write_text(re.sub(rf"{name}: \S+", f"{name}: {value}", config.read_text()))
    assert f"recipe.{name}" in refused("run", "--config", wild, "--out", tmp_path / "no")


def test_status_between_training_and_evaluation(tmp_path: Path, config: Path) -> None:
    out = tmp_path / "run"
    call("run", "--config", config, "--out", out, "--quiet", "--cycles", 1)
    folder = RunFolder.open(out)
    folder.journal.db.execute("DELETE FROM phases WHERE phase = 'evaluate'")
    folder.journal.db.execute("DELETE FROM metrics WHERE name NOT IN ('labelled')")
    text = call("status", out).stdout
    assert "not evaluated yet" in text
    assert "no labelled" not in text


def test_a_lost_journal_is_told(tmp_path: Path, config: Path) -> None:
    out = tmp_path / "run"
    call("run", "--config", config, "--out", out, "--quiet", "--cycles", 1)
    (out / "run.sqlite").unlink()
    assert "run.sqlite is missing" in refused("status", out)
    assert "run.sqlite is missing" in refused("run", "--config", config, "--out", out)


def test_control_characters_in_names_are_refused(tmp_path: Path) -> None:
    pool = write_blobs(tmp_path / "pool", per_class=3)
    (pool / "class0").rename(pool / "cl\x1b[31mass")
    line = refused("inspect", pool)
    assert "control characters" in line
    assert "\x1b" not in line
