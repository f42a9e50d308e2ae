"""Runs whose items are cropped out of tomograms each time they are read."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from cryoal_cli import main
from tiny_runs import TINY
from tripods import PLACES_PX, write_tripods

from cryoal.io.csv_table import read_csv_table
from cryoal.runs import RunFolder


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*(str(argument) for argument in arguments)])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tomograms, their list with a particle at an edge, and the settings of a tiny run."""
    folder = tmp_path_factory.mktemp("project")
    rows = ["tomogram,x,y,z,label,note", "TS_1,1,1,1,a,edge"]
    for name in ("TS_1", "TS_2"):
        write_tripods(folder / "tomograms" / f"{name}.mrc")
        for number, place in enumerate(PLACES_PX):
            rows.append(",".join([name, *map(str, place), "ab"[number % 2], '"x, y"']))
    (folder / "list.csv").write_text("\n".join(rows) + "\n")
    changes = {"initial": "2", "budget": "1", "cycles": 1, "device": "cpu", "test_share": 0}
    settings = {**changes, "recipe": TINY.model_dump(mode="json")}
    (folder / "tiny.yaml").write_text(yaml.safe_dump(settings))
    return folder


@pytest.fixture(scope="module")
def run(project: Path) -> Path:
    path = project / "run"
    boxes = ["--particles", project / "list.csv", "--tomograms", project / "tomograms"]
    boxes += ["--unit", "px", "--box", "19.2nm", "--label-column", "label"]
    result = call("run", *boxes, "--config", project / "tiny.yaml", "--out", path, "--quiet")
    assert result.exit_code == 0, result.output
    assert "1 of 9 particles lies over an edge of their tomogram: left out" in result.stderr
    assert "8 items, 2 classes" in result.stdout
    return path


def test_the_run_keeps_how_boxes_are_cropped(run, project):
    settings = RunFolder.open(run).settings
    assert settings.data == str(project / "list.csv")
    assert settings.boxes is not None
    assert settings.boxes.tomograms == str(project / "tomograms")
    assert (settings.boxes.box, settings.boxes.edge, settings.boxes.unit) == (
        "19.2nm",
        "drop",
        "px",
    )
    assert settings.contrast == "bright"


def test_it_goes_on_and_other_boxes_are_refused(run):
    assert call("status", run).exit_code == 0
    result = call("run", "--out", run, "--cycles", 2, "--quiet")
    assert result.exit_code == 0, result.output
    assert RunFolder.open(run).trained_cycles() == [1, 2]
    result = call("run", "--out", run, "--box", "26", "--quiet")
    assert result.exit_code == 2
    assert "boxes.box (19.2nm became 26)" in result.stderr


def test_answers_go_into_the_list(run, project, tmp_path):
    out = tmp_path / "o.csv"
    result = call("export", run, "--like", project / "list.csv", "-o", out, "--quiet")
    assert result.exit_code == 0, result.output
    before = (project / "list.csv").read_text().splitlines()
    table = read_csv_table(out).columns
    assert (table["label"][0], table["probability"][0]) == ("", "0.000000")
    assert set(table["label"][1:]) == {"a", "b"}
    assert "1.000000" in table["probability"]
    for old, new in zip(before[1:], out.read_text().splitlines()[1:], strict=True):
        assert new.startswith(",".join(old.split(",")[:4]))
        assert old.split(",", 5)[5] in new
    result = call("predict", run, "--out", tmp_path / "p.csv", "--quiet")
    assert result.exit_code == 0, result.output
    assert len(read_csv_table(tmp_path / "p.csv").columns["id"]) == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--box", "32"], "need a list of particles; name it by --particles"),
        (["--particles", "p.star", "--data", "tomos"], "give one of them"),
        (["--particles", "p.star", "--voxel", "big"], "'big' is not a length"),
        (["--particles", "p.star", "--snr", "0.1"], "tomograms have no noise variants"),
        (["--particles", "none.star"], "none.star: is not there"),
    ],
)
def test_mistakes_are_one_line(options, message, tmp_path):
    result = call("run", *options, "--out", tmp_path / "run")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert message in result.stderr
