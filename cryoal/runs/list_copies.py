"""Copies of the list of particles that a pool came from, with what is known of its items."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.answers import Answers
from cryoal.io.particle_files import ListedIds, read_ids, write_classes, write_lists_of_classes
from cryoal.pools import Pool, SubtomogramPool
from cryoal.pools.list_origin import ListOrigin, list_digest


def copy_list(
    out: Path,
    pool: Pool,
    answers: Answers,
    like: Path | None = None,
    keep: Sequence[bool] | None = None,
    per_class: bool = False,
) -> list[Path]:
    """Write a pool's list of particles with the class and the probability of its items.

    Particles that have no item, as their boxes reached over an edge, have no answer.

    Args:
        out: as :func:`~cryoal.io.particle_files.write_classes`.
        pool: made of a list of particles.
        answers: of its items (N,).
        like: the list, where it is not where it was.
        keep: for each item, whether its particle goes into the copy; None keeps all particles.
        per_class: write a list for each class in place of one.

    Returns:
        The files written.

    Raises:
        CryoalError: a pool that was made of no list, a list that changed since, or as
            ``write_classes``.
    """
    origin = pool.origin if isinstance(pool, SubtomogramPool) else None
    if origin is None:
        raise CryoalError(
            f"{out}: {_path(pool)} was not made of a list of particles that could be copied; "
            "write a .csv by 'cryoal predict'"
        )
    listed = _listed(origin, like)
    _refuse_changed(listed, origin, pool)
    rows, count = origin.rows.tolist(), len(listed.ids)
    kept = None
    if keep is not None:
        kept = [False] * count
        for row, is_kept in zip(rows, keep, strict=True):
            kept[row] = bool(is_kept)
    write = write_lists_of_classes if per_class else write_classes
    return write(listed.source, out, answers.at(rows, count), origin.options, kept)


def _listed(origin: ListOrigin, like: Path | None) -> ListedIds:
    source = like or origin.source
    if not source.exists():
        raise CryoalError(
            f"{source}: is not there; say where the list of particles is by 'cryoal export --like'"
        )
    return read_ids(source, origin.options)


def _refuse_changed(listed: ListedIds, origin: ListOrigin, pool: Pool) -> None:
    """Of a folder of lists, the ids of the items must be where they were."""
    if origin.digest:
        is_same = list_digest(listed.source) == origin.digest
    else:
        rows = origin.rows.tolist()
        there = rows[-1] < len(listed.ids)
        is_same = there and [listed.ids[row] for row in rows] == list(pool.ids)
    if not is_same:
        raise CryoalError(
            f"{listed.source}: is not the list that {_path(pool)} was made of, or changed since "
            "then; bring that one back, or name it by 'cryoal export --like'"
        )


def _path(pool: Pool) -> str:
    return str(pool.source) if isinstance(pool, SubtomogramPool) else "a pool of images"
