"""Desks and windows on small runs. Qt is imported inside, where a test module asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from run_fixtures import copy_of_fixture, waiting_run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker at a time: of two windows on one display, only one has the keyboard."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("display"))


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path) -> None:
    """Preferences of the test alone."""
    from qtpy.QtCore import QSettings

    folder = str(tmp_path / "settings")
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)


first_run = waiting_run(initial="12", budget="6")  # its first query, 12 volumes, waits
# Trained once; its second query, 6 volumes, waits.
second_run = waiting_run(trained=1, initial="12", budget="6")
overlapping_run = waiting_run(initial="12", overlap="2")  # two of its volumes wait for two people
run = copy_of_fixture("first_run")
overlapping = copy_of_fixture("overlapping_run")
trained = copy_of_fixture("second_run")


@pytest.fixture
def desk(run: Path, qapp: object) -> Iterator[Any]:
    """A desk on an untrained run, without a window."""
    assert qapp
    yield from make_desk(run)


@pytest.fixture
def trained_desk(trained: Path, qapp: object) -> Iterator[Any]:
    """A desk on a trained run, without a window."""
    assert qapp
    yield from make_desk(trained)


def make_desk(path: Path) -> Iterator[Any]:
    from cryoal.labelling.opening import open_session
    from cryoal.napari_plugin.desk import Desk
    from cryoal.napari_plugin.preferences import Preferences

    desk = Desk(open_session(path, "ann"), Preferences())
    yield desk
    desk.close()
