from __future__ import annotations

import shutil
from pathlib import Path

import mrcfile
import numpy as np
import pytest
from click.testing import CliRunner
from cryoal_cli.simulate import simulate

from cryoal.simulation.assemblies import builtin

NEEDED = ["--snr", "0.1", "--per-class", "2", "--box", "24", "--voxel", "10"]


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no structure"),
        (["--builtin", "nothing"], "no built-in assembly 'nothing'"),
        (["--builtin", "all", "--snr", "0.1;0.2"], "--snr '0.1;0.2'"),
        (["--builtin", "all", "--per-class", "2.5"], "--per-class '2.5'"),
        (["--builtin", "all", "--defocus", "3"], "--defocus '3'"),
        (["--structures", "absent.mrc"], "absent.mrc"),
        (["--structures", "."], "no density map"),
    ],
)
def test_mistakes_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(simulate, ["--out", "pool", *NEEDED, *arguments])
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
