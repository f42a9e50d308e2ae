"""A finished run."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_runs import RunMaker, make_loop, tiny_settings

from cryoal.pools import SubtomogramPool
from cryoal.runs import RunFolder, start_run


@pytest.fixture
def finished(tmp_path: Path, blobs: Path, blob_pool: SubtomogramPool) -> RunMaker:
    """Makes finished runs; keyword arguments change the settings."""

    def make(name: str = "run", **changes: object) -> RunFolder:
        folder = start_run(tmp_path / name, tiny_settings(blobs, **changes), blob_pool)
        make_loop(folder, blob_pool).run()
        return folder

    return make
