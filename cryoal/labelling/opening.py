"""Finds out what a path holds and opens it for labelling."""

from __future__ import annotations

from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.labelling.annotator import checked_annotator
from cryoal.labelling.session import LabelSession
from cryoal.labelling.source import LabelSource


def open_source(path: Path, volumes: bool = True) -> LabelSource:
    """A run folder, or the file of a bundle.

    Args:
        volumes: whether voxels will be read; without them a run does not need its pool.

    Raises:
        CryoalError: nothing there, neither of the two, or not fit for labelling.
    """
    if not path.exists():
        raise CryoalError(f"{path}: is not there; name a run folder or a bundle")
    if path.is_dir():
        from cryoal.labelling.run_source import RunSource  # only what is needed: it takes a while

        return RunSource(path, volumes)
    from cryoal.labelling.bundle import BundleSource

    return BundleSource(path)


def open_session(path: Path, annotator: str, volumes: bool = True) -> LabelSession:
    """A session of ``annotator``; to be closed, which gives up what is on screen.

    Raises:
        CryoalError: as :func:`open_source`, or a name that is none.
    """
    name = checked_annotator(annotator)
    return LabelSession(open_source(path, volumes), name)
