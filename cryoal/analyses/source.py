"""Which runs are looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.runs.folder import CONFIG, RunFolder
from cryoal.runs.settings import RunSettings, make_settings, read_yaml
from cryoal.runs.start import is_started
from cryoal.studies.arm import Arm
from cryoal.studies.plan import FILE as STUDY_FILE
from cryoal.studies.plan import cells_there, common, read_common
from cryoal.studies.results import ALL_LABELS
from cryoal.studies.robustness.plan import FILE as ROBUSTNESS_FILE


@dataclass(frozen=True)
class Source:
    """A run and what it is called.

    Attributes:
        path: its folder.
        arm: its scheme, and what is added to it.
        seed: of the run.
    """

    path: Path
    arm: Arm
    seed: int

    @property
    def name(self) -> str:
        return f"{self.arm.name}, seed {self.seed}"


def find_sources(paths: Sequence[Path], analysis: str, takes_studies: bool) -> list[Source]:
    """The runs at ``paths``, which are runs or studies of ``cryoal compare``.

    Models that a study trained on all labels are left out: they make no query.

    Args:
        analysis: its name, for messages.
        takes_studies: whether it looks at all runs of a study; else runs are named one by one.

    Raises:
        CryoalError: something else lies there, a run is there twice, or the runs have other
            things between them than scheme and seed.
    """
    sources = []
    for path in paths:
        if RunFolder.exists(path):
            sources.append(run_source(path))
        elif not (path / STUDY_FILE).is_file():
            raise CryoalError(f"{path}: {what_is_there(path)}")
        elif takes_studies:
            sources += study_sources(path)
        else:
            raise CryoalError(
                f"{path}: is a study, and {analysis} computes long on each run: name runs, such as "
                f"{path / 'cells'}/*-0"
            )
    check_alike(sources)
    return sources


def what_is_there(path: Path) -> str:
    """Why ``path`` is of no use."""
    if (path / ROBUSTNESS_FILE).is_file():
        return "is a robustness study; name one of its conditions, such as its folder snr-0.05"
    if not path.exists():
        return "is not there; correct the path"
    return f"neither a run nor a study (no {CONFIG}, no {STUDY_FILE})"


def run_source(path: Path) -> Source:
    settings = run_settings(path)
    arm = Arm(settings.scheme, settings.pretrain, settings.self_train)
    return Source(path, arm, settings.seed)


def study_sources(path: Path) -> list[Source]:
    read_common(path)
    cells = [cell for cell in cells_there(path, ()) if cell.arm.scheme != ALL_LABELS]
    begun = [Source(cell.path, cell.arm, cell.seed) for cell in cells if is_started(cell.path)]
    if not begun:
        raise CryoalError(f"{path}: no run of the study is begun; go on with 'cryoal compare'")
    return begun


def run_settings(path: Path) -> RunSettings:
    return make_settings(read_yaml(path / CONFIG), str(path / CONFIG))


def check_alike(sources: Sequence[Source]) -> None:
    """Refuse runs whose numbers do not belong into one table.

    Raises:
        CryoalError: names the run and what is other.
    """
    for name, count in Counter(source.name for source in sources).items():
        if count > 1:
            raise CryoalError(f"{count} runs of {name}; name one of them")
    first = run_settings(sources[0].path)
    for source in sources[1:]:
        own = run_settings(source.path).model_copy(update={"cycles": first.cycles})
        differences = common(first).differences(common(own))
        if differences:
            raise CryoalError(
                f"{source.path}: has other settings than {sources[0].path}: "
                f"{', '.join(differences)}; analyse them one by one"
            )
