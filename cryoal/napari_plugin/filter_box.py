"""A choice that may be left open."""

from __future__ import annotations

from collections.abc import Sequence

from magicgui.widgets import ComboBox


class FilterBox(ComboBox):
    """Choices, before them ``every``, whose value is None.

    None has to be magicgui's own null choice: it tells nobody when a choice like others becomes
    None.
    """

    def __init__(self, every: str, choices: Sequence[tuple[str, str]] = ()) -> None:
        self.null_string = every
        super().__init__(choices=choices, nullable=True)
