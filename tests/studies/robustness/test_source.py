"""One pool at several ratios."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from blob_files import write_blobs
from tiny_runs import tiny_settings

from cryoal.errors import CryoalError
from cryoal.runs import open_data
from cryoal.studies.robustness.source import NoiseSource, open_source


def source_of(data: Path, input_snr: float | None = None, **changes: object) -> NoiseSource:
    return open_source(tiny_settings(data, **changes), input_snr, lambda _done, _total: None)


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    write_blobs(folder / "SNR050", per_class=6)
    shutil.copytree(folder / "SNR050", folder / "SNR010")
    return folder


def test_own_variants_are_taken_and_others_made_of_the_cleanest(
    variants: Path, tmp_path: Path
) -> None:
    source = source_of(variants)
    assert source.ratio == 0.5
    source.check([0.5, 0.1, 0.05])
    assert source.settings_at(0.1, tmp_path).snr == 0.1
    source.make([0.5, 0.1, 0.05], tmp_path, lambda _work: nullcontext(lambda _done, _total: None))
    assert [path.name for path in tmp_path.iterdir()] == ["SNR005"]
    made = open_data(source.settings_at(0.05, tmp_path))
    assert list(made.ids) == list(source.clean.ids)
    assert (made.labels == source.clean.labels).all()
    everything = np.arange(len(made))
    ratio = made.read(everything).flatten(1).var(1) / source.clean.read(everything).flatten(1).var(
        1
    )
    assert ratio.mean() == pytest.approx(1 + (0.5 / 0.05 - 1) / 1.5, rel=0.05)


def test_a_folder_named_by_its_ratio_is_that(variants: Path, tmp_path: Path) -> None:
    source = source_of(variants / "SNR050")
    assert source.own == (0.5,)
    at = source.settings_at(0.5, tmp_path)
    assert (at.data, at.snr) == (str(variants / "SNR050"), None)
    assert open_data(at).fingerprint == source.clean.fingerprint


def test_an_unnamed_ratio_is_stated_or_measured(blobs: Path) -> None:
    assert source_of(blobs, 0.3).own == (0.3,)
    measured = source_of(blobs)
    assert measured.own == ()
    assert measured.ratio == pytest.approx(measured.law.snr)


@pytest.mark.parametrize(
    ("snrs", "words"),
    [([0.8], "cannot be reached by adding noise"), ([0.1234567], "at most 6 decimals")],
)
def test_what_cannot_be_had(variants: Path, snrs: list[float], words: str) -> None:
    with pytest.raises(CryoalError, match=words):
        source_of(variants).check(snrs)


def test_other_items_or_labels_are_refused(tmp_path: Path) -> None:
    write_blobs(tmp_path / "SNR050", per_class=4)
    write_blobs(tmp_path / "SNR010", per_class=3)
    shutil.copytree(tmp_path / "SNR050", tmp_path / "SNR005")
    (tmp_path / "SNR005" / "class0").rename(tmp_path / "SNR005" / "class9")
    source = source_of(tmp_path)
    source.check([0.5])
    with pytest.raises(CryoalError, match=r"SNR 0.1 and SNR 0.5 differ .* the items \(9 and 12"):
        source.check([0.5, 0.1])
    with pytest.raises(CryoalError, match=r"SNR 0\.05 and SNR 0.5 differ in more than noise"):
        source.check([0.05])


def test_labels_are_needed(tmp_path: Path) -> None:
    write_blobs(tmp_path / "pool", per_class=4)
    for number, file in enumerate(sorted(tmp_path.glob("pool/*/*.mrc"))):
        file.rename(tmp_path / "pool" / f"{number}.mrc")
    for folder in tmp_path.glob("pool/class*"):
        folder.rmdir()
    with pytest.raises(CryoalError, match="no item has a label"):
        source_of(tmp_path / "pool").check([0.1])


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"snr": 0.5}, "--snrs or study.snrs"), ({"label_noise": 0.2}, "--label-noise")],
)
def test_settings_that_this_study_sets_itself(
    variants: Path, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(CryoalError, match=words):
        source_of(variants, **changes)
