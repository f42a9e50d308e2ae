"""DeepFinder's XML: objects, hostile files, classes written into the same text."""

from __future__ import annotations

import time
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.errors import CryoalError
from cryoal.io.class_legend import write_legend
from cryoal.io.deepfinder_xml import (
    keep_deepfinder_objects,
    read_deepfinder_xml,
    write_deepfinder_classes,
)

TEXT = """<?xml version="1.0" encoding="utf-8"?>
<!-- <object class_label="9"/> é -->
<objlist>
  <object tomo_idx="001" class_label="1" x="10.5" y="20" z="30" phi="90" psi="0" the="0"/>
  <object note='class_label="5" &gt; é' x="1e-9" y="-0.0"
     z="3" class_label = '2'></object>
</objlist>
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "TS_1.xml"
    path.write_bytes(text.encode())
    return path


def test_objects(tmp_path):
    path = write(tmp_path, TEXT)
    picks = read_deepfinder_xml(path)
    np.testing.assert_array_equal(picks.positions, [[10.5, 20, 30], [1e-9, 0, 3]])
    assert list(picks.tomograms) == ["001", "TS_1"]
    assert list(picks.labels) == ["1", "2"]
    assert picks.rotations is None
    write_legend(path, "class_label", ["ribosome", "a b"])
    assert list(read_deepfinder_xml(path).labels) == ["ribosome", "a b"]


def test_angles(tmp_path):
    """phi about z, then the about x, then psi about z."""
    one = '<object class_label="0" x="1" y="2" z="3" phi="90" psi="0" the="90"/>'
    picks = read_deepfinder_xml(write(tmp_path, f"<objlist>{one}</objlist>"))
    assert picks.rotations is not None
    np.testing.assert_allclose(picks.rotations.apply([[1, 0, 0]]), [[0, 0, 1]], atol=1e-12)
    assert list(picks.labels) == [""]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_class_labels_change(tmp_path, mark, end):
    path = write(tmp_path, mark + TEXT.replace("\n", end))
    write_deepfinder_classes(path, tmp_path / "o.xml", [7, 8])
    expected = TEXT.replace('class_label="1"', 'class_label="7"').replace("= '2'", '= "8"')
    assert (tmp_path / "o.xml").read_bytes().decode() == mark + expected.replace("\n", end)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, st.booleans()), max_size=4))
def test_any_attributes_survive(tmp_path_factory, rows):
    def text(first: int) -> str:
        objects = ""
        for at, (before, after, is_late) in enumerate(rows):
            label = f' class_label="{first + at}"'
            words = [f' x="{at}" y="1" z="2" a={quoteattr(before)} b={quoteattr(after)}', label]
            objects += f"<object{''.join(words if is_late else words[::-1])}/>\n"
        return f"<objlist>{objects}</objlist>"

    path = write(tmp_path_factory.mktemp("xml"), text(0))
    write_deepfinder_classes(path, path, [7 + at for at in range(len(rows))])
    assert path.read_bytes().decode() == text(7)


def test_200000_objects_take_seconds(tmp_path):
    rows = "".join(f'<object class_label="1" x="{at}" y="2" z="3"/>' for at in range(200_000))
    path = write(tmp_path, f"<objlist>{rows}</objlist>")
    start = time.process_time()
    assert len(read_deepfinder_xml(path)) == 200_000
    write_deepfinder_classes(path, path, [2] * 200_000)
    assert time.process_time() - start < 30


BOMB = (
    '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<objlist><object class_label="1" x="1" y="1" z="1" n="&b;"/></objlist>'
)
FILE = '<!DOCTYPE l SYSTEM "/etc/passwd"><objlist/>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no XML"),
        (TEXT[:-15], "is no XML"),
        (BOMB, "line 1: has a document type"),
        (FILE, "line 1: has a document type"),
        ('<l><object x="1" y="2" z="3"/></l>', "line 1: an object without class_label"),
        ("<l><object>\n<object/></object></l>", "line 2: an object in an object"),
        ('<l>\n<object class_label="1" x="1" y="2"/></l>', "line 2: an object without z"),
        ('<l><object class_label="a" x="1" y="2" z="3"/></l>', "class_label is 'a'"),
        ('<l><object class_label="1" x="nan" y="2" z="3"/></l>', "x is 'nan'"),
    ],
)
def test_bad_and_hostile_files_give_one_line(tmp_path, text, message):
    with pytest.raises(CryoalError, match=message):
        read_deepfinder_xml(write(tmp_path, text))


def test_objects_of_one_tag_and_of_two_are_left_out_whole(tmp_path):
    path, out = write(tmp_path, TEXT), tmp_path / "o.xml"
    first = TEXT[TEXT.index("<object tomo") : TEXT.index("<object note")].rstrip()
    second = TEXT[TEXT.index("<object note") : TEXT.index("</objlist>")].rstrip()
    keep_deepfinder_objects(path, out, [False, True])
    assert out.read_text() == TEXT.replace(first, "")
    keep_deepfinder_objects(path, out, [True, False])
    assert out.read_text() == TEXT.replace(second, "")


def test_an_empty_list(tmp_path):
    path = write(tmp_path, "<objlist/>")
    assert len(read_deepfinder_xml(path)) == 0
    with pytest.raises(CryoalError, match="has 0 objects, 1 classes"):
        write_deepfinder_classes(path, path, [1])
