"""Weights that several runs of a study would learn alike, learned once."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryoal.io.atomic import written_atomically


class SharedWeights:
    """A folder of weights, each with what learning them said of itself.

    Args:
        path: the folder; made when first needed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def obtain(
        self, name: str, target: Path, learn: Callable[[], dict[str, float]]
    ) -> dict[str, float]:
        """Put the weights called ``name`` at ``target``, learning them if nobody has yet.

        Processes that want the same weights at once wait for the first.

        Args:
            learn: writes ``target`` and returns its metrics; equal names mean equal results.

        Returns:
            The metrics of the one learning.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        weights = self.path / f"{name}.safetensors"
        said = weights.with_suffix(".json")
        with waiting_lock(weights.with_suffix(".lock")):
            if said.exists():
                copy(weights, target)
                return dict(json.loads(said.read_text(encoding="utf-8")))
            metrics = learn()
            copy(target, weights)
            with written_atomically(said) as temporary:
                temporary.write_text(json.dumps(metrics), encoding="utf-8")
        return metrics


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_atomically(target) as temporary:
        shutil.copyfile(source, temporary)


@contextmanager
def waiting_lock(path: Path) -> Iterator[None]:
    """Hold ``path`` for this process, after whoever holds it now; it goes with the process."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
