from __future__ import annotations

import csv
import shlex
from pathlib import Path

import mrcfile
import numpy as np
import pytest
from click.testing import CliRunner
from cryoal_cli.simulate import simulate

SAMPLE = Path(__file__).parents[2] / "sample_data"
ITEMS = {"SNR010": 20, "SNR005": 80, "SNR002": 20}
CLASSES = ["apoferritin", "glutamine_synthetase", "groel", "proteasome_20s", "thermosome"]


def rows(folder: Path) -> dict[str, dict[str, str]]:
    with open(folder / "truth.csv", newline="", encoding="utf-8") as table:
        return {row["path"]: row for row in csv.DictReader(table)}


def test_files_and_truth_name_each_other() -> None:
    files = {path.relative_to(SAMPLE).as_posix() for path in SAMPLE.rglob("*.mrc")}
    expected = {
        f"{level}/{name}/subtomogram_mrc/tomotarget{index}.mrc"
        for level, count in ITEMS.items()
        for name in CLASSES
        for index in range(count)
    }
    assert files == expected == set(rows(SAMPLE))


def test_a_few_megabytes() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 10e6


@pytest.mark.parametrize("level", ITEMS)
def test_volumes(level: str) -> None:
    for name in CLASSES:
        with mrcfile.open(SAMPLE / level / name / "subtomogram_mrc/tomotarget7.mrc") as file:
            assert file.data.shape == (24, 24, 24)
            assert file.data.dtype == np.int8
            assert float(file.voxel_size.x) == pytest.approx(12.0)
            assert abs(float(file.data.mean())) < 1 < float(file.data.std())


def test_stated_noise_levels_are_met() -> None:
    for row in rows(SAMPLE).values():
        assert float(row["snr_measured"]) == pytest.approx(float(row["snr"]), rel=0.05)


def test_make_sh_makes_the_first_items_bit_for_bit(tmp_path: Path) -> None:
    script = (SAMPLE / "make.sh").read_text().replace("\\\n", " ")
    command = next(line for line in script.splitlines() if line.startswith("cryoal simulate"))
    arguments = shlex.split(command)[2:]
    # The script's own call, but fewer items elsewhere.
    for option, value in (("--per-class", "2"), ("--out", str(tmp_path / "pool"))):
        arguments[arguments.index(option) + 1] = value
    result = CliRunner().invoke(simulate, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    made = sorted((tmp_path / "pool").rglob("*.mrc"))
    assert len(made) == len(ITEMS) * len(CLASSES) * 2
    shipped, again = rows(SAMPLE), rows(tmp_path / "pool")
    for path in made:
        relative = path.relative_to(tmp_path / "pool").as_posix()
        assert path.read_bytes() == (SAMPLE / relative).read_bytes(), relative
        assert again[relative] == shipped[relative]
