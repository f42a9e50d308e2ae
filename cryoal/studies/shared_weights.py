"""Weights that several runs of a study would learn alike, learned once."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically

DIGEST = "blake2b"


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

        Raises:
            CryoalError: weights that were learned before are damaged.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        weights = self.path / f"{name}.safetensors"
        said = weights.with_suffix(".json")
        with waiting_lock(weights.with_suffix(".lock")):
            if said.exists():
                kept = dict(json.loads(said.read_text(encoding="utf-8")))
                if kept.pop(DIGEST) != digest_of(weights):
                    raise CryoalError(
                        f"{weights}: is not as it was written; delete it and {said.name}, and it "
                        "is learned again"
                    )
                copy(weights, target)
                return kept
            metrics = learn()
            copy(target, weights)
            with written_atomically(said) as temporary:
                text = json.dumps(metrics | {DIGEST: digest_of(weights)})
                temporary.write_text(text, encoding="utf-8")
        return metrics


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


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
