from __future__ import annotations

from pathlib import Path

from cryoal.io.project_folder import in_project


def test_the_nearest_folder_that_has_the_file(tmp_path):
    beside = tmp_path / "a" / "b" / "list.star"
    beside.parent.mkdir(parents=True)
    assert in_project(beside, "v/x.mrc") == beside.parent / "v/x.mrc"
    for folder in (tmp_path, tmp_path / "a"):
        (folder / "v").mkdir()
        (folder / "v" / "x.mrc").touch()
        assert in_project(beside, "v/x.mrc") == folder / "v/x.mrc"
    assert in_project(beside, "/v/x.mrc") == Path("/v/x.mrc")
