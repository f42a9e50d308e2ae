"""The section ``study`` of a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from cryoal.errors import CryoalError
from cryoal.studies.robustness import RobustnessSection
from cryoal.studies.section import StudySection, make_section, split_config


@pytest.mark.parametrize("snrs", ["0.1,0.05", [0.1, 0.05], ["0.1", "0.05"], " 0.1 , 0.05 "])
def test_lists_and_texts_are_alike(snrs: object) -> None:
    section = make_section(RobustnessSection, {"snrs": snrs, "schemes": "margin, badge"}, "here")
    assert section.snrs == (0.1, 0.05)
    assert section.schemes == ("margin", "badge")
    assert section.seeds == 3


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"snrs": "0.1,clean"}, r"study\.snrs\.1: .*number"),
        ({"snrs": "0.1,0"}, r"study\.snrs: 0 is no signal-to-noise ratio"),
        ({"snrs": "-0.1"}, r"study\.snrs: -0.1 is no"),
        ({"snrs": "nan"}, r"study\.snrs: nan is no"),
        ({"snrs": "0.1,0.05,0.10"}, r"study\.snrs: 0.1 is given twice"),
        ({"label_noise": "1"}, r"study\.label_noise: 1 is no chance"),
        ({"label_noise": "0"}, r"study\.label_noise: 0 is no chance"),
        ({"label_noise": "0.2,0.2"}, "given twice"),
        ({"input_snr": 0}, r"study\.input_snr"),
        ({"seeds": 0}, r"study\.seeds"),
        ({"sceds": 2, "snr": 3}, r"study\.sceds: no such setting.*; study\.snr: no such setting"),
    ],
)
def test_faults_are_named_in_one_line(values: dict[str, object], words: str) -> None:
    with pytest.raises(CryoalError, match=words) as caught:
        make_section(RobustnessSection, values, "here")
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("here: ")


def test_compare_does_not_take_ratios() -> None:
    assert make_section(StudySection, {"targets": [0.8, "95%"]}, "x").targets == ("0.8", "95%")
    with pytest.raises(CryoalError, match=r"study\.snrs: no such setting"):
        make_section(StudySection, {"snrs": "0.1"}, "x")


def test_a_file_is_split(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("data: x\nstudy:\n  seeds: 2\n")
    assert split_config(file) == ({"data": "x"}, {"seeds": 2})
    file.write_text("data: x\nstudy: 3\n")
    with pytest.raises(CryoalError, match="study: expected names"):
        split_config(file)
