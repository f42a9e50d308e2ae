"""Class names and ids made fit for a figure: measured, cut in the middle, never over the edge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import text_to_path

FAMILY = "DejaVu Sans"
MISSING = "\N{WHITE SQUARE}"
GAP = "\N{HORIZONTAL ELLIPSIS}"


@cache
def glyphs() -> frozenset[int]:
    """Code points that the font of the figures can draw."""
    return frozenset(get_font(findfont(FAMILY)).get_charmap())


def drawable(text: str) -> str:
    """``text`` on one line, with a square for each character that the font lacks."""
    line = " ".join(text.split())
    return "".join(letter if ord(letter) in glyphs() else MISSING for letter in line)


def text_width_pt(text: str, size_pt: float) -> float:
    """Width of ``text`` as drawn, in points."""
    font = FontProperties(family=FAMILY, size=size_pt)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def fit(text: str, width_pt: float, size_pt: float) -> str:
    """``text`` at most ``width_pt`` wide when drawn; what does not fit is cut from its middle."""
    whole = drawable(text)
    if text_width_pt(whole, size_pt) <= width_pt:
        return whole
    low, high = 0, len(whole) - 1
    while low < high:
        kept = (low + high + 1) // 2
        if text_width_pt(without_middle(whole, kept), size_pt) <= width_pt:
            low = kept
        else:
            high = kept - 1
    return without_middle(whole, low)


def without_middle(text: str, kept: int) -> str:
    """The first half and the last half of ``kept`` characters around an ellipsis."""
    tail = kept // 2
    return text[: kept - tail] + GAP + text[len(text) - tail :]


def fit_all(names: Sequence[str], width_pt: float, size_pt: float) -> list[str]:
    """:func:`fit` for each name; those that would look alike get their number, from 1, in front."""
    short = [fit(name, width_pt, size_pt) for name in names]
    seen = Counter(short)
    return [
        text if seen[text] == 1 else fit(f"{number} {name}", width_pt, size_pt)
        for number, (name, text) in enumerate(zip(names, short, strict=True), start=1)
    ]
