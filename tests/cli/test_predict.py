"""Predictions and scores go back to where the pool came from."""

from __future__ import annotations

import csv
from pathlib import Path

import mrcfile
import pytest
import starfile
from blob_files import write_blobs
from click.testing import CliRunner, Result
from cryoal_cli import main
from tiny_runs import finish_run

from cryoal.pools import SubtomogramPool
from cryoal.runs import RunFolder


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*(str(argument) for argument in arguments), "--quiet"])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def trained(
    tmp_path_factory: pytest.TempPathFactory, blobs: Path, blob_pool: SubtomogramPool
) -> RunFolder:
    return finish_run(tmp_path_factory.mktemp("trained") / "run", blobs, blob_pool)


@pytest.fixture(scope="module")
def star(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight unlabelled volumes named by a STAR file with columns of its owner."""
    folder = tmp_path_factory.mktemp("relion")
    write_blobs(folder, per_class=4, classes=2)
    lines = ["# version 30001", "", "data_particles", "", "loop_"]
    lines += ["_rlnTomoName #1", "_rlnImageName #2", "_myNote #3", "_rlnClassNumber #4"]
    for number in range(8):
        name = f"class{number // 4}/item{number % 4}.mrc"
        lines.append(f"00{number % 2}  {name}  'a b'  0.000000001")
    path = folder / "particles.star"
    path.write_text("\n".join([*lines, ""]))
    return path


def test_csv_holds_every_item_of_the_runs_own_pool(trained: RunFolder, tmp_path: Path) -> None:
    out = tmp_path / "p.csv"
    assert call("predict", trained.path, "--out", out).exit_code == 0
    rows = rows_of(out)
    assert len(rows) == 36
    assert list(rows[0]) == ["id", "class", "probability"]
    assert {row["class"] for row in rows} <= set(trained.journal.classes)
    assert all(1 / 3 <= float(row["probability"]) <= 1 for row in rows)


def test_star_keeps_every_other_byte(trained: RunFolder, star: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.star"
    result = call("predict", trained.path, "--data", star, "--out", out)
    assert result.exit_code == 0, result.output
    table = starfile.read(out, parse_as_string=["rlnTomoName"])
    assert list(table["rlnTomoName"]) == [f"00{number % 2}" for number in range(8)]
    assert set(table["rlnClassNumber"]) <= {1, 2, 3}
    assert ((table["cryoalProbability"] > 0) & (table["cryoalProbability"] <= 1)).all()
    before, after = star.read_text().splitlines(), out.read_text().splitlines()
    for old, new in zip(before[:8], after[:8], strict=True):
        assert old == new
    for old, new in zip(before[9:], after[10:], strict=True):
        assert new.startswith(old[: old.index("'a b'") + 5])
    legend = rows_of(tmp_path / "out.classes.csv")
    assert [row["class"] for row in legend] == trained.journal.classes
    assert [row["rlnClassNumber"] for row in legend] == ["1", "2", "3"]


def test_scores_are_sorted_and_complete(trained: RunFolder, star: Path, tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    assert call("score", trained.path, "--data", star, "--out", out).exit_code == 0
    rows = rows_of(out)
    scores = [float(row["score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert sorted(int(row["index"]) for row in rows) == list(range(8))
    assert list(rows[0]) == ["rank", "index", "id", "score", "class", "probability", "label"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--out", "p.txt"], "was not made of a list of particles"),
        (["--out", "p.star"], "was not made of a list of particles"),
        (["--contrast", "dark", "--out", "p.csv"], "trained on bright"),
        (["--voxel-size", "12", "--out", "p.csv"], "trained at 10 A"),
    ],
)
def test_refusals(
    trained: RunFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call("predict", trained.path, *options)
    assert result.exit_code == 2
    assert words in result.stderr


def test_a_foreign_table_is_not_overwritten(trained: RunFolder, tmp_path: Path) -> None:
    out = tmp_path / "labels.csv"
    out.write_text("path,label\na.mrc,x\n")
    for command in ("predict", "score"):
        result = call(command, trained.path, "--out", out)
        assert result.exit_code == 2
        assert "holds something else" in result.stderr
    assert out.read_text() == "path,label\na.mrc,x\n"


def test_the_pools_own_file_is_not_overwritten(trained: RunFolder, star: Path) -> None:
    before = star.read_bytes()
    result = call("predict", trained.path, "--data", star, "--out", star)
    assert result.exit_code == 2
    assert "is what was read" in result.stderr
    assert star.read_bytes() == before


def test_a_pool_without_voxel_size_is_refused_until_it_is_stated(
    trained: RunFolder, tmp_path: Path
) -> None:
    pool = write_blobs(tmp_path / "unset", per_class=2)
    for path in pool.rglob("*.mrc"):
        with mrcfile.open(path, mode="r+") as file:
            file.voxel_size = 0.0
    result = call("predict", trained.path, "--data", pool, "--out", tmp_path / "p.csv")
    assert result.exit_code == 2
    assert "state it with --voxel-size" in result.stderr
    stated = ["--data", pool, "--voxel-size", "10", "--out", tmp_path / "p.csv"]
    assert call("predict", trained.path, *stated).exit_code == 0
