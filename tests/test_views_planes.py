"""Views of the plane: what a network decides, the hidden plane, maps and Jacobians."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from nnlib import Dense, Identity, Network, Sigmoid, Tanh, numerical_jacobian
from nnlib.live import modules
from nnlib.live.figure import nearest
from nnlib.live.views.decision import SURE, DecisionField, answer
from nnlib.live.views.gridmap import CORNERS, MAPS, STRAIGHT, GridMap, closely, off
from nnlib.live.views.hidden import HiddenSpace, inside, on_sliders, trained


def start(kind, **changes):
    state = {c.name: c.start for c in kind.controls}
    return SimpleNamespace(**{**state, **changes})


# --- the hidden plane -------------------------------------------------------------


def test_the_lectures_xnor_folds_two_corners_onto_one():
    _, t, A, total = HiddenSpace(id="asked").answers(start(HiddenSpace))
    assert A.round(3).tolist() == [
        [0.002, 0.881],
        [0.119, 0.119],
        [0.119, 0.119],
        [0.881, 0.002],
    ]
    assert total[t == 0].max() == pytest.approx(0.2384, abs=5e-5)
    assert total[t == 1].min() == pytest.approx(0.8833, abs=5e-5)


@pytest.mark.parametrize(
    ("threshold", "right"), [(0.2, 2), (0.25, 4), (0.85, 4), (0.9, 2), (2.0, 2)]
)
def test_only_thresholds_between_the_two_sums_answer_xnor(threshold, right):
    said = HiddenSpace(id="asked").caption(start(HiddenSpace, threshold=threshold))
    assert f"answers {right} of 4 right" in said
    assert "Any threshold from 0.2385 to 0.8832 would do" in said


def test_the_thresholds_that_are_printed_do():
    figure = HiddenSpace(id="asked")
    _, t, _, total = figure.answers(start(HiddenSpace))
    for printed in inside(total[t == 0].max(), total[t == 1].min()):
        assert ((total > float(printed)) == t).all()
    assert inside(0.5, 1.5) == ["0.5000", "1.5000"]
    assert inside(0.5, 0.5001) == ["0.5000000000", "0.5001000000"]


def test_where_no_threshold_helps_the_caption_says_so():
    flat = start(HiddenSpace, w11=0.0, w12=0.0, w21=0.0, w22=0.0)
    said = HiddenSpace(id="flat").caption(flat)
    assert "No threshold gets all 4 right" in said


def test_trained_weights_answer_xnor_too():
    state = SimpleNamespace(**{**vars(start(HiddenSpace)), **trained()})
    assert "answers 4 of 4 right" in HiddenSpace(id="trained").caption(state)
    assert trained() != {c.name: c.start for c in HiddenSpace.controls}


def two_two_one(V, c=0.0, g=None):
    hidden = Dense.of([[1.0, 0.5], [-2.0, 0.2]], [0.5, -1.0])
    return Network([hidden, g or Tanh(), Dense.of(V, [c]), Sigmoid()])


def test_a_network_of_ones_own_is_shown_with_its_output_scaled():
    X, t = np.array([[0.0, 1.0], [2.0, 0.5], [1.0, 1.0]]), np.array([0, 1, 1])
    net = two_two_one([[4.0, -3.0]], 2.0)
    figure = HiddenSpace(net, X, t)
    s = figure.state
    assert (s.v1, s.v2, s.threshold) == (1.0, -0.75, -0.5)
    _, _, A, total = figure.answers(s)
    assert A == pytest.approx(net.layers[1](net.layers[0](X)))
    assert ((total > s.threshold) == (net(X)[:, 0] > 0.5)).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([Network([Dense.of([[1.0, 1.0]], [0.0]), Sigmoid()])], "this network is"),
        ([two_two_one([[0.0, 0.0]])], "both output weights are 0"),
        ([Network([*two_two_one([[1, 1]]).layers[:1], Identity()])], "shows Dense 2"),
        ([None, [[0, 0], [1, 1]]], "give X and t, or neither"),
        ([None, [[0, 0], [1, 1]], [1]], "t needs shape"),
        ([None, [[0, 0], [1, 1]], [1, 1]], "both targets"),
    ],
)
def test_what_the_hidden_space_cannot_show_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        HiddenSpace(*arguments)


def test_weights_beyond_the_sliders_are_refused():
    net = two_two_one([[1.0, 1.0]])
    net.params[0][0, 0] = 16.0
    with pytest.raises(ValueError, match=r"w₁₁ goes from -15 to 15; .* is 16"):
        on_sliders(net)


# --- maps of the plane ------------------------------------------------------------


def test_the_lectures_map_at_its_point():
    J, det, _ = closely(start(GridMap))
    assert J == pytest.approx(
        np.array([[-0.56, 0.49], [5.0, math.cos(-0.4)]]), abs=1e-12
    )
    assert abs(det) == pytest.approx(2.966, abs=5e-4)
    assert "areas × 2.966, turned over" in repr(GridMap(id="lecture"))


@pytest.mark.parametrize("name", MAPS)
def test_every_jacobian_is_the_slope_of_its_map(name):
    f, J = MAPS[name]
    for x in np.random.default_rng(3).uniform(-2, 2, (5, 2)):
        wanted = numerical_jacobian(lambda x: f(x[None])[0], x)
        assert J(x) == pytest.approx(wanted, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", MAPS)
def test_closer_up_a_map_is_straight(name):
    """Half the square, a quarter of the error; none at all if the map is linear."""
    state = start(GridMap, map=name, x1=0.8, x2=0.3)
    if name in STRAIGHT:
        assert off(state, 1.0) < 1e-12
    else:
        assert off(state, 0.02) / off(state, 0.01) == pytest.approx(4, rel=0.1)


def test_areas_are_the_determinant_s():
    """The image of a tiny square, by the shoelace formula."""
    state = start(GridMap)
    f, _ = MAPS[state.map]
    _, det, _ = closely(state)
    x, y = f(np.array([state.x1, state.x2]) + 1e-4 * CORNERS).T
    area = 0.5 * (x @ np.roll(y, -1) - y @ np.roll(x, -1))
    assert area / 1e-8 == pytest.approx(det, rel=1e-6)


def test_a_map_that_flattens_leaves_no_area():
    said = GridMap(id="flat", map="onto a line").caption(
        start(GridMap, map="onto a line")
    )
    assert "nothing is left of an area" in said


# --- what a network decides -------------------------------------------------------


def test_the_caption_counts_what_the_picture_marks():
    figure = DecisionField(id="counted")
    state = start(DecisionField, threshold=0.3, data="circles")
    names = figure.run(state)
    p = answer(names, names.X)
    right = sum((q > 0.3) == bool(t) for q, t in zip(p, names.T[:, 0], strict=True))
    near = sum(abs(q - 0.3) < SURE for q in p)
    said = figure.caption(state)
    assert f"answers {right} of 150 right" in said
    assert f"{near} lie in the margin" in said


def test_other_networks_and_settings_can_be_shown():
    deep = DecisionField([3, 3], id="deep", settings={"activation": "ReLU"}, epoch=3)
    assert [f.W.shape for f in deep.run(deep.state).net.layers[::2]] == [
        (3, 2),
        (3, 3),
        (1, 3),
    ]


def test_a_run_that_diverges_is_said_to():
    wild = {
        "optimiser": "SGD",
        "lr": 0.5,
        "loss": "squared error",
        "task": "one number",
    }
    figure = DecisionField([], id="wild", settings=wild, data="spirals", epoch=100)
    assert "Diverged" in repr(figure)
    assert figure.numbers(figure.state)[0]["title"] == "Nothing to show"
    figure.still(figure.state)


# --- contour lines, in the browser ------------------------------------------------


@pytest.fixture(scope="module")
def contour(browser):
    """An empty page with the module of contour lines."""
    page = browser.new_page()
    for name in modules.needs("pieces/contour"):
        page.add_script_tag(content=modules.as_script(name))
    yield page
    page.close()


ON_A_GRID = """([level, shape]) => {
    const { isoline, chains } = nnlibModules["pieces/contour"];
    const n = 41;
    const at = (k) => -2 + (4 * k) / (n - 1);
    const heights = { bowl: (x, y) => x * x + y * y, saddle: (x, y) => x * y };
    const values = [];
    for (let r = 0; r < n; r++)
        for (let c = 0; c < n; c++) values.push(heights[shape](at(c), at(r)));
    return chains(isoline(values, n, level)).map(line =>
        line.map(([c, r]) => [at(c), at(r)]));
}"""


def test_a_bowl_s_contour_is_one_closed_ring(contour):
    [ring] = contour.evaluate(ON_A_GRID, [1.0, "bowl"])
    assert ring[0] == pytest.approx(ring[-1])
    assert [math.hypot(*p) for p in ring] == pytest.approx([1] * len(ring), abs=4e-3)
    steps = np.linalg.norm(np.diff(ring, axis=0), axis=1)
    assert steps.max() < 0.15  # end to end: no jump across
    assert steps.sum() == pytest.approx(2 * math.pi, rel=0.01)


def test_a_saddle_s_contour_is_two_branches(contour):
    lines = contour.evaluate(ON_A_GRID, [0.5, "saddle"])
    assert len(lines) == 2
    for line in lines:
        assert [x * y for x, y in line] == pytest.approx([0.5] * len(line), abs=6e-3)


def test_beyond_the_values_there_is_no_contour(contour):
    assert contour.evaluate(ON_A_GRID, [9.0, "bowl"]) == []
    assert contour.evaluate(ON_A_GRID, [-1.0, "bowl"]) == []


def test_a_value_drawn_by_hand_lands_on_the_grid():
    assert nearest(DecisionField.controls[2], 0.333) == 0.35
