"""Desks and windows on small runs. Qt is imported inside, where a test module asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from human_runs import copy_of, human_run

from cryoal.pools import SubtomogramPool


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


@pytest.fixture(scope="session")
def first_run(
    tmp_path_factory: pytest.TempPathFactory, blobs: Path, blob_pool: SubtomogramPool
) -> Path:
    """A run whose first query, 12 volumes, waits."""
    path = tmp_path_factory.mktemp("runs") / "first"
    return human_run(path, blobs, blob_pool, initial="12", budget="6")


@pytest.fixture(scope="session")
def second_run(
    tmp_path_factory: pytest.TempPathFactory, blobs: Path, blob_pool: SubtomogramPool
) -> Path:
    """A run that was trained once and waits with its second query, 6 volumes."""
    path = tmp_path_factory.mktemp("runs") / "second"
    return human_run(path, blobs, blob_pool, trained=1, initial="12", budget="6")


@pytest.fixture
def run(first_run: Path, tmp_path: Path) -> Path:
    """A run of the test's own."""
    return copy_of(first_run, tmp_path / "run")


@pytest.fixture
def trained(second_run: Path, tmp_path: Path) -> Path:
    """A trained run of the test's own."""
    return copy_of(second_run, tmp_path / "trained")


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
