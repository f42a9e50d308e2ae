"""A module that is trained beside the task model, for the query that follows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically


@dataclass(frozen=True)
class TrainingStep:
    """One step of the task model's training, before its backward pass.

    Attributes:
        views: augmented items (B, C, *spatial): the labelled ones and, where a teacher gives
            labels, as many of these behind them.
        logits: (B, classes), of the task model in training mode, in the graph.
        target: (B, classes), what each item is labelled as; rows sum to 1.
        losses: cross-entropy (B,) of each item with its target, without weights and smoothing,
            in the graph.
        done: share of the training that is over after this step, in (0, 1].
    """

    views: Tensor
    logits: Tensor
    target: Tensor
    losses: Tensor
    done: float


class Companion(nn.Module, ABC):
    """Trained jointly with the task model, by the same optimiser and schedule."""

    def attach(self, model: nn.Module) -> AbstractContextManager[None]:  # noqa: ARG002 - for subclasses
        """Watch layers of ``model`` while the block runs; nothing by default."""
        return nullcontext()

    @abstractmethod
    def loss(self, step: TrainingStep) -> Tensor:
        """A scalar that is added to the task model's loss."""


def save_companion(companion: Companion, path: Path) -> None:
    """Write its weights; the file appears whole or not at all.

    Raises:
        CryoalError: it cannot be written.
    """
    weights = {name: value.contiguous().cpu() for name, value in companion.state_dict().items()}
    try:
        with written_atomically(path) as temporary:
            save_file(weights, temporary)
    except SafetensorError as error:
        raise CryoalError(f"{path}: cannot be written ({error})") from error


def load_companion(companion: Companion, path: Path) -> None:
    """Fill ``companion`` with the weights that ``save_companion`` wrote, and put it in eval mode.

    Raises:
        CryoalError: not such a file, or of another companion.
    """
    try:
        companion.load_state_dict(load_file(path))
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise CryoalError(f"{path}: not weights that this scheme can load ({reason})") from error
    companion.eval()
