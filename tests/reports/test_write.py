"""The whole report, for all that a run can be."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import matplotlib
import matplotlib.image
import numpy as np
import pytest

from cryoal.errors import CryoalError
from cryoal.reports import write_report

VOID = {"meta", "img"}
HOSTILE = ["<script>alert(1)</script>", '" onload="x', "$a^{$", "_long_" * 40, "a & b", "蛋白"]


class Page(HTMLParser):
    """Checks that tags are closed in order and keeps what the tests look at."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def files(page: Path) -> set[str]:
    return {path.name for path in page.parent.iterdir()}


def test_finished_run_gives_every_figure(make_run, make_pool) -> None:
    folder = make_run(5, cycles=2)
    path = write_report(folder, make_pool(folder))
    page = Page(path)
    assert path == folder.path / "report" / "index.html"
    pictures = {f"{name}.png" for name in (
        "learning_curve", "class_scores", "class_balance", "phase_times", "confusion_01",
        "confusion_02", "queried_00", "queried_01",
    )}  # fmt: skip
    assert files(path) == pictures | {"index.html"}
    assert page.tags.count("img") == len(pictures)
    for name in ("confusion_02", "learning_curve"):
        png = (path.parent / f"{name}.png").read_bytes()
        assert base64.b64encode(png).decode() in page.source
    assert "cryoal predict" in page.text
    assert "cryoal run --out" not in page.text


def test_page_needs_nothing_from_outside(make_run, make_pool) -> None:
    folder = make_run(3, cycles=1)
    page = Page(write_report(folder, make_pool(folder)))
    sources = [value for name, value in page.attributes if name in ("src", "href")]
    assert sources
    assert all(value is not None and value.startswith("data:image/png") for value in sources)
    assert not {"script", "link", "iframe"} & set(page.tags)
    assert "http://" not in page.source
    assert "https://" not in page.source


def test_hostile_names_stay_text(make_run, make_pool) -> None:
    folder = make_run(HOSTILE, cycles=1)
    page = Page(write_report(folder, make_pool(folder)))
    assert "script" not in page.tags
    assert "onload" not in dict(page.attributes)
    for name in HOSTILE:
        assert name in page.text


@pytest.mark.parametrize("classes", [2, 12, 40])
def test_no_figure_is_clipped(make_run, make_pool, classes: int) -> None:
    folder = make_run([f"{'long name ' * 6}{at}" for at in range(classes)], cycles=1, budget=6)
    for path in write_report(folder, make_pool(folder)).parent.glob("*.png"):
        image = matplotlib.image.imread(path)[..., :3]
        edges = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
        assert (edges == 1).all(), path.name


@pytest.mark.parametrize(
    ("facts", "there", "missing"),
    [
        ({"done": -1}, "Nothing was queried yet", "learning_curve"),
        ({"done": 0}, "No model has been evaluated yet", "confusion_01"),
        ({"done": 1}, "cryoal run --out", "confusion_02"),
        ({"test": False}, "No test items", "class_scores"),
        ({"scores": False}, "Query of cycle 1", "queried_02"),
    ],
)
def test_incomplete_runs(make_run, make_pool, facts, there: str, missing: str) -> None:
    folder = make_run(3, **({"cycles": 2, "budget": 4} | facts))
    path = write_report(folder, make_pool(folder))
    assert there in Page(path).text
    assert f"{missing}.png" not in files(path)


def test_says_why_there_are_no_slices(make_run, make_pool) -> None:
    folder = make_run(3, cycles=1)
    assert "the pool tomos was not at hand" in Page(write_report(folder, None)).text
    pool = make_pool(folder)
    pool.broken = True
    assert "tomo.mrc: file is truncated" in Page(write_report(folder, pool)).text
    pool = make_pool(folder)
    pool.ids = pool.ids[::-1]
    assert "no longer those of the run" in Page(write_report(folder, pool)).text


def test_same_run_same_bytes_and_matplotlib_left_alone(make_run, make_pool) -> None:
    folder = make_run(3, cycles=1, budget=4)
    with matplotlib.rc_context({"axes.facecolor": "black", "font.size": 20}):
        path = write_report(folder, make_pool(folder))
        first = path.read_bytes()
        assert matplotlib.rcParams["font.size"] == 20
    assert write_report(folder, make_pool(folder)).read_bytes() == first


def test_images_are_pngs_of_150_dpi(make_run) -> None:
    page = Page(write_report(make_run(2, cycles=1), None))
    data = re.search(r"base64,([^\"]+)", page.source)
    assert data is not None
    image = matplotlib.image.imread(io.BytesIO(base64.b64decode(data[1])))
    assert image.shape[1] == round(8.6 * 150)


def test_a_place_that_cannot_be_written_is_named(make_run) -> None:
    folder = make_run(2, cycles=1)
    (folder.path / "report").write_text("in the way")
    with pytest.raises(CryoalError, match=r"report: cannot be made \(File exists\)"):
        write_report(folder, None)
