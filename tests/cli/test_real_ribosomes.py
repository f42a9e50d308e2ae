"""Real particles from WarpTools' files to boxes, to a run, and back into their list."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryoal_cli import main
from real_ribosomes import average_of, given_average, likeness, turned_over
from tiny_runs import finish_run

from cryoal.pools import open_subtomograms


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*(str(argument) for argument in arguments), "--quiet"])


@pytest.fixture(scope="module")
def folder(data_folder: Path) -> Path:
    if not (data_folder / "empiar10499" / "particles.star").is_file():
        pytest.skip("no empiar10499; set CRYOAL_DATA")
    return data_folder / "empiar10499"


@pytest.fixture(scope="module")
def packed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Boxes whose class is their tomogram, as no other is known of them."""
    out = tmp_path_factory.mktemp("packed") / "p.h5"
    particles = folder / "particles.star"
    column = ["--label-column", "rlnTomoName"]
    result = call("extract", "--particles", particles, *column, "--out", out)
    assert result.exit_code == 0, result.output
    assert "40 items of 32 px, 12 A, bright protein, from 4 tomograms" in result.stdout
    return out


def test_the_boxes_average_to_the_known_map(folder, packed):
    boxes = open_subtomograms(packed).read(range(40))[:, 0].numpy()
    like = likeness(folder, turned_over(average_of(folder, boxes)))
    assert like >= 0.75
    assert like >= likeness(folder, given_average(folder))


def test_the_list_comes_back_with_two_columns_more(folder, packed, tmp_path):
    source, out = folder / "particles.star", tmp_path / "o.star"
    settings = {"initial": "8", "cycles": 1, "test_share": 0, "model": "compact"}
    run = finish_run(tmp_path / "run", packed, open_subtomograms(packed), **settings)
    result = call("export", run.path, "--like", source, "-o", out)
    assert result.exit_code == 0, result.output
    before, after = source.read_bytes().split(b"\n"), out.read_bytes().split(b"\n")
    first = after.index(b"_rlnClassNumber #16")
    assert after[first + 1] == b"_cryoalProbability #17"
    del after[first : first + 2]
    rows = [at for at, line in enumerate(before) if b".mrcs" in line]
    assert len(rows) == 40
    certain = 0
    for at in rows:
        end = len(before[at].rstrip())
        number, probability = after[at][end:].split()
        assert (after[at][:end], int(number) in range(1, 5)) == (before[at][:end], True)
        certain += probability == b"1.000000"
        after[at] = before[at]
    assert certain == 8
    assert after == before
