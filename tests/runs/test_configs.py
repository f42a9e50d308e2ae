"""Every file in configs/ that is settings of a run begins one as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from cryoal.runs import RunFolder
from cryoal.runs.settings import make_settings, read_yaml
from cryoal.runs.start import is_started, open_data, start_run
from cryoal.studies.robustness import RobustnessSection
from cryoal.studies.section import make_section, split_config

ROOT = Path(__file__).parents[2]
MADE_BY_A_BENCHMARK = {"scheme-study.yaml"}
RUNS = sorted(p.name for p in (ROOT / "configs").glob("*.yaml") if "kind" not in read_yaml(p))


@pytest.mark.parametrize("name", RUNS)
def test_a_run_can_be_begun(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    values, section = split_config(ROOT / "configs" / name)
    make_section(RobustnessSection, section, name)
    if name in MADE_BY_A_BENCHMARK:
        values |= {"data": "sample_data", "snr": 0.05}
    settings = make_settings(values, name)
    start_run(tmp_path / "run", settings, open_data(settings))
    assert is_started(tmp_path / "run")
    assert RunFolder.open(tmp_path / "run").settings == settings
