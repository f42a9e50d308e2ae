"""Pictures of the labelling window, from the real window on `sample_data/`.

    xvfb-run -a -s "-screen 0 1920x1200x24" python docs/screenshots.py [--steps 250]

Copies the particles of one noise level under names that do not give the class away, lets the
truth answer a first query, trains, labels some of the second query by keys, and writes
docs/images/labelling-*.png.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
from qtpy.QtCore import QSettings
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QMainWindow

from cryoal.learning.recipe import Recipe
from cryoal.napari_plugin.labelling_dock import LabellingDock
from cryoal.napari_plugin.window import open_window
from cryoal.pools import SubtomogramPool, open_subtomograms
from cryoal.runs import ActiveLearningLoop, People, RunFolder, RunSettings, start_run
from cryoal.runs.answers import Outcome
from cryoal.runs.open_query import open_query

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
SOURCE = ROOT / "sample_data" / "SNR005"
SEED = 3


def copy_particles(folder: Path) -> Path:
    """The particles in an order that tells nothing, and a table that does, for the answers."""
    paths = sorted(SOURCE.rglob("*.mrc"))
    order = np.random.default_rng(SEED).permutation(len(paths))
    folder.mkdir()
    rows = ["path,label"]
    for number, place in enumerate(order.tolist()):
        name = f"particle_{number:04d}.mrc"
        shutil.copy(paths[place], folder / name)
        rows.append(f"{name},{paths[place].relative_to(SOURCE).parts[0]}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    return folder / "labels.csv"


def go_on(folder: RunFolder, pool: SubtomogramPool) -> None:
    """Train and query as far as answers allow."""
    ActiveLearningLoop(folder, pool, People(proceed=False)).run()


def make_run(folder: Path, steps: int) -> tuple[Path, SubtomogramPool]:
    """A run that was trained once and waits with its second query."""
    table = copy_particles(folder / "particles")
    pool = open_subtomograms(table)
    settings = RunSettings(
        data=str(table),
        oracle="human",
        known_labels="ignore",
        initial="60",
        budget="40",
        recipe=Recipe(min_steps=steps),
        device="cpu",
        seed=SEED,
    )
    run = start_run(folder / "session-12", settings, pool)
    go_on(run, pool)
    query = open_query(run.journal, settings.overlap, settings.seed)
    assert query is not None
    for item in query.items:
        label = int(pool.labels[item])
        run.journal.labels.record(item, Outcome.CLASS, label, "maria", seconds=3.0)
    go_on(run, pool)
    run.journal.close()
    return run.path, pool


def wait(seconds: float) -> None:
    """Let the window do what it has to do."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        QApplication.processEvents()
        time.sleep(0.005)


class Photographer:
    """Drives the window and takes its picture."""

    def __init__(self, run: Path, pool: SubtomogramPool) -> None:
        self.pool = pool
        self.viewer = open_window(run, "maria")
        (self.window,) = (
            top for top in QApplication.topLevelWidgets() if isinstance(top, QMainWindow)
        )
        dock = self.window.findChild(LabellingDock)
        self.dock, self.page, self.desk = dock, dock.page, dock.desk
        self.window.activateWindow()
        wait(1.5)

    def press(self, keys: str) -> None:
        for key in keys:
            QTest.keyClicks(self.window, key)
            wait(0.2)

    def answer_truly(self, count: int) -> None:
        """As an expert would: mostly right."""
        names = {one.name: key for key, one in self.desk.session.keys().items()}
        for _ in range(count):
            wait(2.0)
            truth = self.pool.classes[int(self.pool.labels[self.desk.entry.item])]
            self.press(names[truth])

    def shoot(self, name: str) -> None:
        wait(1.2)
        path = IMAGES / f"labelling-{name}.png"
        self.viewer.window.screenshot(str(path), canvas_only=False, flash=False)
        print(path.relative_to(ROOT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=250, help="optimiser steps of the training")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        preferences = QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder
        QSettings.setPath(*preferences)
        photographer = Photographer(*make_run(Path(folder), arguments.steps))
        photographer.answer_truly(14)
        photographer.shoot("window")
        photographer.press(" ")
        photographer.shoot("3d")
        photographer.press(" ?")
        photographer.shoot("keys")
        photographer.press("?")
        photographer.page.tabs.setCurrentIndex(1)
        photographer.shoot("review")
        photographer.page.tabs.setCurrentIndex(2)
        photographer.shoot("classes")
        photographer.viewer.close()
        wait(0.5)


if __name__ == "__main__":
    main()
