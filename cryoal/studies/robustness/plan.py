"""What a robustness study holds: a study for each condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.runs.settings import RunSettings
from cryoal.studies.arm import Arm
from cryoal.studies.cell import Cell
from cryoal.studies.plan import StudyPlan, cells_there, keep_common, read_common
from cryoal.studies.robustness.condition import Condition, conditions_there
from cryoal.studies.robustness.source import NoiseSource

FILE = "robustness.yaml"
POOLS = "pools"


@dataclass(frozen=True)
class RobustnessPlan:
    """Conditions, and what is compared under each.

    Attributes:
        path: folder of the whole.
        arms, seeds: of each study.
        settings: that all runs share but for their pool and the noise in the answers.
        snrs: ratios to compare at.
        label_noise: chances of a wrong answer, at the highest ratio.
    """

    path: Path
    arms: tuple[Arm, ...]
    seeds: int
    settings: RunSettings
    snrs: tuple[float, ...]
    label_noise: tuple[float, ...] = ()

    @property
    def conditions(self) -> list[Condition]:
        """By falling ratio, then by wrong answers."""
        ratios = sorted(self.snrs, reverse=True)
        wrong = [Condition(ratios[0], chance) for chance in sorted(self.label_noise)]
        return [*map(Condition, ratios), *wrong]

    @property
    def pools(self) -> Path:
        """Where the pools lie that were made."""
        return self.path / POOLS

    def study(self, condition: Condition, source: NoiseSource) -> StudyPlan:
        """The study of ``condition``, to be carried on by ``cryoal compare`` too."""
        settings = source.settings_at(condition.snr, self.pools)
        settings = settings.model_copy(update={"label_noise": condition.label_noise})
        return StudyPlan(self.path / condition.folder, self.arms, self.seeds, settings)

    def check_cleanest(self) -> None:
        """Refuse a ratio above those there where answers were wrong: those belong to the highest.

        Raises:
            CryoalError: says which.
        """
        there = conditions_there(self.path)
        wrong = [one for one in there if one.label_noise]
        if (wrong or self.label_noise) and there:
            highest = max(one.snr for one in there)
            if wrong and max(self.snrs) > highest:
                raise CryoalError(
                    f"{self.path}: wrong answers were studied at SNR {highest:g}, so "
                    f"{max(self.snrs):g} cannot be added above it; give another --out"
                )
            if self.label_noise and max(self.snrs) < highest:
                raise CryoalError(
                    f"{self.path}: wrong answers are studied at its highest SNR, {highest:g}; "
                    "name it in --snrs too"
                )

    def write(self) -> None:
        """Begin the study, or make sure that the one there has these settings.

        Raises:
            CryoalError: other settings, another kind of study, or it cannot be written.
        """
        keep_common(self.path, FILE, self.settings)


def studies_there(path: Path, asked: Sequence[StudyPlan]) -> dict[Condition, StudyPlan]:
    """The studies of all conditions in ``path``: those asked for, and those of earlier calls."""
    plans = {plan.path.name: plan for plan in asked}
    found = {}
    for condition in conditions_there(path):
        folder = path / condition.folder
        known = plans.get(folder.name) or StudyPlan(folder, (), 0, read_common(folder))
        found[condition] = replace(known, settings=read_common(folder))
    return found


def all_cells(plan: StudyPlan) -> list[Cell]:
    """Cells of a study, those of earlier calls too."""
    asked = plan.cells
    return asked + cells_there(plan.path, asked)
