"""Benchmarks are found as they are downloaded, and their settings can be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from image_sets import write_archive, write_cifar10, write_svhn

from cryoal.errors import CryoalError
from cryoal.runs.settings import make_settings
from cryoal.studies import parse_arm
from cryoal.studies.benchmark import BENCHMARKS, PRESETS, find_benchmark, settings_file
from cryoal.studies.section import StudySection, make_section, split_config

CONFIGS = sorted((Path(__file__).parents[2] / "configs" / "benchmarks").glob("*.yaml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_settings_are_of_a_benchmark_and_valid(path: Path) -> None:
    name, preset = path.stem.rsplit("-", 1)
    assert name in BENCHMARKS
    assert preset in PRESETS
    assert settings_file(name, preset).read_text() == path.read_text()
    values, section = split_config(path)
    make_settings(values, path.name).check_names()
    for scheme in make_section(StudySection, section, path.name).schemes:
        parse_arm(scheme)


def test_the_papers_schedule_is_what_it_states() -> None:
    values, section = split_config(settings_file("cifar10", "paper"))
    settings = make_settings(values, "paper")
    assert (settings.initial, settings.budget, settings.cycles) == ("10%", "5%", 7)
    assert settings.subset == "25000"
    recipe = settings.recipe
    assert (recipe.optimizer, recipe.learning_rate, recipe.momentum) == ("sgd", 0.1, 0.9)
    assert (recipe.weight_decay, recipe.batch_size, recipe.epochs) == (5e-4, 128, 200)
    assert section["seeds"] == 3


def test_every_benchmark_has_settings() -> None:
    assert {path.stem.rsplit("-", 1)[0] for path in CONFIGS} == set(BENCHMARKS)


def test_a_preset_that_nobody_published_is_refused() -> None:
    with pytest.raises(CryoalError, match="--preset lplgrad: not for imagenet; give paper"):
        settings_file("imagenet", "lplgrad")


def test_it_lies_in_the_root_or_is_it(tmp_path: Path) -> None:
    folder = write_cifar10(tmp_path / "data")
    assert find_benchmark("cifar10", tmp_path / "data") == folder
    assert find_benchmark("cifar10", folder).samefile(folder)
    digits = write_svhn(tmp_path / "digits")
    assert find_benchmark("svhn", digits.parent if digits.is_file() else digits).exists()


def test_an_archive_is_read_unopened(tmp_path: Path) -> None:
    folder = write_cifar10(tmp_path / "unpacked")
    (tmp_path / "root").mkdir()
    archive = write_archive(folder, tmp_path / "root" / "cifar-10-python.tar.gz")
    assert find_benchmark("cifar10", tmp_path / "root") == archive


def test_what_is_missing_is_named_with_size_and_checksum(tmp_path: Path) -> None:
    with pytest.raises(
        CryoalError, match=r"cifar-100-python\.tar\.gz \(169001437 bytes, MD5 eb9058"
    ):
        find_benchmark("cifar100", tmp_path)
    write_cifar10(tmp_path)
    with pytest.raises(CryoalError, match=r"holds no SVHN; download train_32x32\.mat"):
        find_benchmark("svhn", tmp_path)
