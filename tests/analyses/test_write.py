"""Files of an analysis, from made-up numbers of three seeds."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from cryoal.analyses.analysis import Analysis
from cryoal.analyses.bounds import TERMS, Bounds
from cryoal.analyses.efficiency import Efficiency
from cryoal.analyses.gap import Gap
from cryoal.analyses.gradient_decrease import GradientDecrease
from cryoal.analyses.influence_overlap import NORMS, SIGNS, InfluenceOverlap
from cryoal.analyses.item_losses import ITEM_LOSSES
from cryoal.analyses.measurement import Keys, Measurement
from cryoal.analyses.scheme_identity import DETACHED, SchemeIdentity
from cryoal.analyses.selected_gradnorm import SelectedGradnorm
from cryoal.analyses.source import Source
from cryoal.analyses.write import write_analysis
from cryoal.errors import CryoalError
from cryoal.studies import Arm

SCHEMES = ("entropy", "random")
MEASURES = ("entropy", "expected", DETACHED, "egl", "entropy, head")
VALUES: dict[type[Analysis], tuple[str, ...]] = {
    SelectedGradnorm: ("chosen_in_largest", "share", "chance"),
    Gap: ("train_accuracy", "test_accuracy", "gap"),
    GradientDecrease: (
        "share_falling",
        "share_falling_others",
        "median_ratio",
        "median_ratio_others",
    ),
    InfluenceOverlap: ("in_both", "share", "chance", "correlation", "iterations", "residual"),
    Bounds: (*TERMS, "share_bounded", "iterations", "residual"),
    SchemeIdentity: ("mean_norm", "largest_difference", "correlation", "share", "chance"),
    Efficiency: ("seconds", "memory_mb"),
}


def keys_of(kind: type[Analysis]) -> list[Keys]:
    if kind is Efficiency:
        return [{"scheme": s, "phase": p} for s in SCHEMES for p in ("train", "score")]
    cycles = [{"scheme": s, "cycle": c, "labelled": 10 + 5 * c} for s in SCHEMES for c in (1, 2, 3)]
    if kind is InfluenceOverlap:
        return [{**c, "eq_3": sign, "eq_5": n} for c in cycles for sign in SIGNS for n in NORMS]
    if kind is SchemeIdentity:
        return [{**cycles[0], "measure": name} for name in MEASURES]
    if kind in (Bounds, GradientDecrease):
        return [{**cycle, "loss": loss} for cycle in cycles for loss in ITEM_LOSSES]
    return cycles


def made_up(kind: type[Analysis]) -> list[Measurement]:
    """Three seeds; every value is a number between 0.1 and 1."""
    generator = np.random.default_rng(0)
    return [
        Measurement(
            keys,
            seed,
            {"cycles" if kind is Efficiency else "items": 40},
            {name: float(generator.uniform(0.1, 1)) for name in VALUES[kind]},
        )
        for seed in range(3)
        for keys in keys_of(kind)
    ]


SOURCES = [Source(Path(f"{name}-{seed}"), Arm(name), seed) for name in SCHEMES for seed in range(3)]


class Page(HTMLParser):
    """Checks that tags are closed in order and keeps the text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))
        assert self.open == []

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("kind", [*VALUES], ids=lambda kind: kind.name)
def test_everything_is_written_and_says_what_it_is(kind: type[Analysis], tmp_path: Path) -> None:
    out, measured = tmp_path / "new" / "out", made_up(kind)
    page = write_analysis(out, kind(), SOURCES, measured)
    assert page == out / f"{kind.name}.html"
    endings = {"csv", "parquet", "png", "svg", "html"}
    named = {f"{kind.name}.{ending}" for ending in endings}
    named |= {f"{kind.name}_runs.{ending}" for ending in ("csv", "parquet")}
    assert {path.name for path in out.iterdir()} == named
    said = Page(page).text
    assert kind.title in said
    assert " ".join(kind.about.split()) in " ".join(said.split())
    assert "6 runs: entropy, seed 0, entropy, seed 1" in said
    assert "entropy-0" in said
    picture = matplotlib.image.imread(out / f"{kind.name}.png")
    assert min(picture.shape[:2]) > 150
    assert len(np.unique(picture.reshape(-1, picture.shape[2]), axis=0)) > 10
    assert ElementTree.parse(out / f"{kind.name}.svg").getroot().tag.endswith("svg")
    with (out / f"{kind.name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(keys_of(kind))
    name = VALUES[kind][0]
    own = [one.values[name] for one in measured if one.keys == measured[0].keys]
    assert float(rows[0][name]) == pytest.approx(np.mean(own))  # type: ignore[arg-type]
    assert float(rows[0][f"{name}_low"]) < float(rows[0][name]) < float(rows[0][f"{name}_high"])
    assert rows[0][f"{name}_seeds"] == "3"
    assert "40" in rows[0].values()
    with (out / f"{kind.name}_runs.csv").open() as file:
        assert len(list(csv.DictReader(file))) == len(measured)


@pytest.mark.parametrize("kind", [*VALUES], ids=lambda kind: kind.name)
def test_one_run_alone_has_no_limits(kind: type[Analysis], tmp_path: Path) -> None:
    alone = [one for one in made_up(kind) if one.seed == 0 and one.keys["scheme"] == "entropy"]
    write_analysis(tmp_path, kind(), SOURCES[:1], alone)
    with (tmp_path / f"{kind.name}.csv").open() as file:
        row = next(csv.DictReader(file))
    name = VALUES[kind][0]
    assert row[f"{name}_low"] == row[f"{name}_high"] == ""
    assert row[f"{name}_seeds"] == "1"


def test_the_same_numbers_give_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_analysis(tmp_path / name, Bounds(), SOURCES, made_up(Bounds))
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CryoalError, match="file: cannot be made"):
        write_analysis(tmp_path / "file", Gap(), SOURCES, made_up(Gap))
