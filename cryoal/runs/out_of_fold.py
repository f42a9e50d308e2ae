"""Cross-validation of a run's labels, on disk: what models say that never saw the item."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.runs.accuracy import Accuracy, measured_accuracy
from cryoal.runs.folder import RunFolder


@dataclass(frozen=True)
class OutOfFold:
    """Posteriors of labelled items under models trained on the other folds.

    Attributes:
        last_event: the latest label event that it saw.
        items: pool positions (n,), ascending.
        labels: (n,) places in ``positions``.
        positions: class position of each output of the models (classes,).
        probabilities: (n, classes); NaN for items that could not be judged.
    """

    last_event: int
    items: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    positions: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float64]

    @property
    def accuracy(self) -> Accuracy | None:
        """Share of labels that the models agree with; None where no item could be judged."""
        return measured_accuracy(self.probabilities, self.labels)

    def save(self, path: Path) -> None:
        """Whole or not at all."""
        with written_atomically(path) as temporary, temporary.open("wb") as file:
            np.savez(
                file,
                allow_pickle=False,
                last_event=self.last_event,
                items=self.items,
                labels=self.labels,
                positions=self.positions,
                probabilities=self.probabilities,
            )


def out_of_fold_path(folder: RunFolder) -> Path:
    return folder.path / "audit" / "out_of_fold.npz"


def load_out_of_fold(folder: RunFolder) -> OutOfFold | None:
    """The last cross-validation of a run, None where none was made.

    Raises:
        CryoalError: the file is damaged.
    """
    path = out_of_fold_path(folder)
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            loaded = OutOfFold(
                int(file["last_event"]),
                file["items"].astype(np.int64),
                file["labels"].astype(np.int64),
                file["positions"].astype(np.int64),
                file["probabilities"].astype(np.float64),
            )
    except (OSError, ValueError, KeyError, EOFError, TypeError) as error:
        raise CryoalError(f"{path}: damaged ({error}); run 'cryoal audit' again") from error
    count = len(loaded.items)
    if loaded.labels.shape != (count,) or loaded.probabilities.shape != (
        count,
        len(loaded.positions),
    ):
        raise CryoalError(f"{path}: damaged (wrong shapes); run 'cryoal audit' again")
    return loaded
