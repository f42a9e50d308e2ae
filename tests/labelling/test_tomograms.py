from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from human_runs import human_run

from cryoal.labelling.bundle_writer import write_bundle
from cryoal.labelling.opening import open_session
from cryoal.pools import open_subtomograms
from cryoal.runs import RunFolder

PARTICLES = ("rlnImageName", "rlnTomoName", *(f"rlnCoordinate{axis}" for axis in "XYZ"))
TOMOGRAMS = (
    "rlnTomoName",
    *(f"rlnTomoSize{axis}" for axis in "XYZ"),
    "rlnTomoTiltSeriesPixelSize",
)


def table(name: str, columns: tuple[str, ...], rows: list[str]) -> str:
    return "\n".join([f"data_{name}", "loop_", *(f"_{column}" for column in columns), *rows, ""])


@pytest.fixture
def run(tmp_path: Path, blobs: Path) -> Path:
    """A run that asked for 6 of 36 items in two tomograms; the size of one of them is stated."""
    rows = [
        f"{path} T{number % 2} {number} {2 * number} {number % 5}"
        for number, path in enumerate(sorted(blobs.rglob("*.mrc")))
    ]
    star = tmp_path / "particles.star"
    optics = table("optics", ("rlnTomoTiltSeriesPixelSize",), ["10.0"])
    star.write_text(optics + table("particles", PARTICLES, rows))
    (tmp_path / "tomograms.star").write_text(table("global", TOMOGRAMS, ["T0 100 200 50 10.0"]))
    return human_run(tmp_path / "run", star, open_subtomograms(star), initial="6")


def test_a_tomogram_has_all_items_of_the_pool_and_its_own_size(run: Path) -> None:
    session = open_session(run, "ann")
    for name, box_A in (
        ("T0", [[0, 0, 0], [1000, 2000, 500]]),
        ("T1", [[10, 20, 0], [350, 700, 40]]),
    ):
        tomogram = session.source.tomogram(name)
        assert tomogram is not None
        assert tomogram.box_A.tolist() == box_A
        assert len(tomogram.places_A) == 18
    session.close()


def test_a_bundle_has_the_same_size_and_the_places_of_its_items(run: Path, tmp_path: Path) -> None:
    session = open_session(run, "ann")
    folder = RunFolder.open(run)
    write_bundle(folder, open_subtomograms(Path(folder.settings.data)), tmp_path / "q.cryoal")
    folder.journal.close()
    bundle = open_session(tmp_path / "q.cryoal", "ann")
    groups = {entry.group for entry in bundle.entries()}
    assert groups == {"T0", "T1"}
    for name in groups:
        whole, part = session.source.tomogram(name), bundle.source.tomogram(name)
        assert whole is not None
        assert part is not None
        np.testing.assert_array_equal(part.box_A, whole.box_A)
        places = {entry.position_A for entry in bundle.entries() if entry.group == name}
        assert set(map(tuple, part.places_A.tolist())) == places
    assert bundle.source.tomogram("T2") is None
    assert bundle.source.voxel_size_A == 10.0
    session.close()
    bundle.close()
