"""Where and in which precision models run."""

from __future__ import annotations

import logging

import torch
from lightning_fabric import Fabric

from cryoal.errors import CryoalError
from cryoal.learning.recipe import Precision

# It announces the precision each time a Fabric is made: once a check, once a run of a study.
logging.getLogger("lightning_fabric").setLevel(logging.WARNING)


def make_fabric(device: str, precision: Precision) -> Fabric:
    """Lightning Fabric on one device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.

    Raises:
        CryoalError: a device that is not a name of these, or not there.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, number = device.partition(":")
    if kind not in ("cpu", "cuda") or (number and not number.isdigit()):
        raise CryoalError(f"unknown device '{device}'; use auto, cpu, cuda or cuda:N")
    if kind == "cpu":
        return Fabric(accelerator="cpu", devices=1, precision=precision)
    if int(number or 0) >= torch.cuda.device_count():
        raise CryoalError(
            f"device '{device}' is not there ({torch.cuda.device_count()} CUDA devices); "
            "use --device cpu"
        )
    return Fabric(accelerator="cuda", devices=[int(number or 0)], precision=precision)
