"""Names of devices."""

from __future__ import annotations

import pytest
import torch

from cryoal.errors import CryoalError
from cryoal.learning.devices import make_fabric


def test_cpu_and_auto() -> None:
    assert make_fabric("cpu", "32-true").device == torch.device("cpu")
    wanted = "cuda" if torch.cuda.is_available() else "cpu"
    assert make_fabric("auto", "32-true").device.type == wanted


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "cuda:99", ""])
def test_unknown_devices_are_refused(name: str) -> None:
    with pytest.raises(CryoalError, match="device"):
        make_fabric(name, "32-true")


def test_making_one_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    make_fabric("cpu", "bf16-mixed")
    assert capfd.readouterr() == ("", "")
