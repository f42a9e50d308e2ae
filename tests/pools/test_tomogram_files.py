"""Names in lists and names of files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand_made_picks import picks_of

from cryoal.errors import CryoalError
from cryoal.pools.tomogram_files import find_tomograms
from cryoal.pools.tomogram_names import match_names, stem_of


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("TS_01.tomostar", "TS_01"),
        ("a/b.1/TS_01.mrc.gz", "TS_01"),
        ("001", "001"),
        ("a b.ome.zarr", "a b"),
        ("TS_01_12.00Apx.mrc", "TS_01_12.00Apx"),
        ("run_7.84", "run_7.84"),
        (".mrc", ".mrc"),
        ("c:\\data\\TS.rec", "TS"),
    ],
)
def test_stems(name, stem):
    assert stem_of(name) == stem


@pytest.mark.parametrize(
    ("name", "files", "expected"),
    [
        ("TS_1", ["TS_10.mrc", "TS_1.mrc"], ["TS_1.mrc"]),
        ("TS_1", ["TS_10.mrc"], []),
        ("TS_1", ["rec_TS_1.mrc", "rec_TS_10.mrc"], ["rec_TS_1.mrc"]),
        ("TS_1.tomostar", ["TS_1_12.00Apx.mrc"], ["TS_1_12.00Apx.mrc"]),
        ("TS_1", ["TS_1_10.00Apx.mrc", "TS_1_20.00Apx.mrc"], 2),
        ("TS_1", ["TS_1.mrc", "TS_1.zarr"], 2),
        ("TS_1.zarr", ["TS_1.mrc", "TS_1.zarr"], ["TS_1.zarr"]),
        ("10", ["TS_1_10.00Apx.mrc"], []),
        ("001", ["001.mrc", "TS_001.mrc"], ["001.mrc"]),
        ("001", ["TS_001.mrc"], ["TS_001.mrc"]),
        ("1", ["TS_001.mrc"], []),
        ("TS_1_bin4.mrc", ["TS_1.mrc"], ["TS_1.mrc"]),
        ("a b", ["a b_rec.mrc", "a bc.mrc"], ["a b_rec.mrc"]),
        ("../x/TS_1.mrc", ["TS_1.rec"], ["TS_1.rec"]),
        ("t(1)", ["t(1)_x.mrc"], ["t(1)_x.mrc"]),
        ("Ünt", ["Ünt_1.mrc", "Ünté.mrc"], ["Ünt_1.mrc"]),
    ],
)
def test_what_a_name_may_mean(name, files, expected):
    found = match_names([name], files)[name]
    assert len(found) == expected if isinstance(expected, int) else found == expected


def test_a_file_of_one_name_is_no_candidate_for_another():
    files = ["001.mrc", "001_002.mrc", "002_x.mrc"]
    assert match_names(["002", "001_002"], files) == {
        "002": ["002_x.mrc"],
        "001_002": ["001_002.mrc"],
    }


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("TS_01_12.00Apx.mrc", "TS_02.mrc", "deep/TS_03.rec", "deep/TS_02.mrc"):
        (tmp_path / "t" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "t" / name).write_bytes(b"x")
    (tmp_path / "t" / "deep" / "TS_04.zarr" / "TS_05.mrc").mkdir(parents=True)
    return tmp_path / "t"


def test_a_folder_and_folders_below_it(folder):
    """What lies nearer goes first; an OME-Zarr is a file, whatever it holds."""
    names = ["TS_02", "TS_01.tomostar", "TS_02", "TS_03", "TS_04"]
    found, warnings = find_tomograms(picks_of(names), folder)
    assert not warnings
    assert list(found) == ["TS_02", "TS_01.tomostar", "TS_03", "TS_04"]
    assert [str(path.relative_to(folder)) for path in found.values()] == [
        "TS_02.mrc",
        "TS_01_12.00Apx.mrc",
        "deep/TS_03.rec",
        "deep/TS_04.zarr",
    ]


def refused(picks: object, tomograms: Path | None, message: str) -> None:
    with pytest.raises(CryoalError, match=message) as caught:
        find_tomograms(picks, tomograms)
    assert "\n" not in str(caught.value)


def test_missing_and_ambiguous_names_are_told_with_row_and_folder(folder, tmp_path):
    refused(
        picks_of(["TS_02", "TS_07", "TS_08", "TS_09"]),
        folder,
        rf"list\.star, line 2: tomogram 'TS_07' \(nor TS_08, TS_09\) is not in {folder}, which "
        "holds TS_01_12.00Apx.mrc, TS_02.mrc, TS_02.mrc and 2 more",
    )
    (folder / "TS_01.zarr").mkdir()
    (folder / "TS_01.em").write_bytes(b"x")
    refused(
        picks_of(["TS_01"]), folder, r"line 1: tomogram 'TS_01' may be 2 files in .*: TS_01\.em, TS"
    )
    refused(picks_of(["TS_02_a", "TS_02_b"]), folder, "line 2: tomograms 'TS_02_a' and 'TS_02_b'")
    refused(picks_of(["TS_02", "TS_02_b"]), folder, "line 2: tomogram 'TS_02_b' is not in")
    (tmp_path / "empty").mkdir()
    refused(picks_of(["TS_01"]), tmp_path / "empty", "which holds no tomogram")
    refused(picks_of(["TS_01"]), tmp_path / "none", "is not there; correct the path")


def test_one_file(folder):
    file = folder / "TS_02.mrc"
    assert find_tomograms(picks_of(["TS_02.tomostar"]), file) == ({"TS_02.tomostar": file}, [])
    found, warnings = find_tomograms(picks_of(["A"]), file)
    assert found == {"A": file}
    assert warnings == ["the list calls its tomogram 'A'; TS_02.mrc is taken, as stated"]
    refused(picks_of(["A", "B"]), file, r"lists particles of 2 tomograms \(A, B\), but .* is one")


def test_files_that_the_list_names(folder):
    file = folder / "TS_02.mrc"
    picks = picks_of(["A", "A"], files={"A": file, "B": folder / "none.mrc"})
    assert find_tomograms(picks, None) == ({"A": file}, [])
    refused(picks_of(["B"], files=picks.files), None, "'B' is not there at .*none.mrc; name the fo")
    refused(picks_of(["C"], files=picks.files), None, "nothing says which file tomogram 'C' is")
