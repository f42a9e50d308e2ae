"""Files that appear whole or not at all."""

from __future__ import annotations

import errno

import pytest

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically


def test_takes_the_place_of_the_old_file(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with written_atomically(target) as temporary:
        temporary.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [ValueError("no"), OSError(errno.ENOSPC, "No space left")])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail() -> None:
        with written_atomically(target) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises((ValueError, CryoalError)):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_told_in_one_line(tmp_path):
    with (
        pytest.raises(CryoalError, match=r"a\.txt: cannot be written \(No space left\)"),
        written_atomically(tmp_path / "a.txt"),
    ):
        raise OSError(errno.ENOSPC, "No space left")


def test_no_such_folder(tmp_path):
    with (
        pytest.raises(CryoalError, match="cannot be written"),
        written_atomically(tmp_path / "b" / "a.txt"),
    ):
        pass


def test_no_permission(tmp_path, monkeypatch):
    def refuse(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with (
        pytest.raises(CryoalError, match=r"a\.txt: cannot be written \(Permission denied\)"),
        written_atomically(tmp_path / "a.txt"),
    ):
        pass
