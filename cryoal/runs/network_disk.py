"""Whether a folder lies on a disk that several machines share."""

from __future__ import annotations

from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

NETWORK_TYPES = frozenset(
    {
        *("afs", "beegfs", "ceph", "cifs", "gfs2", "gpfs", "lustre", "ncpfs", "nfs", "nfs4"),
        *("ocfs2", "orangefs", "panfs", "pvfs2", "smb3", "smbfs", "wekafs"),
        *("fuse.ceph", "fuse.glusterfs", "fuse.juicefs", "fuse.moosefs", "fuse.sshfs"),
    }
)


def network_filesystem(path: Path) -> str | None:
    """Type of the network filesystem that ``path`` is on; None on a local disk, or off Linux."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    place = path.resolve()
    mounts = [_mount(line) for line in lines]
    # The deepest mount holds it, and of several at one place the last.
    holding = [(len(at.parts), number) for number, (at, _) in enumerate(mounts) if _in(place, at)]
    kind = mounts[max(holding)[1]][1] if holding else ""
    return kind if kind in NETWORK_TYPES else None


def network_warning(path: Path) -> str | None:
    """What to mind with a run there, in words; None where there is nothing.

    In WAL mode SQLite's processes share memory, so all of them must be on one machine.
    """
    kind = network_filesystem(path)
    if kind is None:
        return None
    return (
        f"{path} is on a network disk ({kind}): work on it from one machine at a time, or labels "
        "may be lost; elsewhere label bundles ('cryoal bundle')"
    )


def _mount(line: str) -> tuple[Path, str]:
    """Mount point and type in a line of ``mountinfo``."""
    left, _, right = line.partition(" - ")
    where = left.split(" ")[4]
    for code, letter in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        where = where.replace(code, letter)
    return Path(where), right.split(" ")[0]


def _in(place: Path, mount: Path) -> bool:
    return place == mount or mount in place.parents
