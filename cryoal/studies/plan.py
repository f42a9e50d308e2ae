"""What a study compares, under which settings; its ``study.yaml``."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.pools import Pool
from cryoal.runs.lock import locked
from cryoal.runs.settings import RunSettings, make_settings, read_yaml
from cryoal.runs.start import check_settings
from cryoal.studies.arm import PRETRAINED, SELF_TRAINED, Arm
from cryoal.studies.cell import CELLS, Cell
from cryoal.studies.results import ALL_LABELS

FILE = "study.yaml"


@dataclass(frozen=True)
class StudyPlan:
    """Arms, seeds, and the settings that all their runs share.

    Attributes:
        path: folder of the study.
        arms: to compare.
        seeds: how many; they count from 0.
        settings: of the runs; scheme, pretraining, self-training and seed are each cell's own.
    """

    path: Path
    arms: tuple[Arm, ...]
    seeds: int
    settings: RunSettings

    @property
    def cells(self) -> list[Cell]:
        """All runs, a seed after the other, so that a study cut short compares on equal seeds.

        The model trained on all labels comes with each seed, pretrained where all arms are.
        """
        ceiling = Arm(ALL_LABELS, pretrain=all(arm.pretrain for arm in self.arms))
        arms = dict.fromkeys((*self.arms, ceiling))
        return [Cell(self.path, arm, seed) for seed in range(self.seeds) for arm in arms]

    def check(self, pool: Pool) -> None:
        """Refuse settings that no run of some arm could begin with, before any is begun.

        Raises:
            CryoalError: as ``cryoal.runs.start_run``.
        """
        for arm in self.arms:
            check_settings(arm.settings(self.settings, seed=0), pool)

    def locked(self) -> AbstractContextManager[None]:
        """Hold the study for this process.

        Raises:
            CryoalError: another process works on it.
        """
        return locked(self.path, "study.lock", "study")

    def write(self) -> None:
        """Begin the study, or make sure that the one that is there has these settings.

        More cycles than before may be asked for: what is done stays as it is.

        Raises:
            CryoalError: other settings, or a folder that is not empty or cannot be written.
        """
        keep_common(self.path, FILE, self.settings)


def keep_common(path: Path, file: str, settings: RunSettings) -> None:
    """Write what all runs below ``path`` share, or make sure that it is what is there.

    Args:
        file: what it is written to; it marks the folder as this kind of study.

    Raises:
        CryoalError: as :meth:`StudyPlan.write`.
    """
    if (path / file).exists():
        there = read_common(path, file)
        more = there.model_copy(update={"cycles": max(there.cycles, settings.cycles)})
        changed = more.differences(common(settings))
        if changed:
            raise CryoalError(
                f"{path}: was begun with other settings: {', '.join(changed)}; give the "
                "old ones, or another --out"
            )
    else:
        _make_folder(path)
    with written_atomically(path / file) as temporary:
        temporary.write_text(common(settings).to_yaml(), encoding="utf-8")


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise CryoalError(
                f"{path}: is not empty and not a study of this kind; give another --out"
            )
    except OSError as error:
        raise CryoalError(f"{path}: cannot be written ({error.strerror})") from error


def common(settings: RunSettings) -> RunSettings:
    """The settings without what each cell sets itself."""
    own = {"scheme": "random", "pretrain": False, "self_train": False, "seed": 0}
    return settings.model_copy(update=own)


def read_common(path: Path, file: str = FILE) -> RunSettings:
    """Settings of the study at ``path``.

    Raises:
        CryoalError: there is none.
    """
    if not (path / file).is_file():
        raise CryoalError(f"{path}: not a study (no {file}); begin one with 'cryoal compare'")
    return make_settings(read_yaml(path / file), str(path / file))


def cells_there(path: Path, known: Sequence[Cell]) -> list[Cell]:
    """Cells of earlier calls that lie in the study, besides those that are ``known``.

    A study has one ceiling: models trained on all labels in another way than the known ones are
    left out.
    """
    taken = {cell.path.name for cell in known}
    ceilings = {cell.arm for cell in known if cell.arm.scheme == ALL_LABELS}
    found = []
    for folder in sorted((path / CELLS).glob("*-*")):
        name, _, seed = folder.name.rpartition("-")
        if folder.name in taken or not seed.isdigit():
            continue
        scheme, *added = name.split("+")
        arm = Arm(scheme, PRETRAINED[1:] in added, SELF_TRAINED[1:] in added)
        if arm.scheme != ALL_LABELS or not ceilings or arm in ceilings:
            found.append(Cell(path, arm, int(seed)))
    return found
