"""Numbers that a chapter's prose has typed: each is what nnlib computes.

Most numbers are glued into the text from cells. A typed one belongs to a quotation
here, and the test that quotes it computes it: who changes the number must change the
quotation and see the test agree. A number in no quotation is one that nobody computes.
"""

import functools
import re
from itertools import product
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from lectures import scalar_run
from reader import ROOT

from nnlib import (
    BCE,
    MSE,
    SGD,
    Dense,
    Heaviside,
    LeakyReLU,
    Linear,
    Momentum,
    Network,
    Perceptron,
    ReLU,
    Sigmoid,
    SigmoidBCE,
    Step,
    Tanh,
    backward,
    fit,
    gate,
    glorot,
    he,
    inner_product_check,
    logistic,
    network_jacobian,
    numerical_gradient,
    numerical_jacobian,
    value_and_grad,
)
from nnlib.data import circles, digits
from nnlib.live import bugs
from nnlib.live.backprop import Gears
from nnlib.live.jacobians import NetworkAsMap
from nnlib.live.loss import FourTasks, examples, slopes
from nnlib.live.mlp import FEET, FoldedPlane, FourLines, collapsed
from nnlib.live.perceptron import DrawTheLine, LearningRule, OneNeuron

QUOTED = {}
GIVEN = [  # what nobody computes
    r"\b\d(-\d)+\s+net\b|\b[Ee]xercise \d|\\t?frac1[2n]",  # names, ½ and 1/n
    r"\{(glue:text|eq)\}`[^`]*`|\(eq-[\w-]+\)",
    r"\]\([^)]*\)",  # addresses
    r"`[^`]*`",  # code, which the chapter runs
    r"^#+ .*$|^ *\d\. ",  # headings, items of lists
    r"\b([Cc]hapters?|[Ss]ections?|[Rr]oom)\s\d(\s(and|to)\s\d)?",
    r"\b(18|19|20)\d\d\b",  # years
    r"[_^](\d|\{[^}]*\})|\\tfrac\{1\}\{2\}",  # indices, powers, ½
    r"about 4\d minutes|400 photocells|\*Psychological Review\* 65",
    r"COMP0087|CS2109S",
    r"(?<![\d.,])[01]s?(?![\d.,]\d|\d)",  # the bits, and where z passes zero
]


def prose(stem):
    """The text of the chapter's Markdown cells."""
    nb = nbformat.read(ROOT / "chapters" / f"{stem}.ipynb", as_version=4)
    return "\n".join(c.source for c in nb.cells if c.cell_type == "markdown")


def code(stem):
    nb = nbformat.read(ROOT / "chapters" / f"{stem}.ipynb", as_version=4)
    return "\n".join(c.source for c in nb.cells if c.cell_type == "code")


def words(text):
    return " ".join(text.split())


def typed(stem, *quotes):
    """The test below is what guards these words of the chapter."""
    QUOTED.setdefault(stem, []).extend(quotes)

    def guarded(test):
        @functools.wraps(test)  # pytest reads its parameters
        def quoting(*arguments, **options):
            for quote in quotes:
                assert words(quote) in words(prose(stem)), f"no longer there: {quote}"
            test(*arguments, **options)

        return quoting

    return guarded


def unguarded(stem, text):
    """The numbers of `text` that are in no quotation, with the words around them."""
    for pattern in GIVEN:
        text = re.sub(pattern, "·", text, flags=re.M)
    text = words(text)
    for quote in QUOTED[stem]:
        for pattern in GIVEN:
            quote = re.sub(pattern, "·", quote, flags=re.M)
        text = text.replace(words(quote), "·")
    return re.findall(r".{0,30}\d[\d.,]*.{0,20}", text)


def test_every_typed_number_of_a_chapter_has_its_guard():
    assert {stem: unguarded(stem, prose(stem)) for stem in QUOTED} == {
        stem: [] for stem in QUOTED
    }


@pytest.mark.parametrize(
    "sentence",
    [
        "It takes 12 epochs.",
        "About 0.7 of them.",
        "$z = 3$",
        "-2",
        "1.5",
        "10,000 steps",
    ],
)
def test_a_number_without_a_guard_is_found(sentence):
    for stem in QUOTED:
        before = unguarded(stem, prose(stem))
        assert len(unguarded(stem, f"{prose(stem)}\n\n{sentence}")) == len(before) + 1


# --- 1. One neuron ----------------------------------------------------------------

NEURON = "01_perceptron"
CORNERS, AND = gate("AND")


def neuron(w, b):
    made = Perceptron(len(w))
    made.w, made.b = np.array(w, float), float(b)
    return made


def answers(w, b, X=CORNERS):
    return neuron(w, b).predict(np.asarray(X, float)).tolist()


@typed(
    NEURON,
    "Two numbers arrive at a neuron, 0.5 and 0.6: its **inputs**. It has a **weight** "
    "for each of them, 0.9 and 0.4.",
    "exceeds a **threshold**, say 0.5.",
    "so the neuron **fires**: it answers 1. A smaller sum would have left it silent: "
    "0.",
    "so a sum of exactly 0.5 stays silent.",
    "*Is the sum greater than 0.5?* is the same question as *is the sum, minus 0.5, "
    "greater than 0?*",
    "A threshold of 0.5 is a bias of −0.5.",
)
def test_the_neuron_with_a_threshold():
    assert "= [0.5, 0.6], [0.9, 0.4], 0.5\n" in code(NEURON)
    assert answers([0.9, 0.4], -0.5, [[0.5, 0.6]]) == [1]
    sums = np.array([[-1.0], [0.0], [0.25], [0.5], [0.75]])
    assert answers([1], -0.5, sums) == [0, 0, 0, 0, 1]


@typed(
    NEURON,
    "This neuron has three inputs, and its bias is **+0.5**:",
    "| input | 0.5 | 0.6 | 0.1 |",
    "| weight | 0.2 | 0.3 | 0.9 |",
)
def test_the_neuron_of_the_table_is_the_neuron_of_the_figure():
    s = OneNeuron().state
    assert (s.x1, s.x2, s.x3) == (0.5, 0.6, 0.1)
    assert (s.w1, s.w2, s.w3, s.b) == (0.2, 0.3, 0.9, 0.5)
    assert "x, w, b = np.array([0.5, 0.6, 0.1]), np.array([0.2, 0.3, 0.9]), 0.5\n" in (
        code(NEURON)
    )


@typed(NEURON, "It climbs from 0 to 1, reaches neither, and passes ½ at $z = 0$.")
def test_the_sigmoid():
    z = np.linspace(-30, 30, 61)
    assert (np.diff(logistic(z)) > 0).all()
    assert 0 < logistic(-30.0) < 1e-12
    assert 1 - 1e-12 < logistic(30.0) < 1
    assert logistic(0.0) == 0.5


@typed(
    NEURON,
    "Take $z = x_1 + x_2 - 1.5$ and a step:",
    "Where $z$ passes zero, and $x_1 + x_2 - 1.5 = 0$ is a straight line",
    "The next figure starts with the same weights but $b = -0.5$, and makes two "
    "mistakes.",
)
def test_the_first_line_and_the_figure_that_follows():
    assert answers([1, 1], -1.5) == AND.tolist()
    s = DrawTheLine().state
    assert (s.w1, s.w2, s.b, s.data) == (1, 1, -0.5, "AND")
    assert sum(answers([1, 1], -0.5) != AND) == 2


def biases_for(targets, X):
    """The biases, in quarters, at which weights 1 give these answers."""
    X = np.asarray(X, float)
    tried = np.arange(-4, 4.25, 0.25)
    fits = [answers(np.ones(X.shape[1]), b, X) == list(targets) for b in tried]
    return tried[fits].tolist()


@typed(
    NEURON,
    "Back to $w_1 = w_2 = 1$ and $b = -1.5$. Now double all three. What moves?",
    "From just above −2 up to −1. The corner (1, 1) needs $2 + b > 0$, and the corners "
    "(0, 1) and (1, 0) need $1 + b \\le 0$. At $b = -1$ the line runs through both of "
    "these corners, and a tie is a 0: still right. At $b = -2$ it runs through (1, 1), "
    "and the same tie is a mistake.",
    "Nothing. $2z = 0$ and $z = 0$ are the same line",
    "OR: $b = -0.5$ will do. NAND: AND with all three signs reversed, $w_1 = w_2 = -1$ "
    "and $b = 1.5$.",
)
def test_what_a_reader_finds_with_the_line():
    assert biases_for(AND, CORNERS) == [-1.75, -1.5, -1.25, -1]
    for b in (-3.0, -2.0, -1.0, -0.5, 0.5):
        z = neuron([1, 1], b)(CORNERS)
        assert z.tolist() == [b, 1 + b, 1 + b, 2 + b]
    assert neuron([1, 1], -1)(CORNERS)[[1, 2]].tolist() == [0, 0]
    assert neuron([1, 1], -2)(CORNERS)[3] == 0
    rng = np.random.default_rng(3)
    X = rng.uniform(-3, 3, (500, 2))
    assert answers([1, 1], -1.5, X) == answers([2, 2], -3, X)
    assert answers([1, 1], -0.5) == gate("OR")[1].tolist()
    assert answers([-1, -1], 1.5) == gate("NAND")[1].tolist()


def corners(n):
    return np.array(list(product((0, 1), repeat=n)))


def done_by_a_neuron(n, most):
    """How many functions of n bits a neuron with whole weights up to `most` does."""
    X = corners(n)
    weights = np.array(list(product(range(-most, most + 1), repeat=n)))
    biases = np.arange(-n * most - 0.5, n * most + 1)
    place = 1 << np.arange(len(X))  # a function's answers, read as one whole number
    sums = weights @ X.T
    return len({f for b in biases for f in ((sums + b > 0) @ place).tolist()})


def without_a_clash(n):
    """How many functions of n bits lack the contradiction that XOR has.

    Two corners with the answer 1 and two with 0 that have the same midpoint: whoever
    has such four is beyond every neuron.
    """
    X = corners(n)
    f = (np.arange(2 ** len(X))[:, None] >> np.arange(len(X))) & 1 == 1
    pairs = {}
    for i, j in product(range(len(X)), repeat=2):
        pairs.setdefault(tuple(X[i] + X[j]), []).append((i, j))
    clash = np.zeros(len(f), bool)
    for same in pairs.values():
        ones = np.any([f[:, i] & f[:, j] for i, j in same], axis=0)
        clash |= ones & np.any([~f[:, i] & ~f[:, j] for i, j in same], axis=0)
    return int((~clash).sum())


@typed(
    NEURON,
    "That makes $2 + 8 + 4 = 14$.",
    "With three inputs it does 104 of the 256 functions; with four, 1,882 of 65,536.",
)
@pytest.mark.parametrize(
    ("n", "most", "able", "functions"),
    [(2, 1, 2 + 8 + 4, 16), (3, 2, 104, 256), (4, 3, 1882, 65536)],
)
def test_how_many_functions_one_neuron_does(n, most, able, functions):
    """As many are found as are not excluded: the count is exact."""
    assert done_by_a_neuron(n, most) == able == without_a_clash(n)
    assert functions == 2**2**n


@typed(
    NEURON,
    "There are sixteen functions of two bits: four corners, each 0 or 1.",
    "You can leave all four together (two ways: all 0, all 1), split off one corner "
    "(four corners, and either side may be the 1s: eight ways) or split off one side "
    "(two directions, either side the 1s: four ways).",
)
def test_the_fourteen_by_the_number_of_their_ones():
    tables = {
        tuple(answers(w, b))
        for w in product(range(-2, 3), repeat=2)
        for b in np.arange(-3.5, 4)
    }
    by_ones = [sum(sum(table) == k for table in tables) for k in range(5)]
    assert by_ones == [1, 4, 4, 4, 1]
    assert (by_ones[0] + by_ones[4], by_ones[1] + by_ones[3], by_ones[2]) == (2, 8, 4)


@typed(
    NEURON,
    "with $w = (1, 1)$ and $b = -1.5$ the inputs (0, 1) and (1, 1) give $z = -0.5$ and "
    "$z = 0.5$, so the answers are 0 and 1.",
    "$x_1 + x_2 - 1.5 = 0$ means $x_2 = 1.5 - x_1$, so the line passes $x_2 = 1.5$ at "
    "$x_1 = 0$ and $x_2 = 0.5$ at $x_1 = 1$.",
)
def test_the_exercises_on_the_line_by_hand():
    X = np.array([[0.0, 1.0], [1.0, 1.0]])
    assert neuron([1, 1], -1.5)(X).tolist() == [-0.5, 0.5]
    assert answers([1, 1], -1.5, X) == [0, 1]
    on_the_line = np.array([[0, 1.5], [1, 0.5]])
    assert neuron([1, 1], -1.5)(on_the_line).tolist() == [0, 0]


@typed(
    NEURON,
    "the neuron is to fire when two or more of them are 1. With all weights 1, $z$ "
    "must be positive at $2 + b$ and not at $1 + b$, so any $b$ above −2 and up to −1 "
    "will do.",
    "the check tries all $2^d$ inputs.",
)
def test_the_exercise_on_two_of_three_by_hand():
    X = corners(3)
    assert len(np.unique(X, axis=0)) == 2**3
    assert biases_for(X.sum(axis=1) >= 2, X) == [-1.75, -1.5, -1.25, -1]


@typed(
    NEURON,
    "*Epoch 1.* Everywhere $z = 0$, a tie, so the answer is 0. That is right three "
    "times, and wrong for (1, 1): $e = +1$, so add $(1, 1)$ to the weights and 1 to "
    "the bias. *Epoch 2.* Now $z = x_1 + x_2 + 1$ is positive everywhere, and (0, 0) "
    "complains at once: $e = -1$, the input is $(0, 0)$, and only the bias changes.",
    "The next example is (1, 0), and $z = 1 + 0 - 1 = 0$ there: a tie, a 0, right. "
    "Then comes (1, 1), with target 1.",
    "$z = 2 \\cdot 1 + 1 \\cdot 0 - 2 = 0$. It is right by a tie.",
)
def test_and_is_learnt_as_told():
    run = list(Perceptron(2).train(CORNERS, AND))
    told = [(c.epoch, CORNERS[c.row].tolist(), c.error) for c in run[:4]]
    assert told == [
        (1, [1, 1], 1),
        (2, [0, 0], -1),
        (2, [0, 1], -1),
        (2, [1, 1], 1),
    ]
    after = [(c.w.tolist(), c.b) for c in run[:3]]
    assert after == [([1, 1], 1), ([1, 1], 0), ([1, 0], -1)]
    assert (neuron([1, 1], 1)(CORNERS) > 0).all()
    assert neuron([1, 0], -1)(np.array([[1.0, 0.0]])) == 0
    assert (run[-1].w.tolist(), run[-1].b) == ([2, 1], -2)
    assert neuron([2, 1], -2)(np.array([[1.0, 0.0]])) == 0


@typed(
    NEURON,
    "It raises $\\lVert \\tilde w \\rVert^2$ by $2 s\\, \\tilde w \\cdot \\tilde x + "
    "\\lVert \\tilde x \\rVert^2$.",
)
def test_what_a_correction_does_to_the_length():
    rng = np.random.default_rng(5)
    for s in (-1, 1):
        w, x = rng.normal(size=(2, 4))
        raised = np.sum((w + s * x) ** 2) - np.sum(w**2)
        assert np.isclose(raised, 2 * s * w @ x + np.sum(x**2))


@typed(
    NEURON,
    "By hand first: $x = (1, 1)$, $t = 1$, everything at zero. Then $z = 0$, the "
    "answer is 0, and $e = 1$. With $\\eta = 0.5$ both weights and the bias become "
    "0.5.",
)
def test_one_correction_by_hand():
    [first] = Perceptron(2).train(np.array([[1.0, 1.0]]), np.array([1]), eta=0.5)
    assert (first.error, first.w.tolist(), first.b) == (1, [0.5, 0.5], 0.5)


@typed(
    NEURON,
    "| (0, 0) | 0 | $b \\le 0$ |\n| (1, 1) | 0 | $w_1 + w_2 + b \\le 0$ |\n"
    "| (0, 1) | 1 | $w_2 + b > 0$ |\n| (1, 0) | 1 | $w_1 + b > 0$ |",
    "Add the first two: $w_1 + w_2 + 2b \\le 0$. Add the last two: $w_1 + w_2 + 2b > "
    "0$.",
    "& -(0, 0) + (0, 1) + (1, 0) - (1, 1) \\\\ & \\qquad = (0, 0),",
    "& -1 + 1 + 1 - 1 = 0.",
)
def test_the_contradiction_of_xor():
    rng = np.random.default_rng(7)
    X, t = gate("XOR")
    for w, b in zip(rng.normal(size=(50, 2)), rng.normal(size=50), strict=True):
        z = neuron(w, b)(X)
        assert np.isclose(z[t == 0].sum(), w.sum() + 2 * b)
        assert np.isclose(z[t == 1].sum(), w.sum() + 2 * b)
    run = list(Perceptron(2).train(X, t, epochs=4))
    lessons = [(c.row, c.error) for c in run if c.epoch == 4]
    assert lessons == [(0, -1), (1, 1), (2, 1), (3, -1)]
    assert sum(e * X[row] for row, e in lessons).tolist() == [0, 0]


@typed(
    NEURON,
    "Now find one yourself. With $w_1 = w_2 = 1$, this function draws what the neuron "
    "answers, and counts:",
    "Where does it become a cross? From where on is XOR right? Leave $w_3$ there: can "
    "$b$ alone make OR right, and AND?",
)
def test_the_questions_at_the_end_have_answers():
    def done(w3, b, name):
        X, t = gate(name)
        lifted = np.column_stack([X, X[:, 0] * X[:, 1]])
        return answers([1, 1, w3], b, lifted) == t.tolist()

    grid, biases = np.arange(-4, 4.5, 0.5), np.arange(-3, 1.5, 0.5)
    assert max(w3 for w3 in grid if done(w3, -0.5, "XOR")) == -1.5
    assert all(done(w3, -0.5, "XOR") for w3 in grid if w3 <= -1.5)
    assert [b for b in biases if done(-1.5, b, "OR")] == [0]
    assert not [b for b in biases if done(-1.5, b, "AND")]
    # at w₃ = −2 the sum is −2 (x₁ − ½)(x₂ − ½): zero on two lines
    x1, x2 = np.random.default_rng(9).normal(size=(2, 20))
    z = neuron([1, 1, -2], -0.5)(np.column_stack([x1, x2, x1 * x2]))
    assert np.allclose(z, -2 * (x1 - 0.5) * (x2 - 0.5))


def test_the_learning_rule_s_figure_comes_to_rest_on_that_corner():
    figure = LearningRule()
    corrections, clean = figure.run(figure.state)
    assert clean
    assert (corrections[-1].w.tolist(), corrections[-1].b) == ([2, 1], -2)


# --- 3. Activations ---------------------------------------------------------------

BENDS = "03_activations"


def slope(g, z):
    """g'(z) as nnlib has it, for each entry of z."""
    z = np.atleast_1d(np.asarray(z, float))
    return g.derivative(z, g(z))


def rings():
    X, t = circles(n=100, noise=0.1, rng=np.random.default_rng(0))
    return X, t[:, None].astype(float)


def ten_layers(g):
    """The network of the puzzle, before training."""
    rng = np.random.default_rng(0)
    return Network.mlp([2] + 10 * [8] + [1], hidden=g, out=Sigmoid(), rng=rng)


def trained(net, X, T, eta, rounds):
    """The loss before each round."""
    return [loss for *_, loss in fit(net, MSE(), SGD(eta), X, T, epochs=rounds)]


@typed(
    BENDS,
    "Each has ten hidden layers of eight neurons, and one neuron at the end. Each sees "
    "the same hundred points, an inner ring and an outer one,",
    "of the 100 points right,",
    "after ten thousand it still says the same.",
    "here it is the average of $(y - t)^2$ over the points.",
)
def test_ten_layers_of_sigmoids_answer_one_half_for_ever():
    X, T = rings()
    net = ten_layers(Sigmoid())
    assert len(X) == 100
    loss = trained(net, X, T, 0.3, 10_000)[-1]
    assert np.abs(net(X) - 0.5).max() < 1e-6
    assert np.isclose(loss, np.mean((net(X) - T) ** 2), atol=1e-6)


@typed(
    BENDS,
    "What comes out for $z = -2$, for 0 and for 2?",
    "here a hundredth.",
    "How much is $\\sigma(-2)$? No calculator: you know that $\\sigma(2)$ is "
    "{glue:text}`sigmoid-at-2`, and the curve looks the same from both sides of its "
    "middle.",
)
def test_the_values_by_hand():
    assert "z = np.array([-2.0, 0.0, 2.0])" in code(BENDS)
    assert np.isclose(logistic(-2.0), 1 - logistic(2.0))
    assert LeakyReLU().slope == 1 / 100


@typed(
    BENDS,
    "| sigmoid $\\sigma$ | $1 / (1 + e^{-z})$ | "
    "$\\sigma (1 - \\sigma) \\le \\tfrac{1}{4}$ | $(0, 1)$ | at both ends |",
    "| ReLU | $\\max(z, 0)$ | 1 for $z > 0$, else 0 | $[0, \\infty)$ | for $z < 0$ |",
    "\\tanh z = 2\\, \\sigma(2z) - 1.",
    "the slope of $2\\,\\sigma(2z) - 1$ is $4\\,\\sigma'(2z)$, so at 0 it is four "
    "times as steep as the sigmoid,",
    "and the largest is ¼.",
)
def test_the_table_of_slopes():
    z = np.linspace(-6, 6, 240)  # 0 is not among them
    formulas = {
        Sigmoid(): logistic(z) * (1 - logistic(z)),
        Tanh(): 1 - np.tanh(z) ** 2,
        ReLU(): z > 0,
        LeakyReLU(0.3): np.where(z > 0, 1, 0.3),
        Linear(0.5, 1): 0.5,
        Step(): 0,
        Heaviside(): 0,
    }
    for g, formula in formulas.items():
        nudge = numerical_gradient(lambda z, g=g: g(z).sum(), z)
        np.testing.assert_allclose(slope(g, z), nudge, atol=1e-8, err_msg=repr(g))
        np.testing.assert_allclose(slope(g, z), formula + 0 * z, atol=1e-12)
    assert slope(Sigmoid(), 0) == 1 / 4
    assert slope(Tanh(), 0) == 4 * slope(Sigmoid(), 0)
    np.testing.assert_allclose(np.tanh(z), 2 * logistic(2 * z) - 1, atol=1e-14)
    np.testing.assert_allclose(slope(Tanh(), z), 4 * slope(Sigmoid(), 2 * z))
    assert ReLU()(np.array([-2.0, 0.0])).tolist() == [0, 0]


@typed(
    BENDS,
    "*A step at 0.5* is a step at 0 with 0.5 less bias, and what happens exactly there "
    "is a convention: a perceptron's step says 0, as in chapter 1, and Heaviside's "
    "says ½.",
    "Heaviside, ½ at 0",
    "| step, Heaviside | step, at 0.5 |",
)
def test_the_steps_and_their_ties():
    z = np.array([-0.5, 0.25, 0.5, 0.75])
    assert Step(0.5)(z).tolist() == Step()(z - 0.5).tolist() == [0, 0, 0, 1]
    assert Heaviside()(np.array([0.0])) == 0.5


@typed(
    BENDS,
    "One neuron, one input $x = 1$, no bias: $z = w$. The target is 1, and the loss is "
    "$(a - 1)^2$. The weight starts at $-1$, so a step answers 0 and is wrong.",
    "though three of four answers are wrong.",
)
def test_a_step_is_left_where_it_is():
    layer = Dense.of([[0.2, 0.1]], [-0.35])
    net = Network([layer, Step()])
    before = [layer.W.copy(), layer.b.copy()]
    targets = np.array([[0.0], [1.0], [1.0], [1.0]])
    assert (net(CORNERS) != targets).sum() == 3
    trained(net, CORNERS, targets, 1.0, 50)
    assert all(map(np.array_equal, before, layer.params))


@typed(
    BENDS,
    "numbers have 16 digits: from $z = $ {glue:text}`flat-first` on, a sigmoid is "
    "rounded to exactly 1,",
    "For $z = -1000$ it asks for $e^{1000}$, and no floating-point number goes beyond "
    "about $10^{308}$:",
    "for $z = -2$ and for $z = 2$ alike $e = e^{-2}$, and the answers are $e/(1 + e)$ "
    "and $1/(1 + e)$.",
)
def test_where_floating_point_numbers_end():
    assert -np.log10(np.finfo(float).eps) == pytest.approx(15.65, abs=0.01)
    assert int(np.log10(np.finfo(float).max)) == 308
    e = np.exp(-2)
    np.testing.assert_allclose(logistic(np.array([-2, 2])), [e / (1 + e), 1 / (1 + e)])


@typed(
    BENDS,
    "$w = (-20, -20)$ and $b = 10$, so that it is wrong about all four corners, and "
    "sure of it.",
    "The slope of $(a - t)^2$ by $z$ is $2 (a - t)\\, \\sigma'(z)$. The error $a - t$ "
    "is nearly 1, but $\\sigma'(10)$ is about 1/22,000:",
)
def test_the_saturated_neuron():
    assert "Dense.of([[-20, -20]], [10])" in code(BENDS)
    net = Network([Dense.of([[-20, -20]], [10]), Sigmoid()])
    _, t = gate("OR")
    assert np.abs(net(CORNERS)[:, 0] - t).min() > 0.9999
    assert 1 / slope(Sigmoid(), 10) == pytest.approx(22_000, rel=0.01)
    z, target = np.array([0.7]), 1.0
    by_hand = 2 * (logistic(z) - target) * slope(Sigmoid(), z)
    nudge = numerical_gradient(lambda z: ((logistic(z) - target) ** 2).item(), z)
    np.testing.assert_allclose(by_hand, nudge, rtol=1e-8)


@typed(
    BENDS,
    "The first **two** rounds are done with a learning rate of 2, which is careless; "
    "then two thousand rounds with 0.1, which is fine.",
    "settles on the average target, ½.",
)
def test_the_dead_stay_dead():
    assert "(ReLU(), 2.0), (ReLU(), 0.1)" in code(BENDS)
    assert "train(net, X, T, eta, 2)" in code(BENDS)
    assert "train(net, X, T, 0.1, 2000)" in code(BENDS)
    X, T = rings()
    net = Network.mlp([2, 8, 1], hidden=ReLU(), rng=np.random.default_rng(0))
    trained(net, X, T, 2.0, 2)
    before = net.layers[0].W.copy()
    trained(net, X, T, 0.1, 2000)
    assert np.array_equal(net.layers[0].W, before)
    np.testing.assert_allclose(net(X), T.mean(), atol=1e-9)
    assert T.mean() == 0.5


@typed(
    BENDS,
    "each weight starts at the same value, 0.5.",
    "a thousand times as large, and counted from 5,000.",
    "A weight of usual size times 5,000 is a $z$ in the thousands:",
)
def test_the_other_two_rooms():
    assert "np.full((4, 2), 0.5)" in code(BENDS)
    assert "np.full((1, 4), 0.5)" in code(BENDS)
    assert "raw = X * [1, 1000] + [0, 5000]" in code(BENDS)
    net = Network.mlp([2, 8, 1], hidden=Tanh(), rng=np.random.default_rng(0))
    z = net.layers[0](rings()[0] * [1, 1000] + [0, 5000])
    assert np.median(np.abs(z)) > 1000
    assert (np.abs(Tanh()(z)) == 1).all()


@typed(
    BENDS,
    "so **He's** weights have $v = 2/d_{\\text{in}}$. Numbers spread evenly between "
    "$-l$ and $l$ have mean square $l^2/3$; hence the 6 under the roots:",
    "a neuron with $d_{\\text{in}} = 6$ inputs gets weights between $-1$ and 1.",
    "Networks of 32 neurons a layer, twenty draws each.",
)
def test_the_size_of_the_weights():
    assert "def arriving(g, depth, seed, width=32):" in code(BENDS)
    W = he(400, 500, np.random.default_rng(1))
    assert np.mean(W**2) == pytest.approx(2 / 500, rel=0.01)
    assert np.mean(W**2) == pytest.approx(np.abs(W).max() ** 2 / 3, rel=0.01)
    assert np.abs(he(1000, 6, np.random.default_rng(1))).max() == pytest.approx(1, 1e-3)


@typed(
    BENDS,
    "To move it by 0.1, with the learning rate that we used,",
    "In the tanh and ReLU networks the first layer still hears about a tenth of what "
    "the last one hears.",
)
def test_the_first_layer_was_not_told():
    X, T = rings()
    _, slopes = value_and_grad(ten_layers(Sigmoid()), MSE(), X, T)
    rounds = 0.1 / (0.3 * np.abs(slopes[0]).mean())
    assert f"{round(rounds, -8):,.0f}" == "700,000,000"
    for g in (Tanh(), ReLU()):
        _, [first, *_, last, _] = value_and_grad(ten_layers(g), MSE(), X, T)
        assert 0.05 < np.abs(first).mean() / np.abs(last).mean() < 0.2
    z = np.concatenate(ten_layers(Sigmoid()).trace(X)[1:-2:2])
    assert (slope(Sigmoid(), z.ravel()) < 0.05).mean() < 0.01  # hardly one saturated


# --- chapter 2 --------------------------------------------------------------------


@typed(
    "02_mlp",
    "Its weights are 1, 1, 1, 1 and its threshold is 3.5: it is AND, for four inputs. "
    "With a threshold of 0.5 it would be OR.",
    "Move the threshold from 0.5 to 3.5 and watch the shape close.",
    "At 3.5 only the region where all four agree is left",
)
def test_the_fifth_neuron_is_and_or_or():
    votes = np.array(list(product((0, 1), repeat=4)))
    assert ((votes.sum(1) > 3.5) == votes.all(1)).all()
    assert ((votes.sum(1) > 0.5) == votes.any(1)).all()


@typed(
    "02_mlp",
    "With four lines it is 11. (The figure starts with 11. Make two of the lines "
    "parallel and two regions merge.)",
    "$n$ lines cut the plane into at most 2, 4, 7, 11 … regions",
)
def test_lines_cut_the_plane():
    figure = FourLines()
    start = vars(figure.state)
    counts = [
        figure.regions(SimpleNamespace(**{**start, "lines": n})) for n in range(1, 5)
    ]
    assert counts == [2, 4, 7, 11]
    parallel = (*start["feet"][:4], *(-x for x in start["feet"][:2]), *FEET[6:])
    assert figure.regions(SimpleNamespace(**{**start, "feet": parallel})) == 10


@typed(
    "02_mlp",
    "For one example $x = (1, 0.5, -1)$:",
    "a_1 &= \\sigma(4 x_1 + 4 x_2 - 6), \\\\ a_2 &= \\sigma(-4 x_1 - 4 x_2 + 2).",
    "where $x_1 + x_2$ is well above 1.5.",
    "where the sum is well below 0.5.",
    "the output line of this network as $z = -0.5 + x_1 + x_2$.*",
    "it is $z = -0.5 + a_1 + a_2$.",
)
def test_the_lectures_xnor_is_the_one_in_the_figure():
    assert "x = np.array([1.0, 0.5, -1.0])" in code("02_mlp")
    s = FoldedPlane().full(FoldedPlane().state)
    assert (s.w11, s.w12, s.b1, s.w21, s.w22, s.b2) == (4, 4, -6, -4, -4, 2)
    assert (-s.b1 / s.w11, -s.b2 / s.w21) == (1.5, 0.5)
    assert (s.v1, s.v2, s.threshold) == (1, 1, 0.5)


@typed(
    "02_mlp",
    "($6 + 3 = 9$ weights), the 3-3-2 net ($9 + 6 = 15$), and the 2-2-1 net "
    "($4 + 2 = 6$)",
)
@pytest.mark.parametrize(
    ("sizes", "weights"),
    [([2, 3, 1], [6, 3]), ([3, 3, 2], [9, 6]), ([2, 2, 1], [4, 2])],
)
def test_the_nets_of_the_notes_have_their_weights(sizes, weights):
    net = Network.mlp(sizes, hidden=Sigmoid(), rng=np.random.default_rng(0))
    assert [W.size for W in net.params[::2]] == weights


@typed(
    "02_mlp",
    "a layer with $z = 3x + 1$, then a layer with $2z - 1$, and nothing between them.",
    "2\\,(3x + 1) - 1 = 6x + 1.",
    "what do $z = 3x + 1$ and then $2z - 1$ make?",
)
def test_two_layers_by_hand():
    layers = Network([Dense.of([[3]], [1]), Dense.of([[2]], [-1])])
    W, b = collapsed(layers)
    assert (W.item(), b.item()) == (6, 1)


# --- chapter 4 --------------------------------------------------------------------


@typed(
    "04_loss",
    "&= \\frac{2}{n}\\,(y_i - t_i).",
    "Its slope is $\\hat y - y$; the mean squared error's is $2/n$ times that.",
)
def test_the_slope_of_a_mean_of_squares():
    Y, T = np.array([[1.0], [3.0]]), np.array([[2.0], [0.0]])
    assert MSE().grad(Y, T) == pytest.approx(2 / len(Y) * (Y - T))


@typed("04_loss", "Here is what happens to someone who copies $\\eta = 0.1$ from notes")
def test_a_tenth_is_too_much_for_a_sum():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 2))
    largest = np.linalg.eigvalsh(2 * X.T @ X)[-1]
    assert 0.1 > 2 / largest
    assert 0.1 < 2 / (largest / 100)


@typed(
    "04_loss",
    "no loss for $y = 1$, $\\ln 2 \\approx 0.69$ for ½",
    "Not 0, 1, 2. That would say that a dog is halfway between a cat and a bird.",
    "with $s = (1 - 2t) z$ the loss of an example is $\\ln(1 + e^s)$.",
)
def test_the_loss_of_an_undecided_neuron():
    half, one = np.array([[0.5]]), np.array([[1.0]])
    assert BCE()(half, one) == pytest.approx(0.69, abs=0.005)
    z = np.linspace(-3, 3, 7)[:, None]
    for t in (0.0, 1.0):
        losses = [SigmoidBCE()(row[None], np.array([[t]])) for row in z]
        assert losses == pytest.approx(np.log1p(np.exp((1 - 2 * t) * z[:, 0])))


@typed(
    "04_loss",
    "add 1000 to the scores and $e^{1002}$ is beyond what a float can hold.",
    "for two scores of 1000 it is $1000 + \\ln 2$.",
)
def test_a_thousand_is_too_much_for_an_exponential():
    assert np.log(np.finfo(float).max) < 1000
    assert np.logaddexp(1000, 1000) == pytest.approx(1000 + np.log(2), rel=1e-15)


@typed(
    "04_loss",
    "what becomes of it at $z = -6$.",
    "At $z = -6$ the squared error stands on a plateau",
    "}{\\partial z} &= 2 (y - t) \\cdot y (1 - y), \\\\",
    "2 at $z = 0$, hundreds at $z = -6$. And with $t = 1$ only the left side matters",
)
def test_the_factor_between_two_slopes():
    ce, se = slopes(np.array([0.0, -6.0]))
    assert ce / se == pytest.approx([2, 202.7], abs=0.05)


@typed(
    "04_loss",
    "puts class 1 between class 0 and class 2, whether or not that is where it lives.",
    "The *sigmoid* cannot say −1 or 1.5",
)
def test_what_a_sigmoid_cannot_say():
    _, _, T = examples("one number")
    assert T.min() < -1
    assert T.max() > 1.5
    assert "three classes" in FourTasks.controls[0].options


# --- chapter 6 --------------------------------------------------------------------

BACK = "06_backprop"
X_OF_SLIDES, W_OF_SLIDES = np.array([0.5, 0.6]), np.array([[0.1, 0.7], [0.4, 0.2]])
U_OF_SLIDES = np.array([0.55, 0.45])


def rings_of(seed, turn):
    """The puzzle's network and data after 400 steps; `turn` is what is done to W₂."""
    rng = np.random.default_rng(seed)
    X, t = circles(n=100, noise=0.05, rng=rng)
    net = Network.mlp([2, 6, 6, 1], hidden=Tanh(), rng=rng)
    _, _, W2, _, W3, _ = net.params
    for _ in range(400):
        A = net.trace(X)
        slope = SigmoidBCE().grad(A[-1], t[:, None])
        D2 = slope @ W3 * (1 - A[4] * A[4])
        D1 = D2 @ turn(W2) * (1 - A[2] * A[2])
        moves = [D1.T @ X, D1.sum(0), D2.T @ A[2], D2.sum(0), slope.T @ A[4]]
        for p, g in zip(net.params, [*moves, slope.sum(0)], strict=True):
            p -= 0.5 * g
    T = t[:, None]
    return SigmoidBCE()(net(X), T), ((net(X) > 0) == T).sum()


@typed(
    BACK,
    "In the end both get {glue:text}`puzzle-right` of the 100 points right. Program A "
    "has even the smaller loss.",
)
def test_a_wrong_program_ends_with_the_smaller_loss():
    assert "np.random.default_rng(3)" in code(BACK)
    (wrong, found), (right, also) = (rings_of(3, t) for t in (np.transpose, np.array))
    assert found == also == 100
    assert wrong < right
    assert rings_of(0, np.transpose) > rings_of(
        0, np.array
    )  # "with other first weights"


@typed(
    BACK,
    "Take $y = (x^2 + 1)^2$ at $x = 2$, in two stages:",
    "Then $u$ moves by $2x$ times as much, and $y$ by $2u$ times as much as $u$ does:",
)
def test_a_chain_of_two():
    x = np.array([2.0])
    u = x * x + 1
    nudge = numerical_gradient(lambda x: ((x * x + 1) ** 2).sum(), x)
    np.testing.assert_allclose(nudge, 2 * u * 2 * x, rtol=1e-8)


@typed(
    BACK,
    "If a turn of $x$ makes two turns of $u$, the slope of $u$ by $x$ is 2,",
    "a cheetah twice as fast as a lion, that twice as fast as a bear, that 1.5 times "
    "as fast as a human: how fast is the cheetah?* $2 \\cdot 2 \\cdot 1.5 = 6$ times "
    "as fast.",
    '*1.5 times as fast*: "1.5 times faster" can be read as 2.5 times as fast.',
)
def test_the_animals_are_the_gears():
    figure = Gears()
    start = vars(figure.state)
    assert figure.ratios(SimpleNamespace(**start)) == [2, 2, 1.5]
    assert np.prod([2, 2, 1.5]) == 6
    literal = figure.ratios(SimpleNamespace(**{**start, "faster": True}))
    assert literal[-1] == 2.5


@typed(
    BACK,
    "| $(a - t)^2$ | $2 (a - t)$ | $2 (a - t)\\, a (1 - a)$ | "
    "$2 (a - t)\\, a (1 - a)\\, x_i$ |",
)
def test_the_table_of_a_neurons_slopes():
    x, w, t = np.array([0.5, -1.2]), np.array([0.3, 0.8]), 1.0
    a = logistic(x @ w)
    table = {
        lambda a: (a - t) ** 2: 2 * (a - t) * a * (1 - a),
        lambda a: (a - t) ** 2 / 2: (a - t) * a * (1 - a),
        lambda a: -np.log(a): -(1 - a),
    }
    for loss, delta in table.items():
        nudge = numerical_gradient(lambda w, loss=loss: loss(logistic(x @ w)), w)
        np.testing.assert_allclose(nudge, delta * x, rtol=1e-8)


@typed(
    BACK,
    "{\\partial w_1} &= \\underbrace{2 (y - t) \\cdot y (1 - y)}_{\\delta_3} \\\\ "
    "&\\quad \\cdot w_5 \\cdot a_1 (1 - a_1) \\cdot x_1.",
    "print $-0.095$ as the slope of $w_6$.",
    "*… $\\partial C / \\partial w_6 = -0.095$.* See above.",
)
def test_five_factors_and_one_rounding():
    def loss(w):
        y = logistic(w[4:] @ logistic(w[:4].reshape(2, 2) @ X_OF_SLIDES))
        return (y - 1) ** 2

    w = np.append(W_OF_SLIDES, U_OF_SLIDES)
    a = logistic(W_OF_SLIDES @ X_OF_SLIDES)
    y = logistic(U_OF_SLIDES @ a)
    nudge = numerical_gradient(loss, w)
    five = 2 * (y - 1) * y * (1 - y) * w[4] * a[0] * (1 - a[0]) * X_OF_SLIDES[0]
    assert nudge[0] == pytest.approx(five, rel=1e-8)
    assert f"{nudge[5]:.4f}" == "-0.0940"
    y, a = round(y, 3), np.round(a, 3)
    printed = [f"{2 * (y - 1) * round(y * (1 - y), k) * a[1]:.3f}" for k in (3, 2)]
    assert printed == ["-0.094", "-0.095"]


@typed(
    BACK,
    "The next cell puts our numbers into its formulas and takes one step with "
    "$\\eta = 0.1$.",
    "For a layer from 3 neurons to 2:",
    "For a network that reads digits of 28 by 28 pixels,",
    "Each of 1,797 pictures has 8 by 8 pixels, so 64 inputs.",
)
def test_sizes_that_the_cells_have():
    said = code(BACK)
    assert "u - 0.1 * gu" in said
    assert "W2, delta2, a1 = rng.normal(size=(2, 3))" in said
    assert "[784, 100, 10]" in said
    assert 28 * 28 == 784
    assert digits()[0].shape == (1797, 8 * 8)


@typed(
    BACK,
    "\\approx \\frac{L(w + h) - L(w - h)}{2 h}",
    "In between lies the best $h$, near $10^{-5}$ for central differences with 16 "
    "digits. With the 7 digits of `float32` there is hardly room between the two;",
    "central differences, $h$ near $10^{-5}$, random numbers, no layer square.",
)
def test_the_best_step():
    z = 0.7
    slope = logistic(z) * (1 - logistic(z))
    steps = 10.0 ** -np.arange(1, 17)
    errors = abs((logistic(z + steps) - logistic(z - steps)) / (2 * steps) - slope)
    assert errors.argmin() + 1 in (4, 5, 6)
    assert errors[4] < 1e-10 < errors[-3]
    assert int(-np.log10(np.finfo(np.float32).eps) + 0.5) == 7
    assert int(-np.log10(np.finfo(np.float64).eps) + 0.5) == 16


@typed(
    BACK,
    "Everything in them is 3 wide, the batch too, so that no shape gives a bug away,",
)
def test_no_shape_in_the_zoo_gives_a_bug_away():
    zoo = bugs.setting()
    assert {W.shape for W in (*zoo.W, zoo.X, zoo.T, zoo.before)} == {(3, 3)}
    central = bugs.differences()
    biases = [k for k, name in enumerate(bugs.SLOPES) if name.startswith("b")]
    np.testing.assert_allclose((bugs.slopes("mean") / central)[biases], 3, rtol=1e-6)
    np.testing.assert_allclose((bugs.slopes("sign") / central)[biases], -1, rtol=1e-6)


@typed(
    BACK,
    "&= -2 e\\, \\varphi'(z)\\, h_i, \\\\ "
    "\\frac{\\partial \\ell}{\\partial \\omega^{(1)}_{ij}} "
    "&= -2 e\\, \\varphi'(z)\\, \\omega^{(2)}_{1i}\\, \\varphi'(z_i)\\, x_j.",
    "$\\Delta\\omega = -2\\, \\partial\\,\\text{loss} / \\partial \\omega$.* The 2 "
    "should be the learning rate: $-\\alpha\\, \\partial\\,\\text{loss} / \\partial "
    "\\omega = 2 \\alpha e \\varphi' h$.",
    "a product of the shapes (3×1)(1×2)(1×2).* These do not fit.",
    "x^{\\top}$: (3×1)(1×2), as",
    '"$2L$ [error-term]".* One letter for one thing. There the $2L$ is $2\\alpha$:',
)
def test_the_net_of_the_handwritten_notes():
    rng = np.random.default_rng(0)
    layers = [Dense.of(rng.normal(size=(3, 2)), np.zeros(3)), Sigmoid()]
    net = Network([*layers, Dense.of(rng.normal(size=(1, 3)), [0]), Sigmoid()])
    x, t = rng.normal(size=(1, 2)), np.array([[0.3]])
    A = net.trace(x)
    first, _, second, _ = backward(net, A, MSE().grad(A[-1], t))
    h, y = A[2][0], A[4].item()
    e, phi = t.item() - y, y * (1 - y)
    np.testing.assert_allclose(second[0], -2 * e * phi * h)
    column = net.params[2].T * (h * (1 - h))[:, None]
    assert (column.shape, x.shape, first.shape) == ((3, 1), (1, 2), (3, 2))
    np.testing.assert_allclose(first, -2 * e * phi * column @ x)
    with pytest.raises(ValueError, match="mismatch"):
        column @ x @ x


# --- chapter 5 --------------------------------------------------------------------

DESCENT = "05_gradient_descent"


def down(slope, w, eta, steps):
    """The places of plain descent."""
    w, opt, places = np.array([float(w)]), SGD(eta), [float(w)]
    for _ in range(steps):
        opt.step([w], [np.array([slope(w[0])])])
        places.append(w[0])
    return places


def on_parabola(w):
    return -(1 - w / 2)


@typed(
    DESCENT,
    "\\frac{\\mathrm dL}{\\mathrm dw} = -2x\\,(t - wx) = -\\bigl(",
    "At $w = t/x = 2$ the tangent lies flat.",
    "$w \\leftarrow w + 2 \\eta\\,(t - y)\\,x$.",
    "the slopes are the means of $2rx$ and of $2r$.",
)
def test_the_slope_of_one_point():
    x, t = np.array([[0.5]]), np.array([[1.0]])
    for w in (-1.0, 0.0, 2.0, 3.0):
        net = Network([Dense.of([[w]], [0])])
        _, (dw, db) = value_and_grad(net, MSE(), x, t)
        assert dw.item() == pytest.approx(on_parabola(w))
        assert dw.item() == pytest.approx(-2 * 0.5 * (1 - w * 0.5))
        assert db.item() == pytest.approx(2 * (w * 0.5 - 1))
    assert on_parabola(1.0 / 0.5) == 0


@typed(
    DESCENT,
    "Below $\\eta = 2$ the path creeps down one side. At $\\eta = 2$ it lands in one "
    "step. Between 2 and 4 it jumps from side to side and comes closer. At 4 it goes "
    "round for ever",
    "**if and only if $\\eta < 2/c$**. Here $c = 2x^2 = \\tfrac12$, and $2/c = 4$.",
    "On a parabola exactly if $\\eta > 2 / L''$.",
    "a limit, $\\eta < 2/L''$ on a parabola",
)
def test_four_regimes_of_the_learning_rate():
    sides = {
        eta: np.array(down(on_parabola, 0, eta, 40)) - 2 for eta in (1.9, 3.9, 4.1)
    }
    assert (sides[1.9] <= 0).all()
    assert down(on_parabola, 0, 2, 3) == [0, 2, 2, 2]
    assert down(on_parabola, 0, 4, 4) == [0, 4, 0, 4, 0]
    for eta, closer in ((3.9, True), (4.1, False)):
        assert (sides[eta][1:] * sides[eta][:-1] < 0).all()
        assert ((np.diff(np.abs(sides[eta])) < 0) == closer).all()
    bend = numerical_gradient(lambda w: on_parabola(w.item()), np.zeros(1))
    assert bend.item() == pytest.approx(2 * 0.5**2)
    assert 2 / bend.item() == pytest.approx(4)


@typed(
    DESCENT,
    "35, 355, 3,556 and 35,565 steps for $\\eta = 1$, 0.1, 0.01 and 0.001.",
    "and not 0.1, 0.2, 0.3, but $1$, $0.1$, $0.01$: **by orders of magnitude**.",
    '"about 0.001 is a common starting point".* That is Adam\'s default (section 6). '
    "Plain descent usually starts between 0.1 and 0.01.",
    "*… $[0.01, 0.001, 0.0001]$.* A list of three trials",
    "*… the numeric example with $\\eta = 0.1$, whose error fell from 0.126.*",
)
def test_steps_by_orders_of_magnitude():
    steps = [
        next(n for n, C in enumerate(scalar_run(eta)) if C < 0.01)
        for eta in (1, 0.1, 0.01, 0.001)
    ]
    assert steps == [35, 355, 3556, 35565]
    for eta in (0.1, 1, 10, 1000):
        run = scalar_run(eta)
        first, second = next(run), next(run)
        assert first == pytest.approx(0.126, abs=5e-4)
        assert second < first


@typed(
    DESCENT,
    "$L(w) = (1 - \\sigma(w))^2$, from $w = -6$ with $\\eta = 1$.",
    "$w^4 - 2w^2$ has one on a hilltop.",
)
def test_where_the_slope_is_no_distance():
    places = np.array(down(lambda w: slopes(w)[1], -6, 1, 400))
    assert (np.diff((1 - logistic(places)) ** 2) < 0).all()
    assert np.argmax(np.abs(slopes(places)[1])) == 212

    def hill(w):
        return (w**4 - 2 * w**2).item()

    top = numerical_gradient(hill, np.zeros(1))
    assert abs(top.item()) < 1e-9
    assert hill(np.array(0.1)) < hill(np.array(0.0)) > hill(np.array(-0.1))


@typed(
    DESCENT, "makes it $\\tfrac{2}{B}\\,X^{\\top}(Xw - t)$ with only those rows"
)
def test_the_slope_of_a_batch():
    rng = np.random.default_rng(0)
    X, t, w = rng.normal(size=(4, 2)), rng.normal(size=4), rng.normal(size=2)
    net = Network([Dense.of([w], [0])])
    _, (dw, _) = value_and_grad(net, MSE(), X, t[:, None])
    assert dw[0] == pytest.approx(2 / 4 * X.T @ (X @ w - t))


@typed(
    DESCENT,
    "$L = \\tfrac12 (w_1^2 + 50\\,w_2^2)$. By {eq}`eq-shrink` each weight has its own "
    "regime, for each has its own curvature: 1 along the valley, 50 across. The steep "
    "one allows no $\\eta$ above $2/50$.",
    "by only four per cent a step.",
    "$\\eta$ may be larger (up to $2 (1 + \\beta) / c$)",
)
def test_one_learning_rate_for_two_curvatures():
    def last(opt):
        w = np.array([-8.0, 1.6])
        for _ in range(500):
            opt.step([w], [w * [1, 50]])
        return np.abs(w).max()

    assert last(SGD(0.99 * 2 / 50)) < 1
    assert last(SGD(1.01 * 2 / 50)) > 1e3
    for beta in (0.3, 0.6, 0.9):
        limit = 2 * (1 + beta) / 50
        assert last(Momentum(0.99 * limit, beta)) < 1
        assert last(Momentum(1.01 * limit, beta)) > 1e2
    assert 1 - 2 / 50 == pytest.approx(0.96)


@typed(
    DESCENT,
    "*With $\\beta = 0.9$ that is ten times the step.*",
    "and what becomes of $\\beta = 0.9$?",
)
def test_a_constant_slope_adds_up_to_ten():
    w, opt = np.zeros(1), Momentum(1.0, 0.9)
    for _ in range(300):
        opt.step([w], [np.ones(1)])
    assert opt.state[0][0].item() == pytest.approx(10)


# --- chapter 7 --------------------------------------------------------------------

MATRIX = "07_jacobians"


def lens(x):
    return np.array([x[0] ** 2 * x[1], 5 * x[0] + np.sin(x[1])])


@typed(
    MATRIX,
    "f_2(x_1, x_2) &= 5 x_1 + \\sin x_2.",
    "= \\begin{pmatrix} 2 x_1 x_2 & x_1^2 \\\\ 5 & \\cos x_2 \\end{pmatrix}.",
    "halve the side, and the error is a quarter.",
)
def test_the_table_of_slopes_by_hand():
    a, b = x = np.array([0.7, -0.4])
    J = np.array([[2 * a * b, a**2], [5, np.cos(b)]])
    assert numerical_jacobian(lens, x) == pytest.approx(J, rel=1e-8)
    left_out = [
        np.abs(lens(x + h) - lens(x) - J @ [h, h]).max() for h in (0.002, 0.001)
    ]
    assert left_out[0] / left_out[1] == pytest.approx(4, rel=0.01)
    assert np.linalg.det(numerical_jacobian(lens, np.array([0.0, b]))) == 0


@typed(
    MATRIX,
    "We nudged its input by a thousandth, in a hundred thousand directions.",
    "Nor is there a layer that would do such a thing on its own.",
    "so the area is exactly the product of all the area factors in the list above, "
    "most of them well below 1.",
)
def test_no_layer_swallows_a_direction_alone():
    rng = np.random.default_rng(0)
    net = Network.mlp([2] * 11, hidden=Tanh(), out=Tanh(), rng=rng)
    A = net.trace(np.array([[0.3, -0.2]]))
    layers = [
        network_jacobian(Network(net.layers[k : k + 2]), A[k])[0]
        for k in range(0, 20, 2)
    ]
    whole = network_jacobian(net, A[0])[0]
    ratios = [s[0] / s[1] for s in np.linalg.svd(layers, compute_uv=False)]
    assert max(ratios) < 100
    assert np.linalg.cond(whole) > 20_000
    areas = np.linalg.det(layers)
    assert np.prod(areas) == pytest.approx(np.linalg.det(whole), rel=1e-9)
    assert (np.abs(areas) < 0.7).sum() > 5
    assert min((1 - a * a).min() for a in A[2::2]) > 0.95  # no tanh is saturated
    assert "np.linspace(0, np.pi, 100_001)" in code(MATRIX)
    assert "0.001 * np.stack" in code(MATRIX)


@typed(
    MATRIX,
    "Its Jacobian is $I + \\operatorname{diag}(g')\\,W$, and the $I$ carries on what "
    "the layer by itself would lose.",
    "With orthogonal weights the last direction is nearly as loud as the first.",
)
def test_a_shortcut_and_orthogonal_weights_keep_directions():
    def stretches(W_of, shortcut, width=32):
        rng = np.random.default_rng(0)
        a, J = 0.1 * rng.normal(size=width), np.eye(width)
        for _ in range(10):
            W = W_of(width, width, rng)
            bent = np.tanh(W @ a)
            J = ((1 - bent**2)[:, None] * W + shortcut * np.eye(width)) @ J
            a = bent + shortcut * a
        return np.linalg.svd(J, compute_uv=False)

    def orthogonal(m, n, rng):
        return np.linalg.qr(rng.normal(size=(m, n)))[0]

    bare, short = stretches(glorot, 0), stretches(glorot, 1)
    assert np.median(bare) < 0.1 < 1 < np.median(short)
    assert short[0] / short[-1] < bare[0] / bare[-1] / 1000
    even = stretches(orthogonal, 0)
    assert even[0] / even[-1] < 2


@typed(
    MATRIX,
    "At scale 1 the tanh are hardly bent: both singular values shrink a little a "
    "layer, together",
    "With a sigmoid they shrink together too, but to less than a quarter a layer",
    "At scale 2 and eight layers, tanh shows our puzzle",
    "A leaky ReLU keeps a tenth of it.",
)
def test_what_the_activation_takes():
    figure = NetworkAsMap()

    def stretches(**changed):
        s = SimpleNamespace(**{**vars(figure.state), **changed})
        return np.array([own for _, own, _ in figure.steps(s)[1:]])

    even, sure = stretches(scale=1.0), stretches(scale=2.0)
    assert len(even) == 8
    assert (even > 0.7).all()
    assert (even < 1).all()
    assert (stretches(g="sigmoid", scale=1.0) < 0.25).all()
    assert (sure[:, 0] / sure[:, 1]).max() > 10
    assert not stretches(g="ReLU", scale=2.0)[:, 1].all()
    leaky = stretches(g="leaky ReLU", scale=2.0)
    assert (leaky[:, 1] / leaky[:, 0]).min() == pytest.approx(0.1)
    J_of_all = figure.steps(SimpleNamespace(**{**vars(figure.state), "scale": 2.0}))
    long, short = J_of_all[-1][-1]
    assert long > 2
    assert short < 1e-5


@typed(
    MATRIX,
    "walking back is sixty-four times cheaper.",
    "must agree to the last digits. No step size blurs this check",
)
def test_walking_back_from_a_loss():
    assert "walk = 64 * 32 + 32 * 10 + 10 * 1" in code(MATRIX)
    rng = np.random.default_rng(0)
    deep = Network.mlp([8, 16, 16, 3], hidden=ReLU(), rng=rng)
    left, right = inner_product_check(deep, rng.normal(size=(5, 8)), rng=rng)
    assert left == pytest.approx(right, rel=1e-13)
