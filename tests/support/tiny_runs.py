"""Runs small enough to be done many times."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from cryoal.learning.recipe import Recipe
from cryoal.pools import SubtomogramPool
from cryoal.runs import ActiveLearningLoop, LabelTable, RunFolder, RunSettings, start_run

RunMaker = Callable[..., RunFolder]
TINY = Recipe(min_steps=2, min_epochs=1, batch_size=4, views=2)


def tiny_settings(data: Path, **changes: object) -> RunSettings:
    values = {
        "data": str(data),
        "scheme": "entropy",
        "initial": "4",
        "budget": "3",
        "cycles": 3,
        "recipe": TINY,
        "device": "cpu",
    }
    return RunSettings(**{**values, **changes})


def make_loop(folder: RunFolder, pool: SubtomogramPool) -> ActiveLearningLoop:
    return ActiveLearningLoop(
        folder,
        pool,
        LabelTable.of(pool, folder.settings),
        progress=lambda _name: nullcontext(lambda _done, _total: None),
        report=lambda _cycle, _metrics: None,
    )


def finish_run(path: Path, data: Path, pool: SubtomogramPool, **changes: object) -> RunFolder:
    """A run at ``path``, done to its end; keyword arguments change the settings."""
    folder = start_run(path, tiny_settings(data, **changes), pool)
    make_loop(folder, pool).run()
    return folder
