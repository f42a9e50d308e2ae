"""From a key press to the next volume on screen, in the real window.

    xvfb-run -a -s "-screen 0 1920x1200x24" python benchmarks/labelling.py
        [--boxes 32,64] [--items 10000] [--presses 60]

Opens the plugin on a run whose first query has ``--items`` volumes, presses class keys, and takes
the time from each press until the next volume has been drawn and the window given to the display.
The last column is the time to draw the window again with nothing new in it: under Xvfb the CPU
does that, a graphics card in a fraction of the time.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import mrcfile
import napari
import numpy as np
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QMainWindow

from cryoal.napari_plugin.labelling_dock import LabellingDock
from cryoal.napari_plugin.window import open_window
from cryoal.pools import open_subtomograms
from cryoal.runs import ActiveLearningLoop, People, RunSettings, start_run

CLASSES = 5
DISTINCT = 100
SPARE = 1.05
"""Items in the pool for each one in the query: some are held out for testing."""
PAUSE_S = 0.3


def write_pool(folder: Path, items: int, box_px: int) -> Path:
    """A pool of noise; a hundred distinct files under many names."""
    generator = np.random.default_rng(0)
    originals = []
    (folder / "originals").mkdir(parents=True)
    for number in range(DISTINCT):
        path = folder / "originals" / f"{number}.mrc"
        noise = generator.normal(0, 30, (box_px,) * 3).clip(-127, 127)
        with mrcfile.new(path) as file:
            file.set_data(noise.astype(np.int8))
            file.voxel_size = 10.0
        originals.append(path)
    for label in range(CLASSES):
        (folder / "pool" / f"class{label}").mkdir(parents=True)
    for number in range(round(items * SPARE)):
        place = folder / "pool" / f"class{number % CLASSES}" / f"{number}.mrc"
        os.link(originals[number % DISTINCT], place)
    return folder / "pool"


def write_run(folder: Path, items: int, box_px: int) -> Path:
    """A run that waits for ``items`` labels."""
    pool = open_subtomograms(write_pool(folder, items, box_px))
    settings = RunSettings(
        data=str(folder / "pool"),
        oracle="human",
        known_labels="ignore",
        initial=str(items),
        budget="10",
        cycles=2,
        test_share=0.02,
        device="cpu",
    )
    run = start_run(folder / "run", settings, pool)
    ActiveLearningLoop(run, pool, People(proceed=False)).run()
    run.journal.close()
    return folder / "run"


def wait(seconds: float) -> None:
    """Let the window do what it has to do meanwhile."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        QApplication.processEvents()
        time.sleep(0.001)


class Canvas:
    """When the viewer's canvas was last drawn."""

    def __init__(self, viewer: napari.Viewer) -> None:
        self.drawn_at = 0.0
        # No public name leads to the event that a frame is complete.
        scene = viewer.window._qt_viewer.canvas._scene_canvas
        self.widget = scene.native
        scene.events.draw.connect(self.on_draw, position="last")

    def on_draw(self, _event: object) -> None:
        self.drawn_at = time.perf_counter()


def press_keys(run: Path, presses: int) -> tuple[float, np.ndarray, np.ndarray]:
    """Seconds until the window stood, and of each key press and each mere redraw, (presses,)."""
    started = time.perf_counter()
    viewer = open_window(run, "benchmark")
    (window,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, QMainWindow))
    desk = window.findChild(LabellingDock).desk
    window.activateWindow()
    QApplication.processEvents()
    opening = time.perf_counter() - started
    canvas = Canvas(viewer)
    wait(2.0)
    times, redraws = [], []
    for number in range(presses):
        before, pressed = desk.entry.item, time.perf_counter()
        QTest.keyClicks(window, str(number % CLASSES + 1))
        while canvas.drawn_at < pressed:
            QApplication.processEvents()
        times.append(time.perf_counter() - pressed)
        assert desk.entry.item != before
        wait(PAUSE_S)
        asked = time.perf_counter()
        canvas.widget.update()
        while canvas.drawn_at < asked:
            QApplication.processEvents()
        redraws.append(time.perf_counter() - asked)
        wait(PAUSE_S)
    viewer.close()
    wait(0.5)
    return opening, np.array(times), np.array(redraws)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--boxes", default="32,64")
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--presses", type=int, default=60)
    arguments = parser.parse_args()
    print(
        "box    queue   opens in   key to volume: p50      p95      max   mere redraw", flush=True
    )
    for box_px in (int(text) for text in arguments.boxes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            run = write_run(Path(folder), arguments.items, box_px)
            opening, times, redraws = press_keys(run, arguments.presses)
        p50, p95, most = (1000 * value for value in np.quantile(times, (0.5, 0.95, 1)))
        print(
            f"{box_px}^3 {arguments.items:>8} {opening:>8.1f} s "
            f"{p50:>18.0f} ms {p95:>5.0f} ms {most:>5.0f} ms "
            f"{1000 * np.median(redraws):>10.0f} ms",
            flush=True,
        )


if __name__ == "__main__":
    main()
