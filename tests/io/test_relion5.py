from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import starfile
from particle_lists import PARTICLES

from cryoal.errors import CryoalError
from cryoal.io.relion5 import (
    RelionOptics,
    write_optimisation_set,
    write_particles,
    write_tomograms,
)
from cryoal.io.star import read_star

OPTICS = RelionOptics(300.0, 2.7, 0.07, hand=-1, premultiplied=True, box_px=32)


def test_positions_origins_and_angles_by_hand(tmp_path: Path) -> None:
    """Centre of 101 x 80 x 40 voxels is 50.5, 40, 20; turned by 90 about z is rot or psi -90."""
    write_particles(tmp_path / "particles.star", PARTICLES, OPTICS)
    table = starfile.read(tmp_path / "particles.star", always_dict=True)["particles"]
    centred = table[[f"rlnCenteredCoordinate{axis}Angst" for axis in "XYZ"]].to_numpy()
    np.testing.assert_allclose(centred[0], [(10.25 - 50.5) * 8, -20 * 8, 0])
    origins = table[[f"rlnOrigin{axis}Angst" for axis in "XYZ"]].to_numpy()
    np.testing.assert_allclose(origins, [[-8, 0, 4], [0, 0, 0], [0, 0, 0]])
    angles = table[["rlnAngleRot", "rlnAngleTilt", "rlnAnglePsi"]].to_numpy()
    np.testing.assert_allclose(angles[0, 0] + angles[0, 2], -90, atol=1e-3)
    np.testing.assert_allclose(angles[1], [10, 20, 30], atol=1e-3)
    assert table["rlnTomoParticleName"].tolist() == ["t_2/1", "t_1/1", "t_2/2"]
    assert table["rlnClassNumber"].tolist() == [2, 1, 2]
    assert table["cryoalClass"].tolist() == ["b", "a", "b"]
    assert table["rlnImageName"].tolist() == ["x/0.mrc", "x/1.mrc", "x/2.mrc"]


def test_optics_are_complete(tmp_path: Path) -> None:
    write_particles(tmp_path / "particles.star", PARTICLES, OPTICS)
    blocks = {block.name: block for block in read_star(tmp_path / "particles.star")}
    assert blocks["general"].column("rlnTomoSubTomosAre2DStacks") == ["0"]
    optics = dict(zip(blocks["optics"].columns, blocks["optics"].rows[0], strict=True))
    assert optics["rlnCtfDataAreCtfPremultiplied"] == "1"
    assert optics["rlnTomoTiltSeriesPixelSize"] == optics["rlnImagePixelSize"] == "8"


def test_tomograms_and_the_set(tmp_path: Path) -> None:
    volumes = {"t_1": "v/1.mrc", "t_2": "v/2.mrc"}
    write_tomograms(tmp_path / "tomograms.star", volumes, (101, 80, 40), 8.0, OPTICS)
    table = starfile.read(tmp_path / "tomograms.star")
    assert table["rlnTomoName"].tolist() == ["t_1", "t_2"]
    assert table["rlnTomoReconstructedTomogram"].tolist() == ["v/1.mrc", "v/2.mrc"]
    assert table[["rlnTomoSizeX", "rlnTomoSizeY", "rlnTomoSizeZ"]].iloc[1].tolist() == [101, 80, 40]
    assert table["rlnTomoHand"].tolist() == [-1, -1]
    write_optimisation_set(tmp_path / "optimisation_set.star", "p.star", "t.star")
    [block] = read_star(tmp_path / "optimisation_set.star")
    assert block.column("rlnTomoParticlesFile") == ["p.star"]
    assert block.column("rlnTomoTomogramsFile") == ["t.star"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(CryoalError, match="nowhere"):
        write_particles(tmp_path / "nowhere" / "particles.star", PARTICLES, OPTICS)
