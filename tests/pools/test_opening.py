"""Every layout is found by looking, and its bad variants are refused."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import mrcfile
import numpy as np
import pytest
import torch

from cryoal.errors import CryoalError
from cryoal.pools import open_subtomograms, pack_pool


def items_are(pool, volumes) -> None:
    """Each item reads as the volume written, alone and in a shuffled batch."""
    order = np.random.default_rng(0).permutation(len(pool))
    batch = pool.read(order)
    assert batch.shape == (len(volumes), *pool.item_shape)
    assert batch.dtype == torch.float32
    for row, at in enumerate(order):
        np.testing.assert_array_equal(batch[row, 0], volumes[at])
        np.testing.assert_array_equal(pool.read([at])[0, 0], volumes[at])


def noise_variants(root: Path, make_mrc, levels=("SNR005", "SNR01")) -> None:
    for at, level in enumerate(levels):
        for name in ("1bxn", "4cr2"):
            for number in range(3):
                path = root / level / name / "subtomogram_mrc" / f"tomotarget{number}.mrc"
                make_mrc(path, 10 * at + number)


class TestNoiseVariants:
    @pytest.mark.parametrize("below", ["", "10_classes"])
    def test_snr_picks_the_variant(self, tmp_path, make_mrc, below):
        noise_variants(tmp_path / below, make_mrc)
        pool = open_subtomograms(tmp_path, snr=0.1)
        assert pool.classes == ["1bxn", "4cr2"]
        assert pool.labels.tolist() == [0, 0, 0, 1, 1, 1]
        assert pool.ids[0] == "1bxn/subtomogram_mrc/tomotarget0.mrc"
        assert pool.source.name == "SNR01"
        direct = open_subtomograms(tmp_path / below / "SNR01")
        assert direct.fingerprint == pool.fingerprint
        assert open_subtomograms(tmp_path, snr=0.05).fingerprint != pool.fingerprint

    def test_without_snr_the_variants_are_listed(self, tmp_path, make_mrc):
        noise_variants(tmp_path, make_mrc)
        with pytest.raises(CryoalError, match=r"--snr: 0\.05 \(SNR005\), 0\.1 \(SNR01\)"):
            open_subtomograms(tmp_path)

    def test_an_unknown_snr_lists_those_present(self, tmp_path, make_mrc):
        noise_variants(tmp_path, make_mrc)
        with pytest.raises(CryoalError, match=r"no SNR 0\.03 .*present: 0\.05"):
            open_subtomograms(tmp_path, snr=0.03)
        with pytest.raises(CryoalError, match=r"no SNR 0\.03 .*present: 0\.1 \(SNR01\)"):
            open_subtomograms(tmp_path / "SNR01", snr=0.03)

    def test_the_only_variant_needs_no_choice(self, tmp_path, make_mrc):
        noise_variants(tmp_path, make_mrc, ["SNRinf"])
        assert (
            len(open_subtomograms(tmp_path))
            == len(open_subtomograms(tmp_path, snr=float("inf")))
            == 6
        )

    def test_variants_below_two_folders_are_ambiguous(self, tmp_path, make_mrc):
        noise_variants(tmp_path / "10", make_mrc)
        noise_variants(tmp_path / "50", make_mrc)
        with pytest.raises(CryoalError, match=r"several data sets \(10, 50\)"):
            open_subtomograms(tmp_path, snr=0.1)

    def test_two_folders_of_one_level(self, tmp_path, make_mrc):
        noise_variants(tmp_path, make_mrc, ["SNR01", "SNR010"])
        with pytest.raises(CryoalError, match=r"are both SNR 0\.1"):
            open_subtomograms(tmp_path, snr=0.1)

    def test_snr_of_a_plain_folder(self, class_folders):
        with pytest.raises(CryoalError, match="holds no noise variants"):
            open_subtomograms(class_folders, snr=0.05)


class TestClassFolders:
    def test_items_labels_and_order(self, class_folders):
        pool = open_subtomograms(class_folders)
        assert pool.kind == "one folder a class"
        assert pool.ids[:4] == ["a/t0.mrc", "a/t2.mrc", "a/t4.mrc", "a/t6.mrc"]
        assert pool.ids[5] == "a/t10.mrc"
        assert pool.labels.tolist() == [0] * 6 + [1] * 6
        assert (pool.classes, pool.groups, pool.voxel_size_A) == (["a", "b"], None, 13.5)
        seeds = [int(name[3:-4]) for name in pool.ids]
        items_are(
            pool, [np.random.default_rng(s).normal(size=(8, 8, 8)).astype("f4") for s in seeds]
        )

    def test_a_folder_without_volumes_is_told(self, class_folders):
        (class_folders / "json_label").mkdir()
        assert open_subtomograms(class_folders).warnings == [
            "folder json_label holds no MRC volumes and is left out"
        ]

    def test_volumes_beside_class_folders_are_ambiguous(self, class_folders, make_mrc):
        make_mrc(class_folders / "average.mrc")
        with pytest.raises(CryoalError, match=r"average\.mrc.* beside class folders"):
            open_subtomograms(class_folders)

    def test_names_beyond_ascii(self, tmp_path, make_mrc):
        make_mrc(tmp_path / "ß-Gal" / "é.mrc")
        assert open_subtomograms(tmp_path).ids == ["ß-Gal/é.mrc"]

    def test_a_name_that_is_not_utf8(self, tmp_path, make_mrc):
        make_mrc(tmp_path / "a" / "1.mrc")
        os.rename(tmp_path / "a" / "1.mrc", os.fsencode(tmp_path / "a") + b"/\xff.mrc")
        with pytest.raises(CryoalError, match="is not UTF-8; rename the file"):
            open_subtomograms(tmp_path)

    def test_one_class_and_single_items_open(self, tmp_path, make_mrc):
        make_mrc(tmp_path / "a" / "1.mrc")
        assert open_subtomograms(tmp_path).classes == ["a"]

    def test_a_flat_folder_is_unlabelled(self, tmp_path, make_mrc):
        volumes = [make_mrc(tmp_path / f"{number}.mrc", number) for number in range(3)]
        pool = open_subtomograms(tmp_path)
        assert (pool.labels.tolist(), pool.classes) == ([-1, -1, -1], [])
        items_are(pool, volumes)


class TestLabelList:
    @pytest.fixture
    def listed(self, tmp_path, make_mrc):
        for number in range(3):
            make_mrc(tmp_path / "v" / f"{number}.mrc", number)

        def write(text: str) -> Path:
            (tmp_path / "labels.csv").write_text(text)
            return tmp_path

        return write

    def test_partly_labelled_in_the_order_of_the_list(self, listed):
        folder = listed(
            "path,label,group,id\nv/2.mrc,b,T1,two\nv/0.mrc,,T2,zero\nv/1.mrc,a,T1,one\n"
        )
        for path in (folder, folder / "labels.csv"):
            pool = open_subtomograms(path)
            assert pool.ids == ["two", "zero", "one"]
            assert (pool.labels.tolist(), pool.classes) == ([1, -1, 0], ["a", "b"])
            assert pool.groups.tolist() == ["T1", "T2", "T1"]
            items_are(
                pool,
                [np.random.default_rng(s).normal(size=(8, 8, 8)).astype("f4") for s in (2, 0, 1)],
            )

    def test_labelling_changes_the_labels_alone(self, listed):
        before = open_subtomograms(listed("path,label\nv/0.mrc,a\nv/1.mrc,\n"))
        after = open_subtomograms(listed("path,label\nv/0.mrc,a\nv/1.mrc,a\n"))
        assert before.fingerprint == after.fingerprint
        assert before.label_fingerprint != after.label_fingerprint

    def test_another_label_column(self, listed):
        folder = listed("path,label,expert\nv/0.mrc,a,x\n")
        assert open_subtomograms(folder, label_column="expert").classes == ["x"]

    def test_classes_txt_names_classes_without_items(self, listed):
        folder = listed("path,label\nv/0.mrc,b\n")
        (folder / "classes.txt").write_text("c\nb\n")
        pool = open_subtomograms(folder)
        assert (pool.classes, pool.labels.tolist()) == (["b", "c"], [0])

    def test_a_class_that_is_not_in_classes_txt(self, listed):
        folder = listed("path,label\nv/0.mrc,ribosom\n")
        (folder / "classes.txt").write_text("ribosome\njunk\n")
        with pytest.raises(CryoalError, match=r"line 2: class 'ribosom' .*'ribosome'\?"):
            open_subtomograms(folder)

    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            ("v/0.mrc,a\nv/9.mrc,a", r"line 3: v/9\.mrc is not in"),
            ("v/0.mrc,a\n../labels.mrc,a", r"line 3: '\.\./labels\.mrc' leaves the folder"),
            ("v/../../x.mrc,a", "line 2: .* leaves the folder"),
            ("/etc/passwd,a", "line 2: '/etc/passwd' is not the name of an MRC"),
            ("/etc/x.mrc,a", r"line 2: '/etc/x\.mrc' is absolute"),
            (",a", "line 2: '' is not the name of an MRC"),
            ("v/0.mrc,a\nv/0.mrc,b", r"line 3: id 'v/0\.mrc' is that of .*line 2"),
            ("v/0.mrc,a\n./v/0.mrc,b", r"line 3: the same volume as .*line 2"),
            ("000000@v/0.mrc,a", "volumes count from 1"),
            ("000002@v/0.mrc,a", r"v/0\.mrc: holds 1 volume\(s\), but number 2"),
            ("v/0.mrc", "line 2: 1 values for 2 columns"),
            ("", "no MRC volumes found"),
        ],
    )
    def test_bad_rows_are_refused_with_their_line(self, listed, rows, message):
        with pytest.raises(CryoalError, match=message) as caught:
            open_subtomograms(listed(f"path,label\n{rows}\n"))
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("v/0.mrc,a\n", "line 1: no column 'label'"),
            ("path,class\nv/0.mrc,a\n", "line 1: no column 'label' among path, class"),
            ("file,label\nv/0.mrc,a\n", "line 1: no column 'path'"),
            ("path;label\nv/0.mrc;a\n", "separated by commas"),
            ("path,label,id\nv/0.mrc,a,\n", "line 2: no id"),
        ],
    )
    def test_bad_headers(self, listed, text, message):
        with pytest.raises(CryoalError, match=message):
            open_subtomograms(listed(text))


class TestParticlesStar:
    @staticmethod
    def write(folder: Path, rows: str, optics: str = "") -> Path:
        path = folder / "particles.star"
        head = "data_particles\nloop_\n_rlnTomoName #1\n_rlnImageName #2\n_rlnKind #3\n"
        path.write_text(f"{optics}{head}{rows}\n")
        return path

    @pytest.fixture
    def project(self, tmp_path, make_mrc):
        stack = make_mrc(
            tmp_path / "s.mrcs",
            data=np.random.default_rng(9).normal(size=(4, 8, 8, 8)).astype("f4"),
        )
        single = make_mrc(tmp_path / "sub" / "1.mrc", 1)
        return tmp_path, stack, single

    def test_stack_items_and_single_files(self, project):
        folder, stack, single = project
        path = self.write(
            folder, "001 000003@s.mrcs ribo\n002 sub/1.mrc None\n001 000001@s.mrcs junk"
        )
        for source in (folder, path):
            pool = open_subtomograms(source, label_column="_rlnKind")
            assert pool.ids == ["000003@s.mrcs", "sub/1.mrc", "000001@s.mrcs"]
            assert (pool.labels.tolist(), pool.classes) == ([1, -1, 0], ["junk", "ribo"])
            assert pool.groups.tolist() == ["001", "002", "001"]
            items_are(pool, [stack[2], single, stack[0]])
        assert open_subtomograms(folder).classes == []

    def test_paths_from_the_project_folder(self, project):
        folder, _, single = project
        (folder / "Extract" / "job007").mkdir(parents=True)
        path = self.write(folder / "Extract" / "job007", "001 sub/1.mrc x")
        items_are(open_subtomograms(path), [single])

    def test_absolute_paths_are_relions_own(self, project, tmp_path_factory):
        folder, _, single = project
        path = self.write(tmp_path_factory.mktemp("other"), f"001 {folder}/sub/1.mrc x")
        items_are(open_subtomograms(path), [single])

    def test_pixel_size_of_the_optics_table(self, project, make_mrc):
        folder, _, _ = project
        make_mrc(folder / "sub" / "1.mrc", 1, voxel_size_A=0.0)
        optics = "data_optics\nloop_\n_rlnOpticsGroup #1\n_rlnImagePixelSize #2\n"
        self.write(folder, "001 sub/1.mrc x", f"{optics}1 10.0\n2 10.0\n")
        assert open_subtomograms(folder).voxel_size_A == 10.0
        self.write(folder, "001 sub/1.mrc x", f"{optics}1 10.0\n2 12.0\n")
        with pytest.raises(
            CryoalError, match="mixed voxel sizes, _rlnImagePixelSize from 10 to 12"
        ):
            open_subtomograms(folder)
        self.write(folder, "001 sub/1.mrc x", f"{optics}1 ten\n")
        with pytest.raises(CryoalError, match="holds ten, not numbers"):
            open_subtomograms(folder)

    def write_placed(self, folder, names, values, pixel_A=""):
        columns = "".join(f"_{name}\n" for name in names)
        optics = f"data_optics\nloop_\n_rlnTomoTiltSeriesPixelSize\n{pixel_A}\n"
        (folder / "particles.star").write_text(
            f"{optics if pixel_A else ''}data_particles\nloop_\n_rlnImageName\n{columns}"
            f"sub/1.mrc {values}\n"
        )
        return open_subtomograms(folder).places.positions_A

    def test_places_in_the_tomogram(self, project):
        folder, _, _ = project
        in_pixels = [f"rlnCoordinate{axis}" for axis in "XYZ"]
        centred = [f"rlnCenteredCoordinate{axis}Angst" for axis in "XYZ"]
        assert self.write_placed(folder, in_pixels, "10 20 30", "1.5").tolist() == [[15, 30, 45]]
        assert self.write_placed(folder, in_pixels, "10 20 30") is None
        assert self.write_placed(folder, in_pixels, "10 20 30", "1.5\n2.0") is None
        assert self.write_placed(folder, in_pixels[:2], "10 20", "1.5") is None
        both = self.write_placed(folder, [*centred, *in_pixels], "-4 5.5 6 1 2 3", "1.5")
        assert both.tolist() == [[-4, 5.5, 6]]
        with pytest.raises(CryoalError, match="rlnCoordinateX to rlnCoordinateZ hold no number"):
            self.write_placed(folder, in_pixels, "10 left 30", "1.5")

    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            ("001 sub/9.mrc x", r"line 6: sub/9\.mrc is not in"),
            ("001 ../../etc/passwd x", "line 6: .* leaves the folder"),
            ("001 /etc/passwd x", "line 6: .* is not the name of an MRC"),
            ("001 sub/1.mrc x\n002 sub/1.mrc y", "line 7: id .* is that of .*line 6"),
            ("001 000005@s.mrcs x", r"s\.mrcs: holds 4 volume\(s\), but number 5"),
            ("001 s.mrcs x", "is a stack of 4 volumes"),
            ("001 sub/1.mrc", "line 6: 2 values for 3 columns .* cut in the middle"),
            ("", "no MRC volumes found"),
        ],
    )
    def test_bad_rows(self, project, rows, message):
        self.write(project[0], rows)
        with pytest.raises(CryoalError, match=message):
            open_subtomograms(project[0])

    def test_unknown_label_column_names_the_near_ones(self, project):
        self.write(project[0], "001 sub/1.mrc x")
        with pytest.raises(CryoalError, match=r"no column 'rlnKin'.* there are rlnKind"):
            open_subtomograms(project[0], label_column="rlnKin")

    def test_no_image_names(self, tmp_path):
        (tmp_path / "particles.star").write_text("data_\nloop_\n_rlnCoordinateX\n1\n")
        with pytest.raises(CryoalError, match="0 tables with _rlnImageName"):
            open_subtomograms(tmp_path)

    def test_tilt_stacks_by_their_file(self, tmp_path):
        with mrcfile.new(tmp_path / "1_stack2d.mrcs") as mrc:
            mrc.set_data(np.ones((41, 8, 8), "f4"))
            mrc.set_image_stack()
        self.write(tmp_path, "001 1_stack2d.mrcs x")
        with pytest.raises(CryoalError, match="no _rlnImagePixelSize in data_optics"):
            open_subtomograms(tmp_path)

    @pytest.mark.parametrize("flag", ["_rlnTomoSubTomosAre2DStacks 1", "_rlnImageDimensionality 2"])
    def test_tilt_stacks_by_what_the_star_says(self, project, flag):
        optics = "data_optics\n_rlnImagePixelSize 10\n"
        self.write(project[0], "001 sub/1.mrc x", f"data_general\n{flag}\n{optics}")
        with pytest.raises(CryoalError, match=r"lists 2D tilt stacks, but no tomograms\.star"):
            open_subtomograms(project[0])

    def test_beside_a_label_list(self, project):
        self.write(project[0], "001 sub/1.mrc x")
        (project[0] / "labels.csv").write_text("path,label\n")
        with pytest.raises(CryoalError, match=r"particles\.star and labels\.csv; name the one"):
            open_subtomograms(project[0])


class TestVolumeStack:
    @pytest.fixture
    def stack(self, tmp_path, make_mrc):
        data = np.random.default_rng(3).normal(size=(3, 8, 8, 8)).astype("f4")
        make_mrc(tmp_path / "pool.mrc", data=data)
        return tmp_path / "pool.mrc", data

    @pytest.mark.parametrize("name", ["labels.csv", "pool.csv"])
    def test_with_a_csv(self, stack, name):
        path, data = stack
        (path.parent / name).write_text("label,group\nb,T1\n,T1\na,T2\n")
        for source in (path, path.parent):
            pool = open_subtomograms(source)
            assert pool.ids == [f"00000{number}@pool.mrc" for number in (1, 2, 3)]
            assert (pool.labels.tolist(), pool.classes) == ([1, -1, 0], ["a", "b"])
            assert pool.groups.tolist() == ["T1", "T1", "T2"]
            items_are(pool, data)

    def test_alone_it_is_unlabelled(self, stack):
        assert open_subtomograms(stack[0]).classes == []
        assert len(open_subtomograms(stack[0].parent)) == 3

    def test_another_number_of_rows(self, stack):
        (stack[0].parent / "pool.csv").write_text("label\na\n")
        with pytest.raises(CryoalError, match="holds 3 volumes, but its CSV has 1 rows"):
            open_subtomograms(stack[0])

    def test_duplicate_ids(self, stack):
        (stack[0].parent / "pool.csv").write_text("label,id\na,x\na,y\na,x\n")
        with pytest.raises(CryoalError, match=r"line 4: id 'x' is that of .*line 2"):
            open_subtomograms(stack[0])

    def test_a_single_volume_is_no_pool(self, tmp_path, make_mrc):
        make_mrc(tmp_path / "a.mrc")
        with pytest.raises(CryoalError, match=r"is not a stack of volumes \(ISPG 401\)"):
            open_subtomograms(tmp_path / "a.mrc")

    def test_a_stack_among_other_files(self, stack, make_mrc):
        make_mrc(stack[0].parent / "z.mrc")
        with pytest.raises(CryoalError, match=r"pool\.mrc: is a stack of 3 volumes"):
            open_subtomograms(stack[0].parent)


class TestVoxelsAndBoxes:
    def test_mixed_boxes(self, class_folders, make_mrc):
        make_mrc(class_folders / "b" / "t3.mrc", data=np.zeros((6, 6, 6), "f4"))
        with pytest.raises(
            CryoalError, match=r"b/t3\.mrc: box of 6 x 6 x 6.*t0\.mrc has 8 x 8 x 8"
        ):
            open_subtomograms(class_folders)

    def test_a_box_that_is_no_cube(self, tmp_path, make_mrc):
        make_mrc(tmp_path / "a" / "1.mrc", data=np.zeros((6, 8, 8), "f4"))
        with pytest.raises(CryoalError, match=r"1\.mrc: box of 6 x 8 x 8 voxels is not a cube"):
            open_subtomograms(tmp_path)

    @pytest.mark.parametrize("other", [10.0, 0.0])
    def test_mixed_voxel_sizes(self, class_folders, make_mrc, other):
        make_mrc(class_folders / "b" / "t3.mrc", voxel_size_A=other)
        with pytest.raises(CryoalError, match=r"t3\.mrc: voxel size .*, but t0\.mrc has 13\.5 A"):
            open_subtomograms(class_folders)

    def test_rounded_voxel_sizes_are_one(self, class_folders, make_mrc):
        make_mrc(class_folders / "b" / "t3.mrc", voxel_size_A=13.51)
        assert open_subtomograms(class_folders).voxel_size_A == pytest.approx(13.5)

    def test_the_stated_voxel_size_is_used_and_a_difference_told(self, class_folders):
        pool = open_subtomograms(class_folders, voxel_size_A=10.0)
        assert pool.voxel_size_A == 10.0
        assert pool.warnings == ["the files say 13.5 A a voxel; the stated 10 A is used"]

    @pytest.mark.parametrize("size", [0.0, -1.0, float("nan"), float("inf")])
    def test_a_voxel_size_that_is_no_length(self, class_folders, size):
        with pytest.raises(CryoalError, match="give a positive length"):
            open_subtomograms(class_folders, voxel_size_A=size)

    def test_contrast_is_stated_and_bright_by_default(self, class_folders):
        assert open_subtomograms(class_folders).contrast == "bright"
        dark = open_subtomograms(class_folders, contrast="dark")
        bright = open_subtomograms(class_folders)
        raw = bright.read([0, 1])
        torch.testing.assert_close(dark.read([0, 1]), raw)
        torch.testing.assert_close(dark.normalise(raw), -bright.normalise(raw))

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_voxels_that_are_not_finite(self, class_folders, make_mrc, value):
        data = np.random.default_rng(0).normal(size=(8, 8, 8)).astype("f4")
        data[3, 4, 5] = value
        make_mrc(class_folders / "b" / "t3.mrc", data=data)
        pool = open_subtomograms(class_folders)
        with pytest.raises(CryoalError, match=r"b/t3\.mrc: holds NaN or infinite"):
            pool.read(range(len(pool)))
        assert len(pool.read([0, 1])) == 2

    @pytest.mark.parametrize("value", [0.0, 7.5, 1e38])
    def test_constant_volumes(self, class_folders, make_mrc, value):
        make_mrc(class_folders / "b" / "t3.mrc", data=np.full((8, 8, 8), value, "f4"))
        with pytest.raises(CryoalError, match=r"b/t3\.mrc: all voxels are"):
            open_subtomograms(class_folders).read(range(12))

    def test_masked_and_huge_volumes_are_fine(self, class_folders, make_mrc):
        data = np.zeros((8, 8, 8), "f4")
        data[4:, 4, 4] = 3e38
        make_mrc(class_folders / "a" / "t0.mrc", data=data)
        pool = open_subtomograms(class_folders)
        assert pool.normalise(pool.read([0])).isfinite().all()


class TestFingerprint:
    def test_moving_the_folder_keeps_it(self, class_folders, tmp_path):
        before = open_subtomograms(class_folders).fingerprint
        shutil.copytree(class_folders, tmp_path / "copy")
        assert open_subtomograms(tmp_path / "copy").fingerprint == before

    def test_a_replaced_file_changes_it(self, class_folders, make_mrc):
        before = open_subtomograms(class_folders)
        make_mrc(class_folders / "a" / "t0.mrc", 99)
        after = open_subtomograms(class_folders)
        assert after.fingerprint != before.fingerprint
        assert after.label_fingerprint == before.label_fingerprint

    def test_a_renamed_removed_or_added_item_changes_it(self, class_folders, make_mrc):
        seen = {open_subtomograms(class_folders).fingerprint}
        (class_folders / "a" / "t0.mrc").rename(class_folders / "a" / "t00.mrc")
        seen.add(open_subtomograms(class_folders).fingerprint)
        (class_folders / "a" / "t00.mrc").unlink()
        seen.add(open_subtomograms(class_folders).fingerprint)
        make_mrc(class_folders / "a" / "t99.mrc")
        seen.add(open_subtomograms(class_folders).fingerprint)
        assert len(seen) == 4


class TestNoPool:
    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda _path: None, "is not there"),
            (lambda path: path.mkdir(), "holds no subtomograms"),
            (lambda path: path.write_text("x"), "is no kind of pool"),
        ],
    )
    def test_paths_that_hold_none(self, tmp_path, make, message):
        make(tmp_path / "x")
        with pytest.raises(CryoalError, match=message):
            open_subtomograms(tmp_path / "x")

    def test_label_column_where_there_is_none(self, class_folders, tmp_path):
        with pytest.raises(CryoalError, match="has no label column"):
            open_subtomograms(class_folders, label_column="x")
        pack_pool(open_subtomograms(class_folders), tmp_path / "p.h5")
        with pytest.raises(CryoalError, match="has no label column"):
            open_subtomograms(tmp_path / "p.h5", label_column="x")

    def test_positions_beyond_the_pool(self, class_folders):
        with pytest.raises(IndexError):
            open_subtomograms(class_folders).read([12])
        with pytest.raises(IndexError):
            open_subtomograms(class_folders).read([-1])

    def test_no_items_read_is_an_empty_batch(self, class_folders):
        assert open_subtomograms(class_folders).read([]).shape == (0, 1, 8, 8, 8)
