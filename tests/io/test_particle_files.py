"""Any list of particles: recognised, read into the same places, and given classes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import emfile
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from particle_lists import PARTICLES
from scipy.spatial.transform import Rotation

from cryoal.errors import CryoalError
from cryoal.io.answers import Answers
from cryoal.io.coordinate_unit import Unit
from cryoal.io.copick_files import CopickSelection
from cryoal.io.csv_table import read_csv_table
from cryoal.io.dynamo import write_table, write_volume_index
from cryoal.io.particle_files import (
    read_ids,
    read_picks,
    write_classes,
    write_lists_of_classes,
)
from cryoal.io.particle_options import ParticleOptions
from cryoal.io.picks import TomogramGeometry
from cryoal.io.relion5 import (
    RelionOptics,
    write_optimisation_set,
    write_particles,
    write_tomograms,
)
from cryoal.io.shrec import write_particle_locations
from cryoal.io.star import read_star

SIZE_PX, VOXEL_A, UNBINNED_A = (101, 80, 41), 8.0, 2.0
GEOMETRY = TomogramGeometry(SIZE_PX, VOXEL_A, UNBINNED_A)
# Whole voxels, which every format can state.
PLACES = np.array([[10, 20, 30], [3, 4, 5], [100, 0, 40]])
TURNS = Rotation.from_euler("ZXZ", [[10, 20, 30], [90, 90, 0], [-5, 170, 60]], degrees=True)
CLASSES = ["apo", "ribo"]
ANSWERS = Answers(CLASSES, ["ribo", "apo", ""], [0.75, 0.5, 0.25])


def relion4(folder: Path) -> Path:
    angles = TURNS.inv().as_euler("ZYZ", degrees=True)
    columns = ["rlnTomoName", *(f"rlnCoordinate{axis}" for axis in "XYZ"), "rlnOpticsGroup"]
    columns += [f"rlnAngle{name}" for name in ("Rot", "Tilt", "Psi")]
    rows = [["t", *(4 * place), 1, *angle] for place, angle in zip(PLACES, angles, strict=True)]
    header = "".join(f"_{column}\n" for column in columns)
    body = "".join(" ".join(map(str, row)) + "\n" for row in rows)
    optics = f"data_optics\nloop_\n_rlnOpticsGroup\n_rlnTomoTiltSeriesPixelSize\n1 {UNBINNED_A}\n"
    path = folder / "particles.star"
    path.write_text(f"{optics}\ndata_particles\nloop_\n{header}{body}")
    return path


def dynamo(folder: Path) -> Path:
    angles = TURNS.inv().as_euler("ZXZ", degrees=True)[:, ::-1]
    rows = np.zeros((3, 35))
    rows[:, 0], rows[:, 19] = [1, 2, 3], 1
    rows[:, 6:9], rows[:, 23:26] = angles, PLACES + 1
    np.savetxt(folder / "p.tbl", rows)
    (folder / "p.doc").write_text("1 t.mrc\n")
    return folder / "p.tbl"


def motive(folder: Path) -> Path:
    rows = np.zeros((1, 3, 20), np.float32)
    psi, theta, phi = TURNS.as_euler("ZXZ", degrees=True).T
    rows[0, :, 7:10] = PLACES + 1
    rows[0, :, 16:19] = np.stack([phi, psi, theta], axis=1)
    emfile.write(folder / "m.em", rows)
    return folder / "m.em"


def eman2(folder: Path) -> Path:
    boxes = (PLACES - [50, 40, 20]) * VOXEL_A / UNBINNED_A
    info = {"apix_unbin": UNBINNED_A, "boxes_3d": [[*box, "manual", 0.0, 0] for box in boxes]}
    (folder / "t_info.json").write_text(json.dumps(info))
    return folder / "t_info.json"


def portal(folder: Path) -> Path:
    lines = [
        json.dumps(
            {
                "location": dict(zip("xyz", map(int, place), strict=True)),
                "xyz_rotation_matrix": turn.tolist(),
            }
        )
        for place, turn in zip(PLACES, TURNS.as_matrix(), strict=True)
    ]
    (folder / "t.ndjson").write_text("\n".join(lines))
    return folder / "t.ndjson"


def copick(folder: Path) -> Path:
    matrices = np.tile(np.eye(4), (3, 1, 1))
    matrices[:, :3, :3] = TURNS.as_matrix()
    points = [
        {"location": dict(zip("xyz", place, strict=True)), "transformation_": matrix.tolist()}
        for place, matrix in zip(PLACES * VOXEL_A, matrices, strict=True)
    ]
    path = folder / "ExperimentRuns" / "t" / "Picks" / "ann_1_x.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"pickable_object_name": "x", "points": points}))
    return folder


def shrec(folder: Path) -> Path:
    (folder / "t").mkdir()
    write_particle_locations(folder / "t/particle_locations.txt", ["x"] * 3, PLACES, TURNS)
    return folder / "t" / "particle_locations.txt"


def coords(folder: Path) -> Path:
    np.savetxt(folder / "t.coords", PLACES, fmt="%d")
    return folder / "t.coords"


def cbox(folder: Path) -> Path:
    names = ["CoordinateX", "CoordinateY", "CoordinateZ", "Width", "Height"]
    rows = "".join(f"{x - 5} {y - 6} {z} 10 12\n" for x, y, z in PLACES)
    header = "".join(f"_{name}\n" for name in names)
    (folder / "t.cbox").write_text(f"data_cryolo\nloop_\n{header}{rows}")
    return folder / "t.cbox"


def deepfinder(folder: Path) -> Path:
    psi, theta, phi = TURNS.as_euler("ZXZ", degrees=True).T
    objects = "".join(
        f'<object class_label="1" x="{x}" y="{y}" z="{z}" psi="{a}" the="{b}" phi="{c}"/>'
        for (x, y, z), a, b, c in zip(PLACES, psi, theta, phi, strict=True)
    )
    (folder / "t.xml").write_text(f"<objlist>{objects}</objlist>")
    return folder / "t.xml"


def table(folder: Path) -> Path:
    rows = "".join(f"t,{x * VOXEL_A},{y * VOXEL_A},{z * VOXEL_A}\n" for x, y, z in PLACES)
    (folder / "t.csv").write_text(f"tomogram,x,y,z\n{rows}")
    return folder / "t.csv"


WRITERS = [
    *(relion4, dynamo, motive, eman2, portal, copick, shrec, coords, cbox, deepfinder, table)
]
TURNED = {relion4, dynamo, motive, portal, copick, shrec, deepfinder}
OPTIONS = {
    relion4: ParticleOptions(label_column="rlnClassNumber"),
    dynamo: ParticleOptions(label_column="22"),
    motive: ParticleOptions(label_column="20"),
    table: ParticleOptions(unit=Unit.A),
}


@pytest.mark.parametrize("write", WRITERS)
def test_every_format_means_the_same_places_and_turns(tmp_path, write: Callable[[Path], Path]):
    options = OPTIONS[write] if write is table else ParticleOptions()
    picks = read_picks(write(tmp_path), options)
    assert list(picks.tomograms) == (["0"] * 3 if write is motive else ["t"] * 3)
    np.testing.assert_allclose(picks.voxels(np.arange(3), GEOMETRY), PLACES, atol=1e-4)
    assert (picks.rotations is not None) == (write in TURNED)
    if picks.rotations is not None:
        apart = (picks.rotations * TURNS.inv()).magnitude()
        np.testing.assert_allclose(apart, 0, atol=1e-5)


@pytest.mark.parametrize("write", [w for w in WRITERS if w not in (copick, coords)])
def test_written_classes_are_read_back(tmp_path, write: Callable[[Path], Path]):
    source = write(tmp_path)
    out = tmp_path / "out" / source.name
    options = OPTIONS.get(write, ParticleOptions())
    without = ParticleOptions(unit=options.unit)
    before = source.read_bytes()
    answers = ANSWERS
    files = write_classes(source, out, answers, without)
    assert files[0] == out
    assert source.read_bytes() == before
    unanswered = {eman2: "particles_00", shrec: "background"}.get(write, "")
    picks = read_picks(out, options)
    assert list(picks.labels) == ["ribo", "apo", unanswered]
    old = read_picks(source, without)
    np.testing.assert_array_equal(picks.positions, old.positions)


def test_probabilities_go_beside_lists_that_have_no_place_for_them(tmp_path):
    files = write_classes(dynamo(tmp_path), tmp_path / "o.tbl", ANSWERS)
    assert [file.name for file in files] == ["o.tbl", "o.classes.csv", "o.predictions.csv"]
    assert read_csv_table(files[2]).columns == {
        "id": [f"{at:.18e}" for at in (1, 2, 3)],
        "class": ["ribo", "apo", ""],
        "probability": ["0.750000", "0.500000", "0.000000"],
    }


def test_coords_by_class(tmp_path):
    files = write_classes(coords(tmp_path), tmp_path / "o.coords", ANSWERS)
    names = ["o.apo.coords", "o.ribo.coords", "o.predictions.csv"]
    assert [file.name for file in files] == names
    assert files[0].read_text() == "3 4 5\n"


def test_a_copick_project_gets_picks_of_another_user(tmp_path):
    options = ParticleOptions(picks_of=CopickSelection("ann"), new_session="7")
    write_classes(copick(tmp_path), tmp_path, ANSWERS, options)
    mine = ParticleOptions(picks_of=CopickSelection("cryoal", "7"))
    assert read_picks(tmp_path, mine).labels == ["apo", "ribo"]


def test_an_optimisation_set_stands_for_its_particles(tmp_path):
    optics = RelionOptics(300.0, 2.7, 0.07, hand=-1, premultiplied=True, box_px=32)
    write_particles(tmp_path / "p.star", PARTICLES, optics)
    volumes = {"t_1": "1.mrc", "t_2": "2.mrc"}
    write_tomograms(tmp_path / "x.star", volumes, PARTICLES.size_px, 8.0, optics)
    path = tmp_path / "optimisation_set.star"
    write_optimisation_set(path, "p.star", "x.star")
    picks = read_picks(path)
    assert picks.source == tmp_path / "p.star"
    assert set(picks.files) == {"t_1", "t_2"}
    answers = Answers(CLASSES, ["apo"] * 3, [1.0] * 3)
    out, _ = write_classes(path, tmp_path / "o.star", answers)
    assert read_star(out)[-1].column("rlnClassNumber") == ["1"] * 3


def test_the_simulators_dynamo_files(tmp_path):
    path = tmp_path / "p.tbl"
    write_table(path, PARTICLES)
    write_volume_index(tmp_path / "v.doc", {"t_1": "t_1.mrc", "t_2": "t_2.mrc"})
    options = ParticleOptions(tomograms=tmp_path / "v.doc", label_column="34", first_voxel=0)
    picks = read_picks(path, options)
    assert list(picks.tomograms) == ["t_2", "t_1", "t_2"]
    expected = PARTICLES.picks_px + PARTICLES.shifts_px + 1
    np.testing.assert_allclose(picks.positions, expected)


def test_a_folder_of_lists_is_one_list(tmp_path):
    for name, text in (("b", "7 8 9\n"), ("a", "1 2 3\n4 5 6\n"), ("none", "")):
        (tmp_path / f"{name}.coords").write_text(text)
    picks = read_picks(tmp_path)
    assert picks.tomograms == ["a", "a", "b"]
    assert picks.ids == ["a/1", "a/2", "b/1"]
    assert picks.source == tmp_path
    files = write_classes(tmp_path, tmp_path / "out", ANSWERS)
    assert {file.name for file in files} >= {"a.ribo.coords", "a.apo.coords", "b.predictions.csv"}


def test_folders_as_programs_make_them(tmp_path):
    for name in ("model_0", "model_1"):
        folder = tmp_path / "shrec" / name
        folder.mkdir(parents=True)
        write_particle_locations(folder / "particle_locations.txt", ["x"] * 3, PLACES, TURNS)
    picks = read_picks(tmp_path / "shrec")
    assert picks.tomograms == ["model_0"] * 3 + ["model_1"] * 3
    assert picks.rotations is not None
    assert len(picks.rotations) == 6
    answers = Answers(CLASSES, ["apo"] * 6, [1.0] * 6)
    files = write_classes(tmp_path / "shrec", tmp_path / "o", answers)
    assert tmp_path / "o" / "model_1" / "particle_locations.txt" in files
    annotations = tmp_path / "d" / "t" / "Reconstructions" / "VoxelSpacing8.000" / "Annotations"
    for name in ("1", "2"):
        (annotations / name).mkdir(parents=True)
    one, two = (portal(annotations / name) for name in ("1", "2"))
    two.write_text(
        one.read_text()
        .replace('"x": 10', '"x": 11')
        .replace('"x": 3', '"x": 4')
        .replace('"x": 100', '"x": 99')
    )
    picks = read_picks(tmp_path / "d")
    assert picks.tomograms == ["t"] * 6
    assert picks.ids[3] == "t/Reconstructions/VoxelSpacing8.000/Annotations/2/t/1"


@pytest.mark.parametrize("keep", [(True, False, True), (False, False, True), (False,) * 3])
@pytest.mark.parametrize("write", [w for w in WRITERS if w not in (copick, coords)])
def test_some_particles_are_kept(tmp_path, write: Callable[[Path], Path], keep):
    source = write(tmp_path)
    out = tmp_path / "out" / source.name
    options = OPTIONS.get(write, ParticleOptions())
    without = ParticleOptions(unit=options.unit)
    answers = Answers(CLASSES, ["ribo", "apo", "ribo"], [0.75, 0.5, 0.25])
    files = write_classes(source, out, answers, without, keep)
    picks, kept = read_picks(source, without), read_picks(out, options)
    rows = np.flatnonzero(keep)
    np.testing.assert_array_equal(kept.positions, picks.positions[rows])
    assert list(kept.labels) == [answers.names[row] for row in rows]
    tables = [file for file in files if file.name.endswith(".predictions.csv")]
    for file in tables:
        listed = read_csv_table(file).columns
        assert listed["id"] == [picks.ids[row] for row in rows]
        assert listed["class"] == list(kept.labels)


def test_some_particles_of_a_folder_are_kept(tmp_path):
    for name in "ab":
        (tmp_path / "in" / name).mkdir(parents=True)
        shrec(tmp_path / "in" / name).rename(tmp_path / "in" / name / "particle_locations.txt")
    answers = Answers(CLASSES, ["apo"] * 6, [1.0] * 6)
    keep = [False, True, True, False, False, True]
    write_classes(tmp_path / "in", tmp_path / "out", answers, keep=keep)
    assert read_picks(tmp_path / "out").positions.tolist() == PLACES[[1, 2, 2]].tolist()


@pytest.mark.parametrize("write", WRITERS)
def test_a_list_for_each_class(tmp_path, write: Callable[[Path], Path]):
    source = write(tmp_path / "a" if write is copick else tmp_path)
    if write is copick:
        out = tmp_path / "b"
    elif write is eman2:
        out = tmp_path / "o_info.json"
    else:
        out = tmp_path / f"o{source.suffix}"
    options = ParticleOptions(unit=OPTIONS.get(write, ParticleOptions()).unit)
    answers = Answers(CLASSES, ["ribo", "apo", "ribo"], [0.75, 0.5, 0.25])
    files = write_lists_of_classes(source, out, answers, options, [True, True, False])
    if write is copick:
        assert len(files) == 2
        return
    ends = source.name.removeprefix("t") if write is eman2 else source.suffix
    for name, row in (("ribo", 0), ("apo", 1)):
        one = read_picks(tmp_path / f"o.{name}{ends}", options)
        np.testing.assert_array_equal(one.positions, read_picks(source, options).positions[[row]])


def test_lists_of_classes_of_a_folder_are_a_folder_each(tmp_path):
    (tmp_path / "in").mkdir()
    shrec(tmp_path / "in")
    answers = Answers(CLASSES, ["ribo", "apo", "ribo"], [1.0] * 3)
    write_lists_of_classes(tmp_path / "in", tmp_path / "o", answers)
    assert len(read_picks(tmp_path / "o" / "ribo")) == 2
    bad = Answers(["a/b"], ["a/b"] * 3, [1.0] * 3)
    with pytest.raises(CryoalError, match="cannot be part of a file's name"):
        write_lists_of_classes(tmp_path / "in", tmp_path / "p", bad)


def test_a_star_of_images_needs_no_coordinates_to_be_copied(tmp_path):
    source = tmp_path / "p.star"
    source.write_text("data_\nloop_\n_rlnImageName\na.mrc\nb.mrc\n")
    assert read_ids(source).ids == ["a.mrc", "b.mrc"]
    write_classes(source, tmp_path / "o.star", Answers(CLASSES, ["apo", ""], [1.0, 0.0]))
    assert read_star(tmp_path / "o.star")[0].rows == [
        ["a.mrc", "1", "1.000000"],
        ["b.mrc", "0", "0.000000"],
    ]


SPLINTERS = st.sampled_from(
    [
        b"\n",
        b"\r",
        b'"',
        b"'",
        b"\xff",
        b"\0",
        b" nan ",
        b"1e999",
        b"9" * 400,
        b"[",
        b",",
        b"_",
        b"#",
    ]
)


@settings(max_examples=40, deadline=None)
@given(st.data())
@pytest.mark.parametrize("write", [w for w in WRITERS if w is not copick])
def test_damage_is_told_in_one_line_or_survived(tmp_path_factory, write, data):
    """Whatever is read can be written and read again."""
    source = write(tmp_path_factory.mktemp("damage"))
    options = OPTIONS.get(write, ParticleOptions())
    content = source.read_bytes()
    at = data.draw(st.integers(0, len(content)))
    rest = content[at + data.draw(st.integers(0, 20)) :] if data.draw(st.booleans()) else b""
    source.write_bytes(content[:at] + data.draw(SPLINTERS) + rest)
    out = source.parent / "out" / source.name
    told = ""
    try:
        count = len(read_picks(source, options))
        write_classes(source, out, Answers(CLASSES, ["apo"] * count, [1.0] * count), options)
        assert write is coords or len(read_picks(out, options)) == count
    except CryoalError as error:
        told = str(error)
    assert "\n" not in told


def test_real_ribosomes_keep_every_byte(data_folder, tmp_path):
    source = data_folder / "empiar10499" / "particles.star"
    if not source.is_file():
        pytest.skip("no empiar10499; set CRYOAL_DATA")
    answers = Answers(["ribosome"], ["ribosome"] * 40, [0.5] * 40)
    out, legend = write_classes(source, tmp_path / "o.star", answers)
    added = "_rlnClassNumber #16\n_cryoalProbability #17\n"
    text = out.read_text()
    assert text.count(added) == 1
    assert text.count("  1  0.500000") == 40
    assert text.replace(added, "").replace("  1  0.500000", "") == source.read_text()
    assert legend.read_text() == "rlnClassNumber,class\n1,ribosome\n"


@pytest.mark.parametrize(
    ("name", "text", "options", "message"),
    [
        ("a.pdf", "", ParticleOptions(), "no list of particles; give one of: RELION"),
        ("a.csv", "x,y,z\n", ParticleOptions(), "state it, px"),
        ("a.csv", "x,y,z\n", ParticleOptions(first_voxel=0), "first_voxel means nothing"),
        ("a.tbl", "", ParticleOptions(label_column="21"), "name 22 or 23 or 34"),
        ("a.em", "", ParticleOptions(), "no list of particles"),
    ],
)
def test_what_cannot_be_read_gives_one_line(tmp_path, name, text, options, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(CryoalError, match=message):
        read_picks(tmp_path / name, options)


def test_what_cannot_be_written_gives_one_line(tmp_path):
    source = coords(tmp_path)
    short = Answers(CLASSES, ["apo"], [1.0])
    for out, answers, message in [
        (source, ANSWERS, "is what was read"),
        (tmp_path / "o.star", ANSWERS, "needs a name in .coords"),
        (tmp_path / "o.coords", short, "has 3 particles, 1 answers"),
    ]:
        with pytest.raises(CryoalError, match=message):
            write_classes(source, out, answers)
    with pytest.raises(CryoalError, match="is not there"):
        read_picks(tmp_path / "absent.star")


def test_a_folder_of_two_formats_is_refused(tmp_path):
    coords(tmp_path)
    cbox(tmp_path)
    with pytest.raises(CryoalError, match="lists of 2 formats"):
        read_picks(tmp_path)


def test_answers_must_fit_together():
    with pytest.raises(ValueError, match="unknown"):
        Answers(["a"], ["b"], [1.0])
    with pytest.raises(ValueError, match="number"):
        Answers(["a"], ["a"], [])
