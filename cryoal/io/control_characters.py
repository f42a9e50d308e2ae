"""Characters that steer a terminal in place of being shown."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def has_control_characters(name: str) -> bool:
    """Whether ``name`` holds any, of C0, DEL or C1."""
    return _CONTROL.search(name) is not None
