"""How every figure looks, whatever the user's own matplotlib settings are."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DPI = 150
WIDTH_IN = 8.6
TEXT = "#222222"
FAINT = "#8a8a8a"
GRID = "#e4e4e4"
UNKNOWN = "#efefef"
# Okabe & Ito, "Color Universal Design" (2008): told apart with any kind of colour vision.
CURVES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
# Tol, "Colour Schemes" (SRON/EPS/TN/09-002), the scheme "muted" with its grey.
CLASSES = (
    "#332288",
    "#88CCEE",
    "#117733",
    "#DDCC77",
    "#CC6677",
    "#44AA99",
    "#AA4499",
    "#999933",
    "#882255",
    "#BBBBBB",
)

OTHER_SCRIPTS = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Source Han Sans",
    "WenQuanYi Micro Hei",
    "Noto Sans Devanagari",
    "Noto Emoji",
)

# Keys are matplotlib's own; its list of them differs between versions.
SETTINGS: dict[Any, object] = {
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": FAINT,
    "axes.labelcolor": TEXT,
    "axes.axisbelow": True,
    "text.color": TEXT,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
    "legend.frameon": False,
}


@contextmanager
def drawing_style() -> Iterator[None]:
    """Matplotlib's own defaults and the settings above, for as long as figures are drawn."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        matplotlib.rcParams["font.family"] = font_families()
        yield


def font_families() -> list[str]:
    """DejaVu Sans, which comes with matplotlib, and what is installed for other scripts."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in OTHER_SCRIPTS if name in installed)]


def new_figure(width_in: float, height_in: float) -> Figure:
    """Empty white figure with its own Agg canvas, outside pyplot's list of figures."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def open_frame(axes: Axes) -> None:
    """Keep the left and the bottom line of the frame, with light lines across."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.tick_params(length=3, color=FAINT)


def png_bytes(figure: Figure) -> bytes:
    """The figure as a PNG of 150 dots an inch."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    return buffer.getvalue()
