"""Runs that wait for people."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from pathlib import Path

from tiny_runs import tiny_settings

from cryoal.pools import SubtomogramPool
from cryoal.runs import ActiveLearningLoop, People, RunFolder, start_run
from cryoal.runs.answers import Outcome
from cryoal.runs.open_query import OpenQuery, open_query


def human_run(
    path: Path, data: Path, pool: SubtomogramPool, trained: int = 0, **changes: object
) -> Path:
    """A run at ``path`` whose next query waits.

    Args:
        trained: cycles to train first, on the pool's own labels.
        changes: of the settings.
    """
    settings = tiny_settings(data, **{"oracle": "human", "known_labels": "ignore", **changes})
    folder = start_run(path, settings, pool)
    continue_human_run(folder, pool)
    while len(folder.trained_cycles()) < trained:
        answer_truly(folder, pool)
        continue_human_run(folder, pool)
    folder.journal.close()
    return path


def continue_human_run(folder: RunFolder, pool: SubtomogramPool, proceed: bool = False) -> bool:
    """Train and query as far as answers allow; whether the run is at its end."""
    return human_loop(folder, pool, proceed).run()


def human_loop(
    folder: RunFolder, pool: SubtomogramPool, proceed: bool = False
) -> ActiveLearningLoop:
    return ActiveLearningLoop(
        folder,
        pool,
        People(proceed),
        progress=lambda _name: nullcontext(lambda _done, _total: None),
        report=lambda _cycle, _metrics: None,
    )


def waiting_query(folder: RunFolder) -> OpenQuery:
    query = open_query(folder.journal, folder.settings.overlap, folder.settings.seed)
    assert query is not None
    return query


def answer_truly(folder: RunFolder, pool: SubtomogramPool) -> int:
    """Give every waiting item the pool's label, by as many people as it wants; how many waited."""
    store = folder.journal.labels
    query = waiting_query(folder)
    waiting = query.waiting(store.answers())
    for item in waiting:
        for annotator in ("earlier", "earlier too")[: query.wanted(item)]:
            label = int(pool.labels[item])
            store.record(item, Outcome.CLASS, label, annotator, seconds=2.0, cycle=query.cycle)
    return len(waiting)


def copy_of(run: Path, to: Path) -> Path:
    """The same run elsewhere, to be changed."""
    shutil.copytree(run, to)
    return to
