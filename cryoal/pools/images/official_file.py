"""What the places that benchmarks are downloaded from offer."""

from __future__ import annotations

from dataclasses import dataclass

from cryoal.counted import counted


@dataclass(frozen=True)
class OfficialFile:
    """A file to download; its size and MD5 tell a whole one from a broken one."""

    name: str
    size: int
    md5: str

    def __str__(self) -> str:
        return f"{self.name} ({self.size} bytes, MD5 {self.md5})"


def incomplete(kind: str, found: int, official: int) -> list[str]:
    """A warning where a data set has another number of images than the official one."""
    if found == official:
        return []
    return [
        f"{counted(found, 'image')}, but the official {kind} has {official}: accuracies do not "
        "compare with published ones"
    ]
