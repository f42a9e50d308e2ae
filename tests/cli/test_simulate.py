from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import mrcfile
import numpy as np
import pytest
import yaml
from atom_files import carbon_ball, write_pdb
from click.testing import CliRunner
from cryoal_cli.simulate import simulate
from tomogram_recipes import tiny_recipe

from cryoal.pools import open_subtomograms
from cryoal.runs import read_yaml
from cryoal.simulation.assemblies import builtin

CONFIGS = Path(__file__).parents[2] / "configs"

NEEDED = ["--snr", "0.1", "--per-class", "2", "--box", "24", "--voxel", "10"]


def without(option: str) -> list[str]:
    """What is needed, but for one option and its value."""
    at = NEEDED.index(option) if option in NEEDED else len(NEEDED)
    return NEEDED[:at] + NEEDED[at + 2 :]


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(simulate, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_built_in_assemblies(tmp_path: Path) -> None:
    out = tmp_path / "pool"
    arguments = ["--snr", "0.1,inf", "--per-class", "1,2", *NEEDED[4:], "--mode", "int8"]
    output = run("--builtin", "groel, rubisco", "--out", out, *arguments)
    assert str(out) in output
    assert len(list(out.glob("SNR010/*/subtomogram_mrc/*.mrc"))) == 2
    assert len(list(out.glob("SNRinf/*/subtomogram_mrc/*.mrc"))) == 4


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def fails(*arguments: str | Path) -> str:
    result = CliRunner().invoke(simulate, [str(a) for a in arguments])
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    return result.stderr


def test_maps_from_a_folder_and_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "maps"
    folder.mkdir()
    for name in ("rubisco", "apoferritin"):
        density = builtin(name).density(8.0)
        with mrcfile.new(folder / f"{name}.mrc") as file:
            file.set_data(density.voxels.astype(np.float32))
            file.voxel_size = 8.0
    (folder / "notes.txt").write_text("not a map")
    single = shutil.copy(folder / "rubisco.mrc", tmp_path / "single.mrc")
    out = tmp_path / "pool"
    run("--structures", folder, "--structures", single, "--out", out, "--quiet", *NEEDED)
    assert sorted(p.name for p in (out / "SNR010").iterdir()) == [
        "apoferritin",
        "rubisco",
        "single",
    ]


def test_a_recipe_makes_the_same_pool_again(tmp_path: Path) -> None:
    write_pdb(tmp_path / "ball.pdb", carbon_ball(25.0, 900))
    first = tmp_path / "first"
    run("--structures", tmp_path / "ball.pdb", "--builtin", "rubisco", "--out", first, *NEEDED)
    run("--recipe", first / "recipe.yaml", "--out", tmp_path / "again")
    assert contents(tmp_path / "again") == contents(first)
    pool = open_subtomograms(first)
    assert sorted(pool.classes) == ["ball", "rubisco"]
    assert len(pool) == 4


def test_a_moved_recipe_finds_structures_beside_it_and_options_override_it(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    write_pdb(folder / "ball.pdb", carbon_ball(25.0, 900))
    recipe = folder / "mine.yaml"
    values = {"structures": ["ball.pdb"], "snrs": [0.1], "per_class": 3, "box_px": 16}
    recipe.write_text(yaml.safe_dump(values | {"voxel_size_A": 10.0}))
    run("--recipe", recipe, "--out", tmp_path / "pool", "--seed", "4", "--per-class", "1")
    written = yaml.safe_load((tmp_path / "pool" / "recipe.yaml").read_text())
    assert (written["seed"], written["per_class"], written["box_px"]) == (4, [1], 16)
    assert written["structures"][0]["path"] == str(folder / "ball.pdb")
    assert len(list((tmp_path / "pool").rglob("*.mrc"))) == 1


def test_a_changed_structure_is_told(tmp_path: Path) -> None:
    ball = write_pdb(tmp_path / "ball.pdb", carbon_ball(25.0, 900))
    run("--structures", ball, "--out", tmp_path / "pool", *NEEDED)
    write_pdb(ball, carbon_ball(25.0, 901))
    message = fails("--recipe", tmp_path / "pool" / "recipe.yaml", "--out", tmp_path / "again")
    assert "ball.pdb: is not the structure that" in message
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("kind", ["molecules", ["particles"], 3])
def test_an_unknown_kind_of_recipe_is_refused_by_its_name(tmp_path: Path, kind: object) -> None:
    (tmp_path / "r.yaml").write_text(yaml.safe_dump({"kind": kind}))
    message = fails("--recipe", tmp_path / "r.yaml", "--out", tmp_path / "pool")
    assert f"r.yaml: kind {kind!r} is not simulated" in message


@pytest.mark.parametrize("option", ["--snr", "--per-class", "--box", "--voxel"])
def test_what_is_needed_is_named(tmp_path: Path, option: str) -> None:
    message = fails("--builtin", "groel", "--out", tmp_path / "pool", *without(option))
    assert f"missing; give {option}" in message


def test_the_shipped_recipe_runs_as_it_is(tmp_path: Path) -> None:
    run("--recipe", CONFIGS / "simulate.yaml", "--out", tmp_path / "pool", "--per-class", "1")
    assert len(open_subtomograms(tmp_path / "pool", snr=0.05)) == 5


def test_a_killed_simulation_goes_on_with_the_same_command(tmp_path: Path) -> None:
    out, unfinished = tmp_path / "pool", tmp_path / "pool.unfinished"
    arguments = ["--builtin", "groel,rubisco", "--out", str(out), "--snr", "0.1,0.05"]
    arguments += ["--per-class", "120", "--box", "24", "--voxel", "10", "--quiet"]
    process = subprocess.Popen([sys.executable, "-m", "cryoal_cli", "simulate", *arguments])
    try:
        while not (unfinished / "SNR005/groel/subtomogram_mrc/tomotarget20.mrc").exists():
            assert process.poll() is None
            time.sleep(0.005)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not out.exists()
    written = {path: path.stat().st_mtime_ns for path in unfinished.rglob("tomotarget*.mrc")}
    assert 40 < len(written) < 480
    run(*arguments)
    kept = sum(
        (out / p.relative_to(unfinished)).stat().st_mtime_ns == t for p, t in written.items()
    )
    assert kept >= len(written) - 2  # of one particle the line of the table may be missing
    assert not unfinished.exists()
    run("--recipe", out / "recipe.yaml", "--out", tmp_path / "whole")
    assert contents(out) == contents(tmp_path / "whole")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no structure"),
        (["--builtin", "nothing"], "no built-in assembly 'nothing'"),
        (["--builtin", ","], "no structure"),
        (["--builtin", "all", "--snr", "0.1;0.2"], "--snr '0.1;0.2'"),
        (["--builtin", "all", "--snr", "-1"], "error: --snr: SNR -1.0: expected a number above 0"),
        (["--builtin", "all", "--per-class", "2.5"], "--per-class '2.5'"),
        (["--builtin", "all", "--defocus", "3"], "--defocus '3'"),
        (["--structures", "absent.mrc"], "absent.mrc"),
        (["--structures", "."], "no density map"),
        (["--builtin", "all", "--seed", "-1"], "error: --seed: Input should be greater than or"),
        (["--builtin", "all", "--resolution", "3"], "two voxels"),
        (["--builtin", "all", "--voxel", "nan"], "error: --voxel: Input should be a finite number"),
        (["--builtin", "all", "--voxel", "0.001"], "too large for a map with voxels of 0.0005 Å"),
        (["--builtin", "all", "--voxel", "1000"], "voxels of 500 Å are larger than its parts"),
        (["--builtin", "all", "--box", "9"], "does not fit a box of 90 Å; use a larger box"),
        (["--builtin", "all", "--box", "-9"], "error: --box: Input should be greater than or"),
        (["--builtin", "all", "--defocus", "2,inf"], "defocus range (2.0, inf) um"),
        (["--builtin", "all", "--tilt-step", "1e-9"], "makes more than 1000 images"),
        (["--recipe", "absent.yaml"], "absent.yaml: cannot be read"),
    ],
)
def test_mistakes_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    needed = without(arguments[-2] if arguments else "")
    assert message in fails("--out", "pool", *needed, *arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--snr", "--per-class", "--builtin", "--defocus", "--seed"])
def test_an_option_given_twice_is_refused(tmp_path: Path, option: str) -> None:
    values = {"--builtin": "groel", **dict(zip(NEEDED[::2], NEEDED[1::2], strict=True))}
    arguments = [text for pair in values.items() for text in pair]
    twice = [option, "1", *([option, "2"] if option not in values else [])]
    message = fails("--out", tmp_path / "pool", *arguments, *twice)
    assert message.startswith(f"error: {option} is given 2 times; give it once")
    assert list(tmp_path.iterdir()) == []


def test_a_recipe_of_tomograms_makes_tomograms(tmp_path: Path) -> None:
    recipe = tmp_path / "tomograms.yaml"
    recipe.write_text(tiny_recipe().to_yaml())
    out = tmp_path / "out"
    options = ["--recipe", str(recipe), "--out", str(out), "--seed", "3", "--quiet"]
    result = CliRunner().invoke(simulate, options)
    assert result.exit_code == 0, result.output
    assert (out / "tomograms").is_dir()
    assert read_yaml(out / "recipe.yaml")["seed"] == 3
    pool = open_subtomograms(out / "subtomograms", snr=0.5)
    assert pool.classes == ["ribosome_70s"]
    assert len(pool) == 4


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--per-class", "3"),
        ("--builtin", "groel"),
        ("--resolution", "30"),
        ("--tilt-max", "50"),
        ("--tilt-step", "2"),
        ("--defocus", "2,3"),
    ],
)
def test_an_option_that_tomograms_do_not_have_is_named(
    tmp_path: Path, option: str, value: str
) -> None:
    recipe = tmp_path / "tomograms.yaml"
    recipe.write_text(tiny_recipe().to_yaml())
    message = fails("--recipe", recipe, "--out", tmp_path / "out", option, value)
    assert message.strip() == (
        f"error: {option} does not go with {recipe}, a recipe of kind tomograms; leave it out"
    )
    assert list(tmp_path.iterdir()) == [recipe]


@pytest.mark.parametrize("kind", ["simulate", "tomograms"])
def test_a_wrong_option_beside_a_recipe_does_not_blame_the_file(tmp_path: Path, kind: str) -> None:
    recipe = shutil.copy(CONFIGS / f"{kind}.yaml", tmp_path / "r.yaml")
    place = ("--recipe", recipe, "--out", tmp_path / "out")
    assert fails(*place, "--seed", "-1").startswith("error: --seed: Input should be")
    both = fails(*place, "--seed", "-1", "--max-shift", "nan")
    assert "--seed: " in both
    assert "--max-shift: " in both
    assert "r.yaml" not in both


def test_what_is_wrong_with_several_together_names_the_options_too(tmp_path: Path) -> None:
    recipe = CONFIGS / "simulate.yaml"
    message = fails("--recipe", recipe, "--out", tmp_path / "out", "--per-class", "0")
    assert f"{recipe} with --per-class: 0 particles a class" in message
    (tmp_path / "r.yaml").write_text(recipe.read_text() + "speed: 3\n")
    message = fails("--recipe", tmp_path / "r.yaml", "--out", tmp_path / "out", "--seed", "1")
    assert "r.yaml: speed: no such setting here" in message
