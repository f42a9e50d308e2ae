"""Figures, tables and page of made-up findings."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from made_up_findings import made_up_findings
from pyarrow import parquet

from cryoal.studies.chance import Skill, Skills
from cryoal.studies.robustness.level_panels import area_panels, percent, saving_panels
from cryoal.studies.robustness.page import render_robustness
from cryoal.studies.robustness.page_tables import saving_table
from cryoal.studies.robustness.pictures import draw_findings
from cryoal.studies.robustness.sweep import AT_CHANCE
from cryoal.studies.robustness.tables import robustness_tables
from cryoal.studies.write import write_files

SWEPT = ("areas", "curves", "gains", "savings")
FIGURES = {f"{sweep}_{name}" for sweep in ("noise", "label_noise") for name in SWEPT} | {
    "transfer",
    "stability",
    "query_overlap",
    "junk",
    "faults",
}


class Page(HTMLParser):
    """Checks that tags are closed in order and keeps the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    findings = made_up_findings()
    pictures = draw_findings(findings)
    links = [("SNR 0.1", "../snr-0.1/report/index.html")]
    page = render_robustness(findings, pictures, "A & B", "Pool <here>.", links)
    tables = robustness_tables(findings)
    return write_files(tmp_path_factory.mktemp("robust"), tables, pictures, "words", page)


def test_every_figure_is_drawn_within_its_edges(whole: Path) -> None:
    assert {path.stem for path in whole.parent.glob("*.png")} == FIGURES
    assert {path.stem for path in whole.parent.glob("*.svg")} == FIGURES
    for name in FIGURES:
        image = matplotlib.image.imread(whole.parent / f"{name}.png")
        edges = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
        assert (edges[:, :3] == 1).all(), name


def test_savings_at_chance_are_not_shown_as_savings() -> None:
    whole = made_up_findings()
    sweep = whole.sweeps[0]
    last = sweep.levels[-1]
    blind = replace(last.study, skills=Skills(last=Skill(0.3, 0.33, False)))
    levels = (*sweep.levels[:-1], replace(last, study=blind))
    figure = saving_panels(replace(sweep, levels=levels))
    assert figure is not None
    for axes in figure.axes:
        assert [text.get_text() for text in axes.texts] == [AT_CHANCE]
        assert all(line.get_xdata()[0] != 2 for line in axes.lines if len(line.get_xdata()) == 1)
    table = saving_table(replace(sweep, levels=levels))
    assert table.count(AT_CHANCE) == len(sweep.gains)
    assert AT_CHANCE not in saving_table(sweep)


def test_ticks_of_savings_are_what_they_say() -> None:
    assert [percent(share, 0) for share in (-0.025, 0.0, -1e-17, 0.1, 0.15)] == [
        "−2.5%",
        "0%",
        "0%",
        "10%",
        "15%",
    ]
    figure = saving_panels(made_up_findings(2, seeds=5).sweeps[0])
    assert figure is not None
    figure.canvas.draw()
    axes = figure.axes[0]
    for place, text in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True):
        assert float(text.get_text().replace("−", "-").rstrip("%")) == pytest.approx(100 * place)


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_marks_of_a_level_stand_within_their_own_width_of_its_tick(levels: int) -> None:
    sweep = made_up_findings(3, seeds=5).sweeps[0]
    figure = area_panels(replace(sweep, levels=sweep.levels[:levels]))
    assert figure is not None
    figure.canvas.draw()
    for axes in figure.axes:
        ticks = axes.transData.transform([(at, 0.5) for at in range(levels)])[:, 0]
        for line in axes.lines[:2]:
            places = line.get_transform().transform(line.get_xydata())[:, 0]
            assert np.abs(places - ticks).max() < 5 / 72 * figure.dpi


def test_page_is_whole(whole: Path) -> None:
    page = Page(whole.read_text(encoding="utf-8"))
    assert page.tags.count("img") == len(FIGURES)
    assert "script" not in page.tags
    assert "Pool <here>." in page.text
    assert "A & B" in page.text
    assert page.tags.count("a") == 1


def test_tables_hold_the_numbers(whole: Path) -> None:
    findings = made_up_findings()
    table = parquet.read_table(whole.parent / "tables" / "noise.parquet").to_pylist()
    gain = findings.sweeps[0].gains[1]
    row = next(r for r in table if (r["scheme"], r["level"]) == (gain.scheme, "0.05"))
    assert row["minus_random"] == pytest.approx(gain.tests[1].difference.mean)
    assert row["p_holm"] == pytest.approx(gain.p_holm[1])
    seeds = parquet.read_table(whole.parent / "tables" / "faults_by_seed.parquet").to_pylist()
    assert len(seeds) == 3 * len(findings.faults)
    junk = parquet.read_table(whole.parent / "tables" / "junk.parquet").to_pylist()
    assert {row["share_of_pool"] for row in junk} == {1 / 3}


@pytest.mark.parametrize(("schemes", "seeds"), [(1, 1), (2, 2), (12, 3)])
def test_small_and_large_studies(schemes: int, seeds: int) -> None:
    findings = made_up_findings(schemes, seeds, wrong=(0.2,))
    pictures = draw_findings(findings)
    page = Page(render_robustness(findings, pictures, "x", "y", []))
    assert "noise_curves" in pictures
    assert ("noise_gains" in pictures) == (schemes > 1)
    assert "Does the ranking survive" in page.text or schemes == 1


def test_what_was_not_measured_has_no_section() -> None:
    findings = replace(
        made_up_findings(wrong=()), transfer=[], correlation=[], overlap=[], junk=[], faults=[]
    )
    page = Page(render_robustness(findings, draw_findings(findings), "x", "y", []))
    for words in ("Faults", "Junk", "fresh noise", "tested at another", "Wrong answers"):
        assert words not in page.text


def test_missing_cells_are_named() -> None:
    findings = replace(made_up_findings(), missing=["SNR 0.1: badge, seed 2: no result yet."])
    page = Page(render_robustness(findings, {}, "x", "y", []))
    assert "badge, seed 2: no result yet." in page.text
