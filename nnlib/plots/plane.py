"""The plane of two inputs, curves, and the sum of one neuron."""

from itertools import pairwise

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.patches import Rectangle

from ..activations import logistic, softmax
from .frame import SHAPES, note, palette_of


def field(f, *, ax, x, y, soft=False):
    """Where z = f(X) is positive: class 1's tint there, class 0's elsewhere.

    f takes points (n, 2) and gives scores z, (n,) or (n, 1); x and y are the ranges
    (low, high) to draw. soft=True shades by the probability σ(z) instead of the
    decision. The line z = 0 is drawn wherever z changes its sign.
    """
    p = palette_of(ax)
    across, up = np.linspace(*x, 241), np.linspace(*y, 241)
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    z = np.reshape(f(grid.reshape(-1, 2)), grid.shape[:2])
    tints = [p["field0"], p["background"], p["field1"]]
    shades = LinearSegmentedColormap.from_list("field", tints)
    shade = logistic(z) if soft else (z > 0).astype(float)
    place = {"extent": (*x, *y), "origin": "lower", "zorder": 0}
    ax.imshow(shade, shades, vmin=0, vmax=1, **place)
    if z.min() < 0 < z.max():
        ax.contour(across, up, z, levels=[0], colors=p["ink"], linewidths=1.5)
    ax.grid(False)
    ax.set(xlim=x, ylim=y)
    return _plane(ax)


def regions(f, *, ax, x, y):
    """The class that f answers, by its tint, the paler the less sure.

    f takes points (n, 2) and gives a score for each of up to four classes, (n, k): the
    largest wins, and softmax says how surely. x and y are the ranges (low, high).
    """
    p = palette_of(ax)
    across, up = np.linspace(*x, 161), np.linspace(*y, 161)
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    sure = softmax(np.asarray(f(grid.reshape(-1, 2)), float))
    tints = np.array([to_rgb(p[f"class{k}"]) for k in range(sure.shape[1])])
    ground = np.array(to_rgb(p["background"]))
    best = sure.argmax(axis=1)
    strength = 0.34 * sure[np.arange(len(sure)), best][:, None]
    shade = ground + strength * (tints[best] - ground)
    place = {"extent": (*x, *y), "origin": "lower", "zorder": 0}
    ax.imshow(shade.reshape(161, 161, 3), **place)
    ax.grid(False)
    ax.set(xlim=x, ylim=y)
    return _plane(ax)


def points(X, t, *, ax, ring=()):
    """The examples X (n, 2), one colour and one shape for each class in t (n,).

    `ring` names rows to circle: the mistakes, or the example at hand.
    """
    p, X, t = palette_of(ax), np.asarray(X), np.asarray(t)
    if not np.isin(t, range(len(SHAPES))).all():
        raise ValueError(f"points tells the classes 0 to {len(SHAPES) - 1} apart.")
    rim = {"s": 46, "ec": p["background"], "lw": 0.8, "zorder": 3}
    for k in np.unique(t):
        kind = {"c": p[f"class{k}"], "marker": SHAPES[k], "label": f"class {k}"}
        ax.scatter(*X[t == k].T, **kind, **rim)
    if len(ring):
        rim = {"s": 170, "fc": "none", "ec": p["wrong"], "lw": 1.8, "zorder": 3}
        ax.scatter(*X[list(ring)].T, **rim)
    return _plane(ax)


def line(w, b, *, ax):
    """The line w·x + b = 0 inside the axes as they are, and the direction of w.

    The arrow stands on the line and points to the side that is answered with 1; its
    length on paper is always the same. Nothing is drawn for w = 0 or a line outside.
    """
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    ends = _clip(np.asarray(w, float), float(b), (x0, x1), (y0, y1))
    if ends is None:
        return ax
    ink = palette_of(ax)["ink"]
    ax.plot(*ends.T, color=ink, zorder=2)
    foot = ends.mean(0)
    reach = 0.17 * min(abs(x1 - x0), abs(y1 - y0))
    ax.annotate(
        "",
        foot + reach * np.asarray(w) / np.linalg.norm(w),
        foot,
        arrowprops={"arrowstyle": "-|>", "color": ink, "lw": 2, "shrinkA": 0},
        zorder=4,
    )
    ax.set(xlim=(x0, x1), ylim=(y0, y1))
    return _plane(ax)


def _clip(w, b, x, y):
    """The two ends (2, 2) of w·x + b = 0 inside the box, or None if it misses it."""
    if not w.any():
        return None
    foot, along = -b * w / (w @ w), np.array([-w[1], w[0]]) / np.linalg.norm(w)
    low, high = -np.inf, np.inf
    for start, step, (a, c) in zip(foot, along, (sorted(x), sorted(y)), strict=True):
        if step:
            near, far = sorted([(a - start) / step, (c - start) / step])
            low, high = max(low, near), min(high, far)
        elif not a <= start <= c:
            return None
    return np.array([foot + low * along, foot + high * along]) if low < high else None


def curve(f, *, ax, x, jumps=(), at=None, label=None):
    """y = f(x) over the range x = (low, high), open where it jumps.

    `jumps` are the places where f leaps, each drawn as a gap with a dot at f's own
    value there; `at` marks one point of the curve and drops it to both axes.
    """
    p = palette_of(ax)
    edges = np.array([x[0], *sorted(jumps), x[1]], float)
    color = None
    for low, high in pairwise(edges):
        here = np.linspace(low, high, 401)
        here[[0, -1]] = np.nextafter(low, high), np.nextafter(high, low)
        (drawn,) = ax.plot(here, f(here), color=color, label=label)
        color, label = drawn.get_color(), None
    leaps = np.array(sorted(jumps), float)
    if len(leaps):
        ax.plot(leaps, f(leaps), "o", color=color, ms=6, zorder=3)
    if at is not None:
        y = float(f(np.array([at]))[0])
        ax.plot([at, at, x[0]], [0, y, y], ":", color=p["muted"], lw=1.5, zorder=1)
        ax.plot([at], [y], "D", color=p["accent"], ms=8, zorder=4)
    ax.set_xlim(x)
    return ax


def neuron_sum(x, w, b, *, ax, g=None):
    """z = Σ w[i] x[i] + b term by term, each bar starting where the last one ended.

    x, w (d,). With an activation g (a layer) a last bar shows a = g(z). Bars that point
    to the left, downwards, are hatched.
    """
    p, x, w = palette_of(ax), np.asarray(x, float), np.asarray(w, float)
    terms = np.append(w * x, b)
    ends = np.cumsum(terms)
    z = ends[-1]
    bars = [
        (f"$w_{i + 1} x_{i + 1}$", p["accent"], f"{v:g} × {u:g} = {v * u:.4g}")
        for i, (v, u) in enumerate(zip(w, x, strict=True))
    ]
    bars += [("$b$", p["muted"], f"{b:g}"), ("$z$", p["ink"], f"{z:.4g}")]
    sizes = [*terms, z]
    if g is not None:
        sizes.append(float(g(np.array([[z]]))[0, 0]))
        bars.append(("$a = g(z)$", p["good"], f"{sizes[-1]:.4g}"))
    names, fills, notes = zip(*bars, strict=True)
    rows, sizes = np.arange(len(sizes)), np.array(sizes)
    starts = np.zeros(len(sizes))
    starts[1 : len(ends)] = ends[:-1]
    hatches = np.where(sizes < 0, "///", "")
    edge = p["background"]
    ax.barh(rows, sizes, 0.6, starts, color=fills, edgecolor=edge, hatch=hatches)
    ax.vlines(ends, rows[: len(ends)], rows[1 : len(ends) + 1], color=p["muted"], lw=1)
    ax.axvline(0, color=p["ink"], lw=1)
    tips = np.maximum(starts, starts + sizes)
    for row, tip, words in zip(rows, tips, notes, strict=True):
        note(words.replace("-", "−"), (tip, row), (5, 0), ax=ax, va="center")
    low, high = min(0, *ends, *sizes), max(0, *ends, *sizes)
    ax.set_xlim(low - 0.05 * (high - low), high + 0.5 * (high - low) or 1)
    ax.set_yticks(rows, names, color=p["ink"])
    ax.invert_yaxis()
    ax.grid(False, axis="y")
    return ax


def steps(counts, *, ax, bound=None, label=None):
    """A running count after each step, counts (n,), from 0 before the first one.

    `bound`, if finite, is drawn as a dashed level: the count must not pass it.
    """
    counts = np.append(0, counts)
    ax.step(np.arange(len(counts)), counts, where="post", label=label)
    if bound is not None and np.isfinite(bound):
        ax.axhline(bound, color=palette_of(ax)["wrong"], ls="--", lw=1.5)
        note(f"at most {bound:.4g}", (0, bound), (5, -12), ax=ax)
    ax.set(xlim=(0, None), ylim=(0, None))
    ax.locator_params(axis="x", integer=True)
    return ax


def _plane(ax):
    """One scale for both axes, so that w stands at right angles to its line."""
    ax.set_aspect("equal")
    ax.locator_params(nbins=5)
    return ax


def square(corner, side, **look):
    """A patch: the square with this lower left corner, as matplotlib draws it."""
    return Rectangle(corner, side, side, **look)
