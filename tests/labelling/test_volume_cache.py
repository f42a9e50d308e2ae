"""Reading ahead in one thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from cryoal.errors import CryoalError
from cryoal.labelling.volume_cache import KEPT, Volume, VolumeCache


class Reader:
    """Counts what it reads and in which threads; ``broken`` items fail."""

    def __init__(self) -> None:
        self.read: list[int] = []
        self.threads: set[int] = set()
        self.broken: set[int] = set()

    def __call__(self, item: int) -> Volume:
        self.read.append(item)
        self.threads.add(threading.get_ident())
        if item in self.broken:
            raise CryoalError(f"{item}: cannot be read")
        return np.full((2, 2, 2), item, np.float32)


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def cache(reader: Reader) -> Iterator[VolumeCache]:
    cache = VolumeCache(reader)
    yield cache
    cache.close()


def test_an_item_is_read_once_and_by_one_thread(cache: VolumeCache, reader: Reader) -> None:
    cache.prefetch([3, 4])
    assert [cache.get(item)[0, 0, 0] for item in (4, 3, 5, 4)] == [4, 3, 5, 4]
    assert reader.read == [3, 4, 5]
    assert len(reader.threads) == 1
    assert threading.get_ident() not in reader.threads


def test_prefetching_does_not_wait(reader: Reader) -> None:
    def slowly(item: int) -> Volume:
        time.sleep(0.2)
        return reader(item)

    cache = VolumeCache(slowly)
    started = time.monotonic()
    cache.prefetch([1])
    assert time.monotonic() - started < 0.1
    cache.get(1)
    assert time.monotonic() - started >= 0.2
    cache.close()


def test_what_cannot_be_read_is_tried_again(cache: VolumeCache, reader: Reader) -> None:
    reader.broken.add(1)
    cache.prefetch([1])
    with pytest.raises(CryoalError, match="1: cannot be read"):
        cache.get(1)
    reader.broken.clear()
    assert cache.get(1)[0, 0, 0] == 1


def test_the_oldest_are_forgotten(cache: VolumeCache, reader: Reader) -> None:
    for item in range(KEPT + 1):
        cache.get(item)
    cache.get(1)
    cache.get(0)
    assert reader.read == [*range(KEPT + 1), 0]


def test_a_look_keeps_nothing(cache: VolumeCache, reader: Reader) -> None:
    cache.get_once(1)
    cache.get(2)
    cache.get_once(2)
    cache.get(1)
    assert reader.read == [1, 2, 1]
