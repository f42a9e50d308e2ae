"""The command around ``cryoal.reports``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from cryoal_cli.report import report

from cryoal.runs import RunFolder, RunSettings


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run just begun on a pool that is gone."""
    folder = RunFolder.create(tmp_path / "run", RunSettings(data=str(tmp_path / "gone")))
    folder.journal.create({}, ["a", "b"], ["1", "2"], None, ["train", "train"])
    folder.journal.close()
    return folder.path


@pytest.mark.parametrize(("options", "notes"), [([], 1), (["--quiet"], 0)])
def test_writes_the_page_without_the_pool(run: Path, options: list[str], notes: int) -> None:
    result = CliRunner().invoke(report, [str(run), *options])
    assert result.exit_code == 0
    assert result.stdout == f"Report: {run / 'report' / 'index.html'}\n"
    assert (run / "report" / "index.html").is_file()
    assert result.stderr.count("note: no slices of the queried items") == notes


def test_no_run_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    result = CliRunner().invoke(report, [str(tmp_path)])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "not a run folder" in result.stderr
