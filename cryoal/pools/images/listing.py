"""What lies in folders of images; no image is opened."""

from __future__ import annotations

import os
from array import array
from dataclasses import dataclass, field
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.image_file import is_image_name


@dataclass
class Listing:
    """Image files, in order.

    Attributes:
        ids: their paths from the folder that was opened, with ``/``.
        label_names: class of each.
        stamps: size and time of change (ns) of each, one after the other.
        ignored: folders without images.
    """

    ids: list[str] = field(default_factory=list)
    label_names: list[str] = field(default_factory=list)
    stamps: array[int] = field(default_factory=lambda: array("q"))
    ignored: list[str] = field(default_factory=list)

    def add_folder(self, root: Path, name: str, label: str) -> bool:
        """The images of the folder ``name`` in ``root``, by name; whether there are any."""
        found = images_in(root / name)
        self.ids += [f"{name}/{image}" for image in found]
        self.label_names += [label] * len(found)
        for stamp in found.values():
            self.stamps.extend(stamp)
        return bool(found)

    def add_class_folders(self, root: Path, part: str = "") -> None:
        """Each folder in ``root``, or in its folder ``part``, as a class of its name."""
        for name in folders_in(root / part):
            place = f"{part}/{name}" if part else name
            if not self.add_folder(root, place, name):
                self.ignored.append(place)


def folders_in(folder: Path) -> list[str]:
    """Names of the folders in a folder, sorted; hidden ones are left out."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.is_dir()]
    return sorted(checked(name, folder) for name in names if not name.startswith("."))


def images_in(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change (ns) of the images directly in a folder, sorted by name.

    Raises:
        CryoalError: a name that cannot be printed, or an image that is a link to nothing.
    """
    found = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if not is_image_name(entry.name):
                continue
            try:
                state = entry.stat()
            except OSError as error:
                raise CryoalError(
                    f"{entry.path}: leads to no file ({error.strerror}); fetch or remove it"
                ) from error
            if entry.is_file():
                found[checked(entry.name, folder)] = (state.st_size, state.st_mtime_ns)
    return dict(sorted(found.items()))


def has_images(folder: Path) -> bool:
    """Whether an image lies directly in a folder; stops at the first."""
    with os.scandir(folder) as entries:
        return any(is_image_name(entry.name) for entry in entries)


def has_class_folders(folder: Path) -> bool:
    """Whether a folder in ``folder`` holds images; stops at the first."""
    return folder.is_dir() and any(has_images(folder / name) for name in folders_in(folder))


def checked(name: str, folder: Path) -> str:
    """A name of a file, if people and files can be told it.

    Raises:
        CryoalError: it is not UTF-8 or has control characters.
    """
    if not name.isprintable():
        raise CryoalError(f"{folder}: the name {name!a} cannot be printed; rename it")
    return name
