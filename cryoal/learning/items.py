"""Items of a pool on their way to a model: cached where they are few, prefetched where many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cryoal.pools.pool import Pool

CACHE_BYTES = 2 * 1024**3

Asked = TypeVar("Asked")
Got = TypeVar("Got")


class CachedItems:
    """Normalised items of a labelled set, read once when they fit ``cache_bytes``.

    A training visits the same few items hundreds of times; reading them again each time would
    cost more than the optimiser step. Beyond the cache's size every visit reads from the pool.
    """

    def __init__(
        self,
        pool: Pool,
        indices: npt.NDArray[np.int64],
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self.pool = pool
        self.indices = indices
        fits = len(indices) * int(np.prod(pool.item_shape)) * 4 <= cache_bytes
        self.cache = pool.normalise(pool.read(indices)) if fits else None

    def __len__(self) -> int:
        return len(self.indices)

    def take(self, positions: Tensor) -> Tensor:
        """Items (B, C, *spatial) at ``positions`` (B,) of the labelled set."""
        if self.cache is not None:
            return self.cache[positions]
        return self.pool.normalise(self.pool.read(self.indices[positions.numpy()]))


def raw_batches(
    pool: Pool, indices: npt.NDArray[np.int64], batch_size: int
) -> Iterator[tuple[slice, Tensor]]:
    """Raw items in the order of ``indices``, the next batch read while this one is used.

    Large items come in batches of fewer than ``batch_size``.

    Yields:
        The places of the batch within ``indices`` and its items (B, C, *spatial) float32.
    """
    batch_size = min(batch_size, pool.most_at_once)
    places = [
        slice(start, min(start + batch_size, len(indices)))
        for start in range(0, len(indices), batch_size)
    ]
    batches = read_ahead(lambda place: pool.read(indices[place]), places)
    yield from zip(places, batches, strict=True)


def read_ahead(read: Callable[[Asked], Got], asked: Iterable[Asked]) -> Iterator[Got]:
    """What ``read`` gives for each of ``asked``, the next read while this one is used."""
    with ThreadPoolExecutor(max_workers=1) as reader:
        waiting: Future[Got] | None = None
        for one in asked:
            ahead = reader.submit(read, one)
            if waiting is not None:
                yield waiting.result()
            waiting = ahead
        if waiting is not None:
            yield waiting.result()


def shuffled_positions(
    count: int, batch_size: int, steps: int, generator: torch.Generator
) -> Iterator[Tensor]:
    """``steps`` batches of positions below ``count``, by repeated shuffles without a remainder.

    A batch may hold an item twice when it spans two shuffles or when fewer items than
    ``batch_size`` exist; each draw is augmented on its own, and batch statistics always see full
    batches.
    """
    stream = torch.empty(0, dtype=torch.long)
    for _ in range(steps):
        while len(stream) < batch_size:
            stream = torch.cat([stream, torch.randperm(count, generator=generator)])
        yield stream[:batch_size]
        stream = stream[batch_size:]
