"""The page's arithmetic against Python's: the engine and text.js in the browser.

Python writes the cases while the test runs; the browser runs the very scripts that the
book's pages load. A new export of the engine fails here until it has cases of its own.
"""

import math
import re
from fractions import Fraction

import numpy as np
import pytest

from nnlib import activations, mlp
from nnlib.data import GATES, gate
from nnlib.live import modules, num, percent, term
from nnlib.live.perceptron import EPOCHS, LearningRule, data_sets
from nnlib.live.spec import LAYERS, to_spec
from nnlib.perceptron import Perceptron

TOLERANCE = 1e-12
ELEMENTWISE = [kind for kind in LAYERS if issubclass(kind, mlp.Elementwise)]
CHAPTERS = (
    "engine/perceptron",
    "engine/activations",
)  # test_parity_engine.py: the rest


@pytest.fixture(scope="module")
def page(browser):
    """An empty page with the scripts of the book; `engine` and `text` are globals."""
    page = browser.new_page()
    for name in ("engine/kinds", *CHAPTERS, "text"):
        page.add_script_tag(content=modules.as_script(name))
    page.evaluate(
        """chapters => {
            globalThis.text = nnlibModules.text;
            const exports = chapters.map((name) => nnlibModules[name]);
            globalThis.engine = Object.assign({}, ...exports);
        }""",
        list(CHAPTERS),
    )
    yield page
    page.close()


def close(got, wanted):
    """Whether numbers, in lists and dictionaries of one form, agree to 1e-12."""
    if isinstance(wanted, dict):
        return set(got) == set(wanted) and all(close(got[k], wanted[k]) for k in got)
    if isinstance(wanted, list | tuple):
        return len(got) == len(wanted) and all(map(close, got, wanted))
    if not isinstance(wanted, float):
        return got == wanted
    if not math.isfinite(wanted):
        return repr(float(got)) == repr(wanted)
    return abs(got - wanted) <= TOLERANCE * max(1, abs(wanted))


def check(page, function, cases):
    """`function`, JavaScript, turns the arguments of each case into its result."""
    arguments, wanted = zip(*cases, strict=True)
    results = page.evaluate(
        f"list => list.map(given => ({function})(...given))", list(arguments)
    )
    for given, got, should in zip(arguments, results, wanted, strict=True):
        assert close(got, should), f"{function} of {given} is {got}, not {should}"


# --- the engine, export by export -------------------------------------------------


def neurons(whole):
    """w, b, X, t, drawn at random; whole numbers put many points on the very line."""
    rng = np.random.default_rng(11)
    for _ in range(200):
        n, d = rng.integers(1, 30), rng.integers(1, 6)
        draw = (
            rng.normal(size=(n + 2, d))
            if not whole
            else rng.integers(-2, 3, (n + 2, d))
        )
        w, [b, *_], *X = draw.astype(float)
        yield w, float(b), np.array(X), rng.integers(0, 2, n)


def scores():
    """score(w, b, x), predict(w, b, x) and rightAnswers(w, b, X, t) by Perceptron."""
    for w, b, X, t in [*neurons(whole=False), *neurons(whole=True)]:
        neuron = Perceptron(len(w))
        neuron.w, neuron.b = w, b
        yield neuron, X, t


def of_score():
    for neuron, X, _ in scores():
        for x, z in zip(X.tolist(), neuron(X).tolist(), strict=True):
            yield (neuron.w.tolist(), neuron.b, x), z


def of_predict():
    for neuron, X, _ in scores():
        for x, answer in zip(X.tolist(), neuron.predict(X).tolist(), strict=True):
            yield (neuron.w.tolist(), neuron.b, x), answer


def of_right_answers():
    for neuron, X, t in scores():
        right = int((neuron.predict(X) == t).sum())
        yield (neuron.w.tolist(), neuron.b, X.tolist(), t.tolist()), right


def trained(X, t, w, b, eta, epochs, most=None):
    """The arguments for trainPerceptron, and what Perceptron.train makes of them."""
    neuron = Perceptron(X.shape[1])
    neuron.w, neuron.b = np.array(w, float), b
    run = list(neuron.train(X, t, eta=eta, epochs=epochs))
    last = run[-1].epoch if run else 0
    settings = {"w": w, "b": b, "eta": eta, "epochs": epochs}
    if most is not None:
        settings["most"] = most
    corrections = [
        {
            "epoch": c.epoch,
            "row": c.row,
            "error": c.error,
            "w": c.w.tolist(),
            "b": float(c.b),
        }
        for c in run[:most]
    ]
    result = {
        "corrections": corrections,
        "count": len(run),
        "clean": last + 1 if last < epochs else None,
    }
    return (X.tolist(), t.tolist(), settings), result


def of_train_perceptron():
    for name in GATES:
        X, t = gate(name)
        for eta in (1.0, 0.1, 3.75):
            for w, b in [([0.0, 0.0], 0.0), ([-1.0, 2.0], 0.5), ([0.3, -0.7], 0.1)]:
                yield trained(X, t, w, b, eta, 12)
    for name, (X, t) in data_sets().items():
        if name not in GATES:
            for eta in (0.25, 0.3, 4.0):
                for start in LearningRule.starts.values():
                    yield trained(X, t, *start, eta, 15)
    rng = np.random.default_rng(12)
    for d in (1, 3, 5):
        X = rng.normal(size=(40, d))
        yield trained(X, rng.integers(0, 2, 40), [0.0] * d, 0.0, 0.7, 30)
    X, t = gate("XOR")
    yield trained(X, t, [0.0, 0.0], 0.0, 1.0, EPOCHS, 60)
    yield trained(X, t, [0.0, 0.0], 0.0, 1.0, 1, 0)


EXTREMES = [
    s * z
    for s in (1.0, -1.0)
    for z in (0.0, 5e-324, 1e-300, 1e-8, 0.5, 36.8, 709.0, 745.2, 1e3, 1e308, math.inf)
]


def numbers():
    rng = np.random.default_rng(13)
    near, far = rng.normal(0, 3, 400), rng.normal(0, 300, 100)
    return [*EXTREMES, *near.tolist(), *far.tolist()]


def of_logistic():
    for z in numbers():
        yield (z,), float(activations.logistic(np.float64(z)))


def of_softmax():
    rng = np.random.default_rng(16)
    rows = [rng.normal(0, scale, k) for k in range(1, 9) for scale in (1, 30, 1000)]
    for z in [*rows, np.zeros(3), np.array([8e307, -8e307, 8e307])]:
        yield (z.tolist(),), activations.softmax(z).tolist()


def of_softmax_row():
    for (z,), p in of_softmax():
        yield (z,), [7.0, *p, 7.0]


def of_kinds():
    yield (), [kind.__name__ for kind in ELEMENTWISE]


def layers():
    """Every elementwise layer that nnlib has, with several settings."""
    made = {
        "Linear": [(1.0, 0.0), (-2.5, 0.7), (0.0, 3.0)],
        "Step": [(0.0,), (0.5,), (-1.25,)],
        "LeakyReLU": [(0.01,), (0.3,), (0.0,)],
    }
    for kind in ELEMENTWISE:
        for arguments in made.get(kind.__name__, [()]):
            yield kind(*arguments)


def of_activation():
    z = np.array(numbers())
    for layer in layers():
        with np.errstate(invalid="ignore", over="ignore"):  # 0 · ∞ is nan on both sides
            a = layer(z)
            slope = layer.derivative(z, a)
        yield (to_spec(layer), z.tolist()), [a.tolist(), slope.tolist()]


ENGINE = {
    "score": ("engine.score", of_score),
    "predict": ("engine.predict", of_predict),
    "rightAnswers": ("engine.rightAnswers", of_right_answers),
    "trainPerceptron": ("engine.trainPerceptron", of_train_perceptron),
    "logistic": ("engine.logistic", of_logistic),
    "softmax": ("engine.softmax", of_softmax),
    "softmaxRow": (
        "(z) => { const p = [7, ...z, 7];"
        " engine.softmaxRow(p, p, 1, z.length); return p; }",
        of_softmax_row,
    ),
    "ACTIVATIONS": ("() => engine.ACTIVATIONS", of_kinds),
    "loops": (
        "(spec, list) => { const { forward, vjp } = engine.loops(spec);"
        " const z = Float64Array.from(list), [a, dz] = [z.slice(), z.slice()];"
        " forward(z, a); vjp(z, a, z.map(() => 1), dz);"
        " return [[...a], [...dz]]; }",
        of_activation,
    ),
    "activation": (
        "(spec, list) => { const { g, slope } = engine.activation(spec);"
        " const a = list.map(g); return [a, list.map((z, i) => slope(z, a[i]))]; }",
        of_activation,
    ),
}


def test_every_export_of_the_engine_has_its_cases(page):
    assert set(page.evaluate("Object.keys(engine)")) == set(ENGINE)


@pytest.mark.parametrize("name", ENGINE)
def test_the_engine_computes_what_python_computes(page, name):
    function, cases = ENGINE[name]
    check(page, function, cases())


def test_training_leaves_its_arguments_alone(page):
    X, t = gate("AND")
    settings = {"w": [0.0, 0.0], "b": 0.0, "eta": 1.0, "epochs": 10}
    given = [X.tolist(), t.tolist(), settings]
    after = page.evaluate("a => (engine.trainPerceptron(...a), a)", given)
    assert after == given


@pytest.mark.parametrize("kind", ["Swish", "relu", "toString", "__proto__", ""])
def test_an_unknown_activation_is_refused_by_name(page, kind):
    refusal = page.evaluate(
        """kind => {
            try { engine.activation({ kind }) } catch (error) { return error.message }
        }""",
        kind,
    )
    names = re.fullmatch(
        rf'engine: unknown activation "{kind}"; it knows ([\w, ]+)\.', refusal
    )
    known = {type(layer).__name__ for layer in layers()}
    assert set(names[1].split(", ")) == known


# --- numbers as text --------------------------------------------------------------


def written():
    """(x, digits): ties in binary, decimals that look like ties, and random numbers."""
    rng = np.random.default_rng(14)
    ties = [k / 2**p for p in (1, 2, 3, 5, 8) for k in range(-60, 61)]
    alike = [k / 10**p for p in (1, 2, 3, 4) for k in range(-135, 136, 5)]
    random = [
        *rng.normal(0, 1, 300),
        *rng.normal(0, 1e4, 100),
        *rng.normal(0, 1e-3, 99),
    ]
    huge = [1e15, -1e15, 123456789012345.6, 1e-7, -1e-7, 5e-324, -0.0]
    return [
        (float(x), digits)
        for x in [*ties, *alike, *random, *huge]
        for digits in (0, 1, 2, 4)
    ]


def test_there_are_enough_ties_among_the_numbers():
    ties = [x for x, d in written() if (Fraction(x) * 10**d * 2) % 2 == 1]
    assert len(written()) > 4000
    assert len(ties) > 300


@pytest.mark.parametrize(("name", "python"), [("num", num), ("term", term)])
def test_numbers_are_written_alike(page, name, python):
    check(page, f"text.{name}", [((x, d), python(x, d)) for x, d in written()])


def test_shares_are_written_alike(page):
    parts = [(part, whole) for whole in range(1, 90) for part in range(whole + 1)]
    check(page, "text.percent", [(given, percent(*given)) for given in parts])


def test_whole_numbers_are_written_alike(page):
    rng = np.random.default_rng(15)
    some = [0, 9, 10, 99, 100, 999, 1000, 3997, 999999, 1000000, 10**15]
    some += rng.integers(0, 10**7, 500).tolist()
    check(page, "text.whole", [((n,), f"{n:,}") for n in some])


# --- the linker's texts in a browser ----------------------------------------------

MODULES = [
    path.relative_to(modules.STATIC).with_suffix("").as_posix()
    for path in sorted(modules.STATIC.rglob("*.js"))
]


@pytest.fixture(scope="module")
def sources(browser):
    """A page that can import the modules of nnlib/live/static as they are written."""
    page = browser.new_page()
    root = "http://127.0.0.1/"

    def answer(route):
        name = route.request.url.removeprefix(root)
        page_itself = {"body": "<!doctype html>", "content_type": "text/html"}
        route.fulfill(**({"path": modules.STATIC / name} if name else page_itself))

    page.route(f"{root}**", answer)
    page.goto(root)
    yield page
    page.close()


@pytest.mark.parametrize("name", MODULES)
def test_linked_modules_export_what_their_sources_do(sources, name):
    described = "Object.entries(m).map(([k, v]) => [k, String(v)]).sort()"
    source = sources.evaluate(f"import('/{name}.js').then(m => {described})")
    for part in modules.needs(name):
        sources.evaluate(modules.as_script(part))
    linked = sources.evaluate(f"(m => {described})(nnlibModules['{name}'])")
    assert linked == source
    assert linked


@pytest.mark.parametrize("name", [m for m in MODULES if m.startswith("views/")])
def test_a_view_as_one_module_renders(sources, name):
    kinds = sources.evaluate(
        """async text => {
            const blob = new Blob([text], { type: "text/javascript" });
            const module = await import(URL.createObjectURL(blob));
            return [Object.keys(module), typeof module.default.render];
        }""",
        modules.as_module(name),
    )
    assert kinds == [["default"], "function"]
