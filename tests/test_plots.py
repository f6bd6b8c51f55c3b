"""The still pictures: the numbers behind what is drawn, and colours that can be told.

No pixel is compared. What a reader sees is checked where it is decided: positions,
shapes, colours and words of the artists on the axes.
"""

import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import rcParams
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text

from nnlib import Heaviside, Perceptron, Sigmoid, Step, Tanh, gate, plots

THEMES = ("light", "dark")
MARKS = ("class0", "class1", "class2", "class3")
WORDS = ("ink", "muted", "accent", "good", "wrong")
every_theme = pytest.mark.parametrize("theme", THEMES)


@pytest.fixture
def ax():
    return plots.canvas()[1][0]


# --- palette ----------------------------------------------------------------------


def linear(colour):
    """sRGB to linear light."""
    c = np.array(to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """WCAG 2: (L1 + 0.05) / (L2 + 0.05) of the relative luminances."""
    low, high = sorted(linear(c) @ [0.2126, 0.7152, 0.0722] for c in (one, other))
    return (high + 0.05) / (low + 0.05)


# what is left of linear light; Machado, Oliveira & Fernandes (2009), severity 1
SIGHT = {
    "all cones": np.eye(3),
    "no red cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue cones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(colour, sight):
    """CIE L*a*b* of a colour as somebody with this sight sees it."""
    seen = np.clip(np.array(SIGHT[sight]) @ linear(colour), 0, 1)
    to_xyz = [
        [0.4124, 0.3576, 0.1805],
        [0.2126, 0.7152, 0.0722],
        [0.0193, 0.1192, 0.9505],
    ]
    t = np.array(to_xyz) @ seen / [0.9505, 1, 1.089]
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_contrast_knows_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_both_themes_name_the_same_colours():
    light, dark = (plots.PALETTE[theme] for theme in THEMES)
    assert list(light) == list(dark)
    assert (light["background"], dark["background"]) == ("#ffffff", "#14181e")
    assert light["class0"] == "#0072b2"  # Okabe and Ito's blue and vermillion
    assert light["class1"] == "#d55e00"


@every_theme
@pytest.mark.parametrize("name", WORDS)
def test_words_can_be_read(theme, name):
    p = plots.PALETTE[theme]
    assert contrast(p[name], p["background"]) >= 4.5
    assert all(contrast(p[name], p[field]) >= 4.5 for field in ("field0", "field1"))


@every_theme
@pytest.mark.parametrize("name", MARKS)
def test_marks_can_be_seen(theme, name):
    """On the page, and on either tint of a field."""
    p = plots.PALETTE[theme]
    grounds = ("background", "field0", "field1")
    assert all(contrast(p[name], p[ground]) >= 3 for ground in grounds)


@every_theme
@pytest.mark.parametrize("sight", SIGHT)
def test_classes_differ_for_every_eye(theme, sight):
    """A difference of 10 in L*a*b* shows at a glance; shapes come on top of it."""
    seen = [lab(plots.PALETTE[theme][name], sight) for name in MARKS]
    apart = {
        pair: np.linalg.norm(seen[pair[0]] - seen[pair[1]])
        for pair in combinations(range(4), 2)
    }
    assert apart[0, 1] > 50
    assert min(apart.values()) > 14
    tints = [lab(plots.PALETTE[theme][name], sight) for name in ("field0", "field1")]
    assert np.linalg.norm(tints[0] - tints[1]) > 6


# --- style and canvas -------------------------------------------------------------


@every_theme
def test_style_and_canvas_wear_the_theme(theme):
    p, before = plots.PALETTE[theme], dict(rcParams)
    figure, (left, right) = plots.canvas(2, width=3, height=2, theme=theme)
    assert to_hex(figure.get_facecolor()) == p["background"]
    assert to_hex(left.get_facecolor()) == to_hex(right.get_facecolor())
    assert to_hex(left.get_facecolor()) == p["background"]
    assert figure.get_size_inches().tolist() == [6, 2]
    assert dict(rcParams) == before
    (drawn,) = plots.curve(Sigmoid(), ax=left, x=(-1, 1)).lines
    assert to_hex(drawn.get_color()) == p["class0"]
    assert set(plots.style(theme)) <= set(before)


def test_an_unknown_theme_is_refused():
    with pytest.raises(KeyError, match="sepia"):
        plots.style("sepia")


def test_plots_load_on_demand_and_without_pyplot():
    program = (
        "import sys, nnlib\n"
        "assert 'matplotlib' not in sys.modules\n"
        "fig, (ax,) = nnlib.plots.canvas()\n"
        "nnlib.plots.points(*nnlib.gate('AND'), ax=ax)\n"
        "fig.savefig(sys.stdout.buffer)\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert run.returncode == 0, run.stderr.decode()
    assert run.stdout.startswith(b"\x89PNG")


def test_other_names_are_unknown():
    import nnlib

    with pytest.raises(AttributeError, match="module 'nnlib' has no attribute 'plot'"):
        nnlib.plot  # noqa: B018


# --- points -----------------------------------------------------------------------


@every_theme
def test_points_show_the_class_by_shape_and_colour(theme):
    _, (ax,) = plots.canvas(theme=theme)
    X, t = np.arange(16.0).reshape(8, 2), np.array([3, 2, 1, 0, 0, 1, 2, 3])
    assert plots.points(X, t, ax=ax) is ax
    outlines = set()
    for k, drawn in enumerate(ax.collections):
        assert np.array_equal(drawn.get_offsets(), X[t == k])
        assert drawn.get_label() == f"class {k}"
        assert to_hex(drawn.get_facecolor()[0]) == plots.PALETTE[theme][f"class{k}"]
        outlines.add(drawn.get_paths()[0].vertices.round(3).tobytes())
    assert len(ax.collections) == len(outlines) == 4


def test_points_ring_the_rows_that_are_named(ax):
    X, t = gate("XOR")
    plots.points(X, t, ax=ax, ring=[1, 3])
    ring = ax.collections[-1]
    assert np.array_equal(ring.get_offsets(), X[[1, 3]])
    assert len(ring.get_facecolor()) == 0
    assert ring.get_sizes()[0] > ax.collections[0].get_sizes()[0]


def test_a_class_keeps_its_looks_when_the_others_are_missing(ax):
    plots.points([[0.0, 0.0]], [1], ax=ax)
    assert to_hex(ax.collections[0].get_facecolor()[0]) == "#d55e00"


def test_points_refuses_a_fifth_class(ax):
    with pytest.raises(ValueError, match=r"^points tells the classes 0 to 3 apart\.$"):
        plots.points([[0, 0], [1, 1]], [0, 4], ax=ax)
    assert len(ax.collections) == 0


# --- field ------------------------------------------------------------------------


def test_field_tints_the_decision_strictly(ax):
    """As the perceptron decides: a score of 0 belongs to class 0."""
    plots.field(lambda X: np.round(X[:, 0]), ax=ax, x=(-2, 2), y=(-1, 1))
    (image,) = ax.images
    across = np.linspace(-2, 2, 241)
    assert np.array_equal(image.get_array()[7], np.round(across) > 0)
    assert image.get_extent() == [-2, 2, -1, 1]
    assert image.origin == "lower"
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 2), (-1, 1))


@every_theme
def test_field_colours_are_the_tints(theme):
    _, (ax,) = plots.canvas(theme=theme)
    plots.field(lambda X: X[:, 0], ax=ax, x=(-1, 1), y=(-1, 1))
    colours = [
        to_hex(ax.images[0].to_rgba(ax.images[0].get_array())[0, i]) for i in (0, -1)
    ]
    p = plots.PALETTE[theme]
    assert colours == [p["field0"], p["field1"]]


def test_field_has_rows_of_y_and_columns_of_x(ax):
    plots.field(lambda X: X @ [1, 10], ax=ax, x=(0, 1), y=(-1, 1), soft=True)
    shade = ax.images[0].get_array()
    assert shade[0, 0] == pytest.approx(1 / (1 + np.exp(10)))
    assert shade[0, -1] == pytest.approx(1 / (1 + np.exp(9)))
    assert shade[-1, 0] == pytest.approx(1 / (1 + np.exp(-10)))


def test_the_contour_is_where_the_score_is_zero(ax):
    p = Perceptron(2)
    p.w, p.b = np.array([1.0, 2.0]), -1.0
    plots.field(p, ax=ax, x=(-1, 1), y=(-1, 1))
    (contour,) = ax.collections
    corners = contour.get_paths()[0].vertices
    np.testing.assert_allclose(corners @ p.w + p.b, 0, atol=1e-12)
    assert np.ptp(corners[:, 0]) == 2


def test_field_takes_the_column_of_a_network_and_a_score_of_one_sign(ax):
    plots.field(lambda X: X[:, :1] + 5, ax=ax, x=(-1, 1), y=(-1, 1))
    assert (ax.images[0].get_array() == 1).all()
    assert len(ax.collections) == 0


# --- line -------------------------------------------------------------------------


def drawn_line(w, b, x=(-2, 2), y=(-1, 1)):
    _, (ax,) = plots.canvas()
    ax.set(xlim=x, ylim=y)
    assert plots.line(w, b, ax=ax) is ax
    assert (ax.get_xlim(), ax.get_ylim()) == (x, y)
    ends = ax.lines[0].get_xydata() if ax.lines else None
    arrow = ax.texts[0] if ax.texts else None
    return ax, ends, arrow


@pytest.mark.parametrize(
    ("w", "b", "ends"),
    [
        ((1, 0), -0.5, [(0.5, -1), (0.5, 1)]),
        ((0, -2), 1, [(-2, 0.5), (2, 0.5)]),
        ((1, 1), 0, [(-1, 1), (1, -1)]),
        ((1, 1), -1.5, [(0.5, 1), (2, -0.5)]),
        ((1, 2), 3.9, [(-2, -0.95), (-1.9, -1)]),
    ],
)
def test_the_line_ends_at_the_edge(w, b, ends):
    _, found, _ = drawn_line(w, b)
    np.testing.assert_allclose(sorted(map(tuple, found)), sorted(ends), atol=1e-12)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(*[st.integers(-8, 8)] * 3)
def test_the_line_is_the_whole_boundary_in_the_window(w1, w2, b):
    w = np.array([w1, w2]) / 4
    _, ends, arrow = drawn_line(w, b / 4)
    corners = np.array([(x, y) for x in (-2, 2) for y in (-1, 1)]) @ w + b / 4
    if not corners.min() < 0 < corners.max():
        # outside, or along a side of the window at the most
        assert ends is None or np.allclose(np.abs(ends @ w + b / 4), 0)
        return
    np.testing.assert_allclose(ends @ w + b / 4, 0, atol=1e-12)
    at_edge = np.isclose(np.abs(ends), [2, 1])
    assert at_edge.any(axis=1).all()
    assert not np.allclose(*ends)
    tip, foot = np.array(arrow.xy), np.array(arrow.xyann)
    np.testing.assert_allclose(foot, ends.mean(0))
    np.testing.assert_allclose(tip - foot, 0.34 * w / np.linalg.norm(w), atol=1e-12)
    assert tip @ w + b / 4 > 0


@pytest.mark.parametrize(
    ("w", "b"), [((0, 0), 1), ((1, 0), 3), ((0, 1), -7), ((1, 1), 9)]
)
def test_no_line_to_draw(w, b):
    _, ends, arrow = drawn_line(w, b)
    assert ends is arrow is None


def test_right_angles_look_right():
    """One scale on both axes, else the arrow would lean."""
    assert drawn_line((1, 2), 0)[0].get_aspect() == 1
    for draw in (
        lambda ax: plots.points(*gate("OR"), ax=ax),
        lambda ax: plots.field(lambda X: X[:, 0], ax=ax, x=(0, 1), y=(0, 2)),
    ):
        assert draw(plots.canvas()[1][0]).get_aspect() == 1


# --- curve ------------------------------------------------------------------------


def test_curve_draws_the_function(ax):
    assert plots.curve(Sigmoid(), ax=ax, x=(-4, 4), label="σ") is ax
    (drawn,) = ax.lines
    z, a = drawn.get_xydata().T
    np.testing.assert_allclose(a, 1 / (1 + np.exp(-z)))
    np.testing.assert_allclose(z[[0, -1]], [-4, 4])
    assert drawn.get_label() == "σ"
    assert ax.get_xlim() == (-4, 4)


@pytest.mark.parametrize(("g", "value"), [(Step(), 0), (Heaviside(), 0.5)])
def test_curve_leaves_a_gap_where_it_jumps(ax, g, value):
    plots.curve(g, ax=ax, x=(-2, 2), jumps=[0], label="g")
    left, right, dot = ax.lines
    assert set(left.get_ydata()) == {0}
    assert set(right.get_ydata()) == {1}
    assert left.get_xdata()[-1] < 0 < right.get_xdata()[0]
    assert dot.get_xydata().tolist() == [[0, value]]
    assert left.get_color() == right.get_color() == dot.get_color()
    assert left.get_label() == "g"
    assert right.get_label().startswith("_")  # one entry in the legend


def test_curve_marks_a_point(ax):
    plots.curve(Sigmoid(), ax=ax, x=(-3, 3), at=0.87)
    _, drop, dot = ax.lines
    a = 0.7047456983
    np.testing.assert_allclose(dot.get_xydata(), [[0.87, a]])
    np.testing.assert_allclose(drop.get_xydata(), [[0.87, 0], [0.87, a], [-3, a]])


# --- the sum ----------------------------------------------------------------------


def bars(ax):
    return [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]


def test_the_neuron_of_chapter_1_term_by_term(ax):
    x, w, b = (0.5, 0.6, 0.1), (0.2, 0.3, 0.9), 0.5
    assert plots.neuron_sum(x, w, b, ax=ax, g=Sigmoid()) is ax
    np.testing.assert_allclose(
        bars(ax),
        [
            (0, 0.1),
            (0.1, 0.28),
            (0.28, 0.37),
            (0.37, 0.87),
            (0, 0.87),
            (0, 0.704745698),
        ],
    )
    assert [text.get_text() for text in ax.texts] == [
        "0.2 × 0.5 = 0.1",
        "0.3 × 0.6 = 0.18",
        "0.9 × 0.1 = 0.09",
        "0.5",
        "0.87",
        "0.7047",
    ]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["$w_1 x_1$", "$w_2 x_2$", "$w_3 x_3$", "$b$", "$z$", "$a = g(z)$"]
    assert ax.yaxis_inverted()


def test_terms_that_pull_down_point_left_and_are_hatched(ax):
    plots.neuron_sum((1, 2), (0.5, -1), -0.25, ax=ax, g=Tanh())
    np.testing.assert_allclose(
        bars(ax),
        [(0, 0.5), (0.5, -1.5), (-1.5, -1.75), (0, -1.75), (0, np.tanh(-1.75))],
    )
    assert [bool(bar.get_hatch()) for bar in ax.patches] == [False, *[True] * 4]
    assert ax.texts[1].get_text() == "−1 × 2 = −2"
    low, high = ax.get_xlim()
    assert low < -1.75
    assert high > 0.5


def test_the_connectors_carry_each_sum_to_the_next_row(ax):
    plots.neuron_sum((1, 2), (0.5, -1), -0.25, ax=ax)
    segments = ax.collections[0].get_segments()
    assert [s[:, 0].tolist() for s in segments] == [[0.5] * 2, [-1.5] * 2, [-1.75] * 2]
    assert [s[:, 1].tolist() for s in segments] == [[0, 1], [1, 2], [2, 3]]
    assert len(ax.patches) == 4


def test_a_neuron_without_any_signal(ax):
    plots.neuron_sum((0, 0), (1, 1), 0, ax=ax)
    assert ax.get_xlim() == (0, 1)


# --- steps ------------------------------------------------------------------------


def test_steps_climb_after_each_step(ax):
    assert plots.steps([1, 1, 2, 4], ax=ax, bound=51) is ax
    climb, bound = ax.lines
    assert climb.get_xydata().tolist() == [[0, 0], [1, 1], [2, 1], [3, 2], [4, 4]]
    assert climb.get_drawstyle() == "steps-post"
    assert set(bound.get_ydata()) == {51}
    assert ax.texts[0].get_text() == "at most 51"
    assert ax.get_ylim()[0] == 0
    assert ax.get_ylim()[1] > 51


@pytest.mark.parametrize("bound", [None, np.inf])
def test_steps_without_a_bound(ax, bound):
    plots.steps([1, 2], ax=ax, bound=bound)
    assert len(ax.lines) == 1
    assert len(ax.texts) == 0


# --- legend and words -------------------------------------------------------------


@every_theme
def test_all_words_are_legible_in_both_themes(theme):
    """Also those that are written after the canvas was made."""
    figure, (left, right) = plots.canvas(2, theme=theme)
    plots.points(*gate("AND"), ax=left)
    plots.legend(ax=left, loc="upper left")
    left.set(title="AND", xlabel="$x_1$", ylabel="$x_2$")
    plots.neuron_sum((1,), (2,), -1, ax=right)
    plots.steps([1], ax=right, bound=3)
    figure.draw_without_rendering()
    background = plots.PALETTE[theme]["background"]
    words = [text for text in figure.findobj(Text) if text.get_text()]
    assert len(words) > 15
    for text in words:
        assert contrast(text.get_color(), background) >= 4.5, text.get_text()
    assert [t.get_text() for t in left.get_legend().get_texts()] == [
        "class 0",
        "class 1",
    ]
    frame = left.get_legend().get_frame()
    assert contrast(to_hex(frame.get_facecolor()), background) < 1.05
