"""``cryoal extract`` from lists of several formats."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from cryoal_cli.extract import extract
from tripods import PLACES_PX, ROTATIONS, VOXEL_A, fit, write_tripods

from cryoal.io.coordinate_unit import Unit
from cryoal.pools import open_subtomograms


def run(*arguments: object) -> Result:
    return CliRunner().invoke(extract, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """``tomograms/rec_TS_01.mrc`` and ``list.csv`` in voxels, two classes."""
    write_tripods(tmp_path / "tomograms" / "rec_TS_01.mrc")
    rows = [",".join(["TS_01", *map(str, place), "ab"[n % 2]]) for n, place in enumerate(PLACES_PX)]
    (tmp_path / "list.csv").write_text("\n".join(["tomogram,x,y,z,label", *rows]) + "\n")
    return tmp_path


def given(folder: Path, *more: object) -> list[object]:
    tomograms = folder / "tomograms"
    return ["--particles", folder / "list.csv", "--tomograms", tomograms, "--quiet", *more]


def test_a_csv_of_voxels(folder):
    out = folder / "p.h5"
    more = ["--unit", "px", "--box", "168A", "--contrast", "bright", "--label-column", "label"]
    result = run(*given(folder, "--out", out, *more))
    assert result.exit_code == 0, result.output
    assert result.stdout == (
        f"wrote {out}: 4 items of 21 px, 8 A, bright protein, from 1 tomogram, float16\n"
    )
    pool = open_subtomograms(out)
    assert pool.classes == ["a", "b"]
    assert pool.groups.tolist() == ["TS_01"] * 4
    assert pool.origin.source == folder / "list.csv"
    assert pool.origin.options.unit is Unit.PX
    np.testing.assert_allclose(pool.places.positions_A, PLACES_PX * VOXEL_A)
    off_px, likeness = fit(pool.read([1])[0, 0].numpy(), ROTATIONS[1])
    assert (off_px < 0.51, likeness > 0.99) == (True, True)


def test_other_voxels_and_what_is_told(folder):
    more = ["--unit", "px", "--box", "12.8nm", "--voxel", "1nm", "--dtype", "float32"]
    result = run(*given(folder, "--out", folder / "p.h5", *more))
    assert result.exit_code == 0, result.output
    assert "warning: contrast is not stated: protein looks bright in 4 boxes" in result.stderr
    pool = open_subtomograms(folder / "p.h5")
    assert (pool.voxel_size_A, pool.item_shape[-1], pool.contrast) == (10, 13, "bright")


def test_a_wrong_unit_is_one_line(folder):
    text = (folder / "list.csv").read_text().splitlines()
    rows = [f"TS_01,{','.join(str(8 * value) for value in place)},a" for place in PLACES_PX]
    (folder / "list.csv").write_text("\n".join([text[0], *rows]) + "\n")
    result = run(*given(folder, "--out", folder / "p.h5", "--unit", "px", "--box", "20"))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {folder}/list.csv, ")
    assert "would lie inside if coordinates counted Angstrom from the middle" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (folder / "p.h5").exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--unit", "px"], "give the edge of the boxes by --box"),
        (["--box", "20"], "unit"),
        (["--unit", "px", "--box", "1"], "box of 1: is 1 voxels of 8 A"),
        (["--unit", "px", "--box", "20", "--voxel", "x"], "'x' is not a length"),
        (["--unit", "px", "--box", "60"], "no box of 60 voxels lies inside"),
        (["--unit", "px", "--box", "40", "--edge", "error"], "boxes of 40 voxels around"),
    ],
)
def test_mistakes_are_one_line(folder, more, message):
    result = run(*given(folder, "--out", folder / "p.h5", *more))
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


STAR = """
data_optics

loop_
_rlnOpticsGroup
_rlnTomoTiltSeriesPixelSize
1 2.0

data_particles

loop_
_rlnTomoName
_rlnCenteredCoordinateXAngst
_rlnCenteredCoordinateYAngst
_rlnCenteredCoordinateZAngst
_rlnAngleRot
_rlnAngleTilt
_rlnAnglePsi
_rlnOpticsGroup
"""
TOMOGRAMS = """
data_global

loop_
_rlnTomoName
_rlnTomoTiltSeriesPixelSize
_rlnTomoSizeX
_rlnTomoSizeY
_rlnTomoSizeZ
_rlnTomoReconstructedTomogram
TS_01 2.0 244 208 188 Tomograms/job7/rec_TS_01.mrc
"""


def test_relion_5_with_its_tomograms(folder):
    """Centred coordinates, angles, and a tomogram that tomograms.star names from a root."""
    project = folder / "project"
    write_tripods(project / "Tomograms" / "job7" / "rec_TS_01.mrc")
    centred = (PLACES_PX - np.array([61, 52, 47]) / 2) * VOXEL_A
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of the pole, where one is not turned
        angles = ROTATIONS.inv().as_euler("ZYZ", degrees=True)
    numbers = np.hstack([centred, angles])
    rows = [" ".join(["TS_01", *(f"{number:.6f}" for number in row), "1"]) for row in numbers]
    (folder / "lists").mkdir()
    (folder / "lists" / "particles.star").write_text(STAR + "\n".join(rows) + "\n")
    (folder / "lists" / "tomograms.star").write_text(TOMOGRAMS)
    out = folder / "p.h5"
    common = ["--particles", folder / "lists" / "particles.star", "--out", out, "--box", "21"]
    common += ["--contrast", "bright", "--quiet"]
    result = run(*common)
    assert result.exit_code == 2
    assert "rec_TS_01.mrc" in result.stderr
    for more in (["--root", project], ["--tomograms", project]):
        result = run(*common, *more)
        assert result.exit_code == 0, result.output
        pool = open_subtomograms(out)
        np.testing.assert_allclose(pool.places.positions_A, PLACES_PX * VOXEL_A, atol=1e-4)
        for box, turn in zip(pool.read(range(4))[:, 0].numpy(), pool.origin.rotations, strict=True):
            off_px, likeness = fit(box, turn)
            assert off_px < 0.51
            assert likeness > 0.99


def test_tilt_stacks_of_real_data(data_folder, tmp_path):
    particles = data_folder / "empiar10499" / "particles.star"
    result = run("--particles", particles, "--out", tmp_path / "p.h5", "--quiet")
    assert result.exit_code == 0, result.output
    assert "40 items of 32 px, 12 A, bright protein, from 4 tomograms" in result.stdout
    pool = open_subtomograms(tmp_path / "p.h5")
    assert pool.origin.source == particles.absolute()
    assert len(pool.origin.rotations) == 40
    result = run("--particles", particles, "--out", tmp_path / "p.h5", "--box", "48")
    assert result.exit_code == 2
    assert "its images have 32 voxels along an edge, not 48" in result.stderr
