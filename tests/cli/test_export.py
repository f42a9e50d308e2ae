"""Labels and predictions go back into the list of particles."""

from __future__ import annotations

from pathlib import Path

import pytest
from blob_files import write_blobs
from click.testing import CliRunner, Result
from cryoal_cli import main
from tiny_runs import finish_run, tiny_settings

from cryoal.io.star import read_star
from cryoal.pools import open_subtomograms, pack_pool
from cryoal.runs import RunFolder, start_run


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*(str(argument) for argument in arguments), "--quiet"])


def write_star(folder: Path, labelled: int = 24) -> Path:
    """Twenty-four volumes of two classes in a STAR file; those from ``labelled`` on have none."""
    write_blobs(folder, per_class=12, classes=2)
    lines = ["data_particles", "", "loop_", "_rlnImageName #1", "_myClass #2", "_myNote #3"]
    for number in range(24):
        kind = number // 12
        name = f"c{kind}" if number < labelled else "None"
        lines.append(f"class{kind}/item{number % 12}.mrc {name}\t'a b'  ")
    path = folder / "particles.star"
    path.write_text("\n".join([*lines, "", "# end"]))
    return path


@pytest.fixture(scope="module")
def star(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_star(tmp_path_factory.mktemp("relion"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, star: Path) -> RunFolder:
    pool = open_subtomograms(star, label_column="myClass")
    path = tmp_path_factory.mktemp("trained") / "run"
    return finish_run(path, star, pool, label_column="myClass", cycles=1)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory, star: Path) -> RunFolder:
    """A run on the packed boxes of the list."""
    folder = tmp_path_factory.mktemp("packed")
    pack_pool(open_subtomograms(star, label_column="myClass"), folder / "p.h5")
    pool = open_subtomograms(folder / "p.h5")
    return finish_run(folder / "run", folder / "p.h5", pool, cycles=1)


@pytest.fixture(params=["trained", "packed"])
def either(request: pytest.FixtureRequest) -> RunFolder:
    return request.getfixturevalue(request.param)


def test_labels_are_certain_and_all_else_is_predicted(either, star, tmp_path):
    out = tmp_path / "o.star"
    result = call("export", either.path, "--like", star, "-o", out)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"Wrote {out}\nWrote {tmp_path / 'o.classes.csv'}\n"
    answers = either.journal.labels.answers()
    before, after = star.read_text().splitlines(), out.read_text().splitlines()
    assert after[6:8] == ["_rlnClassNumber #4", "_cryoalProbability #5"]
    assert [*after[:6], after[-1]] == [*before[:6], before[-1]]
    for item, (old, new) in enumerate(zip(before[6:30], after[8:32], strict=True)):
        assert new.startswith(old.rstrip())
        number, probability = new.split()[-2:]
        if item in answers.items():
            label = answers.decision(item).label
            assert (int(number), float(probability)) == (label + 1, 1)
        else:
            assert 0.5 <= float(probability) <= 1


def test_the_list_is_found_where_it_was(trained, star, tmp_path):
    assert call("export", trained.path, "-o", tmp_path / "o.star").exit_code == 0
    assert call("export", trained.path, "--like", star, "-o", tmp_path / "p.star").exit_code == 0
    assert (tmp_path / "o.star").read_bytes() == (tmp_path / "p.star").read_bytes()


def test_a_subset(trained, tmp_path):
    assert call("export", trained.path, "-o", tmp_path / "all.star").exit_code == 0
    result = call("export", trained.path, "-o", tmp_path / "o.star", "--select", "class=c1,p>=0.5")
    assert result.exit_code == 0, result.output
    rows = [row for row in read_star(tmp_path / "all.star")[0].rows if row[3] == "2"]
    assert read_star(tmp_path / "o.star")[0].rows == rows
    assert result.stdout.endswith(f"\n{len(rows)} of 24 items selected\n")


def test_a_list_for_each_class(trained, tmp_path):
    assert call("export", trained.path, "-o", tmp_path / "all.star").exit_code == 0
    result = call("export", trained.path, "-o", tmp_path / "o.star", "--per-class")
    assert result.exit_code == 0, result.output
    rows = read_star(tmp_path / "all.star")[0].rows
    for number, name in enumerate(["c0", "c1"], start=1):
        table = read_star(tmp_path / f"o.{name}.star")[0]
        assert table.rows == [row for row in rows if row[3] == str(number)]
    assert not (tmp_path / "o.star").exists()


def test_known_labels_of_held_out_items_are_kept(tmp_path):
    star = write_star(tmp_path / "relion", labelled=18)
    pool = open_subtomograms(star, label_column="myClass")
    run = tmp_path / "run"
    finish_human_run(run, star, pool)
    result = call("export", run, "-o", tmp_path / "o.star")
    assert result.exit_code == 0, result.output
    numbers = read_star(tmp_path / "o.star")[0].column("rlnClassNumber")
    certain = read_star(tmp_path / "o.star")[0].column("cryoalProbability")
    assert numbers[:18] == ["1"] * 12 + ["2"] * 6
    assert certain[:18] == ["1.000000"] * 18


def finish_human_run(path, star, pool):
    """Known labels are enough for a training, after which volumes wait for people."""
    settings = tiny_settings(star, label_column="myClass", oracle="human", cycles=2)
    start_run(path, settings, pool)
    result = call("run", "--out", path)
    assert result.exit_code == 0, result.output


def test_changed_lists_and_mistakes_are_one_line(trained, star, tmp_path):
    changed = tmp_path / "changed.star"
    changed.write_text(star.read_text().replace("a b", "a c"))
    for more, message in [
        (["--like", changed], "changed.star: is not the list that"),
        (["--like", tmp_path / "none.star"], "none.star: is not there"),
        (["--select", "class=c3"], "no class 'c3'; did you mean 'c"),
        (["--select", "kind=c1"], "no key 'kind'"),
        (["--select", "p>1"], "no item is so"),
    ]:
        result = call("export", trained.path, "-o", tmp_path / "o.star", *more)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1), result.output
        assert message in result.stderr
        assert not (tmp_path / "o.star").exists()


def test_the_copy_is_another_file_of_the_same_kind(trained, star, tmp_path):
    for out, message in [(star, "is what was read"), (tmp_path / "o.tbl", "a name in .star")]:
        result = call("export", trained.path, "-o", out)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1), result.output
        assert message in result.stderr


def test_a_pool_of_no_list_is_refused(tmp_path, blobs, blob_pool):
    run = finish_run(tmp_path / "run", blobs, blob_pool, cycles=1)
    result = call("export", run.path, "-o", tmp_path / "o.star")
    assert result.exit_code == 2
    assert "was not made of a list of particles" in result.stderr
