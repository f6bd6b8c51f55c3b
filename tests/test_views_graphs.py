"""The computation graph and the network diagram: their numbers, what they refuse."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnlib import BCE, Dense, Identity, Network, Sigmoid, Tanh, numerical_gradient
from nnlib.live import modules
from nnlib.live.views.graph import ComputationGraph, formula
from nnlib.live.views.network import NetworkDiagram, lecture

REUSED = [("b", "+", "a", "a"), ("c", "+", "b", "b")]
GRAPHS = {
    "neuron": (ComputationGraph.steps, ComputationGraph.inputs),
    "reused": (REUSED, {"a": 1.5}),
    "square of itself": ([("b", "×", "a", "a"), ("c", "²", "b")], {"a": -0.5}),
    "two ways": (
        [
            ("u", "tanh", "x"),
            ("v", "ReLU", "x"),
            ("d", "−", "u", "v"),
            ("y", "×", "d", "x"),
        ],
        {"x": 0.75},
    ),
}


def state(figure, **changes):
    return SimpleNamespace(**{**vars(figure.state), **changes})


def rows(figure, s, title):
    [found] = [t for t in figure.numbers(s) if t["title"] == title]
    return found["rows"]


# --- the computation graph --------------------------------------------------------


@pytest.mark.parametrize("name", GRAPHS)
def test_what_arrives_at_an_input_is_its_slope(name):
    steps, inputs = GRAPHS[name]
    figure = ComputationGraph(steps, inputs, id="asked")

    def result(values):
        s = state(figure, **dict(zip(inputs, values, strict=True)))
        return figure.run(s)[0][steps[-1][0]].data

    slopes = numerical_gradient(result, np.array(list(inputs.values()), float))
    _, grad, _ = figure.run(figure.state)
    assert [grad[x] for x in inputs] == pytest.approx(slopes, rel=1e-8)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_way_back_ends_at_nnlib_s_own_gradients(name):
    figure = ComputationGraph(*GRAPHS[name], id="asked")
    nodes, grad, _ = figure.run(figure.state)
    assert grad == pytest.approx({n: node.grad for n, node in nodes.items()}, abs=1e-12)


def test_each_step_says_symbols_numbers_and_result():
    figure = ComputationGraph(id="neuron")
    says = [figure.caption(state(figure, step=k)) for k in range(11)]
    assert says[0] == "The inputs: w = 0.50, x = 1.50, b = −0.25, t = 1.00."
    assert says[2] == "Forward, 2 of 5: z = p + b = 0.7500 + −0.2500 = 0.5000."
    assert says[5] == "Forward, 5 of 5: L = e² = (−0.3775)² = 0.1425."
    assert says[6] == "Backward, 1 of 5, from L: ∂L/∂e gets 1.0000 × −0.7551 = −0.7551."
    assert says[10].startswith("Backward, 5 of 5, from p: ∂L/∂w gets −0.1774 × 1.5000")


def test_a_number_used_twice_adds_what_both_arrows_bring():
    figure = ComputationGraph(REUSED, {"a": 1.0}, id="reused")
    half = rows(figure, state(figure, step=3), "Nodes")
    assert [row[3] for row in half] == ["not yet", 2.0, 1.0]
    whole = rows(figure, figure.state, "Nodes")
    assert [row[3] for row in whole] == [4.0, 2.0, 1.0]


def test_nothing_is_shown_before_its_step():
    figure = ComputationGraph(id="early")
    early = rows(figure, state(figure, step=2), "Nodes")
    assert [row[2] for row in early][-3:] == ["not yet"] * 3
    assert {row[3] for row in early} == {"not yet"}


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([("y", "÷", "a", "a")], "y asks for '÷'; it knows + − × ² σ tanh ReLU"),
        ([("y", "+", "a")], "y gives + 1 numbers"),
        ([("y", "σ", "a", "a")], "y gives σ 2 numbers"),
        ([("y", "σ", "z")], "y needs 'z', which stands nowhere before it"),
        ([("y", "σ", "y")], "y needs 'y', which stands nowhere before it"),
        ([("a", "σ", "a")], "a is there twice"),
    ],
)
def test_a_step_that_cannot_be_read_is_refused(steps, message):
    with pytest.raises(
        ValueError, match=f"ComputationGraph: {message}".replace("+", r"\+")
    ):
        ComputationGraph(steps, {"a": 1.0})


def test_operations_are_written_as_in_a_book():
    assert formula("+", ["a", "b"]) == "a + b"
    assert formula("²", ["e"]) == "e²"
    assert formula("²", ["−0.50"]) == "(−0.50)²"
    assert formula("σ", ["z"]) == "σ(z)"


@pytest.fixture(scope="module")
def engine(browser):
    page = browser.new_page()
    for name in modules.needs("engine/graph"):
        page.add_script_tag(content=modules.as_script(name))
    yield page
    page.close()


@pytest.mark.parametrize("name", GRAPHS)
def test_the_engine_s_graph_is_python_s(engine, name):
    steps, inputs = GRAPHS[name]
    figure = ComputationGraph(steps, inputs, id="asked")
    spec = figure.config()["graph"]
    rng = np.random.default_rng(5)
    for values in rng.uniform(-2, 2, (20, len(inputs))):
        given = dict(zip(inputs, values.tolist(), strict=True))
        value, grad = engine.evaluate(
            """([graph, given]) => {
                const { run, backward } = nnlibModules["engine/graph"];
                const done = run(graph, given);
                return [done.value, backward(graph, done).grad];
            }""",
            [spec, given],
        )
        nodes, wanted, _ = figure.run(state(figure, **given))
        assert value == pytest.approx({n: v.data for n, v in nodes.items()}, abs=1e-12)
        assert grad == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize(
    ("graph", "given", "message"),
    [
        ({"inputs": ["a"], "steps": []}, {}, "the input a has no value"),
        (
            {"inputs": [], "steps": [{"name": "y", "op": "σ", "args": ["z"]}]},
            {},
            "y stands before what it needs",
        ),
        (
            {"inputs": ["a"], "steps": [{"name": "y", "op": "÷", "args": ["a"]}]},
            {"a": 1},
            'unknown operation "÷"',
        ),
    ],
)
def test_the_engine_refuses_by_name(engine, graph, given, message):
    said = engine.evaluate(
        """([graph, given]) => {
            try { nnlibModules["engine/graph"].run(graph, given); return "nothing"; }
            catch (error) { return error.message; }
        }""",
        [graph, given],
    )
    assert message in said


# --- the network diagram ----------------------------------------------------------


def test_the_lectures_network_by_hand():
    figure = NetworkDiagram(id="lecture")
    units = rows(figure, figure.state, "Units")
    assert [u[2] for u in units] == pytest.approx([0.47, 0.32, 0.599157], abs=1e-6)
    assert [u[3] for u in units] == pytest.approx(
        [0.61538, 0.57932, 0.645463], abs=1e-5
    )
    assert units[2][4] == pytest.approx(-0.162265, abs=1e-6)
    weights = {w[0]: w[2] for w in rows(figure, figure.state, "Weights")}
    assert weights["w2(1→1)"] == pytest.approx(-0.099855, abs=1e-6)
    assert weights["w2(2→1)"] == pytest.approx(-0.094004, abs=1e-6)
    assert rows(figure, figure.state, "The loss")[0][0] == pytest.approx(
        0.125696, abs=1e-6
    )


def test_every_gradient_is_the_loss_s_slope():
    rng = np.random.default_rng(8)
    net = Network([Dense(3, 4, rng=rng), Tanh(), Dense(4, 2, rng=rng), Sigmoid()])
    X, T = rng.uniform(-1, 1, (2, 3)), np.array([[1.0, 0.0], [0.0, 1.0]])
    figure = NetworkDiagram(net, X, T, BCE(), id="wide", example="2")
    s = figure.state

    def loss(weights):
        return figure.run(state(figure, weights=tuple(weights)))[2]

    slopes = numerical_gradient(loss, np.array(s.weights))
    found = [w[2] for w in rows(figure, s, "Weights")]
    assert found == pytest.approx(slopes, rel=1e-6, abs=1e-9)


def test_step_by_step_the_numbers_appear():
    figure = NetworkDiagram(id="steps")
    shown = []
    for step in range(6):
        tables = figure.numbers(state(figure, step=step))
        cells = [cell for t in tables for row in t["rows"] for cell in row]
        shown.append(cells.count("not yet"))
    assert shown == sorted(shown, reverse=True)
    assert len(set(shown)) == 6
    assert shown[-1] == 0


def test_another_form_of_network_is_refused():
    rng = np.random.default_rng(0)
    for layers in ([Dense(2, 1, rng=rng)], [Sigmoid(), Dense(2, 1, rng=rng)]):
        with pytest.raises(ValueError, match="Dense and one activation in turn; this"):
            NetworkDiagram(Network(layers))
    plain = Network([Dense(2, 1, rng=rng), Identity()])
    assert "A network" in repr(NetworkDiagram(plain, id="plain"))


def test_examples_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="NetworkDiagram"):
        NetworkDiagram(lecture(), [[1.0, 2.0, 3.0]])
