from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tilted_blobs import turn

from cryoal.errors import CryoalError
from cryoal.io.relion_tilt_series import TiltSeries, read_tilt_series

ROWS = [(-60.0, 85.0, 2.0), (0.0, 84.5, 2.0), (57.0, 86.0, 2.5)]
GLOBAL = {
    "rlnVoltage": "300.0",
    "rlnSphericalAberration": "2.7",
    "rlnAmplitudeContrast": "0.07",
    "rlnTomoHand": "-1",
}
LENS = ["rlnDefocusU", "rlnDefocusV", "rlnDefocusAngle", "rlnMicrographPreExposure"]


def table(name: str, columns: list[str], rows: list[str]) -> str:
    return "\n".join([f"data_{name}", "", "loop_", *(f"_{c}" for c in columns), *rows, "", ""])


def general(names: tuple[str, ...] = ("T1",), **more: str) -> str:
    columns = {**GLOBAL, **more}
    rows = [" ".join([name, *columns.values()]) for name in names]
    return table("global", ["rlnTomoName", *columns], rows)


def matrix(y: float, z: float, x: float) -> np.ndarray:
    return turn("z", z) @ turn("y", y) @ turn("x", x)


def lens(at: int) -> str:
    return f"{30000 + at} {28000 + at} {40 + at} {2.5 * at}"


def by_matrix(name: str = "T1") -> str:
    rows = []
    for at, angles in enumerate(ROWS):
        vectors = [[*row, 100.0 + at] for row in matrix(*angles)]
        words = ["[" + ",".join(f"{x:.9g}" for x in vector) + "]" for vector in vectors]
        rows.append(f"  {'  '.join(words)}  [0,0,0,1] {lens(at)}")
    return table(name, [f"rlnTomoProj{axis}" for axis in "XYZW"] + LENS, rows)


def by_angles(name: str = "T1", columns: str = "rlnTomoYTilt rlnTomoZRot rlnTomoXTilt") -> str:
    rows = [f"{y} {z} {x} {lens(at)}" for at, (y, z, x) in enumerate(ROWS)]
    return table(name, columns.split() + LENS, rows)


def read(folder: Path, text: str) -> TiltSeries:
    (folder / "tomograms.star").write_text(text)
    return read_tilt_series(folder / "tomograms.star", {"T1": "p.star, line 9"})["T1"]


def check(series: TiltSeries) -> None:
    expected = np.array([matrix(*angles) for angles in ROWS])
    np.testing.assert_allclose(series.matrices, expected, atol=1e-8)
    assert series.defocus_A.tolist() == [[30000, 28000], [30001, 28001], [30002, 28002]]
    assert series.defocus_angle_deg.tolist() == [40, 41, 42]
    assert series.exposure_e_A2.tolist() == [0, 2.5, 5]
    assert (series.voltage_kV, series.cs_mm, series.amplitude_contrast) == (300, 2.7, 0.07)
    assert len(series) == 3


def test_matrices_beside_the_table_of_tomograms(tmp_path: Path) -> None:
    check(read(tmp_path, general() + by_matrix()))


def test_angles_of_relion_5_in_a_file_of_their_own(tmp_path: Path) -> None:
    """The file is named from the project folder, above the one of tomograms.star."""
    (tmp_path / "tilt_series").mkdir()
    (tmp_path / "tilt_series" / "T1.star").write_text(by_angles())
    job = tmp_path / "Extract" / "job007"
    job.mkdir(parents=True)
    check(read(job, general(rlnTomoTiltSeriesStarFile="tilt_series/T1.star")))


def test_matrices_go_before_angles(tmp_path: Path) -> None:
    both = by_matrix().replace("_rlnDefocusU", "_rlnTomoYTilt\n_rlnTomoZRot\n_rlnDefocusU")
    check(read(tmp_path, general() + both.replace("[0,0,0,1]", "[0,0,0,1] 10 20")))


def test_what_files_may_leave_out(tmp_path: Path) -> None:
    series = read(tmp_path, general() + by_matrix())
    assert series.phase_shift_deg.tolist() == series.b_factor_A2.tolist() == [0, 0, 0]
    assert series.scale.tolist() == [1, 1, 1]
    assert (series.b_factor_per_dose_A2, series.defocus_per_depth) == (0, -1)


def test_what_they_may_state(tmp_path: Path) -> None:
    more = "_rlnPhaseShift\n_rlnCtfBfactor\n_rlnCtfScalefactor\n_rlnDefocusU"
    tilts = by_matrix().replace("_rlnDefocusU", more).replace("[0,0,0,1]", "[0,0,0,1] 90 50 0.5")
    slope = {"rlnTomoDefocusSlope": "0.9", "rlnCtfBfactorPerElectronDose": "4"}
    series = read(tmp_path, general(**slope) + tilts)
    assert series.phase_shift_deg.tolist() == [90] * 3
    assert series.b_factor_A2.tolist() == [50] * 3
    assert series.scale.tolist() == [0.5] * 3
    assert (series.b_factor_per_dose_A2, series.defocus_per_depth) == (4, -0.9)


def test_only_the_wanted_tomograms_are_looked_at(tmp_path: Path) -> None:
    text = general(("T0", "T1", "002")) + by_matrix("002") + by_matrix()
    (tmp_path / "tomograms.star").write_text(text)
    found = read_tilt_series(tmp_path / "tomograms.star", {"T1": "a", "002": "b"})
    assert list(found) == ["T1", "002"]


BAD = [
    (general(("T2",)) + by_matrix(), r"p\.star, line 9: tomogram 'T1' is 0 times in .*tomograms"),
    (general(("T1", "T1")) + by_matrix(), r"line 9: tomogram 'T1' is 2 times in"),
    (by_matrix(), r"tomograms\.star: 0 tables with _rlnTomoName"),
    (general() + by_matrix("T2"), r"line 9: .*has 0 tilts in 0 tables data_T1"),
    (general(rlnTomoTiltSeriesStarFile="T1.star"), r"line 10: .*T1\.star is not there; restore"),
    (general() + by_angles(columns="a b c"), r"data_T1: neither projection matrices .* nor angles"),
    (general() + by_angles(columns="rlnTomoYTilt a b"), "data_T1: no column _rlnTomoZRot"),
    (general() + by_angles(columns="rlnTomoProjX a b"), "_rlnTomoProjX is '-60.0', not four"),
    (general() + by_matrix().replace("[", "[1", 1), "line 22: _rlnTomoProjX to .* are no rotation"),
    (general() + by_matrix().replace("ProjZ", "z"), "data_T1: no column _rlnTomoProjZ, which"),
    (general() + by_matrix().replace("30001", "auto"), "line 23: _rlnDefocusU is 'auto', not a"),
    (general() + by_matrix().replace("PreExposure", "x"), "no column _rlnMicrographPreExposure"),
    (general(rlnTomoHand="0") + by_matrix(), r"line 9: _rlnTomoHand is 0; it is 1 or -1"),
    (general().replace("_rlnTomoHand", "_h") + by_matrix(), "no column _rlnTomoHand"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_bad_files_are_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CryoalError, match=message) as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value)
