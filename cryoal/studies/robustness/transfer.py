"""Trained at one signal-to-noise ratio, tested at another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from cryoal.runs import RunFolder, open_volumes
from cryoal.runs.settings import RunSettings
from cryoal.studies.robustness.probe import Numbers, Probe, accuracy_on


@dataclass(frozen=True)
class TransferProbe(Probe):
    """Accuracy of a run's last model on its test items at every ratio.

    Attributes:
        pools: ratio, as its condition's folder writes it, and the settings that open the pool.
    """

    file: ClassVar[str] = "transfer.json"
    what: ClassVar[str] = "other ratios"

    pools: tuple[tuple[str, RunSettings], ...]

    def keys(self) -> Sequence[str]:
        return [snr for snr, _ in self.pools]

    def measure(self, folder: RunFolder, keys: Sequence[str]) -> dict[str, Numbers]:
        pools, cycle = dict(self.pools), self.cycle(folder)
        return {
            key: {"accuracy": accuracy_on(folder, cycle, open_volumes(pools[key]))} for key in keys
        }
