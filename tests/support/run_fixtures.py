"""Fixtures for runs that wait for people: made once, copied for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from human_runs import copy_of, human_run

from cryoal.pools import SubtomogramPool


def waiting_run(**changes: Any) -> Callable[..., Path]:
    """A fixture: a run of :func:`human_run`, not to be changed."""

    @pytest.fixture(scope="session")
    def made(
        tmp_path_factory: pytest.TempPathFactory, blobs: Path, blob_pool: SubtomogramPool
    ) -> Path:
        return human_run(tmp_path_factory.mktemp("runs") / "run", blobs, blob_pool, **changes)

    return made


def copy_of_fixture(original: str) -> Callable[..., Path]:
    """A fixture: the test's own copy of the run that the fixture ``original`` made."""

    @pytest.fixture
    def copied(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
        return copy_of(request.getfixturevalue(original), tmp_path / str(request.fixturename))

    return copied
