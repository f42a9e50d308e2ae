"""2D tilt stacks of RELION and Warp as boxes: made-up projects, and real ribosomes."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import mrcfile
import numpy as np
import pytest
import torch
from real_ribosomes import average_of, given_average, likeness, turned_over
from tilt_stack_project import PIXEL_A, TiltStackProject
from tilted_blobs import BALLS, correlation, peaks, volume

from cryoal.errors import CryoalError
from cryoal.pools import SubtomogramPool, open_subtomograms, pack_pool
from cryoal.runs.inference import Prediction
from cryoal.runs.predictions import write_predictions
from cryoal.volumes.back_projection import BackProjector


def opened(folder: Path, **options: object) -> SubtomogramPool:
    return open_subtomograms(TiltStackProject(**options).write(folder))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def relion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return TiltStackProject().write(tmp_path_factory.mktemp("relion"))


def test_what_the_files_say(relion: Path) -> None:
    for path in (relion, relion.parent):
        pool = open_subtomograms(path, label_column="myKind")
        assert pool.kind == "particles.star of tilt stacks, back-projected"
        assert pool.ids == TiltStackProject().names()
        assert pool.groups is not None
        assert pool.groups.tolist() == ["T1", "T1", "T1", "002"]
        assert (pool.labels.tolist(), pool.classes) == ([1, -1, 0, 1], ["junk", "ribo"])
        assert pool.item_shape == (1, 24, 24, 24)
        assert pool.voxel_size_A == 12.0
        assert "`cryoal pack` makes them once" in pool.warnings[-1]
    assert open_subtomograms(relion).labels.tolist() == [-1] * 4


@pytest.mark.parametrize("box_px", [24, 25])
@pytest.mark.parametrize("style", ["relion", "warp"])
def test_objects_are_where_they_were_with_their_hand(
    tmp_path: Path, style: str, box_px: int
) -> None:
    truth = volume(box_px)
    for found in opened(tmp_path, style=style, box_px=box_px).read(range(4))[:, 0].numpy():
        np.testing.assert_allclose(peaks(found), BALLS[:, :3], atol=0.5)
        upright = correlation(found, truth)
        assert upright > 0.75
        for axis in range(3):
            assert correlation(np.flip(found, axis), truth) < upright - 0.2


def test_relions_and_warps_files_give_the_same_boxes(tmp_path: Path, relion: Path) -> None:
    """Angles or matrices, visible tilts or all, centred Angstrom or pixels of the images."""
    warp = opened(tmp_path, style="warp").read(range(4))
    torch.testing.assert_close(warp, open_subtomograms(relion).read(range(4)), atol=1e-4, rtol=0)


@pytest.mark.parametrize("hand", [1, -1])
@pytest.mark.parametrize("style", ["relion", "warp"])
def test_the_defocus_is_that_of_each_particles_height_by_the_hand(
    tmp_path: Path, style: str, hand: int
) -> None:
    """Boxes by the formula of the lens at the places that were written down."""
    project = TiltStackProject(style=style, hand=hand, stated_hand=hand, spread=5.0)
    found = open_subtomograms(project.write(tmp_path)).read(range(4))[:, 0]
    projector = BackProjector(project.matrices(), project.box_px, PIXEL_A)

    def box(at: int, hand: int) -> torch.Tensor:
        factor = replace(project, hand=hand).transfer(at).astype(np.float32)
        stack = torch.from_numpy(project.stack(at))[None]
        seen, flag = project.visible()[at][None], np.array([True])
        return projector.volumes(stack, torch.from_numpy(factor)[None], seen, flag)[0]

    for at, one in enumerate(found):
        largest = float(one.max())
        torch.testing.assert_close(one, box(at, hand), atol=0.01 * largest, rtol=0)
        # In the middle of the tomogram the hand does not matter.
        assert ((one - box(at, -hand)).abs().max() > 0.1 * largest) == (at != 2)


def test_images_that_are_not_premultiplied_give_nearly_the_same(
    tmp_path: Path, relion: Path
) -> None:
    raw = opened(tmp_path, premultiplied=False).read(range(4))[:, 0].numpy()
    for one, other in zip(raw, open_subtomograms(relion).read(range(4))[:, 0], strict=True):
        assert correlation(one, other.numpy()) > 0.98


def test_tilts_out_of_sight_have_no_influence(tmp_path: Path) -> None:
    project = TiltStackProject(style="warp")
    path = project.write(tmp_path)
    before = open_subtomograms(path).read(range(4))
    for seen, name in zip(project.visible(), project.names(), strict=True):
        with mrcfile.open(tmp_path / name, "r+") as mrc:
            mrc.data[~seen] = 1e6
    assert torch.equal(open_subtomograms(path).read(range(4)), before)


def test_boxes_do_not_depend_on_what_is_read_with_them(relion: Path) -> None:
    together = open_subtomograms(relion).read([3, 0, 2, 1])
    pool = open_subtomograms(relion)
    for row, at in enumerate([3, 0, 2, 1]):
        assert torch.equal(pool.read([at])[0], together[row])
    assert pool.read([]).shape == (0, 1, 24, 24, 24)
    with pytest.raises(IndexError):
        pool.read([4])


def test_the_fingerprint_is_of_boxes_not_of_labels(tmp_path: Path) -> None:
    path = TiltStackProject().write(tmp_path / "a")
    first = open_subtomograms(path).fingerprint
    assert open_subtomograms(path, label_column="myKind").fingerprint == first
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    moved = tmp_path / "b" / path.relative_to(tmp_path / "a")
    assert open_subtomograms(moved).fingerprint == first
    for folder, options in (("c", {"stated_hand": 1}), ("d", {"premultiplied": False})):
        other = TiltStackProject(**options)
        lists = other.write(tmp_path / folder)
        for name in other.names():  # the very same stacks: only what the lists say is other
            shutil.copyfile(tmp_path / "a" / name, tmp_path / folder / name)
        assert open_subtomograms(lists).fingerprint != first
    text = path.read_text()
    path.write_text(text.replace("[1,1", "[0,1", 1))
    assert open_subtomograms(path).fingerprint != first


def test_names_with_control_characters_are_refused(tmp_path: Path) -> None:
    path = TiltStackProject().write(tmp_path)
    path.write_text(path.read_text().replace("junk", "ju\x07nk"))
    with pytest.raises(CryoalError, match=r"'ju\\x07nk' has control characters"):
        open_subtomograms(path, label_column="myKind")


def test_packed_boxes_are_the_same(tmp_path: Path, relion: Path) -> None:
    pool = open_subtomograms(relion, label_column="myKind")
    pack_pool(pool, tmp_path / "p.h5", "float32")
    packed = open_subtomograms(tmp_path / "p.h5")
    assert torch.equal(packed.read(range(4)), pool.read(range(4)))
    assert (list(packed.ids), packed.classes) == (pool.ids, pool.classes)


def without_columns(path: Path, before: bytes) -> None:
    """The predicted STAR is the one before it but for two columns at the end."""
    lines, old = path.read_bytes().split(b"\n"), before.split(b"\n")
    named = [at for at, line in enumerate(lines) if line.startswith(b"_cryoalProbability")]
    assert lines[named[0] - 1].startswith(b"_rlnClassNumber")
    lines[named[0] - 1 : named[0] + 1] = []
    assert len(lines) == len(old)
    changed = [at for at, (one, two) in enumerate(zip(lines, old, strict=True)) if one != two]
    for at in changed:
        end = len(old[at].rstrip())
        assert lines[at][:end] == old[at][:end]
        assert lines[at][end:].split() == [b"2", b"0.750000"]
        assert lines[at].endswith(old[at][end:])
    assert len(changed) == 4 or len(changed) == 40


def predict(pool: SubtomogramPool, out: Path) -> None:
    labels, probabilities = np.ones(len(pool), np.int64), np.full(len(pool), 0.75)
    write_predictions(out, pool, Prediction(("junk", "ribo"), labels, probabilities))


def test_predictions_go_back_into_the_star(tmp_path: Path, relion: Path) -> None:
    predict(open_subtomograms(relion), tmp_path / "out.star")
    without_columns(tmp_path / "out.star", relion.read_bytes())


def edited(folder: Path, file: str, old: str, new: str, style: str = "relion") -> Path:
    path = TiltStackProject(style=style).write(folder)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    return path


STAR = "particles.star"
BAD = [
    ("relion", STAR, "rlnTomoName", "rlnName", r"particles\.star: no column _rlnTomoName"),
    ("relion", STAR, "rlnImagePixelSize", "x", r"particles\.star: no _rlnImagePixelSize in data_o"),
    ("relion", STAR, "CenteredCoordinate", "C", r"particles\.star: 0 tables with _rlnCentered"),
    ("relion", STAR, "002  Sub", "T9  Sub", r"line 33: tomogram 'T9' is 0 times in .*tomograms\."),
    ("relion", STAR, "[1,1,1", "[1,1", r"line 30: _rlnTomoVisibleFrames has 19 frames, .* has 20;"),
    ("relion", STAR, "[1,1,1", "[1,2,1", r"line 30: .* not a vector of 0 and 1"),
    ("relion", STAR, ",".join("1" * 20), ",".join("0" * 20), "line 30: .* has no frame; remove"),
    (
        "relion",
        STAR,
        "Subtomograms/002/3",
        "000001@Subtomograms/002/3",
        "line 33: .* stack of tilt",
    ),
    ("relion", STAR, "Subtomograms/002/3", "Subtomograms/002/9", r"line 33: .*9_stack.* is not in"),
    ("relion", "tilts/002.star", "data_002", "data_2", r"line 15: .*002\.star has 0 tilts in 0"),
    ("relion", "tomograms.star", "tilts/002", "tilts/2", r"line 15: .*2\.star is not there"),
    ("warp", "tomograms.star", "rlnTomoProjY", "rlnY", "data_T1.tomostar: no column _rlnTomoProjY"),
    ("warp", "tomograms.star", "rlnTomoSizeZ", "rlnZ", "line 30: .* need _rlnTomoSizeX, Y and Z"),
]


@pytest.mark.parametrize(("style", "file", "old", "new", "message"), BAD)
def test_bad_files_are_refused_in_one_line(
    tmp_path: Path, style: str, file: str, old: str, new: str, message: str
) -> None:
    with pytest.raises(CryoalError, match=message) as caught:
        open_subtomograms(edited(tmp_path, file, old, new, style))
    assert "\n" not in str(caught.value)


def test_without_the_tomograms_it_is_said_what_is_missing(tmp_path: Path) -> None:
    path = TiltStackProject().write(tmp_path)
    (tmp_path / "tomograms.star").unlink()
    with pytest.raises(CryoalError, match=r"but no tomograms\.star is beside it, nor an"):
        open_subtomograms(path)


def test_an_empty_list_is_refused(tmp_path: Path) -> None:
    path = TiltStackProject().write(tmp_path)
    path.write_text("\n".join(path.read_text().split("\n")[:29]) + "\n")
    with pytest.raises(CryoalError, match="lists no particles"):
        open_subtomograms(path)


def rewrite(path: Path, stack: np.ndarray) -> None:
    with mrcfile.new(path, overwrite=True) as mrc:
        mrc.set_data(stack.astype(np.float32))


def test_bad_stacks_are_refused(tmp_path: Path) -> None:
    project = TiltStackProject()
    path = project.write(tmp_path)
    stack = tmp_path / project.names()[2]
    whole, images = stack.read_bytes(), project.stack(2)[project.visible()[2]]
    for bad, message in [
        (images[1:], r"line 32: .*2_stack2d\.mrcs holds \d+ images, but the tilt series has 20 t"),
        (images[:, 1:], r"2_stack2d\.mrcs: images of 24 x 23 pixels are not square"),
        (images[:, 2:, 2:], r"2_stack2d\.mrcs: images of 22 pixels, but 0_stack2d\.mrcs has 24"),
    ]:
        rewrite(stack, bad)
        with pytest.raises(CryoalError, match=message):
            open_subtomograms(path)
    stack.write_bytes(whole[:-100])
    with pytest.raises(CryoalError, match=r"2_stack2d\.mrcs: truncated"):
        open_subtomograms(path)
    stack.write_bytes(whole)
    pool = open_subtomograms(path)
    rewrite(stack, images[1:])
    with pytest.raises(CryoalError, match=r"2_stack2d\.mrcs: changed since the pool was opened"):
        pool.read([2])
    stack.write_bytes(whole[:-4] + np.float32(np.nan).tobytes())
    with pytest.raises(CryoalError, match=r"2_stack2d\.mrcs: holds NaN"):
        open_subtomograms(path).read([2])


def test_optics_groups_may_differ_in_premultiplication(tmp_path: Path) -> None:
    """The first particle's images are premultiplied, the others' are not."""
    path = TiltStackProject().write(tmp_path)
    raw = TiltStackProject(premultiplied=False)
    expected = opened(tmp_path / "raw", premultiplied=False).read(range(4))
    for at in (1, 2, 3):
        rewrite(tmp_path / raw.names()[at], raw.stack(at)[raw.visible()[at]])
    wrong = open_subtomograms(path).read([1])[0]
    assert not torch.allclose(wrong, expected[1], atol=0.01)
    text = path.read_text().replace("\n1 1 2 3.0 12.00000", "\n1 1 2 3.0 12.0\n2 0 2 3.0 12.0")
    for at in (1, 2, 3):
        text = text.replace(f"{raw.names()[at]}  1", f"{raw.names()[at]}  2")
    path.write_text(text)
    found = open_subtomograms(path).read(range(4))
    torch.testing.assert_close(found[1:], expected[1:], atol=1e-5, rtol=0)
    assert torch.equal(found[0], opened(tmp_path / "multiplied").read([0])[0])
    path.write_text(text.replace("\n2 0 2", "\n3 0 2"))
    with pytest.raises(CryoalError, match="optics group 2 is not in data_optics"):
        open_subtomograms(path)


class TestRealRibosomes:
    """40 particles of EMPIAR-10499, exported by WarpTools."""

    @pytest.fixture(scope="class")
    @staticmethod
    def folder() -> Path:
        root = Path(__file__).parents[2]
        data = Path(os.environ.get("CRYOAL_DATA", root.parent / "shared" / "data"))
        if not (data / "empiar10499" / "particles.star").is_file():
            pytest.skip("no real data; set CRYOAL_DATA")
        return data / "empiar10499"

    def test_their_average_is_the_known_one(self, folder: Path) -> None:
        pool = open_subtomograms(folder / "particles.star")
        assert len(pool) == 40
        average = average_of(folder, pool.read(range(40))[:, 0].numpy())
        mirrored = turned_over(average)
        like = likeness(folder, mirrored)
        assert like > 0.85
        assert like >= likeness(folder, given_average(folder))
        # The other hand, and the right one turned over along each axis.
        assert likeness(folder, average) < like - 0.25
        others = [np.roll(np.flip(mirrored, axis), 1, axis) for axis in range(3)]
        assert max(likeness(folder, other) for other in others) < like - 0.1

    def test_predictions_go_back_into_their_star(self, folder: Path, tmp_path: Path) -> None:
        predict(open_subtomograms(folder / "particles.star"), tmp_path / "out.star")
        without_columns(tmp_path / "out.star", (folder / "particles.star").read_bytes())

    def test_the_contrast_looks_bright(self, folder: Path) -> None:
        pool = open_subtomograms(folder)
        boxes = pool.normalise(pool.read([0, 10, 20, 30]))[:, 0]
        assert (boxes[:, 12:20, 12:20, 12:20].mean(dim=(1, 2, 3)) > 0.2).all()
