"""Small pools that the tests of several packages share."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest
from blob_files import write_blobs

from cryoal.pools import SubtomogramPool, open_subtomograms


def has_qt() -> bool:
    """Whether Qt can be loaded: it needs libraries of the system."""
    try:
        from PySide6 import QtGui, QtTest, QtWidgets  # noqa: F401
    except ImportError:
        return False
    return importlib.util.find_spec("pytestqt") is not None


# Loaded here because pytest-qt ends the whole session where Qt cannot be loaded.
pytest_plugins = ["pytestqt.plugin"] if has_qt() else []


@pytest.fixture(scope="session")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three classes of twelve items each."""
    return write_blobs(tmp_path_factory.mktemp("pools") / "blobs", per_class=12)


@pytest.fixture(scope="session")
def blob_pool(blobs: Path) -> SubtomogramPool:
    """The opened pool of blobs."""
    return open_subtomograms(blobs)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Real data beside the project; skips where it is not there."""
    folder = Path(os.environ.get("CRYOAL_DATA", "../shared/data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set CRYOAL_DATA")
    return folder
