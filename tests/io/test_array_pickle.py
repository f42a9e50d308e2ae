"""Pickles of arrays are read as pickle reads them, and nothing in them is ever executed."""

from __future__ import annotations

import os
import pickle
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from image_sets import cifar10_batch, noise, python2_pickle

from cryoal.errors import CryoalError
from cryoal.io.array_pickle import read_array_pickle

BATCH = python2_pickle(cifar10_batch("data_batch_1", 2))
values = st.one_of(
    st.integers(-(2**31), 2**31 - 1),
    st.binary(max_size=300),
    st.lists(st.integers(0, 2**16), max_size=5),
    st.lists(st.binary(max_size=5), max_size=5),
    npst.arrays(np.uint8, npst.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4)),
)
records = st.dictionaries(st.text("abc_", min_size=1), values)


def same(found: object, expected: object) -> bool:
    if isinstance(expected, np.ndarray):
        return isinstance(found, np.ndarray) and np.array_equal(found, expected)
    return type(found) is type(expected) and found == expected


def read(raw: bytes) -> dict[str, object]:
    return read_array_pickle(raw, "pool/batch")


def test_what_python_2_wrote():
    """The file is a true pickle: Python's own reader finds the same in it."""
    expected = pickle.loads(BATCH, encoding="bytes")
    found = read(BATCH)
    assert list(found) == ["batch_label", "labels", "data", "filenames"]
    assert all(same(found[name], expected[name.encode()]) for name in found)
    assert found["data"].shape == (2, 3072)


@settings(max_examples=50, deadline=None)
@given(records, st.sampled_from([3, 4]))
def test_what_python_3_writes(record, protocol):
    found = read(pickle.dumps(record, protocol))
    assert found.keys() == record.keys()
    assert all(same(found[name], record[name]) for name in record)


def test_columns_first():
    array = np.asfortranarray(noise((3, 4)))
    assert np.array_equal(read(pickle.dumps({"data": array}, 4))["data"], array)


def test_new_and_old_paths_of_numpy():
    new = BATCH.replace(b"numpy.core.multiarray", b"numpy._core.multiarray")
    assert np.array_equal(read(new)["data"], read(BATCH)["data"])


class Call:
    """Pickled as a call of ``function``."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("function", [os.system, os.mkdir, eval, exec, getattr, __import__])
def test_calls_are_refused(function, protocol, tmp_path):
    target = tmp_path / "made"
    code = {"system": f"mkdir {target}", "mkdir": str(target)}
    default = f"__import__('os').mkdir({str(target)!r})"
    call = Call(function, code.get(function.__name__, default))
    for record in ({"data": call}, call):
        with pytest.raises(CryoalError, match=r"pool/batch: holds .*refused") as caught:
            read(pickle.dumps(record, protocol))
        assert "\n" not in str(caught.value)
    assert not target.exists()


HEAD = b"\x80\x02}U\x01a"
ARRAY = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
BYTES = b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R"
OBJECTS = b"cnumpy\ndtype\nU\x02O8K\x00K\x01\x87R"
STATE = b"}U\x0c__setstate__K\x01s"


@pytest.mark.parametrize(
    "instructions",
    [
        pytest.param(ARRAY + b"(K\x01)" + OBJECTS + b"\x89](K\x00etb", id="objects"),
        pytest.param(ARRAY + b"(K\x01)" + BYTES + b"\x89](K\x00etb", id="a list for bytes"),
        pytest.param(ARRAY + b"(K\x01)N\x89U\x00tb", id="no type"),
        pytest.param(b"cnumpy\nndarray\n" + STATE + b"b", id="state of a class"),
        pytest.param(b"cnumpy.core.multiarray\n_reconstruct\n" + STATE + b"b", id="of a function"),
        pytest.param(b"}" + STATE + b"b", id="state of a dict"),
        pytest.param(b"cnumpy\nndarray\n)R", id="call of a class"),
        pytest.param(b"cnumpy\nndarray\n)\x81", id="new object"),
        pytest.param(b"(cnumpy\nndarray\no", id="object"),
        pytest.param(b"(iposix\nsystem\n", id="instance"),
        pytest.param(ARRAY.replace(b"numpy\nndarray", b"os\nsystem"), id="other"),
        pytest.param(b"cnumpy.testing\nrundocs\n", id="other of numpy"),
        pytest.param(b"\x82\x01", id="extension"),
        pytest.param(b"Pname\n", id="persistent"),
        pytest.param(b"U\x02osU\x06system\x93", id="names from the stack"),
        pytest.param(b"I1\n", id="text"),
        pytest.param(b"cbuiltins\n\x1b[2Jeval\n", id="control characters"),
        pytest.param(b"cnumpy\\.core\n_reconstruct\n", id="escapes"),
    ],
)  # fmt: skip
def test_other_instructions_are_refused(instructions):
    with pytest.raises(CryoalError, match=r"refused, as it might run code") as caught:
        read(HEAD + instructions + b"s.")
    assert str(caught.value).isprintable()


def shaped(*sizes: int, data: bytes = b"U\x00") -> bytes:
    shape = b"(" + b"".join(b"J" + size.to_bytes(4, "little", signed=True) for size in sizes) + b"t"
    return ARRAY + b"(K\x01" + shape + BYTES + b"\x89" + data + b"tb"


@pytest.mark.parametrize(
    "instructions",
    [
        pytest.param(shaped(2**31 - 1, 2**31 - 1), id="huge"),
        pytest.param(shaped(*[2**31 - 1] * 100_000), id="huge in many ways"),
        pytest.param(shaped(*[1] * 65, data=b"U\x01x"), id="many axes"),
        pytest.param(shaped(-1, -1, data=b"U\x01x"), id="negative"),
        pytest.param(shaped(3, data=b"U\x02xy"), id="too short"),
        pytest.param(ARRAY, id="without values"),
        pytest.param(b"T\xff\xff\xff\x7fx", id="longer than the file"),
        pytest.param(b"B\xff\xff\xff\xffx", id="bytes longer than the file"),
        pytest.param(b"t", id="no mark"),
        pytest.param(b"K\x01a", id="append to a number"),
        pytest.param(b"h\x07", id="never put"),
        pytest.param(b"K\x01\x85\x85}K\x01K\x02su", id="numbers as names"),
    ],
)
def test_what_cannot_be_is_damage(instructions):
    with pytest.raises(CryoalError, match=r"pool/batch: is damaged or incomplete"):
        read(HEAD + instructions + b"s.")


def test_bombs_take_neither_time_nor_memory(monkeypatch):
    monkeypatch.setattr("cryoal.io.array_pickle._MOST_INSTRUCTIONS", 1000)
    started = time.process_time()
    doubled = b")" + b"".join(b"q\x01h\x01\x86" for _ in range(60))
    for instructions in (
        doubled + b"K\x01s",  # as a name: its hash takes for ever
        b"cnumpy\ndtype\n" + doubled + b"K\x00K\x01\x87R",  # as a type: so does its text
    ):
        with pytest.raises(CryoalError):
            read(b"\x80\x02}" + instructions + b".")
    assert read(b"\x80\x02}r\xff\xff\xff\xffU\x01aK\x01s.") == {"a": 1}
    with pytest.raises(CryoalError, match=r"more values than such a file has"):
        read(b"\x80\x02" + b"]" * 1001 + b".")
    assert time.process_time() - started < 10


def test_endless_nesting_is_no_crash():
    with pytest.raises(CryoalError):
        read(b"\x80\x02" + b"]" * 20_000 + b"a" * 19_999 + b".")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_damage_is_one_line(data):
    raw = bytearray(BATCH)
    for _ in range(data.draw(st.integers(0, 3))):
        # Most of the file are pixels; what steers the reading lies before and behind them.
        at = data.draw(st.integers(0, 260) | st.integers(len(raw) - 60, len(raw) - 1))
        raw[at] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.integers(0, len(raw)))]
    try:
        assert isinstance(read(bytes(raw)), dict)
    except CryoalError as error:
        told = str(error)
        assert told.startswith("pool/batch: ")
        assert told.isprintable()


@pytest.mark.parametrize("raw", [b"", b"\x80\x02", b"N.", b"\x80\x02].", b"PK\x03\x04", b"<html>"])
def test_other_files(raw):
    with pytest.raises(CryoalError, match=r"pool/batch: "):
        read(raw)
