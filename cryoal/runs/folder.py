"""A run on disk: settings, journal, and weights and scores of each cycle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.runs.journal import Journal
from cryoal.runs.lock import locked
from cryoal.runs.settings import RunSettings, make_settings, read_yaml

CONFIG = "config.yaml"
JOURNAL = "run.sqlite"
UNSTARTED = {CONFIG, JOURNAL, f"{JOURNAL}-wal", f"{JOURNAL}-shm"}
"""What a run killed while it was created may leave."""


class RunFolder:
    """Paths and records of one run.

    Attributes:
        path: the folder.
        settings: resolved settings, as in ``config.yaml``.
        journal: the open journal.
    """

    def __init__(self, path: Path, settings: RunSettings) -> None:
        self.path = path
        self.settings = settings
        self.journal = Journal(path / JOURNAL)

    @staticmethod
    def exists(path: Path) -> bool:
        """Whether ``path`` holds a run, finished or not."""
        return (path / CONFIG).is_file()

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Open an existing run.

        Raises:
            CryoalError: there is none, or it was never started.
        """
        if not cls.exists(path):
            raise CryoalError(
                f"{path}: not a run folder (no {CONFIG}); start one with 'cryoal run'"
            )
        folder = None
        if (path / JOURNAL).is_file():
            folder = cls(path, make_settings(read_yaml(path / CONFIG), str(path / CONFIG)))
        if folder is None or folder.journal.meta("version") is None:
            if (path / "cycles").exists():
                raise CryoalError(
                    f"{path}: {JOURNAL} is missing, which holds the labels and queries; bring it "
                    "back from a copy, or begin anew with another --out"
                )
            raise CryoalError(f"{path}: the run was never started; begin it with 'cryoal run'")
        return folder

    @classmethod
    def create(cls, path: Path, settings: RunSettings) -> RunFolder:
        """Make the folder, or take that of a run killed while it was made; write the settings.

        Raises:
            CryoalError: something else lies there, or it cannot be written.
        """
        try:
            path.mkdir(parents=True, exist_ok=True)
            if cls.exists(path) and (path / "cycles").exists():
                raise CryoalError(
                    f"{path}: {JOURNAL} is missing or empty, but cycles are there; bring it back "
                    "from a copy, or give another --out"
                )
            if {entry.name for entry in path.iterdir()} - UNSTARTED:
                raise CryoalError(f"{path}: is not empty and not a run; give another --out")
            with written_atomically(path / CONFIG) as temporary:
                temporary.write_text(settings.to_yaml(), encoding="utf-8")
        except OSError as error:
            raise CryoalError(f"{path}: cannot be written ({error.strerror})") from error
        return cls(path, settings)

    def change_settings(self, settings: RunSettings) -> None:
        """Write other settings.

        Raises:
            CryoalError: they cannot be written.
        """
        with written_atomically(self.path / CONFIG) as temporary:
            temporary.write_text(settings.to_yaml(), encoding="utf-8")
        self.settings = settings

    def cycle_path(self, cycle: int) -> Path:
        """Folder of a cycle, counted from 1; made when missing."""
        path = self.path / "cycles" / f"{cycle:02d}"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def weights_path(self, cycle: int) -> Path:
        return self.cycle_path(cycle) / "model.safetensors"

    def companion_path(self, cycle: int) -> Path:
        return self.cycle_path(cycle) / "companion.safetensors"

    @property
    def pretrained_path(self) -> Path:
        """Weights learned from the unlabelled pool."""
        return self.path / "pretrained.safetensors"

    def scores_path(self, cycle: int) -> Path:
        return self.cycle_path(cycle) / "scores.npz"

    def embeddings_path(self, cycle: int) -> Path:
        return self.cycle_path(cycle) / "embeddings.npz"

    def trained_cycles(self) -> list[int]:
        """Cycles whose training is finished, ascending."""
        done = self.journal.phase_seconds()
        return sorted(cycle for cycle, phase in done if phase == "train")

    def is_finished(self) -> bool:
        """Whether every cycle of the settings is trained and evaluated."""
        return (self.settings.cycles, "evaluate") in self.journal.phase_seconds()

    def trained_model(self) -> tuple[int, Path]:
        """Last trained cycle and its weights.

        Raises:
            CryoalError: no training is finished yet.
        """
        cycles = self.trained_cycles()
        if not cycles:
            raise CryoalError(f"{self.path}: no training is finished yet; run 'cryoal run' first")
        return cycles[-1], self.weights_path(cycles[-1])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run for this process; the lock goes with the process, however it ends.

        Raises:
            CryoalError: another process works on the run, or it cannot be written.
        """
        with locked(self.path, "run.lock", "run"):
            yield
