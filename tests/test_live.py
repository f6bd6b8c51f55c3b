"""Live figures and questions from Python: controls, captions, linker, page state."""

import copy
import io
import json
import math
import re
from decimal import Decimal
from types import SimpleNamespace

import anywidget
import ipywidgets as widgets
import matplotlib.image
import numpy as np
import pytest
from docutils import nodes
from docutils.utils import new_document
from figures import (
    BY_TITLE,
    FIGURES,
    grid,
    inputs,
    random_state,
    starting_state,
    values,
)
from ipywidgets.embed import embed_data
from sphinx.errors import ExtensionError

from book import live as page_state
from nnlib.data import GATES
from nnlib.live import (
    ChoiceQuestion,
    Figure,
    Menu,
    NumberQuestion,
    Slider,
    Switch,
    Values,
    modules,
    num,
    percent,
    term,
)
from nnlib.live.figure import kebab
from nnlib.live.perceptron import (
    DrawTheLine,
    LearningRule,
    OneNeuron,
    WhatABiasDoes,
    data_sets,
)

every_figure = pytest.mark.parametrize("kind", FIGURES, ids=lambda k: k.__name__)
VIEW = page_state.VIEW


@pytest.fixture(autouse=True)
def no_widget_of_another_test():
    """A page's state holds every widget that its kernel made."""
    widgets.Widget.close_all()


# --- what a figure refuses --------------------------------------------------------

OFF_GRID = "w1 goes from -3 to 3 in steps of 0.05; {} is not one of its values."
DATA = "data must be one of " + ", ".join(data_sets())


@pytest.mark.parametrize(
    ("kind", "arguments", "error", "message"),
    [
        (
            DrawTheLine,
            {"w3": 1.0},
            TypeError,
            "DrawTheLine has no 'w3'; it takes w1, w2, b, data and id.",
        ),
        (
            WhatABiasDoes,
            {"B": 1.0, "w": 99},
            TypeError,
            "WhatABiasDoes has no 'B'; it takes w, b, bias and id.",
        ),
        *(
            (
                DrawTheLine,
                {"w1": w1},
                ValueError,
                "DrawTheLine: " + OFF_GRID.format(as_),
            )
            for w1, as_ in [
                (0.333, "0.333"),
                (0.05001, "0.05001"),
                (3.05, "3.05"),
                (-3.05, "-3.05"),
                (math.nan, "nan"),
                (math.inf, "inf"),
            ]
        ),
        (
            LearningRule,
            {"step": 61},
            ValueError,
            "LearningRule: step goes from 0 to 60 in steps of 1; "
            "61 is not one of its values.",
        ),
        (
            LearningRule,
            {"step": 1.5},
            ValueError,
            "LearningRule: step goes from 0 to 60 in steps of 1; "
            "1.5 is not one of its values.",
        ),
        (
            DrawTheLine,
            {"w1": "1"},
            TypeError,
            "DrawTheLine: w1 must be a number, got '1'.",
        ),
        (
            DrawTheLine,
            {"w1": True},
            TypeError,
            "DrawTheLine: w1 must be a number, got True.",
        ),
        (
            DrawTheLine,
            {"data": "and"},
            ValueError,
            f"DrawTheLine: {DATA}; got 'and'.",
        ),
        (DrawTheLine, {"data": 1}, ValueError, f"DrawTheLine: {DATA}; got 1."),
        (
            DrawTheLine,
            {"data": ["AND"]},
            ValueError,
            f"DrawTheLine: {DATA}; got ['AND'].",
        ),
        (
            WhatABiasDoes,
            {"bias": 1},
            TypeError,
            "WhatABiasDoes: bias must be True or False, got 1.",
        ),
    ],
)
def test_bad_starts_are_refused_by_name(kind, arguments, error, message):
    with pytest.raises(error) as refused:
        kind(**arguments)
    assert str(refused.value) == message


@pytest.mark.parametrize("number", [np.float64(0.5), np.int64(1), 1, -3, 3, 2.95, 0.15])
def test_any_kind_of_number_on_the_grid_is_taken(number):
    figure = DrawTheLine(w1=number)
    assert figure.state.w1 == number
    assert type(figure.state.w1) is float


@pytest.mark.parametrize(
    ("near", "value"),
    [(0.1 + 0.05, 0.15), (1.1500000000000004, 1.15), (-0.1 - 0.2, -0.3)],
)
def test_rounding_noise_is_no_other_value(near, value):
    assert near != value
    assert DrawTheLine(w1=near).state.w1 == value
    figure = DrawTheLine()
    figure.control["w1"].value = near  # as JupyterLab's slider does
    assert figure.state.w1 == value


# --- what every figure is ---------------------------------------------------------


def test_there_are_figures_and_their_names_are_their_own():
    assert len(FIGURES) >= 4
    assert len(BY_TITLE) == len(FIGURES)
    assert len({kebab(kind.__name__) for kind in FIGURES}) == len(FIGURES)


@pytest.mark.parametrize(
    ("name", "anchor"),
    [
        ("OneNeuron", "one-neuron"),
        ("WhatABiasDoes", "what-a-bias-does"),
        ("XORClouds", "xor-clouds"),
        ("TrainAnMLP", "train-an-mlp"),
        ("Loss", "loss"),
    ],
)
def test_a_figure_is_anchored_under_its_name(name, anchor):
    assert kebab(name) == anchor


@every_figure
def test_starts_lie_on_the_grid_and_the_grid_ends_at_both_ends(kind):
    for control in kind.controls:
        assert control.start in values(control), control.name
        if isinstance(control, Slider):
            ends = Decimal(str(control.high)) - Decimal(str(control.low))
            assert ends % Decimal(str(control.step)) == 0, control.name
            numbers = (control.low, control.high, control.step, control.start)
            assert len({type(n) for n in numbers}) == 1, control.name
            assert grid(control)[-1] == control.high


@every_figure
def test_options_survive_a_link(kind):
    """A link lists name:value between commas."""
    for control in kind.controls:
        assert re.fullmatch(r"\w+", control.name)
        if isinstance(control, Menu):
            assert len(set(control.options)) == len(control.options)
            assert not [o for o in control.options if "," in o or o != o.strip()]


@every_figure
def test_controls_show_their_starts(kind):
    figure = kind()
    assert figure.state == starting_state(kind)
    for control in inputs(kind):
        widget = figure.control[control.name]
        assert widget.description == control.label
        if isinstance(control, Slider):
            low, high, step = widget.min, widget.max, widget.step
            assert (low, high, step) == (control.low, control.high, control.step)


@every_figure
def test_readouts_show_every_digit_of_the_grid(kind):
    figure = kind()
    for control in kind.controls:
        if isinstance(control, Slider):
            shown = figure.control[control.name].readout_format
            assert all(float(f"{v:{shown}}") == v for v in grid(control)), control.name


@every_figure
def test_the_view_starts_where_the_controls_do_and_is_linked_to_each(kind):
    figure = kind()
    canvas, controls = figure.children
    assert list(controls.children) == list(figure.control.values())
    assert canvas.config["id"] == kebab(kind.__name__)
    assert canvas.config["title"] == kind.title
    described = {c["name"]: c for c in canvas.config["controls"]}
    assert list(described) == [c.name for c in kind.controls]
    for control in kind.controls:
        at = getattr(canvas, control.name)
        if isinstance(control, Menu):
            assert described[control.name]["options"][at] == control.start
        else:
            assert at == control.start or tuple(at) == control.start
            assert type(at) in (float, bool, list)
    state = embed_data([figure])["manager_state"]["state"]
    links = {
        (m["state"]["source"][0], m["state"]["target"][1])
        for m in state.values()
        if m["model_name"] == "LinkModel"
    }
    wanted = {
        (f"IPY_MODEL_{widget.model_id}", name)
        for name, widget in figure.control.items()
    }
    assert wanted <= links


@every_figure
def test_a_figure_says_the_same_each_time(kind):
    one, other = kind(), kind()
    assert repr(one) == repr(other)
    assert repr(one) == f"{kind.title}. {one.caption(one.state)}"
    assert repr(one).endswith(".")


@every_figure
def test_what_a_figure_says_follows_its_controls(kind):
    rng = np.random.default_rng(3)
    figure = kind()
    for _ in range(3):
        state = random_state(kind, rng)
        for name, value in vars(state).items():
            if name in figure.control:
                figure.control[name].value = value
            else:  # a row of values, edited on the picture
                setattr(figure.canvas, name, list(value))
        assert figure.state == state
        assert repr(figure) == f"{kind.title}. {kind().caption(state)}"


@every_figure
def test_a_figure_is_live_a_picture_and_a_sentence(kind):
    figure, again = kind(), kind()
    bundle = figure._repr_mimebundle_()
    assert set(bundle) == {VIEW, "text/plain", "image/png"}
    assert bundle[VIEW]["model_id"] == figure.model_id
    assert bundle["text/plain"] == repr(figure)
    assert bundle["image/png"] == again._repr_mimebundle_()["image/png"]


@every_figure
def test_the_still_picture_can_be_drawn_in_any_state(kind):
    rng = np.random.default_rng(4)
    figure = kind()
    for state in [figure.state, *(random_state(kind, rng) for _ in range(3))]:
        png = io.BytesIO()
        figure.still(state).savefig(png, format="png")
        height, width, _ = matplotlib.image.imread(io.BytesIO(png.getvalue())).shape
        assert 300 <= width <= 1200
        assert 250 <= height <= 600


@every_figure
def test_the_still_picture_follows_the_state(kind):
    rng = np.random.default_rng(5)
    figure = kind()
    pictures = set()
    for state in (random_state(kind, rng) for _ in range(3)):
        png = io.BytesIO()
        figure.still(state).savefig(png, format="png")
        pictures.add(png.getvalue())
    assert len(pictures) == 3


ROW = Values("w", (0.5, -1.0), -2.0, 2.0, 0.05, "weights")


def test_a_row_of_values_is_told_to_the_view_and_read_back():
    class Rowed(DrawTheLine):
        title, controls = "Rowed", (*DrawTheLine.controls, ROW)

    figure = Rowed(w=[0.25, 1])
    assert figure.state.w == (0.25, 1.0)
    assert figure.canvas.w == [0.25, 1]
    described = figure.canvas.config["controls"][-1]
    grid = {"low": -2.0, "high": 2.0, "step": 0.05}
    assert described == {
        **{"name": "w", "label": "weights"},
        **grid,
        **{"least": 2, "most": 2},
    }
    figure.canvas.w = [0.30000000000000004, -2.0]
    assert figure.state.w == (0.3, -2.0)
    assert len(figure.children[1].children) == len(DrawTheLine.controls)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ("0.5, 1", TypeError, "w must be numbers, got '0.5, 1'"),
        (0.5, TypeError, "w must be numbers, got 0.5"),
        ((0.5, "1"), TypeError, "w must be a number, got '1'"),
        ((0.5, True), TypeError, "w must be a number, got True"),
        ((0.5, 2.05), ValueError, "w goes from -2 to 2 in steps of 0.05; 2.05 is not"),
        ((0.51, 1.0), ValueError, "0.51 is not one of its values"),
        ((0.5,), ValueError, "w holds 2 numbers, got 1"),
        ((0.5, 1.0, 0.0), ValueError, "w holds 2 numbers, got 3"),
    ],
)
def test_a_row_of_values_refuses_what_it_cannot_show(given, error, message):
    with pytest.raises(error, match=re.escape(message)):
        ROW.check(given, "Rowed")


def test_a_row_of_values_may_grow():
    row = Values("points", (), -1.0, 1.0, 0.5, "points", least=0, most=4)
    assert row.check([], "Drawn") == ()
    assert row.check([0.5, 1.0, -1.0], "Drawn") == (0.5, 1.0, -1.0)
    with pytest.raises(ValueError, match="points holds 0 to 4 numbers, got 5"):
        row.check([0.0] * 5, "Drawn")


def test_a_control_that_would_hide_a_part_of_the_widget_is_refused():
    class Closing(Figure):
        view, controls = "views/line", (Switch("close", False, "close up"),)

    with pytest.raises(ValueError, match="A widget has a 'close' already: rename"):
        Closing()


def test_the_view_gets_no_control_that_does_not_exist():
    names = {type(c) for kind in FIGURES for c in kind.controls}
    assert names <= {Slider, Menu, Switch, Values}


# --- the captions' numbers --------------------------------------------------------


def numbers(text):
    """The numbers that a caption writes, a sign before a blank included."""
    found = re.findall(r"([−+]?) ?(\d[\d,]*(?:\.\d+)?)", text)
    return [float(n.replace(",", "")) * (-1 if s == "−" else 1) for s, n in found]


def test_the_neuron_of_the_lecture():
    figure = OneNeuron()
    assert repr(figure) == (
        "One neuron. z = 0.10 + 0.18 + 0.09 + 0.50 = 0.87; a = σ(0.87) = 0.7047."
    )
    assert 1 / (1 + math.exp(-0.87)) == pytest.approx(0.704746, abs=5e-7)


BY_HAND = {
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "step at 0": lambda z: float(z > 0),
    "step at ½": lambda z: float(z > 0.5),
    "Heaviside": lambda z: (1 + np.sign(z)) / 2,
    "tanh": math.tanh,
    "ReLU": lambda z: max(z, 0),
    "leaky ReLU": lambda z: z if z > 0 else z / 100,
    "identity": lambda z: z,
}


@pytest.mark.parametrize("g", BY_HAND)
def test_the_sum_and_the_activation_of_any_neuron(g):
    assert set(BY_HAND) == set(values(OneNeuron.controls[-1]))
    rng = np.random.default_rng(6)
    figure = OneNeuron()
    for _ in range(50):
        s = random_state(OneNeuron, rng)
        s.g = g
        terms = [s.w1 * s.x1, s.w2 * s.x2, s.w3 * s.x3, s.b]
        z = math.fsum(terms)
        left, right = figure.caption(s).split("; ")
        assert numbers(left) == pytest.approx([*terms, z], abs=0.005001)
        assert numbers(right)[-1] == pytest.approx(BY_HAND[g](z), abs=5.0001e-5)


def shares(caption):
    right, of, share = re.search(
        r": (\d+) of (\d+) right \((\d+) %\)", caption
    ).groups()
    return int(right), int(of), int(share)


def test_and_is_done_with_the_bias_of_the_lecture():
    assert repr(DrawTheLine(b=-1.5)) == (
        "Draw the line. z = 1.00 x₁ + 1.00 x₂ − 1.50 on AND: 4 of 4 right (100 %)."
    )
    assert shares(repr(DrawTheLine(data="XOR"))) == (3, 4, 75)


def best(gate, *, biases, step):
    """The most that any weights on a grid get right, as the captions say it."""
    figure = DrawTheLine()
    weights = np.arange(-3, 3 + step / 2, step).tolist()
    return max(
        shares(figure.caption(SimpleNamespace(w1=w1, w2=w2, b=b, data=gate)))[0]
        for w1 in weights
        for w2 in weights
        for b in biases
    )


@pytest.mark.parametrize("gate", ["XOR", "XNOR"])
def test_no_weights_do_xor(gate):
    assert best(gate, biases=np.arange(-3, 3.25, 0.5).tolist(), step=0.5) == 3


def test_fourteen_gates_can_be_done_and_six_without_a_bias():
    done = {g for g in GATES if best(g, biases=range(-3, 4), step=1) == 4}
    assert set(GATES) - done == {"XOR", "XNOR"}
    origin = {g for g in GATES if best(g, biases=[0.0], step=1) == 4}
    assert origin == {"FALSE", "A", "B", "OR", "A AND NOT B", "NOT A AND B"}


def test_the_line_s_count_on_any_data():
    rng = np.random.default_rng(7)
    figure = DrawTheLine()
    for name, (X, t) in data_sets().items():
        s = random_state(DrawTheLine, rng)
        s.data = name
        answers = [int(s.w1 * x1 + s.w2 * x2 + s.b > 0) for x1, x2 in X.tolist()]
        right = sum(a == target for a, target in zip(answers, t.tolist(), strict=True))
        share = math.floor(100 * right / len(t) + 0.5)
        assert shares(figure.caption(s)) == (right, len(t), share)


def test_without_weights_there_is_no_line():
    caption = repr(DrawTheLine(w1=0.0, w2=0.0))
    assert caption.endswith("No weights, no line: one answer for all.")
    assert "No weights" not in repr(DrawTheLine(w1=0.0, w2=0.05))


def rule_by_hand(X, t, w, b, eta, epochs):
    """(epoch, row, error, w1, w2, b) of every correction, in plain Python."""
    done = []
    for epoch in range(1, epochs + 1):
        before = len(done)
        for row, (x, target) in enumerate(zip(X, t, strict=True)):
            error = target - int(w[0] * x[0] + w[1] * x[1] + b > 0)
            if error:
                w = [w[0] + eta * error * x[0], w[1] + eta * error * x[1]]
                b += eta * error
                done.append((epoch, row, error, *w, b))
        if len(done) == before:
            break
    return done


@pytest.mark.parametrize("eta", grid(LearningRule.controls[1]))
@pytest.mark.parametrize(
    ("gate", "end"),
    [
        ("AND", "Played to the end: clean in epoch 6 after 10 corrections."),
        ("OR", "Played to the end: clean in epoch 4 after 4 corrections."),
    ],
)
def test_the_learning_rate_does_not_change_the_count_from_zero(gate, end, eta):
    assert repr(LearningRule(data=gate, eta=eta)).endswith(end)


def test_xor_never_ends():
    assert repr(LearningRule(data="XOR")).endswith(
        "never clean: 3,997 corrections in 1,000 epochs."
    )


@pytest.mark.parametrize("data", ["AND", "OR", "NAND", "blobs near"])
@pytest.mark.parametrize("start", LearningRule.starts)
def test_every_correction_that_the_learning_rule_tells(data, start):
    figure = LearningRule()
    X, t = (a.tolist() for a in data_sets()[data])
    w, b = LearningRule.starts[start]
    corrections = rule_by_hand(X, t, w, b, 0.75, 1000)
    total = len(corrections)
    for step, (epoch, row, error, w1, w2, bias) in enumerate(corrections[:60], 1):
        s = SimpleNamespace(step=step, eta=0.75, data=data, start=start)
        told = figure.caption(s).removeprefix(data)
        answered = t[row] - error
        wanted = [step, total, epoch, row + 1, t[row], answered, w1, w2, bias]
        assert numbers(told)[:9] == pytest.approx(wanted, abs=0.005001)
        assert numbers(told)[9:] == [corrections[-1][0] + 1, total]


def test_beyond_the_last_correction_the_last_one_stays():
    figure = LearningRule()
    told = {
        figure.caption(SimpleNamespace(step=step, eta=1.0, data="OR", start="zero"))
        for step in (4, 5, 60)
    }
    assert len(told) == 1
    assert "OR, correction 4 of 4, " in told.pop()
    pictures = []
    for step in (3, 4, 60):
        pictures.append(LearningRule(data="OR", step=step)._repr_mimebundle_())
    before, last, beyond = (bundle["image/png"] for bundle in pictures)
    assert before != last == beyond


def test_one_correction_is_not_called_corrections(monkeypatch):
    monkeypatch.setattr(LearningRule, "starts", {"zero": ([1.0, 1.6], -1.5)})
    figure = LearningRule(eta=0.25)
    assert repr(figure).endswith("clean in epoch 2 after 1 correction.")
    figure.control["step"].value = 1
    assert repr(figure) == (
        "The learning rule. AND, correction 1 of 1, epoch 1, example 2 "
        "(target 0, answered 1): now w = (1.00, 1.35), b = −1.75. "
        "Played to the end: clean in epoch 2 after 1 correction."
    )


def test_counts_stay_under_the_bound_and_no_bound_is_promised_without_a_line():
    bounds = {k: v["bound"] for k, v in LearningRule().config()["data"].items()}
    for name, bound in bounds.items():
        X, t = (a.tolist() for a in data_sets()[name])
        count = len(rule_by_hand(X, t, [0.0, 0.0], 0.0, 1.0, 1000))
        ended = f"after {count:,} correction" in repr(LearningRule(data=name))
        assert (bound is not None) == ended, name
        assert bound is None or count <= bound, name
    assert bounds["XOR"] is None
    assert sum(bound is not None for bound in bounds.values()) >= 5


def test_the_crossing_of_a_neuron_with_one_input():
    assert repr(WhatABiasDoes()) == (
        "What a bias does. σ(1.00 x) crosses ½ at x = 0.00. "
        "AND with w₁ = w₂ = 1.00: 2 of 4 right."
    )
    assert repr(WhatABiasDoes(bias=True)) == (
        "What a bias does. σ(1.00 x − 1.50) crosses ½ at x = −b/w = 1.50. "
        "AND with w₁ = w₂ = 1.00: 4 of 4 right."
    )
    assert "never crosses ½, for w = 0" in repr(WhatABiasDoes(w=0.0, bias=True))


def test_where_any_sigmoid_crosses_one_half():
    rng = np.random.default_rng(8)
    figure = WhatABiasDoes()
    for _ in range(50):
        s = random_state(WhatABiasDoes, rng)
        s.bias, s.w = True, s.w or 0.05
        at = float(
            re.search(r"−b/w = (\S+?)\. ", figure.caption(s))[1].replace("−", "-")
        )
        assert 1 / (1 + math.exp(-(s.w * at + s.b))) == pytest.approx(0.5, abs=0.004)


# --- numbers as text --------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "digits", "text"),
    [
        (0.125, 2, "0.13"),  # a tie in binary too: away from zero, not to even
        (-0.125, 2, "−0.13"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (-2.5, 0, "−3"),
        (1.005, 2, "1.00"),  # no tie: the float lies below
        (2.675, 2, "2.67"),
        (0.1 + 0.2, 17, "0.30000000000000004"),
        (-0.0, 2, "0.00"),
        (-0.004, 2, "0.00"),
        (-0.005, 2, "−0.01"),  # the float lies beyond
        (1e15, 1, "1000000000000000.0"),
        (3, 0, "3"),
        (np.float64(-1.5), 1, "−1.5"),
    ],
)
def test_numbers_are_written_as_javascript_does(x, digits, text):
    assert num(x, digits) == text


@pytest.mark.parametrize(
    ("x", "text"),
    [(0.5, "+ 0.50"), (-0.5, "− 0.50"), (-0.004, "+ 0.00"), (-0.0, "+ 0.00")],
)
def test_a_term_carries_its_sign_apart(x, text):
    assert term(x, 2) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(3, 4, "75 %"), (1, 8, "13 %"), (2, 3, "67 %"), (0, 4, "0 %"), (4, 4, "100 %")],
)
def test_shares_are_rounded_halves_up(part, whole, text):
    assert percent(part, whole) == text


# --- questions --------------------------------------------------------------------

NUMBER = {"answer": 0.87, "digits": 2, "praise": "Yes.", "hint": "No."}
TWO = [("a", "no"), ("b", "yes")]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: ChoiceQuestion("Line_Moves", "?", TWO, answer=1),
            "a question's id is in kebab-case, for example line-moves: 'Line_Moves'.",
        ),
        (
            lambda: ChoiceQuestion("q", "?", TWO[:1], answer=0),
            "question q: give two or more different options.",
        ),
        (
            lambda: ChoiceQuestion("q", "?", [*TWO, ("a", "else")], answer=0),
            "question q: give two or more different options.",
        ),
        (
            lambda: ChoiceQuestion("q", "?", TWO, answer=2),
            "question q: answer must lie in 0..1, got 2.",
        ),
        (
            lambda: ChoiceQuestion("q", "?", TWO, answer=-1),
            "question q: answer must lie in 0..1, got -1.",
        ),
        (
            lambda: NumberQuestion("q", "?", **{**NUMBER, "answer": math.nan}),
            "question q: numbers must be finite, got [nan].",
        ),
        (
            lambda: NumberQuestion("q", "?", **NUMBER, slips={0.871: "close"}),
            "question q: with 2 decimals the answer and the slips must differ, "
            "got [0.87, 0.871].",
        ),
        (
            lambda: NumberQuestion("q", "?", **NUMBER, slips={0.1: "", 0.101: ""}),
            "question q: with 2 decimals the answer and the slips must differ, "
            "got [0.87, 0.1, 0.101].",
        ),
    ],
)
def test_bad_questions_are_refused(make, message):
    with pytest.raises(ValueError, match="question") as refused:
        make()
    assert str(refused.value) == message


def test_a_question_on_paper_is_text_with_its_answer_folded():
    question = ChoiceQuestion(
        "less-more",
        "Is `a < b`?",
        [("No & never", "…"), ("`a`", "Yes: <b>.")],
        answer=1,
    )
    bundle = question._repr_mimebundle_()
    assert set(bundle) == {VIEW, "text/plain", "text/html"}
    assert bundle["text/plain"] == "Question: Is `a < b`?"
    assert bundle["text/html"] == (
        '<div class="nn-question">'
        '<p class="nn-question-text">Is <code>a &lt; b</code>?</p>'
        "<ol><li>No &amp; never</li><li><code>a</code></li></ol>"
        "<details><summary>Answer</summary>"
        "<p><code>a</code> Yes: &lt;b&gt;.</p></details></div>"
    )


def test_a_number_on_paper_is_written_with_its_decimals():
    html = NumberQuestion("q", "How large?", **{**NUMBER, "answer": 0.5})
    assert "<p>0.50. Yes.</p></details>" in html.on_paper()


# --- the linker -------------------------------------------------------------------

VIEWS = sorted(
    path.relative_to(modules.STATIC).with_suffix("").as_posix()
    for path in modules.STATIC.rglob("*.js")
)
every_module = pytest.mark.parametrize("name", VIEWS)


@pytest.fixture
def static(tmp_path, monkeypatch):
    """A folder to link from; static("a", "source") writes a module into it."""
    caches = (modules.linked, modules.needs, modules.as_module)
    monkeypatch.setattr(modules, "STATIC", tmp_path)
    for function in caches:
        function.cache_clear()

    def write(name, source):
        path = tmp_path / f"{name}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")

    yield write
    for function in caches:
        function.cache_clear()


def test_every_figure_names_a_view_that_exists():
    assert {kind.view for kind in FIGURES} <= set(VIEWS)


@pytest.mark.parametrize(
    "line",
    [
        'import * as kit from "./kit.js";',
        'import "./kit.js";',
        'import kit from "./kit.js";',
        'import { num as n } from "./kit.js";',
        'import { num } from "./kit.mjs";',
        "export let x = 1;",
        "export var x = 1;",
        "export { x };",
        'export * from "./kit.js";',
        "export const { a, b } = c;",
        "export const a = 1, b = 2;",
        "export const a = (x, y) => [x, y], b = 2;",
        """export const a = ";", b = `,`;""",
        "export const a = 1 /* ; */, b = 2;",
    ],
)
def test_the_linker_refuses_what_it_cannot_read(static, line):
    static("kit", "export const num = 1;\n")
    static("strange", f"const c = {{}};\n{line}\n")
    with pytest.raises(ValueError, match="cannot read") as refused:
        modules.linked("strange")
    assert str(refused.value) == f"static/strange.js: the linker cannot read {line!r}."


def test_constants_declared_over_several_lines_are_refused_too(static):
    static("strange", "export const a = 1,\n  b = 2;\n")
    with pytest.raises(
        ValueError, match=r"the linker cannot read 'export const a = 1,'"
    ):
        modules.linked("strange")


@pytest.mark.parametrize(
    "line",
    [
        "export function* a() { yield 1; }",
        "export const a = [1, 2];",
        "export const a = { b: 1, c: 2 }; let x, y;",
        "export const a = (x, y) => {\n  let z = 1, w = 2;\n  return [z, w];\n};",
        """export const a = ", " + ',' + `\\`,` + "\\","; // one, two""",
        "export const a = 1 /* one, two */; // three, four",
        "export const a = f(x, y)[z, w];",
        "export const a = 1",
    ],
)
def test_a_comma_within_a_constant_is_no_second_constant(static, line):
    static("plain", f"{line}\n")
    assert modules.linked("plain").endswith("return { a };\n})();\n")


def test_a_name_that_is_not_exported_cannot_be_imported(static):
    static("kit", "export const num = 1;\n")
    static("views/line", 'import { num, nun } from "../kit.js";\n')
    with pytest.raises(ValueError, match=r"views/line\.js: kit\.js exports no nun\."):
        modules.linked("views/line")


def test_a_module_becomes_a_function_that_returns_its_exports(static):
    static("engine", "export const one = 1;\nexport async function two() {}\n")
    static(
        "views/v",
        'import {\n  one,\n  two,\n} from "../engine.js";\n'
        "export class Three {}\nexport default { one, two };\n",
    )
    assert modules.linked("engine") == (
        'nnlib["engine"] = (() => {\nconst one = 1;\nasync function two() {}\n'
        "return { one, two };\n})();\n"
    )
    assert modules.linked("views/v") == (
        'nnlib["views/v"] = (() => {\nconst {\n  one,\n  two,\n} = nnlib["engine"];\n'
        "class Three {}\nconst $default = { one, two };\n"
        "return { Three, default: $default };\n})();\n"
    )


def test_modules_come_after_what_they_import_and_once(static):
    static("a", "export const a = 1;\n")
    static("b", 'import { a } from "./a.js";\nexport const b = a;\n')
    static("sub/c", 'import { b } from "../b.js";\nimport { a } from "../a.js";\n')
    assert modules.needs("sub/c") == ("a", "b", "sub/c")


@every_module
def test_script_and_module_are_made_of_the_same_text(name):
    needs = modules.needs(name)
    assert needs[-1] == name
    assert len(set(needs)) == len(needs)
    text = modules.as_module(name)
    assert text == (
        "const nnlib = {};\n"
        + "".join(modules.linked(part) for part in needs)
        + f'export default nnlib["{name}"].default;\n'
    )
    for part in needs:
        script = modules.as_script(part)
        assert modules.linked(part) in script
        assert not re.search(r"^\s*(import|export)\b", script, re.M)
        assert "import(" not in script
    for i, part in enumerate(needs):
        wanted = set(re.findall(r'= nnlib\["([^"]+)"\]', modules.linked(part)))
        assert wanted <= set(needs[:i])


def test_every_colour_that_the_style_sheets_name_is_in_both_themes():
    sheet = modules.style()
    page = (page_state.HERE / "page.css").read_text("utf-8")
    views = "".join((modules.STATIC / f"{name}.js").read_text() for name in VIEWS)
    used = set(re.findall(r"var\(--nn-([\w-]+)\)", sheet + page))
    used |= set(re.findall(r'"--nn-(\w+)"', views))
    palette = json.loads(modules.PALETTE.read_text("utf-8"))
    assert used
    assert used <= set(palette["light"])
    assert set(palette["light"]) == set(palette["dark"])
    for theme in palette.values():
        for name, colour in theme.items():
            assert f"--nn-{name}:{colour};" in sheet


# --- the state that a page carries ------------------------------------------------


def state_of(*views):
    """What the build finds in a page with these figures and questions."""
    return copy.deepcopy(embed_data(list(views))["manager_state"])


@every_figure
def test_a_page_keeps_what_its_figures_need_and_no_more(kind):
    figure = kind()
    full = state_of(figure)
    slim, needs = page_state.slim(full)
    assert needs == list(modules.needs(kind.view))
    models = slim["state"]
    kept = {m["model_name"] for m in models.values()}
    assert kept <= page_state.KNOWN
    text = json.dumps(slim)
    assert {*re.findall(r"IPY_MODEL_(\w+)", text)} <= set(models)
    assert "_esm" not in text
    assert "_css" not in text
    assert not re.search(r'"(layout|style|_\w+_module\w*)"', text)
    assert figure.model_id in models
    full_length = len(json.dumps(full))
    data = len(json.dumps(figure.children[0].config))
    assert len(text) - data < 0.2 * full_length


def test_modules_of_all_figures_of_a_page_are_listed_once_in_order():
    _, needs = page_state.slim(state_of(*(kind() for kind in FIGURES)))
    assert len(set(needs)) == len(needs)
    assert set(needs) == {n for kind in FIGURES for n in modules.needs(kind.view)}
    for name in needs:
        assert set(modules.needs(name)) <= set(needs[: needs.index(name) + 1])


@pytest.mark.parametrize(
    ("widget", "name"),
    [
        (widgets.FloatProgress, "FloatProgressModel"),
        (widgets.Play, "PlayModel"),
        (widgets.FloatLogSlider, "FloatLogSliderModel"),
        (widgets.Output, "OutputModel"),
    ],
)
def test_a_widget_that_the_page_cannot_show_stops_the_build(widget, name):
    known = ", ".join(sorted(page_state.KNOWN))
    with pytest.raises(ExtensionError) as refused:
        page_state.slim(state_of(OneNeuron(), widget()))
    assert refused.value.args[0] == (
        f"book/hydrate.js has no input for the widget {name}: "
        f"use one of {known}, or teach it."
    )


class Foreign(anywidget.AnyWidget):
    _esm = "export default { render() {} }"


def test_an_anywidget_of_somebody_else_stops_the_build():
    with pytest.raises(ExtensionError, match="an anywidget that is not nnlib's"):
        page_state.slim(state_of(Foreign()))


def test_a_view_with_other_code_in_it_stops_the_build():
    disguised = state_of(OneNeuron())
    for model in disguised["state"].values():
        if model["model_name"] == "AnyModel":
            model["state"]["_esm"] += "alert(1);"
    with pytest.raises(ExtensionError, match="an anywidget that is not nnlib's"):
        page_state.slim(disguised)


def test_two_figures_of_one_name_stop_the_build():
    twice = state_of(OneNeuron(), DrawTheLine(), OneNeuron())
    with pytest.raises(ExtensionError) as refused:
        page_state.slim(twice)
    assert refused.value.args[0] == (
        "two figures or questions of one page are called one-neuron: "
        "give one of them another id."
    )


def test_a_figure_may_come_twice_under_two_names():
    page_state.slim(state_of(OneNeuron(), OneNeuron(id="again")))


def page_showing(*views):
    """A page's document with these figures and questions in it."""
    document = new_document("one")
    for view in views:
        shown = json.dumps({"model_id": view.model_id})
        script = f'<script type="{VIEW}">{shown}</script>'
        document += nodes.raw("", script, format="html")
    return document


def test_pages_are_cut_down_once_and_cannot_be_broken_out_of():
    question = ChoiceQuestion("end", "</script><!-- <script>", TWO, answer=0)
    state = state_of(question)
    files = {"ipywidgets_state": (None, {"body": json.dumps(state), "type": "t"})}
    env = SimpleNamespace(
        nb_metadata={"one": {"js_files": files}, "two": {"js_files": {}}, "three": {}},
        get_doctree={"one": page_showing(question)}.get,
    )
    page_state.slim_pages(None, env)
    first = copy.deepcopy(env.nb_metadata)
    page_state.slim_pages(None, env)
    assert env.nb_metadata == first
    assert env.nb_metadata["two"] == {"js_files": {}}
    assert env.nb_metadata["one"]["live_modules"] == ["elements", "views/question"]
    path, attributes = files["ipywidgets_state"]
    assert (path, attributes["type"]) == (None, "t")
    assert "<" not in attributes["body"]
    slim, _ = page_state.slim(state)
    assert json.loads(attributes["body"]) == json.loads(json.dumps(slim))
