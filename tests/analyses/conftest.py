"""A tiny run and a tiny study, done once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_runs import finish_run, tiny_settings

from cryoal.analyses.source import run_source
from cryoal.analyses.subject import Subject, opened
from cryoal.pools import SubtomogramPool
from cryoal.studies import Arm, Cell, StudyPlan


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, blobs: Path, blob_pool: SubtomogramPool) -> Path:
    """Three cycles of the scheme ``entropy``; not to be changed."""
    folder = finish_run(tmp_path_factory.mktemp("analysed") / "run", blobs, blob_pool)
    folder.journal.close()
    return folder.path


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory, blobs: Path) -> Path:
    """Two schemes under one seed, two cycles; not to be changed."""
    path = tmp_path_factory.mktemp("analysed") / "study"
    settings = tiny_settings(blobs, cycles=2)
    StudyPlan(path, (Arm("random"), Arm("entropy")), 1, settings).write()
    for name in ("random", "entropy"):
        Cell(path, Arm(name), 0).run(settings)
    return path


@pytest.fixture
def subject(run: Path) -> Iterator[Subject]:
    with opened(run_source(run), "cpu") as subject:
        yield subject
