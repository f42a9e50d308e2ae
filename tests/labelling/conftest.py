"""Runs that wait for labels, made once and copied for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from run_fixtures import copy_of_fixture, waiting_run

from cryoal.labelling.opening import open_session
from cryoal.labelling.session import LabelSession

Opener = Callable[..., LabelSession]


first_query = waiting_run(initial="6")  # six items wait for their first answers; no model yet
# Four items wait that a model trained on nine labels asked for.
second_query = waiting_run(trained=1, initial="9", budget="4")
doubled_query = waiting_run(initial="6", overlap="2")  # six items wait, two of them for two people
run = copy_of_fixture("first_query")
trained = copy_of_fixture("second_query")
doubled = copy_of_fixture("doubled_query")


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
