"""The whole report, for all that a study can be."""

from __future__ import annotations

import csv
import io
import math
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from pyarrow import parquet
from study_results import SCHEMES, cell, flat_study, made_up_study

from cryoal.errors import CryoalError
from cryoal.studies.target import Target, TargetKind
from cryoal.studies.write import write_study_report

FIGURES = {
    "areas",
    "costs",
    "difference_to_random",
    "gradnorm_overlap",
    "learning_curves",
    "penalties",
    "query_spread",
    "savings",
    "train_test_gap",
}
TABLES = {
    "against_random",
    "areas",
    "costs",
    "curves",
    "labels_needed",
    "labels_needed_by_seed",
    "pairs",
    "penalty",
    "ranking",
    "results",
    "savings",
}


class Page(HTMLParser):
    """Checks that tags are closed in order and keeps the text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def names(page: Path, pattern: str) -> set[str]:
    return {path.stem for path in page.parent.glob(pattern)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    return write_study_report(
        folder, made_up_study(5, seeds=3, budgets=3), facts="Pool & recipe: <made up>."
    )


def test_whole_study_gives_every_figure_and_table(whole: Path) -> None:
    assert names(whole, "*.png") == names(whole, "*.svg") == FIGURES
    assert names(whole, "tables/*.csv") == names(whole, "tables/*.parquet") == TABLES
    page = Page(whole)
    assert page.tags.count("img") == len(FIGURES)
    assert "script" not in page.tags
    assert (whole.parent / "verdict.txt").read_text().strip() in page.text
    assert "Pool & recipe: <made up>." in page.text
    assert "What is missing" not in page.text


def test_figures_can_be_read(whole: Path) -> None:
    for name in FIGURES:
        image = matplotlib.image.imread(whole.parent / f"{name}.png")
        # Nothing is drawn over the edge: the outermost pixels are the white of the paper.
        edges = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
        assert (edges[:, :3] == 1).all(), name
        root = ElementTree.parse(whole.parent / f"{name}.svg").getroot()
        assert root.tag.endswith("svg")


def test_parquet_holds_what_the_csv_holds(whole: Path) -> None:
    for name in TABLES:
        rows = read_csv(whole.parent / "tables" / f"{name}.csv")
        table = parquet.read_table(whole.parent / "tables" / f"{name}.parquet").to_pylist()
        assert len(rows) == len(table) > 0
        for text, typed in zip(rows, table, strict=True):
            assert text == {key: "" if v is None else str(v) for key, v in typed.items()}


def test_tables_hold_the_numbers(whole: Path) -> None:
    results = read_csv(whole.parent / "tables" / "results.csv")
    assert len(results) == 5 * 3 * 3 + 3
    assert sum(int(results[0][f"queried_{at}"]) for at in range(11)) == 55
    curves = read_csv(whole.parent / "tables" / "curves.csv")
    (row,) = [
        row
        for row in curves
        if (row["measure"], row["scheme"], row["labelled"]) == ("macro_f1", "egl", "110")
    ]
    own = [float(r["macro_f1"]) for r in results if (r["scheme"], r["labelled"]) == ("egl", "110")]
    assert float(row["mean"]) == pytest.approx(sum(own) / 3)
    assert row["seeds"] == "3"
    needed = read_csv(whole.parent / "tables" / "labels_needed.csv")
    assert any(math.isinf(float(row["labels"])) for row in needed)


def test_report_is_the_same_for_the_same_results(tmp_path: Path) -> None:
    pages = [
        write_study_report(tmp_path / name / "study", made_up_study(2, seeds=1, budgets=2))
        for name in ("first", "second")
    ]
    for path in pages[0].parent.rglob("*.*"):
        other = pages[1].parent / path.relative_to(pages[0].parent)
        assert path.read_bytes() == other.read_bytes(), path.name


@pytest.mark.parametrize(
    ("schemes", "seeds", "budgets"), [(1, 1, 1), (2, 2, 2), (2, 3, 1), (16, 3, 2)]
)
def test_small_and_large_studies(tmp_path: Path, schemes: int, seeds: int, budgets: int) -> None:
    page = write_study_report(tmp_path, made_up_study(schemes, seeds=seeds, budgets=budgets))
    text = Page(page).text
    assert all(name in text for name in SCHEMES[:schemes])
    assert ("No test was made" in text) == (seeds < 3 and schemes > 1)


def test_partial_study_says_what_is_missing(tmp_path: Path) -> None:
    rows = [
        row
        for row in made_up_study(4, seeds=3, budgets=3)
        if (row.scheme, row.seed, row.cycle) not in {("egl", 2, 3), ("egl", 2, 2)}
    ]
    page = write_study_report(tmp_path, rows, expected=[("badge", 0)])
    text = Page(page).text
    assert "2 entries are missing" in text
    assert "egl, seed 2: nothing at 110, 165 labels." in text
    assert "badge, seed 0: no result yet." in text


def test_nothing_of_an_older_report_stays_beside_a_new_one(tmp_path: Path) -> None:
    report = write_study_report(tmp_path, made_up_study(4, seeds=3, budgets=3)).parent
    before = {path.relative_to(report) for path in report.rglob("*.*")}
    own = report / "notes.txt"
    own.write_text("mine")
    write_study_report(tmp_path, [cell("all-labels", 0, 900, 0.9)])
    after = {path.relative_to(report) for path in report.rglob("*.*")}
    write_study_report(tmp_path / "fresh", [cell("all-labels", 0, 900, 0.9)])
    fresh = tmp_path / "fresh" / "report"
    assert after == {path.relative_to(fresh) for path in fresh.rglob("*.*")} | {Path("notes.txt")}
    assert len(after) < len(before)


def test_study_with_nothing_but_all_labels(tmp_path: Path) -> None:
    page = write_study_report(tmp_path, [cell("all-labels", 0, 900, 0.9)])
    assert "No scheme has been evaluated yet." in Page(page).text


def test_equal_values_everywhere(tmp_path: Path) -> None:
    flat = [[0.5, 0.5]] * 3
    page = write_study_report(tmp_path, flat_study({"random": flat, "same": flat}, [55, 110]))
    assert "It is not distinguishable from same" in Page(page).text


def test_hostile_names(tmp_path: Path) -> None:
    odd = ["<script>alert(1)</script>", '" onload="x', "$a^{$", "_long_" * 40, "a & b", "蛋白"]
    curves = {name: [[0.3, 0.5], [0.3, 0.52], [0.31, 0.51]] for name in ["random", *odd]}
    page = Page(write_study_report(tmp_path, flat_study(curves, [55, 110]), classes=odd))
    assert "script" not in page.tags
    assert all(name in page.text for name in odd)


def test_other_targets_and_metrics(tmp_path: Path) -> None:
    targets = [Target(TargetKind.ABSOLUTE, 0.2), Target(TargetKind.ABSOLUTE, 0.99)]
    rows = made_up_study(3, seeds=3, budgets=3)
    page = write_study_report(tmp_path, rows, metric="worst_f1", targets=targets)
    text = Page(page).text
    assert "Labels to worst F1 0.2" in text
    assert "Not reached by any scheme in any seed: worst F1 0.99." in text


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("in the way")
    with pytest.raises(CryoalError, match="cannot be made"):
        write_study_report(tmp_path, [cell("a", 0, 55, 0.5)])
