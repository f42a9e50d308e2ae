"""Lists of particles of any format: read into picks, and copied with classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.answers import Answers
from cryoal.io.joined_picks import joined_picks
from cryoal.io.kept_lines import refuse_another_number
from cryoal.io.particle_formats import FORMATS, Choice, CopickProject, Copy, Listed, ParticleFormat
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


def write_classes(
    source: Path, out: Path, answers: Answers, options: ParticleOptions = _DEFAULTS
) -> list[Path]:
    """Write a copy of a list with the class and the probability of every particle.

    All of the list but its columns of these two stays as it is, byte for byte. Where it holds
    numbers, ``NAME.classes.csv`` names them; where it has no place for a probability, that is in
    ``NAME.predictions.csv``. Of ``.coords`` there is a copy for each class; in a copick project
    picks of the user ``cryoal`` are added.

    Args:
        source: as :func:`read_picks`.
        out: a file of the same ending, or a folder where ``source`` is one.
        answers: of every particle, in the order of :func:`read_picks`.
        options: those that ``source`` was read with.

    Returns:
        The files written.

    Raises:
        CryoalError: as :func:`read_picks`, another number of particles, an ``out`` that is the
            source or has another ending, or as the format's own writer.
    """
    kind, files = _recognised(source, options)
    pairs = _pairs(source, out, kind, files)
    read = [kind.read(Listed(file, options)) for file, _ in pairs]
    count = sum(map(len, read))
    if count != len(answers.names):
        raise CryoalError(
            f"{source}: has {count} particles, {len(answers.names)} answers were made; use the "
            "list that was predicted"
        )
    written = []
    first = 0
    for picks, (_, target) in zip(read, pairs, strict=True):
        answered = answers.part(first, first + len(picks))
        target.parent.mkdir(parents=True, exist_ok=True)
        written += kind.write(Copy(picks, target, answered, options))
        first += len(picks)
    return written


def keep_particles(source: Path, out: Path, keep: Sequence[bool]) -> None:
    """Write a copy of a list with some of its particles.

    All else stays as it is, byte for byte; files beside the list are not copied.

    Args:
        source: as :func:`read_picks`, but for copick projects.
        out: a file of the same ending, or a folder where ``source`` is one.
        keep: for each particle, in the order of :func:`read_picks`.

    Raises:
        CryoalError: as :func:`read_picks`, another number of particles, an ``out`` that is the
            source or has another ending, or as the format's own writer.
    """
    kind, files = _recognised(source, _DEFAULTS)
    pairs = _pairs(source, out, kind, files)
    if files is None:
        kind.keep(Choice(source, out, keep))
        return
    counts = [len(kind.read(Listed(file, _DEFAULTS))) for file in files]
    refuse_another_number(source, sum(counts), len(keep))
    first = 0
    for (file, target), count in zip(pairs, counts, strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        kind.keep(Choice(file, target, keep[first : first + count]))
        first += count


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
