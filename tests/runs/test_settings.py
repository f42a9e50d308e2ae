"""Settings: defaults of the paper, one-line refusals, a file that gives them back."""

from __future__ import annotations

from pathlib import Path

import pytest

from cryoal.errors import CryoalError
from cryoal.runs.settings import RunSettings, make_settings, read_yaml


def test_schedule_of_the_paper_is_the_default() -> None:
    settings = RunSettings(data="x")
    assert (settings.initial, settings.budget, settings.cycles) == ("10%", "5%", 7)
    assert settings.aggregate == "sum"
    assert not settings.warm_start


def test_yaml_round_trip(tmp_path: Path) -> None:
    settings = RunSettings(data="x", initial="20", seed=3, recipe={"min_steps": 7})
    path = tmp_path / "config.yaml"
    path.write_text(settings.to_yaml())
    assert make_settings(read_yaml(path), "config") == settings


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "data: Field required"),
        ({"data": "x", "schem": "random"}, "schem: no such setting"),
        ({"data": "x", "cycles": 0}, "cycles: .*greater than or equal to 1"),
        ({"data": "x", "budget": "5 percent"}, "budget: .*write 200 or 5%"),
        ({"data": "x", "recipe": {"learning_rate": -1}}, "recipe.learning_rate"),
        ({"data": "x", "contrast": "grey"}, "contrast"),
        ({"data": "x", "test_share": 1.5}, "test_share"),
    ],
)
def test_faults_are_told_in_one_line(values: dict[str, object], words: str) -> None:
    with pytest.raises(CryoalError, match=words) as caught:
        make_settings(values, "here")
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("here: ")


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"scheme": "entrpy"}, "did you mean.*entropy"), ({"model": "resnt18"}, "resnet18")],
)
def test_near_names_are_given(changes: dict[str, str], words: str) -> None:
    with pytest.raises(CryoalError, match=words):
        RunSettings(data="x", **changes).check_names()


def test_differences_name_the_fields() -> None:
    one = RunSettings(data="x")
    two = RunSettings(data="x", seed=4, recipe={"batch_size": 8})
    assert one.differences(two) == ["seed (0 became 4)", "recipe.batch_size (32 became 8)"]
    assert one.differences(one) == []


def test_another_pool_brings_its_own_reading() -> None:
    settings = RunSettings(data="a", snr=0.05, contrast="dark")
    none = {"snr": None, "label_column": None, "voxel_size_A": None, "contrast": None}
    assert settings.with_data(None, none) == settings
    other = settings.with_data("b", none)
    assert (other.data, other.snr, other.contrast) == ("b", None, None)


def test_a_pool_decides_what_the_user_did_not() -> None:
    asked = {"views": 1, "lowpass_px": 0.0, "augmentation": {"noise_std": 0.0, "shift_px": 4}}
    given = {"lowpass_px": 2.0, "augmentation": {"shift_px": 1}}
    recipe = RunSettings(data="x", recipe=given).suited_to(asked).recipe
    assert (recipe.views, recipe.lowpass_px) == (1, 2.0)
    assert (recipe.augmentation.noise_std, recipe.augmentation.shift_px) == (0.0, 1)
    plain = RunSettings(data="x")
    assert plain.suited_to({}) == plain
    written = make_settings(plain.model_dump(), "config.yaml")
    assert written.suited_to(asked) == plain  # what a file states is set, all of it


@pytest.mark.parametrize(
    "text", ["- a\n- b\n", "a: [1,", "!!python/object/apply:os.getcwd []", "1: 2", "[" * 5000]
)
def test_yaml_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(CryoalError, match=r"config\.yaml"):
        read_yaml(path)
