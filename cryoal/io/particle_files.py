"""Lists of particles of any format: read into picks, and copied with classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.answers import Answers
from cryoal.io.class_files import folder_of, list_of_class
from cryoal.io.joined_picks import joined_picks
from cryoal.io.particle_formats import FORMATS, CopickProject, Copy, Listed, ParticleFormat
from cryoal.io.particle_options import ParticleOptions
from cryoal.io.picks import Picks

_DEFAULTS = ParticleOptions()


def read_picks(path: Path, options: ParticleOptions = _DEFAULTS) -> Picks:
    """The particles of a list, whatever its format.

    Args:
        path: a file; a copick project; or a folder of lists of one format that are about a
            tomogram each (EMAN2, SHREC, CryoET Data Portal, ``.coords``, ``.cbox``, XML).
        options: what the format leaves open.

    Raises:
        CryoalError: no such file, a format that is not known, an option that the format has no
            use for, or as the format's own reader.
    """
    kind, files = _recognised(path, options)
    if files is None:
        return kind.read(Listed(path, options))
    return joined_picks(path, [kind.read(Listed(file, options)) for file in files])


@dataclass(frozen=True)
class ListedIds:
    """Which particles a list has.

    Attributes:
        source: the list; where an optimisation set was given, the file that it names.
        ids: of its particles, in their order.
    """

    source: Path
    ids: Sequence[str]


def read_ids(path: Path, options: ParticleOptions = _DEFAULTS) -> ListedIds:
    """The ids of a list's particles, as :func:`read_picks` makes them.

    A STAR file of images needs no coordinates.

    Raises:
        CryoalError: as :func:`read_picks`.
    """
    kind, files = _recognised(path, options)
    if files is not None:
        return ListedIds(path, read_picks(path, options).ids)
    return ListedIds(kind.file(path), kind.ids(Listed(path, options)))


def write_classes(
    source: Path,
    out: Path,
    answers: Answers,
    options: ParticleOptions = _DEFAULTS,
    keep: Sequence[bool] | None = None,
) -> list[Path]:
    """Write a copy of a list with the class and the probability of every particle.

    All of the list but its columns of these two stays as it is, byte for byte. Where it holds
    numbers, ``NAME.classes.csv`` names them; where it has no place for a probability, that is in
    ``NAME.predictions.csv``. Of ``.coords`` there is a copy for each class; in a copick project
    picks of the user ``cryoal`` are added.

    Args:
        source: as :func:`read_ids`.
        out: a file of the same ending, or a folder where ``source`` is one.
        answers: of every particle, in the order of :func:`read_picks`.
        options: those that ``source`` was read with.
        keep: for each particle, whether it goes into the copy; None keeps all.

    Returns:
        The files written.

    Raises:
        CryoalError: as :func:`read_ids`, another number of particles, an ``out`` that is the
            source or has another ending, or as the format's own writer.
    """
    kind, files = _recognised(source, options)
    pairs = _pairs(source, out, kind, files)
    ids = [kind.ids(Listed(file, options)) for file, _ in pairs]
    count = sum(map(len, ids))
    if count != len(answers.names):
        raise CryoalError(
            f"{source}: has {count} particles, {len(answers.names)} answers were made; use the "
            "list that was predicted"
        )
    kept = [True] * count if keep is None else keep
    answers = answers.only(kept)
    written = []
    first = 0
    for named, (file, target) in zip(ids, pairs, strict=True):
        last = first + len(named)
        part = kept[first:last]
        target.parent.mkdir(parents=True, exist_ok=True)
        written += kind.write(Copy(file, named, target, answers.part(first, last), part, options))
        if not all(part):
            kind.keep(target, part)
        first = last
    return written


def write_lists_of_classes(
    source: Path,
    out: Path,
    answers: Answers,
    options: ParticleOptions = _DEFAULTS,
    keep: Sequence[bool] | None = None,
) -> list[Path]:
    """Write a list for each class that a particle has: ``NAME.CLASS.star``, or ``OUT/CLASS``.

    Args, returns and raises as :func:`write_classes`; a class that can be no part of a file's
    name is refused.
    """
    kind, files = _recognised(source, options)
    if kind.is_by_class:
        return write_classes(source, out, answers, options, keep)
    names = answers.names if keep is None else answers.only(keep).names
    written = []
    for name in sorted(set(names) - {""}):
        file = list_of_class(out, kind.suffix, name) if files is None else folder_of(out, name)
        written += write_classes(source, file, answers, options, [one == name for one in names])
    return written


def _recognised(
    path: Path, options: ParticleOptions
) -> tuple[ParticleFormat, Sequence[Path] | None]:
    """The format, and the files within a folder of them."""
    if not path.exists():
        raise CryoalError(f"{path}: is not there; correct the path")
    kind = next((kind for kind in FORMATS if kind.recognises(path)), None)
    files = None
    if kind is None:
        kind, files = _lists_within(path)
    for option in fields(options):
        name = option.name
        if name not in kind.options and getattr(options, name) != getattr(_DEFAULTS, name):
            raise CryoalError(f"{path}: {name} means nothing in a {kind.name}; leave it out")
    return kind, files


def _lists_within(path: Path) -> tuple[ParticleFormat, Sequence[Path]]:
    found = {}
    for kind in FORMATS:
        files = sorted({file for pattern in kind.within for file in path.glob(pattern)})
        if files:
            found[kind] = files
    if len(found) != 1:
        kinds = f"lists of {len(found)} formats" if found else "no list of particles"
        known = ", ".join(f"{kind.name} ({kind.suffix})" for kind in FORMATS if kind.suffix)
        raise CryoalError(f"{path}: is or holds {kinds}; give one of: {known}, copick project")
    return next(iter(found.items()))


def _pairs(
    source: Path, out: Path, kind: ParticleFormat, files: Sequence[Path] | None
) -> list[tuple[Path, Path]]:
    """Each file of the source, and where its copy goes."""
    if isinstance(kind, CopickProject):
        return [(source, out)]
    if out.exists() and out.samefile(source):
        raise CryoalError(f"{out}: is what was read; give another name")
    if files is not None:
        return [(file, out / file.relative_to(source)) for file in files]
    if not out.name.lower().endswith(kind.suffix):
        raise CryoalError(f"{out}: the copy of a {kind.name} needs a name in {kind.suffix}")
    return [(source, out)]
