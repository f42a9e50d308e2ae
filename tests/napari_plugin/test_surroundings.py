from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import display  # noqa: F401
import pytest
from human_runs import human_run
from pytestqt.qtbot import QtBot

from cryoal.labelling.opening import open_session
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.preferences import Preferences
from cryoal.napari_plugin.surroundings import Surroundings
from cryoal.pools import open_subtomograms

PIXELS = "_rlnTomoTiltSeriesPixelSize"


def write_star(folder: Path, blobs: Path, pixels: bool) -> Path:
    columns = ("rlnImageName", "rlnTomoName", *(f"rlnCoordinate{axis}" for axis in "XYZ"))
    rows = [
        f"{path} T{number % 2} {number} {2 * number} 5"
        for number, path in enumerate(sorted(blobs.rglob("*.mrc")))
    ]
    lines = ["data_particles", "loop_", *(f"_{name}" for name in columns), *rows, ""]
    if pixels:
        lines = ["data_optics", "loop_", PIXELS, "10.0", "", *lines]
    path = folder / "particles.star"
    path.write_text("\n".join(lines))
    return path


@pytest.fixture(params=[True, False])
def placed(request: pytest.FixtureRequest, tmp_path: Path, blobs: Path) -> Iterator[Desk]:
    """A desk on a pool with coordinates, with and without the size of their pixel."""
    star = write_star(tmp_path, blobs, request.param)
    run = human_run(tmp_path / "run", star, open_subtomograms(star), initial="6")
    desk = Desk(open_session(run, "ann"), Preferences())
    yield desk
    desk.close()


def made_for(desk: Desk, qtbot: QtBot) -> Surroundings:
    made = Surroundings(desk)
    qtbot.addWidget(made)
    made.show()
    with qtbot.waitSignal(desk.settled):
        desk.start()
    return made


def test_no_map_without_coordinates(desk: Desk, qtbot: QtBot) -> None:
    made = made_for(desk, qtbot)
    assert made.show_map.isHidden()
    assert made.stack.currentWidget() is made.neighbours


def test_a_map_or_why_there_is_none(placed: Desk, qtbot: QtBot) -> None:
    made = made_for(placed, qtbot)
    assert made.stack.currentWidget() is made.neighbours
    made.show_map.click()
    tomogram = placed.session.source.tomogram("T0")
    if tomogram is None:
        assert made.stack.currentWidget() is made.no_map
        assert f"not the size of their pixel, {PIXELS}" in made.no_map.text()
    else:
        assert made.stack.currentWidget() is made.map
        assert len(tomogram.places_A) == 18
        assert tomogram.box_A.tolist() == [[0, 0, 50], [340, 680, 50]]
    made.show_neighbours.click()
    assert made.stack.currentWidget() is made.neighbours
