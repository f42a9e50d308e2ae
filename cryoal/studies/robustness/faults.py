"""What goes wrong in practice between training and prediction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from cryoal.pools.changed import Change, ChangedPool
from cryoal.runs import RunFolder, open_volumes
from cryoal.runs.settings import RunSettings
from cryoal.studies.robustness.probe import Numbers, Probe, accuracy_on
from cryoal.volumes.contrast import InvertContrast
from cryoal.volumes.rescale import Rescale
from cryoal.volumes.shift import Shift
from cryoal.volumes.wedge_cut import WedgeCut

UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Fault:
    """Something wrong with test items.

    Attributes:
        kind: what is wrong.
        amount: how much, for people.
        change: makes a box so.
    """

    kind: str
    amount: str
    change: Change

    @property
    def key(self) -> str:
        """Kind and amount in one."""
        return f"{self.kind} {self.amount}".strip()


FAULTS = (
    *(Fault("shift", f"{px} px", Shift(px)) for px in (1, 2, 4)),
    Fault("contrast", "inverted", InvertContrast()),
    *(Fault("tilts", f"±{tilt}°", WedgeCut(tilt)) for tilt in (45, 30)),
    *(Fault("voxel size", f"x {factor:g}", Rescale(factor)) for factor in (0.8, 0.9, 1.1, 1.25)),
)


@dataclass(frozen=True)
class FaultProbe(Probe):
    """Accuracy of a run's last model on test items with each fault, and with none.

    Attributes:
        settings: of the run, for its pool.
    """

    file: ClassVar[str] = "faults.json"
    what: ClassVar[str] = "faults"

    settings: RunSettings

    def keys(self) -> Sequence[str]:
        return [UNCHANGED, *(fault.key for fault in FAULTS)]

    def measure(self, folder: RunFolder, keys: Sequence[str]) -> dict[str, Numbers]:
        pool, cycle = open_volumes(self.settings), self.cycle(folder)
        pools = {fault.key: ChangedPool(pool, fault.change, fault.key) for fault in FAULTS}
        return {key: {"accuracy": accuracy_on(folder, cycle, pools.get(key, pool))} for key in keys}
