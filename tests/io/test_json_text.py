from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoal.errors import CryoalError
from cryoal.io.json_text import elements, member_edit, members, parse_json, value_start
from cryoal.io.text_edits import edited

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
INDENTS = st.sampled_from([None, 0, 2])


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.text(), VALUES, max_size=4), INDENTS, st.sampled_from(["", "\ufeff", " "])
)
def test_members_are_where_they_are_said_to_be(value, indent, lead):
    text = lead + json.dumps(value, indent=indent)
    places = members(text, value_start(text))
    assert {key: json.loads(text[slice(*span)]) for key, span in places.items()} == value


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, max_size=4), INDENTS)
def test_elements_are_where_they_are_said_to_be(value, indent):
    text = json.dumps(value, indent=indent)
    assert [json.loads(text[slice(*span)]) for span in elements(text, 0)] == value


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(), VALUES, max_size=3), st.text(), VALUES, INDENTS)
def test_a_member_is_replaced_or_added_at_the_end(value, name, new, indent):
    text = json.dumps(value, indent=indent)
    changed = edited(text, [member_edit(text, 0, name, json.dumps(new))])
    assert json.loads(changed) == value | {name: new}
    assert list(json.loads(changed)) == list(value | {name: new})


@pytest.mark.parametrize("text", ["", "{", '{"a": 1,}', "[" * 100_000, "1" * 5000, "\x00"])
def test_broken_text_is_refused(text):
    with pytest.raises(CryoalError, match="a file: is not JSON"):
        parse_json(text, "a file")
