"""Weights learned once for several runs."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from cryoal.errors import CryoalError
from cryoal.studies.shared_weights import SharedWeights


def test_the_second_run_gets_a_copy(tmp_path: Path) -> None:
    shared = SharedWeights(tmp_path / "shared")

    def learn() -> dict[str, float]:
        (tmp_path / "one").write_bytes(b"weights")
        return {"loss": 0.5}

    assert shared.obtain("first", tmp_path / "one", learn) == {"loss": 0.5}
    said = shared.obtain("first", tmp_path / "deeper" / "two", lambda: pytest.fail("learned anew"))
    assert said == {"loss": 0.5}
    assert (tmp_path / "deeper" / "two").read_bytes() == b"weights"


def test_damaged_weights_are_told_and_not_passed_on(tmp_path: Path) -> None:
    shared = SharedWeights(tmp_path / "shared")
    target = tmp_path / "one"

    def learn() -> dict[str, float]:
        target.write_bytes(b"weights")
        return {"loss": 0.5}

    shared.obtain("first", target, learn)
    (tmp_path / "shared" / "first.safetensors").write_bytes(b"weigh")
    with pytest.raises(CryoalError, match=r"first\.safetensors: is not as it was written; delete"):
        shared.obtain("first", tmp_path / "two", learn)
    assert not (tmp_path / "two").exists()


def test_a_learning_that_failed_is_done_again(tmp_path: Path) -> None:
    shared = SharedWeights(tmp_path / "shared")
    target = tmp_path / "target"
    with pytest.raises(ZeroDivisionError):
        shared.obtain("first", target, lambda: {"loss": 1 / 0})

    def learn() -> dict[str, float]:
        target.write_bytes(b"weights")
        return {}

    assert shared.obtain("first", target, learn) == {}


def test_who_wants_the_same_weights_waits(tmp_path: Path) -> None:
    calls: list[int] = []

    def obtain(number: int) -> None:
        target = tmp_path / str(number)

        def learn() -> dict[str, float]:
            calls.append(number)
            time.sleep(0.2)
            target.write_bytes(b"weights")
            return {}

        SharedWeights(tmp_path / "shared").obtain("first", target, learn)

    threads = [threading.Thread(target=obtain, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert [(tmp_path / str(n)).read_bytes() for n in range(3)] == [b"weights"] * 3
