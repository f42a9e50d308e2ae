"""Feature maps inside any task model, watched by hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from cryoal.errors import CryoalError


@dataclass(frozen=True)
class Tap:
    """A layer to watch.

    Attributes:
        layer: its name within the model.
        channels: of its output.
        edges: spatial shape of its output.
    """

    layer: str
    channels: int
    edges: tuple[int, ...]


def find_taps(model: nn.Module, item_shape: tuple[int, ...], most: int = 4) -> tuple[Tap, ...]:
    """The last feature map of each resolution, in the order of the forward pass.

    Found by one pass of an empty item in eval mode; modes and statistics stay as they are. Maps
    of a single voxel do not count. Of more than ``most`` resolutions those are taken that lie
    evenly over the pass, the first and the last among them.

    Args:
        item_shape: (C, *spatial).

    Raises:
        CryoalError: the model has no layer with a feature map.
    """
    found: dict[tuple[int, ...], Tap] = {}

    def keep(layer: str, output: object) -> None:
        if isinstance(output, Tensor) and output.ndim == len(item_shape) + 1:
            edges = tuple(output.shape[2:])
            if max(edges) > 1:
                found.pop(edges, None)
                found[edges] = Tap(layer, output.shape[1], edges)

    handles = [watch(layer, name, keep) for name, layer in model.named_modules()]
    first = next(model.parameters())
    try:
        with torch.no_grad(), evaluating(model):
            model(torch.zeros(1, *item_shape, device=first.device))
    finally:
        for handle in handles:
            handle.remove()
    if not found:
        raise CryoalError(
            f"model {type(model).__name__} has no layer with a feature map to predict losses "
            "from; choose a convolutional --model, or another --scheme"
        )
    taps = list(found.values())
    spread = np.linspace(0, len(taps) - 1, min(most, len(taps))).round().astype(int)
    return tuple(taps[place] for place in spread)


class FeatureTaps:
    """What the tapped layers gave in the last forward pass.

    Attributes:
        taps: the layers.
    """

    def __init__(self, taps: Sequence[Tap]) -> None:
        self.taps = tuple(taps)
        self._maps: dict[str, Tensor] = {}

    @contextmanager
    def attached(self, model: nn.Module) -> Iterator[None]:
        """Watch ``model`` while the block runs; hooks and maps are gone after it."""
        handles = [watch(model.get_submodule(t.layer), t.layer, self._keep) for t in self.taps]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()
            self._maps.clear()

    @property
    def maps(self) -> list[Tensor]:
        """Feature maps (B, channels, *edges) of the last batch, in the order of ``taps``."""
        return [self._maps[tap.layer] for tap in self.taps]

    def _keep(self, layer: str, output: object) -> None:
        assert isinstance(output, Tensor)
        self._maps[layer] = output


def watch(layer: nn.Module, name: str, keep: Callable[[str, object], None]) -> RemovableHandle:
    """Call ``keep`` with ``name`` and the output at every forward pass of ``layer``."""

    def hook(_layer: nn.Module, _inputs: tuple[object, ...], output: object) -> None:
        keep(name, output)

    return layer.register_forward_hook(hook)


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Eval mode while the block runs; every layer's own mode comes back after it."""
    modes = [(layer, layer.training) for layer in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for layer, training in modes:
            layer.training = training
