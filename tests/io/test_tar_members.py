"""Files out of an archive that may be damaged, or larger than it looks."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cryoal.errors import CryoalError
from cryoal.io.tar_members import read_members

LIMIT = 2**20


def archive_of(members: dict[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, raw in members.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.type = len(raw), kind
            archive.addfile(entry, io.BytesIO(raw))
    return gzip.compress(stream.getvalue(), mtime=0)


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "set.tar.gz"
    path.write_bytes(archive_of({"set/a": b"one" * 300, "set/b": b"", "set/more/c": b"two"}))
    return path


def test_only_what_is_asked_for(archive):
    assert dict(read_members(archive, {"a", "c", "z"}, LIMIT)) == {"a": b"one" * 300, "c": b"two"}
    assert dict(read_members(archive, {"b"}, LIMIT)) == {"b": b""}


def test_links_are_no_files(tmp_path):
    path = tmp_path / "set.tar.gz"
    path.write_bytes(archive_of({"set/a": b""}, tarfile.SYMTYPE))
    assert dict(read_members(path, {"a"}, LIMIT)) == {}


@pytest.mark.parametrize("name", ["set/a", "set/other"], ids=["wanted", "passed over"])
def test_what_unpacks_to_too_much_is_refused(tmp_path, name):
    path = tmp_path / "set.tar.gz"
    path.write_bytes(archive_of({name: bytes(20 * LIMIT), "set/c": b""}))
    with pytest.raises(CryoalError, match=r"set\.tar\.gz: unpacks to more than the official"):
        dict(read_members(path, {"a"}, LIMIT))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(0, 250), at=st.integers(0, 250), value=st.integers(0, 255))
def test_any_damage_is_one_line(archive, cut, at, value):
    raw = bytearray(archive_of({"set/a": bytes(range(256)) * 4}))
    raw[at % len(raw)] = value
    archive.write_bytes(raw[: len(raw) - cut])
    try:
        assert set(dict(read_members(archive, {"a"}, LIMIT))) <= {"a"}
    except CryoalError as error:
        told = str(error)
        assert "set.tar.gz" in told
        assert told.isprintable()


def test_not_there(tmp_path):
    with pytest.raises(CryoalError, match=r"none\.tar\.gz: cannot be read"):
        dict(read_members(tmp_path / "none.tar.gz", {"a"}, LIMIT))


def test_no_archive(tmp_path):
    path = tmp_path / "set.tar.gz"
    path.write_bytes(b"<html>not found</html>")
    with pytest.raises(CryoalError, match=r"damaged or incomplete \(22 bytes\)"):
        dict(read_members(path, {"a"}, LIMIT))
