"""What every picture has: colours from palette.json, axes, a legend, notes."""

import io
import json
from pathlib import Path

import matplotlib as mpl
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from PIL import Image

PALETTE = json.loads(
    Path(__file__).parents[1].joinpath("palette.json").read_text("utf-8")
)
SHAPES = "os^D"  # one marker a class, as in the live figures


def style(theme="light"):
    """rcParams in the colours of a theme of the palette.     KeyError if unknown"""
    p = PALETTE[theme]
    return {
        "axes.axisbelow": True,
        "axes.edgecolor": p["muted"],
        "axes.facecolor": p["background"],
        "axes.grid": True,
        "axes.labelcolor": p["ink"],
        "axes.prop_cycle": mpl.cycler(color=[p[f"class{k}"] for k in range(4)]),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlecolor": p["ink"],
        "figure.facecolor": p["background"],
        "font.size": 11,
        "grid.color": p["grid"],
        "legend.frameon": False,
        "legend.labelcolor": p["ink"],
        "lines.linewidth": 2,
        "savefig.facecolor": p["background"],
        "text.color": p["ink"],
        "xtick.color": p["muted"],
        "ytick.color": p["muted"],
    }


def canvas(columns=1, *, width=4.8, height=3.6, theme="light"):
    """A figure that pyplot does not know, and its axes side by side; sizes in inches.

    fig, (left, right) = canvas(2) gives two; fig.savefig(…) writes the picture.
    """
    with mpl.rc_context(style(theme)):
        figure = Figure(figsize=(width * columns, height), layout="constrained")
        return figure, list(figure.subplots(1, columns, squeeze=False)[0])


def png(figure):
    """The picture as a PNG file's bytes, in 128 colours: a third of the weight."""
    whole, small = io.BytesIO(), io.BytesIO()
    figure.savefig(whole, format="png", dpi=110)
    picture = Image.open(whole).convert("RGB")
    picture.quantize(128, dither=Image.Dither.NONE).save(small, "png", optimize=True)
    return small.getvalue()


def legend(*, ax, loc="best"):
    """The key to what has a label, readable on a tinted field.      also returns ax"""
    p = palette_of(ax)
    ax.legend(loc=loc, frameon=True, facecolor=p["background"], edgecolor=p["grid"])
    for text in ax.get_legend().get_texts():
        text.set_color(p["ink"])
    return ax


def note(text, at, offset, *, ax, **more):
    """A few words beside the place `at`, the offset in points."""
    p = palette_of(ax)
    box = {"facecolor": p["background"], "edgecolor": "none", "pad": 1}
    kind = {"textcoords": "offset points", "color": p["ink"], "bbox": box}
    ax.annotate(text, at, xytext=offset, **kind, **more)


def palette_of(ax):
    """The colours of the theme that `ax` was made in; light unless it looks dark."""
    dark = same_color(ax.get_facecolor(), PALETTE["dark"]["background"])
    return PALETTE["dark" if dark else "light"]
