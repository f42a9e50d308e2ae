"""Runs that wait for labels, made once and copied for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from human_runs import copy_of, human_run

from cryoal.labelling.opening import open_session
from cryoal.labelling.session import LabelSession
from cryoal.pools import SubtomogramPool

Opener = Callable[..., LabelSession]


@pytest.fixture(scope="session")
def first_query(
    tmp_path_factory: pytest.TempPathFactory, blobs: Path, blob_pool: SubtomogramPool
) -> Path:
    """Six items wait for their first answers; no model yet. Not to be changed."""
    path = tmp_path_factory.mktemp("runs") / "first"
    return human_run(path, blobs, blob_pool, initial="6")


@pytest.fixture(scope="session")
def second_query(
    tmp_path_factory: pytest.TempPathFactory, blobs: Path, blob_pool: SubtomogramPool
) -> Path:
    """Four items wait that a model trained on nine labels asked for. Not to be changed."""
    path = tmp_path_factory.mktemp("runs") / "second"
    return human_run(path, blobs, blob_pool, trained=1, initial="9", budget="4")


@pytest.fixture(scope="session")
def doubled_query(
    tmp_path_factory: pytest.TempPathFactory, blobs: Path, blob_pool: SubtomogramPool
) -> Path:
    """Six items wait, two of them for two people. Not to be changed."""
    path = tmp_path_factory.mktemp("runs") / "doubled"
    return human_run(path, blobs, blob_pool, initial="6", overlap="2")


@pytest.fixture
def run(tmp_path: Path, first_query: Path) -> Path:
    """A copy of ``first_query``."""
    return copy_of(first_query, tmp_path / "run")


@pytest.fixture
def trained(tmp_path: Path, second_query: Path) -> Path:
    """A copy of ``second_query``."""
    return copy_of(second_query, tmp_path / "trained")


@pytest.fixture
def doubled(tmp_path: Path, doubled_query: Path) -> Path:
    """A copy of ``doubled_query``."""
    return copy_of(doubled_query, tmp_path / "doubled")


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Opens sessions and closes them after the test."""
    sessions: list[LabelSession] = []

    def open_one(path: Path, annotator: str = "ann") -> LabelSession:
        sessions.append(open_session(path, annotator))
        return sessions[-1]

    yield open_one
    for session in sessions:
        session.close()
