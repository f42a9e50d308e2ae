"""Disks that several machines share are recognised by the table of mounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from cryoal.runs import network_disk
from cryoal.runs.network_disk import network_filesystem, network_warning

TABLE = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:35 / /home rw,relatime shared:20 - nfs4 server:/home rw,vers=4.2
41 40 8:2 / /home/ann/scratch rw,relatime - xfs /dev/sdb1 rw
42 22 0:36 / /mnt/two\\040words rw - lustre mgs:/fs rw
43 22 0:37 / /data rw - ext4 /dev/sdc1 rw
44 43 0:38 / /data rw - cifs //server/data rw
"""


@pytest.fixture(autouse=True)
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(TABLE)
    monkeypatch.setattr(network_disk, "MOUNTS", table)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/runs", None),
        ("/home/bob/runs/first", "nfs4"),
        ("/home", "nfs4"),
        ("/homes/bob", None),
        ("/home/ann/scratch/run", None),
        ("/mnt/two words/run", "lustre"),
        ("/data/run", "cifs"),
    ],
)
def test_the_deepest_and_latest_mount_decides(path: str, kind: str | None) -> None:
    assert network_filesystem(Path(path)) == kind


def test_it_is_said_what_to_do() -> None:
    assert network_warning(Path("/var")) is None
    words = network_warning(Path("/home/bob/run"))
    assert words is not None
    assert words.startswith(
        "/home/bob/run is on a network disk (nfs4): work on it from one machine"
    )
    assert "cryoal bundle" in words


def test_without_a_table_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_disk, "MOUNTS", tmp_path / "none")
    assert network_filesystem(Path("/home/bob")) is None
