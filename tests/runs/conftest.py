"""A finished run."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_runs import RunMaker, finish_run

from cryoal.pools import SubtomogramPool
from cryoal.runs import RunFolder


@pytest.fixture
def finished(tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool) -> RunMaker:
    """Makes finished runs by name; keyword arguments change the settings."""

    def make(name: str = "run", **changes: object) -> RunFolder:
        return finish_run(tmp_path / name, blobs, blob_pool, **changes)

    return make
