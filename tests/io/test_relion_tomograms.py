from __future__ import annotations

from pathlib import Path

import pytest

from cryoal.errors import CryoalError
from cryoal.io.relion_tomograms import (
    RelionTomogram,
    read_optimisation_set,
    read_tomograms,
    tomograms_beside,
)

HEADER = (
    "data_global\n\nloop_\n_rlnTomoName\n_rlnTomoSizeX\n_rlnTomoSizeY\n_rlnTomoSizeZ\n"
    "_rlnTomoTiltSeriesPixelSize\n_rlnTomoTomogramBinning\n_rlnTomoReconstructedTomogram\n"
)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_paths_start_at_the_project_folder(tmp_path):
    volume = write(tmp_path / "tomograms" / "001.mrc", "")
    path = write(tmp_path / "jobs" / "7" / "t.star", HEADER + "001 8 9 4 2.5 4 tomograms/001.mrc\n")
    assert read_tomograms(path) == {"001": RelionTomogram((8, 9, 4), 2.5, 4, volume)}


def test_what_is_not_stated_is_none(tmp_path):
    path = write(tmp_path / "t.star", "data_global\nloop_\n_rlnTomoName\n001\n")
    assert read_tomograms(path) == {"001": RelionTomogram(None, None, None, None)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER + "a 8 9 0 2.5 4 x\n", "line 11: _rlnTomoSizeZ is 0"),
        (HEADER + "a 8 9 4 b 4 x\n", "line 11: _rlnTomoTiltSeriesPixelSize is 'b'"),
        (HEADER + "a 8 9 4 2 4 x\na 8 9 4 2 4 x\n", "line 12: tomogram 'a' is listed twice"),
        ("data_\nloop_\n_rlnOther\n1\n", "0 tables with _rlnTomoName"),
    ],
)
def test_bad_tables_are_refused(tmp_path, text, message):
    with pytest.raises(CryoalError, match=message):
        read_tomograms(write(tmp_path / "t.star", text))


def test_an_optimisation_set(tmp_path):
    pair = "data_\n_rlnTomoParticlesFile jobs/particles.star\n_rlnTomoTomogramsFile t.star\n"
    path = write(tmp_path / "jobs" / "optimisation_set.star", pair)
    particles = write(tmp_path / "jobs" / "particles.star", "")
    tomograms = write(tmp_path / "t.star", "")
    assert read_optimisation_set(path) == (particles, tomograms)
    assert tomograms_beside(particles) == tomograms
    with pytest.raises(CryoalError, match="names 0 _rlnTomoParticlesFile"):
        read_optimisation_set(write(tmp_path / "o.star", "data_\n_rlnTomoTomogramsFile t\n"))


def test_no_tomograms_beside(tmp_path):
    assert tomograms_beside(tmp_path / "list.star") is None
    assert tomograms_beside(tmp_path / "particles.star") is None
