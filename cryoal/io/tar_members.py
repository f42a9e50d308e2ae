"""Chosen files out of a compressed tar archive, without unpacking it."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from cryoal.errors import CryoalError


def read_members(path: Path, names: Collection[str], limit: int) -> Iterator[tuple[str, bytes]]:
    """Contents of the files of these names, in whichever folder of the archive they lie.

    Args:
        path: a ``.tar.gz``.
        names: file names without folders; those that are not there are not given.
        limit: bytes that the whole archive may hold: a small file can unpack to any size.

    Raises:
        CryoalError: damaged, incomplete, or larger than ``limit``.
    """
    try:
        with (
            gzip.open(path) as unpacked,
            tarfile.open(fileobj=_Limited(path, unpacked, limit), mode="r|") as archive,
        ):
            for member in archive:
                name = PurePosixPath(member.name).name
                if not member.isfile() or name not in names:
                    continue
                file = archive.extractfile(member)
                assert file is not None  # what isfile has contents
                raw = file.read()
                if len(raw) != member.size:
                    raise EOFError
                yield name, raw
    except (FileNotFoundError, PermissionError) as error:
        raise CryoalError(f"{path}: cannot be read ({error.strerror})") from error
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise CryoalError(
            f"{path}: is damaged or incomplete ({path.stat().st_size} bytes), or is no .tar.gz"
        ) from error


class _Limited(io.RawIOBase):
    """Reads no more than ``limit`` bytes of a file."""

    def __init__(self, path: Path, file: gzip.GzipFile, limit: int) -> None:
        self.path = path
        self.file = file
        self.left = limit

    def read(self, size: int = -1) -> bytes:
        raw = self.file.read(size)
        self.left -= len(raw)
        if self.left < 0:
            raise CryoalError(
                f"{self.path}: unpacks to more than the official archive does; refused, download "
                "it again"
            )
        return raw
