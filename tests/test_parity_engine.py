"""The page's networks against Python's: static/engine/ in the browser, case by case.

Python writes the cases while the test runs, hundreds of them in one text, and reads the
browser's answers from another. test_parity.py has the neuron and the activations.
"""

import json
import re
from functools import cache
from inspect import signature
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks import bench_engine
from nnlib import (
    BCE,
    CE,
    HEADS,
    MSE,
    SGD,
    AdaDelta,
    Adagrad,
    Adam,
    Dense,
    HalfMSE,
    Heaviside,
    Identity,
    LeakyReLU,
    Linear,
    Momentum,
    Network,
    ReLU,
    RMSProp,
    Sigmoid,
    SigmoidBCE,
    Softmax,
    SoftmaxCE,
    SparseAdam,
    Step,
    Tanh,
    backward,
    check_gradients,
    cosine,
    fit,
    inverse_time,
    jvp,
    network_jacobian,
    numerical_gradient,
    numerical_jacobian,
    one_hot,
    step_decay,
    stopped,
    train_test_split,
    vjp,
)
from nnlib.data import moons
from nnlib.live import modules
from nnlib.live.spec import LAYERS, LOSSES, OPTIMISERS, SCHEDULES, to_spec
from nnlib.mlp import glorot, he

MODULES = [
    f"engine/{name}"
    for name in ("mlp", "loss", "gradient_descent", "backprop", "jacobians", "random")
]


@pytest.fixture(scope="module")
def page(browser):
    """An empty page with the engine's scripts; `engine` has all of their exports."""
    page = browser.new_page()
    parts = [part for name in MODULES for part in modules.needs(name)]
    for name in dict.fromkeys(parts):
        page.add_script_tag(content=modules.as_script(name))
    page.evaluate(
        """names => {
            globalThis.engine = Object.assign({}, ...names.map(n => nnlibModules[n]));
            globalThis.rows = (flat, n) => Array.from({ length: n }, (_, i) =>
                Array.from(flat.slice(i * flat.length / n, (i + 1) * flat.length / n)));
            globalThis.refusal = (act) => {
                try { act() } catch (error) { return `${error.name}: ${error.message}` }
            };
        }""",
        MODULES,
    )
    yield page
    page.close()


def answers(page, function, cases):
    """What `function`, JavaScript, makes of each case; both ways as JSON."""
    text = page.evaluate(
        f"""text => {{
            const {{ {", ".join(page.evaluate("Object.keys(engine)"))} }} = engine;
            return JSON.stringify(JSON.parse(text).map({function}));
        }}""",
        json.dumps(list(cases), allow_nan=False),
    )
    return json.loads(text)


def off(got, wanted):
    """The largest difference between two numbers at one place, relative above 1."""
    got, wanted = np.asarray(got, float), np.asarray(wanted, float)
    assert got.shape == wanted.shape
    assert np.isfinite(got).all()
    return (np.abs(got - wanted) / np.maximum(1, np.abs(wanted))).max(initial=0)


def test_every_export_of_the_engine_has_its_cases(page):
    cases = set(
        re.findall(r"\w+", Path(__file__).read_text("utf-8").partition("\n# ---")[2])
    )
    assert set(page.evaluate("Object.keys(engine)")) <= cases


def test_the_engine_needs_no_page(page):
    """It runs in a worker too, where there is none."""
    parts = [part for name in MODULES for part in modules.needs(name)]
    scripts = "".join(modules.as_script(part) for part in dict.fromkeys(parts))
    run = described_run(*next(runs()))
    names = ", ".join(page.evaluate("Object.keys(engine)"))
    act = f"const {{ {names} }} = Object.assign({{}}, ...Object.values(nnlibModules));"
    answer = f"onmessage = ({{ data }}) => postMessage(({RUN})(data).steps.at(-1));"
    got = page.evaluate(
        """([text, run]) => new Promise((resolve, reject) => {
            const blob = new Blob([text], { type: "text/javascript" });
            const worker = new Worker(URL.createObjectURL(blob));
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = ({ message }) => reject(new Error(message));
            worker.postMessage(run);
        })""",
        [scripts + act + answer, run],
    )
    assert got == answers(page, RUN, [run])[0]["steps"][-1]


# --- forward and backward ---------------------------------------------------------

ELEMENTWISE = (
    Identity(),
    Linear(-0.7, 0.4),
    Linear(),
    Heaviside(),
    Step(),
    Step(0.3),
    Sigmoid(),
    Tanh(),
    ReLU(),
    LeakyReLU(),
    LeakyReLU(-0.3),
)
SOFT = Softmax()
SMOOTH = Dense | Identity | Linear | Sigmoid | Tanh | Softmax


def stack(rng, sizes):
    """Dense layers of these sizes, in between what comes; some twice, some in a row."""
    layers = []
    for d_in, d_out in pairwise(sizes):
        again = [f for f in layers if f.d_in == d_in and f.d_out == d_out]
        W, b = rng.normal(0, d_in**-0.5, (d_out, d_in)), rng.normal(0, 0.5, d_out)
        layers.append(again[0] if again and rng.random() < 0.5 else Dense.of(W, b))
        for _ in range(rng.integers(0, 3)):
            pick = rng.integers(len(ELEMENTWISE) + 1)
            layers.append((*ELEMENTWISE, SOFT)[pick])
    return layers


def head(rng, loss, n, d):
    """The last layer, and targets such as this loss takes."""
    if loss in (MSE, HalfMSE):
        return [], rng.normal(size=(n, d))
    if loss in (CE, SoftmaxCE):
        return [SOFT] if loss is CE else [], one_hot(rng.integers(0, d, n), d)
    return [Sigmoid()] if loss is BCE else [], rng.integers(0, 2, (n, d)).astype(float)


@cache
def networks():
    """360 networks, each with a loss and a batch: sixty for each loss."""
    made = []
    for seed in range(60):
        for k, loss in enumerate(LOSSES):
            rng = np.random.default_rng([seed, k])
            n = (1, 2, 3, 5, 8, 13, 40)[rng.integers(7)]
            inside = rng.integers(1, 10, rng.integers(0, 5))
            if rng.random() < 0.3:
                inside[:] = 4  # so that a layer can stand twice
            sizes = [rng.integers(1, 6), *inside, rng.integers(1, 6)]
            last, T = head(rng, loss, n, sizes[-1])
            front = [Tanh()] if rng.random() < 0.2 else []
            net = Network([*front, *stack(rng, sizes), *last])
            made.append((net, loss(), rng.normal(size=(n, sizes[0])), T))
    return made


def described(net, loss, X, T):
    return {
        "net": to_spec(net),
        "loss": to_spec(loss),
        "X": X.tolist(),
        "T": T.tolist(),
        "n": len(X),
    }


def test_the_networks_are_of_every_kind():
    nets = [net for net, *_ in networks()]
    assert len(nets) >= 300
    kinds = [type(f) for net in nets for f in net.layers]
    assert set(kinds) == set(LAYERS)
    assert min(map(kinds.count, LAYERS)) >= 30
    assert {type(loss) for _, loss, *_ in networks()} == set(LOSSES)
    assert {len(X) for *_, X, _ in networks()} >= {1, 2, 3, 40}
    twice = [net for net in nets if len(net.params) < 2 * kinds_of(net, Dense)]
    assert len(twice) >= 20
    bare = [net for net in nets if not net.layers[0].params]
    assert len(bare) >= 30


def kinds_of(net, kind):
    return sum(isinstance(f, kind) for f in net.layers)


def names(net):
    """Every parameter as check_gradients calls it."""
    places = {id(p): None for p in net.params}
    for k, f in enumerate(net.layers):
        for name, p in vars(f).items():
            if id(p) in places and places[id(p)] is None:
                places[id(p)] = f"layers[{k}].{name}"
    return list(places.values())


WALK = """({ net: spec, loss: kind, X, T, n }) => {
    const net = network(spec), criterion = loss(kind);
    [X, T] = [flat(X), flat(T)];
    const Y = net.forward(X, n), dY = criterion.grad(Y, T, n);
    const dX = net.backward(dY);
    return {
        A: net.A.map((a) => rows(a, n)), deltas: net.deltas.map((d) => rows(d, n)),
        dX: rows(dX, n), grads: net.grads.map((g) => Array.from(g)),
        value: criterion.value(Y, T, n), names: net.names, shapes: net.shapes,
        sizes: net.sizes, params: net.params.map((p) => Array.from(p)),
        at: rows(X, n).map((x) => net.at(x)), spec: net.spec(), kind: criterion.spec(),
    };
}"""


@pytest.fixture(scope="module")
def walks(page):
    """What the page makes of every network."""
    given = [described(*case) for case in networks()]
    return list(zip(networks(), answers(page, WALK, given), strict=True))


def test_values_and_activations_agree_to_1e_12(walks):
    for (net, loss, X, T), got in walks:
        A = net.trace(X)
        assert len(got["A"]) == len(A)
        assert max(map(off, got["A"], A)) <= 1e-12
        assert off(got["at"], A[-1]) <= 1e-12
        assert off(got["value"], loss(A[-1], T)) <= 1e-12
        assert got["sizes"] == [a.shape[1] for a in A]


def test_gradients_and_deltas_agree_to_1e_12(walks):
    for (net, loss, X, T), got in walks:
        A = net.trace(X)
        delta = loss.grad(A[-1], T)
        grads = backward(net, A, delta)
        wanted = [delta]
        for k in reversed(range(len(net.layers))):
            wanted.append(net.layers[k].vjp(A[k], A[k + 1], wanted[-1]))
        assert max(map(off, got["grads"], map(np.ravel, grads))) <= 1e-12
        assert max(map(off, got["deltas"], wanted[::-1])) <= 1e-12
        assert off(got["dX"], vjp(net, A, delta)) <= 1e-12


def test_a_network_is_read_and_described_as_it_is(walks):
    for (net, loss, *_), got in walks:
        assert got["spec"] == to_spec(net)
        assert got["kind"] == to_spec(loss)
        assert got["params"] == [p.ravel().tolist() for p in net.params]
        assert got["names"] == names(net)
        assert got["shapes"] == [list(p.shape) for p in net.params]


EXTREME = [0.0, -0.0, 1e-300, 1e-8, 0.5, 1.0, 36.8, 709.0, 1e3, 1e5]


def test_losses_of_logits_never_overflow(page):
    z = np.array([s * x for s in (1, -1) for x in EXTREME])[:, None]
    cases, wanted = [], []
    for t in (0.0, 1.0):
        T = np.full(z.shape, t)
        pair = np.hstack([z, z[::-1] / 3])
        for loss, Y, to in [
            (SigmoidBCE(), z, T),
            (SoftmaxCE(), pair, np.hstack([T, 1 - T])),
        ]:
            for y, target in zip(Y, to, strict=True):
                y, target = y[None], target[None]
                cases.append(
                    [to_spec(loss), y.ravel().tolist(), target.ravel().tolist()]
                )
                wanted.append([loss(y, target), *loss.grad(y, target).ravel()])
    got = answers(
        page,
        """([kind, Y, T]) => {
            const both = loss(kind), [y, t] = [Y, T].map((v) => Float64Array.from(v));
            return [both.value(y, t, 1), ...both.grad(y, t, 1)];
        }""",
        cases,
    )
    assert max(map(off, got, wanted)) <= 1e-12


def test_the_data_end_the_way_back_if_they_may(page):
    """backward(dY, false), as training calls it, gives the same gradients for less."""
    got = answers(
        page,
        """({ net: spec, loss: kind, X, T, n }) => {
            const [whole, short] = [true, false].map((toInput) => {
                const net = network(spec), criterion = loss(kind);
                const Y = net.forward(flat(X), n), walked = [];
                for (const [k, f] of net.layers.entries()) {
                    const { vjp } = f;
                    f.vjp = (...given) => { walked.push(k); vjp.apply(f, given) };
                }
                net.backward(criterion.grad(Y, flat(T), n), toInput);
                return { grads: net.grads.map((g) => Array.from(g)), walked };
            });
            const same = JSON.stringify(whole.grads) === JSON.stringify(short.grads);
            return [same, Math.min(...whole.walked), Math.min(...short.walked, 99)];
        }""",
        [described(*case) for case in networks()[::5] if once(case[0])],
    )
    nets = [net for net, *_ in networks()[::5] if once(net)]
    assert len(nets) > 40
    for (same, whole, short), net in zip(got, nets, strict=True):
        first = next(k for k, f in enumerate(net.layers) if f.params)
        assert same
        assert whole == 0
        assert short == (first + 1 if first + 1 < len(net.layers) else 99)


def once(net):
    """No layer with parameters stands twice."""
    return len(net.params) == 2 * kinds_of(net, Dense)


def test_a_batch_size_keeps_its_arrays(page):
    """Nothing is allocated again, X is left alone, and other sizes may come between."""
    [same, again, untouched, values] = page.evaluate(
        """() => {
            const { mlp, defaultRng } = engine;
            const rng = defaultRng(1), hidden = { kind: "Tanh" };
            const net = mlp([2, 3, 1], { hidden, rng });
            const X = Float64Array.of(0.1, 0.2, 0.3, 0.4), given = Array.from(X);
            const first = net.forward(X, 2), A = [...net.A], values = Array.from(first);
            net.forward(X.subarray(0, 2), 1);
            const second = net.forward(X, 2);
            const probed = [...net.A];
            net.at([5, 6]);
            net.trace([7, 8]);
            return [
                first === second,
                A.every((a, k) => a === net.A[k] && a === probed[k]),
                given.every((x, k) => x === X[k]),
                values.every((y, k) => y === second[k]),
            ];
        }"""
    )
    assert same
    assert again
    assert untouched
    assert values


def test_many_batch_sizes_are_not_all_kept(page):
    """A figure to which the reader adds point after point does not hoard memory."""
    assert page.evaluate(
        """() => {
            const { mlp, defaultRng } = engine;
            const net = mlp([1, 1], { rng: defaultRng(1) });
            const first = net.forward(new Float64Array(1), 1);
            for (let n = 2; n < 30; n++) net.forward(new Float64Array(n), n);
            return first !== net.forward(new Float64Array(1), 1);
        }"""
    )


def test_heads_are_nnlibs(page):
    got = page.evaluate("JSON.parse(JSON.stringify(engine.HEADS))")
    assert got == {
        task: {
            "out": to_spec(head.out),
            "loss": to_spec(head.loss),
            "onLogits": to_spec(head.on_logits),
            "target": head.target,
        }
        for task, head in HEADS.items()
    }
    assert list(got) == list(HEADS)


@pytest.mark.parametrize("task", HEADS)
def test_heads_answer_alike(page, task):
    rng = np.random.default_rng(5)
    width = {"multi-class": 4, "multi-output regression": 3}.get(task, 1)
    Y = rng.integers(0, 5, (60, width)) / 4  # ties, and ½ itself
    wanted = HEADS[task].predict(Y)
    wanted = wanted if task == "multi-output regression" else wanted.ravel()
    got = answers(page, f"(y) => HEADS['{task}'].predict(y)", Y.tolist())
    assert got == wanted.tolist()


# --- numerical slopes -------------------------------------------------------------


def test_numerical_gradients_agree(page):
    rng = np.random.default_rng(6)
    points = [rng.normal(size=k) for k in (1, 2, 5, 9) for _ in range(5)]

    def f(x):
        return sum(np.cos(x)) * x[0] ** 2

    for h in (1e-5, 1e-2):
        # the rounding of f, about 1e-16, comes out divided by h
        tolerance = 1e-14 / h
        got = answers(
            page,
            f"""(list) => {{
                const x = Float64Array.from(list);
                const cosines = (v) => v.reduce((sum, z) => sum + Math.cos(z), 0);
                const slope = numericalGradient((v) => cosines(v) * v[0] ** 2, x, {h});
                if (x.some((z, i) => z !== list[i])) throw new Error("x has moved");
                const first = slopeAt((v) => cosines(v) * v[0] ** 2, x, 0, {h});
                if (first !== slope[0]) throw new Error("slopeAt has another slope");
                return Array.from(slope);
            }}""",
            [x.tolist() for x in points],
        )
        for slope, x in zip(got, points, strict=True):
            assert off(slope, numerical_gradient(f, x, h=h)) <= tolerance


CHECK = """({ net, loss: kind, X, T, h }) =>
    checkGradients(network(net), loss(kind), X, T, h)"""


def test_the_worst_gradient_has_the_same_name_and_numbers(page):
    """At h = 0.01 the curve, not rounding, decides which difference is off the most."""
    bent = [c for c in networks() if all(isinstance(f, SMOOTH) for f in c[0].layers)]
    found = [(case, check_gradients(*case, h=0.01)) for case in bent]
    clear = [(case, worst) for case, worst in found if worst.error > 1e-8]
    assert len(clear) >= 20
    cases = [{**described(*case), "h": 0.01} for case, _ in clear]
    for got, (_, worst) in zip(answers(page, CHECK, cases), clear, strict=True):
        assert got["name"] == worst.name
        assert off(got["backprop"], worst.backprop) <= 1e-12
        assert off(got["numerical"], worst.numerical) <= 1e-12
        assert off(got["error"], worst.error) <= 1e-9  # up to 1,000 times the slopes'


def test_right_gradients_pass_their_check(page):
    smooth = [c for c in networks() if all(isinstance(f, SMOOTH) for f in c[0].layers)]
    got = answers(page, CHECK, [described(*case) for case in smooth])
    assert max(worst["error"] for worst in got) < 1e-6


def test_a_wrong_gradient_is_named(page):
    """The slope of one layer is made 1 % too large: the check must say so."""
    case = described(*tanh_problem())
    [[right, wrong, slices]] = answers(
        page,
        """({ net: spec, loss: kind, X, T }) => {
            const net = network(spec), criterion = loss(kind);
            const right = checkGradients(net, criterion, X, T);
            const { vjp } = net.layers[1];
            const more = (da) => da.map((d) => 1.01 * d);
            net.layers[1].vjp = (z, a, da, dz) => vjp(z, a, more(da), dz);
            const wrong = checkGradients(net, criterion, X, T);
            let slices = 0;
            for (const worst of gradientChecks(net, criterion, X, T)) {
                slices += worst.error >= 0 ? 1 : NaN;
            }
            return [right, wrong, slices];
        }""",
        [case],
    )
    assert right["error"] < 1e-6
    assert wrong["error"] > 1e-3
    assert wrong["name"].startswith("layers[0].")
    assert slices == 2 * 5 + 5 + 5 + 1


def tanh_problem():
    rng = np.random.default_rng(7)
    net = Network.mlp([2, 5, 1], hidden=Tanh(), rng=rng)
    return net, MSE(), rng.normal(size=(6, 2)), rng.normal(size=(6, 1))


def test_a_gradient_that_is_no_number_is_the_worst(page):
    net, loss, X, T = tanh_problem()
    [name] = answers(
        page,
        """({ net: spec, loss: kind, X, T }) => {
            const net = network(spec), { gradients } = net.layers[2];
            net.layers[2].gradients = function (...given) {
                gradients.apply(this, given);
                this.grads[0][1] = 1e9;
                this.grads[0][3] = this.grads[1][0] = NaN;
            };
            return checkGradients(net, loss(kind), X, T).name;
        }""",
        [described(net, loss, X, T)],
    )
    assert name == "layers[2].W[0, 3]"


def test_one_walk_gives_value_and_gradients(page):
    got = answers(
        page,
        """({ net: spec, loss: kind, X, T, n }) => {
            const net = network(spec), other = network(spec), criterion = loss(kind);
            const value = valueAndGrad(net, criterion, X, T);
            const Y = other.forward(flat(X), n);
            other.backward(criterion.grad(Y, flat(T), n));
            return [value === criterion.value(Y, flat(T), n),
                net.grads.every((g, k) => g.every((s, i) => s === other.grads[k][i])),
                net.deltas.length];
        }""",
        [described(*case) for case in networks()[:30]],
    )
    for (net, *_), found in zip(networks(), got, strict=False):
        assert found == [True, True, len(net.layers) + 1]


# --- Jacobians --------------------------------------------------------------------


def test_jacobians_agree(page):
    rng = np.random.default_rng(8)
    cases, wanted = [], []
    for net, _, X, _ in networks():
        x, A = X[:1], net.trace(X[:1])
        u, v = rng.normal(size=net.d_out), rng.normal(size=net.d_in)
        cases.append([to_spec(net), x[0].tolist(), u.tolist(), v.tolist()])
        each = [f.jacobian(a)[0] for f, a in zip(net.layers, A[:-1], strict=True)]
        wanted.append(
            [
                network_jacobian(net, x)[0],
                vjp(net, A, u[None])[0],
                jvp(net, A, v[None])[0],
                *each,
            ]
        )
    got = answers(
        page,
        """([spec, x, u, v]) => {
            const net = network(spec);
            return [jacobian(net, x), vjp(net, x, u), jvp(net, x, v),
                ...layerJacobians(net, x)];
        }""",
        cases,
    )
    for found, expected in zip(got, wanted, strict=True):
        assert max(map(off, found, expected)) <= 1e-12


def test_numerical_jacobians_agree(page):
    smooth = [
        (net, X[0])
        for net, _, X, _ in networks()
        if all(isinstance(f, SMOOTH) for f in net.layers)
    ]
    assert len(smooth) >= 20
    for h in (1e-5, 0.1):
        got = answers(
            page,
            f"""([spec, x]) => {{
                const net = network(spec);
                return numericalJacobian((v) => net.at(v), x, {h});
            }}""",
            [[to_spec(net), x.tolist()] for net, x in smooth],
        )
        for J, (net, x) in zip(got, smooth, strict=True):
            wanted = numerical_jacobian(lambda v, net=net: net(v[None])[0], x, h=h)
            assert off(J, wanted) <= 1e-14 / h


def test_matrices_are_multiplied(page):
    rng = np.random.default_rng(9)
    pairs = [
        (rng.normal(size=(a, b)), rng.normal(size=(b, c)))
        for a, b, c in rng.integers(1, 6, (40, 3))
    ]
    cases = [[A.tolist(), B.tolist()] for A, B in pairs]
    got = answers(page, "([A, B]) => product(A, B)", cases)
    for C, (A, B) in zip(got, pairs, strict=True):
        assert off(C, A @ B) <= 1e-12


# --- training ---------------------------------------------------------------------

RUN = """({ net: spec, loss: kind, opt, X, T, epochs, batchSize, seed }) => {
    const net = network(spec), criterion = loss(kind);
    const rng = batchSize ? defaultRng(seed) : undefined;
    const by = optimiser(opt), steps = [];
    const run = train(net, criterion, by, X, T, { epochs, batchSize, rng });
    for (const { epoch, step, loss } of run) steps.push([epoch, step, loss]);
    const plain = (list) => list.map((numbers) => Array.from(numbers));
    const state = Object.entries(by.state).map(([name, list]) => [name, plain(list)]);
    return { steps, params: plain(net.params), state, t: by.t, opt: by.spec() };
}"""


def clouds(n=60, seed=3):
    X, t = moons(n=n, noise=0.15, rng=np.random.default_rng(seed))
    return X, t[:, None].astype(float)


def optimisers():
    """Every optimiser, plain and with all it can do, under every schedule."""
    yield from (SGD(0.5), SGD(0.5, weight_decay=0.01))
    yield from (Momentum(0.1), Momentum(0.1, 0.8, weight_decay=0.01))
    yield from (Momentum(0.1, nesterov=True), Momentum(0.05, nesterov=True, beta=0.5))
    yield from (Adagrad(0.1), Adagrad(0.2, eps=1e-3, weight_decay=0.01))
    yield from (RMSProp(0.01), RMSProp(0.01, 0.9, eps=1e-4, weight_decay=0.01))
    yield from (AdaDelta(), AdaDelta(0.5, 0.95, eps=1e-5, weight_decay=0.01))
    yield from (Adam(0.01), Adam(0.02, 0.8, 0.99, eps=1e-5, weight_decay=0.01))
    yield from (SparseAdam(0.01), SparseAdam(0.02, 0.8, 0.99, eps=1e-5))
    for kind in (SGD, Momentum, Adagrad, RMSProp, AdaDelta, Adam, SparseAdam):
        yield kind(step_decay(0.05, every=90))
        yield kind(step_decay(0.05, every=200, factor=0.5))
        yield kind(inverse_time(0.1, rate=0.01))
        yield kind(cosine(0.05, steps=400))
        yield kind(cosine(0.05, steps=250, low=0.001))


def learn(net, loss, opt, X, T, *, epochs, batch_size=None, seed=None, nudge=False):
    """(epoch, step, loss) of each step; with `nudge` all weights start an ulp off."""
    if nudge:
        for p in net.params:
            p[:] = np.nextafter(p, np.inf)
    rng = None if seed is None else np.random.default_rng(seed)
    return list(
        fit(net, loss, opt, X, T, epochs=epochs, batch_size=batch_size, rng=rng)
    )


def problem(hidden, seed, loss=SigmoidBCE):
    X, T = clouds()
    rng = np.random.default_rng(seed)
    if loss is SoftmaxCE:
        T = one_hot(T[:, 0].astype(int), 2)
    net = Network.mlp([2, 6, 4, T.shape[1]], hidden=hidden, rng=rng)
    return net, loss(), X, T


def runs():
    """Arguments of runs over 300 epochs, made anew at every call."""
    hidden = (Tanh(), Sigmoid(), LeakyReLU(0.1))
    losses = (SigmoidBCE, SoftmaxCE, MSE, HalfMSE)
    for k, opt in enumerate(optimisers()):
        net, loss, X, T = problem(hidden[k % 3], k, losses[k % 4])
        size = (None, 16, 60, 7)[k // 2 % 4]
        yield net, loss, opt, X, T, {"epochs": 300, "batch_size": size, "seed": k}


def described_run(net, loss, opt, X, T, how):
    return {
        **described(net, loss, X, T),
        "opt": to_spec(opt),
        "epochs": how["epochs"],
        "batchSize": how["batch_size"],
        "seed": how["seed"],
    }


@pytest.fixture(scope="module")
def trained(page):
    """What the page makes of every run."""
    given = [described_run(*run) for run in runs()]
    assert len(given) == 51
    return answers(page, RUN, given)


def test_the_runs_are_of_every_kind():
    kinds = [type(opt) for _, _, opt, *_ in runs()]
    assert set(kinds) == set(OPTIMISERS)
    assert min(map(kinds.count, OPTIMISERS)) >= 7
    described = [to_spec(opt)["lr"] for opt in optimisers()]
    rates = {lr["kind"] if isinstance(lr, dict) else "constant" for lr in described}
    assert rates == {schedule.__name__ for schedule in SCHEDULES}


@pytest.fixture(scope="module")
def learnt():
    """What nnlib makes of every run: optimiser as described, steps, how all ends."""
    made = []
    for net, loss, opt, X, T, how in runs():
        spec = to_spec(opt)
        steps = learn(net, loss, opt, X, T, **how)
        made.append((spec, steps, net.params, opt))
    return made


def test_300_epochs_of_every_optimiser_agree_to_1e_9(trained, learnt):
    for got, (spec, steps, params, opt) in zip(trained, learnt, strict=True):
        assert [step[:2] for step in got["steps"]] == [[e, s] for e, s, _ in steps]
        values = [loss for *_, loss in got["steps"]]
        assert off(values, [loss for *_, loss in steps]) <= 1e-9, spec
        assert max(map(off, got["params"], map(np.ravel, params))) <= 1e-9, spec
        assert got["t"] == opt.t == len(steps)
        assert got["opt"] == spec


def test_what_an_optimiser_remembers_agrees(trained, learnt):
    """state.v[k] is what nnlib's `move` calls v, for the parameter k."""
    for got, (*_, opt) in zip(trained, learnt, strict=True):
        names = list(signature(opt.move).parameters)[3:]  # behind p, g and eta
        assert [name for name, _ in got["state"]] == names
        for (_, found), *wanted in zip(got["state"], *opt.state, strict=True):
            assert max(map(off, found, map(np.ravel, wanted))) <= 1e-9


def test_settings_that_are_not_given_are_nnlibs(page):
    kinds = [SGD, Momentum, Adagrad, RMSProp, Adam, SparseAdam]
    specs = [to_spec(AdaDelta()), *(to_spec(kind(0.1)) for kind in kinds)]
    given = [{"kind": "AdaDelta"}, *({"kind": k.__name__, "lr": 0.1} for k in kinds)]
    got = answers(
        page,
        "(spec) => { const opt = optimiser(spec); return [opt.lr(0), opt.settings]; }",
        given,
    )
    for (lr, settings), spec in zip(got, specs, strict=True):
        changing = {"t": 0, "width": 1}
        assert {"kind": spec["kind"], "lr": lr, **settings} == {**spec, **changing}


def test_schedules_and_layers_have_nnlibs_defaults_too(page):
    short = [{"kind": "step_decay", "lr": 1, "every": 2}]
    short.append({"kind": "cosine", "lr": 1, "steps": 5})
    rates = answers(page, "(spec) => [0, 1, 2, 3, 4, 5, 6].map(schedule(spec))", short)
    for found, eta in zip(
        rates, [step_decay(1, every=2), cosine(1, steps=5)], strict=True
    ):
        assert off(found, [eta(t) for t in range(7)]) <= 1e-15
    z = np.linspace(-1, 1, 9)
    for layer in (Linear(), Step(), LeakyReLU()):
        dense = {"kind": "Dense", "W": [[1]], "b": [0]}
        spec = {"layers": [dense, {"kind": type(layer).__name__}]}
        got = answers(
            page,
            "([net, z]) => z.map((x) => network(net).at([x])[0])",
            [[spec, z.tolist()]],
        )
        assert off(got[0], layer(z)) <= 1e-12


def chaotic():
    """Runs whose steps are so long that a last digit decides where they go."""
    for seed in range(4):
        yield seed, RMSProp(0.1, 0.5)
    for seed in range(2):
        yield seed, SGD(8.0)
    yield 0, RMSProp(0.3, 0.5)
    yield 0, Momentum(2.0)


def test_a_chaotic_run_strays_no_further_than_an_ulp_does(page):
    """Where one last digit parts two runs of nnlib, no port can stay with either."""
    how = {"epochs": 300, "batch_size": None, "seed": None}
    given, plain, nudged = [], [], []
    for seed, opt in chaotic():
        net, loss, X, T = problem(Tanh(), seed)
        given.append(described_run(net, loss, opt, X, T, how))
        plain.append(learn(net, loss, opt, X, T, **how))
    for seed, opt in chaotic():
        net, loss, X, T = problem(Tanh(), seed)
        nudged.append(learn(net, loss, opt, X, T, **how, nudge=True))
    plain, nudged = np.array(plain)[:, :, 2], np.array(nudged)[:, :, 2]
    got = np.array([run["steps"] for run in answers(page, RUN, given)])[:, :, 2]
    ulp = np.maximum.accumulate(np.abs(nudged - plain), axis=1)
    assert (ulp[:, -1] > 1e-6).all()
    assert (np.abs(got - plain) <= 1e-9 + 1000 * ulp).all()


class Recorder(Network):
    """A network that writes down the first column of each batch it is trained on."""

    def __init__(self, layers):
        super().__init__(layers)
        self.seen = []

    def trace(self, X):
        self.seen.append(X[:, 0].tolist())
        return super().trace(X)


@pytest.mark.parametrize("n", [1, 2, 7, 20, 200])
def test_mini_batches_come_in_the_same_order(page, n):
    X, T = np.arange(float(n))[:, None] / n, np.zeros((n, 1))
    for size in {1, 2, 3, 7, n - 1, n, None} & {*range(1, n + 1), None}:
        net = Recorder([Dense.of([[0.5]], [0.0])])
        how = {"epochs": 3, "batch_size": size, "seed": n}
        case = described_run(Network(net.layers), MSE(), SGD(0.01), X, T, how)
        learn(net, MSE(), SGD(0.01), X, T, **how)
        [got] = answers(
            page,
            """({ net: spec, loss: kind, opt, X, T, epochs, batchSize, seed }) => {
                const net = network(spec), seen = [], { forward } = net;
                net.forward = function (X, n) {
                    seen.push(Array.from(X));
                    return forward.call(this, X, n);
                };
                const how = { epochs, batchSize, rng: defaultRng(seed) };
                for (const _ of train(net, loss(kind), optimiser(opt), X, T, how));
                return seen;
            }""",
            [case],
        )
        assert got == net.seen[1:]  # the first is the check before training


@pytest.mark.parametrize(
    ("loss", "opt", "hidden", "size"),
    [
        (MSE(), SGD(90.0), ReLU(), None),
        (HalfMSE(), SGD(1e200), Tanh(), 16),
        (MSE(), Momentum(1e300), LeakyReLU(), None),
        (SigmoidBCE(), SGD(1e308), ReLU(), 7),
    ],
)
def test_a_run_that_diverges_says_so_in_nnlibs_words(page, loss, opt, hidden, size):
    X, T = clouds()
    net = Network.mlp([2, 6, 1], hidden=hidden, rng=np.random.default_rng(1))
    how = {"epochs": 60, "batch_size": size, "seed": 2}
    case = described_run(net, loss, opt, X, T, how)
    with pytest.raises(FloatingPointError) as diverged:
        learn(net, loss, opt, X, T, **how)
    [got] = answers(page, f"(given) => refusal(() => ({RUN})(given))", [case])
    assert got == f"Diverged: {diverged.value}"
    where = f"""(given) => {{
        try {{ ({RUN})(given) }} catch (error) {{
            const {{ epoch, step }} = error;
            return [error instanceof Diverged, `epoch ${{epoch}}, step ${{step}}`]
        }}
    }}"""
    [[known, place]] = answers(page, where, [case])
    assert known
    assert str(diverged.value).startswith(f"{place}: ")


def test_what_was_ruled_out_and_happens_says_so_in_nnlibs_words(page):
    X, T = np.array([[1.0]]), np.array([[0.0]])
    net = Network([Dense.of([[1000.0]], [0.0]), Sigmoid()])
    how = {"epochs": 1, "batch_size": None, "seed": None}
    case = described_run(net, BCE(), SGD(0.1), X, T, how)
    [got] = answers(page, f"(given) => refusal(() => ({RUN})(given))", [case])
    remedy = "what was ruled out has happened; train on logits (SigmoidBCE, SoftmaxCE)"
    assert got == f"Diverged: epoch 1, step 1: BCE() became inf: {remedy}."


def test_sparse_adam_leaves_rows_without_a_gradient_alone(page):
    opt, p = SparseAdam(0.1), np.arange(6.0).reshape(3, 2)
    grads = [
        np.array([[1.0, 0], [0, 0], [0, -2]]),
        np.array([[0.0, 0], [3, 1], [0, 0]]),
        np.array([[0.0, 1], [0, 0], [0, 0]]),  # a 0 beside a slope is no row of zeros
    ]
    for g in grads:
        opt.step([p], [g])
    got = page.evaluate(
        """grads => {
            const opt = engine.optimiser({ kind: "SparseAdam", lr: 0.1 });
            const p = Float64Array.from([0, 1, 2, 3, 4, 5]);
            for (const g of grads) opt.step([p], [Float64Array.from(g)], [[3, 2]]);
            return [Array.from(p), ...Object.values(opt.state).map((s) => [...s[0]])];
        }""",
        [g.ravel().tolist() for g in grads],
    )
    assert off(got, [a.ravel() for a in (p, *opt.state[0])]) <= 1e-12


def test_rows_are_split_alike(page):
    cases, wanted = [], []
    for n in range(2, 40):
        for share in (0.2, 0.25, 0.5, 0.05, 0.98):
            X, T = np.arange(2.0 * n).reshape(n, 2), np.arange(float(n))[:, None]
            if 0 < round(n * share) < n:
                rng = np.random.default_rng(n)
                parts = train_test_split(X, T, test_size=share, rng=rng)
                cases.append([X.tolist(), T.tolist(), share, n])
                wanted.append([part.tolist() for part in parts])
    got = answers(
        page,
        """([X, T, testSize, seed]) =>
            trainTestSplit(X, T, { testSize, rng: defaultRng(seed) })""",
        cases,
    )
    assert got == wanted
    assert {n * share % 2 for *_, share, n in cases} >= {0.5, 1.5}  # both kinds of half


def test_rows_are_taken_in_any_form(page):
    got = page.evaluate(
        """() => {
            const rows = [[1, 2], [3, 4]], one = Float64Array.from([1, 2, 3, 4]);
            const typed = rows.map((row) => Float64Array.from(row));
            const made = [rows, typed, [1, 2, 3, 4]].map((form) => engine.flat(form));
            return [engine.flat(one) === one,
                made.every((m) => m instanceof Float64Array && `${m}` === "1,2,3,4")];
        }"""
    )
    assert got == [True, True]


def test_stopping_agrees(page):
    rng = np.random.default_rng(10)
    cases, wanted = [], []
    for _ in range(200):
        dw, g = rng.integers(0, 3, (2, 2)) / 2
        step = int(rng.integers(0, 10))
        rules = {"small_change": 0.6, "small_gradient": 0.8, "limit": 7}
        rules = {name: rule for name, rule in rules.items() if rng.random() < 0.5}
        camel = {"small_change": "smallChange", "small_gradient": "smallGradient"}
        given = {camel.get(name, name): rule for name, rule in rules.items()}
        cases.append([step, dw.tolist(), g.tolist(), given])
        wanted.append(stopped(step, dw, g, **rules))
    assert answers(page, "(given) => stopped(...given)", cases) == wanted
    assert set(wanted) == {True, False}


def test_schedules_agree(page):
    made = [
        step_decay(0.3, every=7),
        step_decay(0.3, every=1, factor=0.97),
        inverse_time(2.0, rate=0.3),
        cosine(0.1, steps=60),
        cosine(0.1, steps=100, low=0.01),
    ]
    got = answers(
        page,
        "(spec) => Array.from({ length: 120 }, (_, t) => schedule(spec)(t))",
        [to_spec(eta) for eta in made] + [0.25],
    )
    for rates, eta in zip(got, [*made, lambda t: 0.25], strict=True):
        assert off(rates, [eta(t) for t in range(120)]) <= 1e-15


# --- random numbers ---------------------------------------------------------------

SEEDS = [
    *range(985),
    *(2**k - 1 for k in (16, 31, 32, 33, 53)),
    *(10**k for k in range(3, 13)),
]
RANGES = [
    *((0, k) for k in (1, 2, 3, 10, 1000, 2**16, 2**31, 2**31 + 1, 2**32 - 1, 2**32)),
    *(
        (-5, 5),
        (-(2**40), 2**40),
        (7, 2**33),
        (0, 2**53 - 1),
        (-(2**52), 2**52 - 1),
    ),
]
LENGTHS = [0, 1, 2, 3, 5, 16, 17, 64, 65, 200]


def draws(seed):
    """Calls, others for each seed, in a row: what one leaves behind, the next finds."""
    pick = np.random.default_rng([seed, 99])
    for _ in range(12):
        call = ("random", "uniform", "integers", "permutation")[pick.integers(4)]
        if call == "random":
            yield [call]
        elif call == "uniform":
            low, high = np.sort(pick.normal(0, 10, 2)).tolist()
            yield [call, low, high, *pick.integers(1, 6, pick.integers(2)).tolist()]
        elif call == "integers":
            low, high = RANGES[pick.integers(len(RANGES))]
            yield [call, low, high, *pick.integers(1, 9, pick.integers(2)).tolist()]
        else:
            yield [call, LENGTHS[pick.integers(len(LENGTHS))]]


def test_random_numbers_are_numpys_bit_for_bit(page):
    assert len(set(SEEDS)) == 1000
    cases = [[seed, list(draws(seed))] for seed in SEEDS]
    got = answers(
        page,
        """([seed, calls]) => {
            const rng = defaultRng(seed);
            const plain = (x) => typeof x === "number" ? x : Array.from(x);
            return calls.map(([call, ...given]) => plain(rng[call](...given)));
        }""",
        cases,
    )
    for (seed, calls), found in zip(cases, got, strict=True):
        rng = np.random.default_rng(seed)
        for [call, *given], values in zip(calls, found, strict=True):
            wanted = np.asarray(getattr(rng, call)(*given)).tolist()
            assert values == wanted, f"seed {seed}, {call}{given}"


def test_every_range_and_length_is_drawn_from():
    calls = [tuple(call[:3]) for seed in SEEDS for call in draws(seed)]
    for low, high in RANGES:
        assert ("integers", low, high) in calls
    for n in LENGTHS:
        assert ("permutation", n) in calls


def test_a_permutation_can_be_written_into_an_array(page):
    got = page.evaluate(
        """() => {
            const room = new Uint32Array(50), rng = engine.defaultRng(4);
            const order = rng.permutation(50, room);
            return [order === room, Array.from(room)];
        }"""
    )
    assert got == [True, np.random.default_rng(4).permutation(50).tolist()]


def test_initial_weights_are_nnlibs_bit_for_bit(page):
    kinds = (Tanh(), ReLU(), LeakyReLU(0.2), Sigmoid(), Identity(), Softmax())
    cases, wanted = [], []
    for seed in range(60):
        pick = np.random.default_rng([seed, 7])
        sizes = pick.integers(1, 9, pick.integers(2, 6)).tolist()
        hidden, out = kinds[seed % 6], kinds[seed // 6 % 6]
        rng = np.random.default_rng(seed)
        net = Network.mlp(sizes, hidden=hidden, out=out, rng=rng)
        cases.append([sizes, to_spec(hidden), to_spec(out), seed])
        wanted.append([to_spec(net), rng.random()])
    got = answers(
        page,
        """([sizes, hidden, out, seed]) => {
            const rng = defaultRng(seed), net = mlp(sizes, { hidden, out, rng });
            return [net.spec(), rng.random()];
        }""",
        cases,
    )
    assert got == wanted


def test_out_is_the_identity_unless_said(page):
    net = Network.mlp([2, 1], hidden=Tanh(), rng=np.random.default_rng(0))
    got = page.evaluate("engine.mlp([2, 1], { rng: engine.defaultRng(0) }).spec()")
    assert got == to_spec(net)


def test_the_limits_of_initial_weights_are_nnlibs(page):
    """U(−l, l) of a generator that always draws the upper end is l itself."""

    class Highest:
        @staticmethod
        def uniform(low, high, size):
            return high

    pairs = [[d_out, d_in] for d_out in range(1, 9) for d_in in range(1, 9)]
    for name, init in [("glorot", glorot), ("he", he)]:
        got = answers(page, f"(pair) => {name}(...pair)", pairs)
        assert got == [float(init(*pair, Highest)) for pair in pairs]


def test_the_engines_rivals_take_the_same_steps(browser, monkeypatch):
    """benchmarks/bench_engine.py compares speeds of the same arithmetic, or none."""
    monkeypatch.setattr(bench_engine, "TURNS", 1)
    page = bench_engine.opened(browser)
    assert set(bench_engine.race(page)) == {"engine", *bench_engine.TARGETS}
    page.close()


# --- what is refused --------------------------------------------------------------

DENSE = '{ kind: "Dense", W: [[1, 2]], b: [0] }'
BASE = f"""
    const {{ network, loss, optimiser, schedule, mlp }} = engine;
    const {{ train, trainTestSplit, defaultRng }} = engine;
    const net = network({{ layers: [{DENSE}] }});
    const sgd = (lr = 0.1) => optimiser({{ kind: "SGD", lr }});
    const mse = loss({{ kind: "MSE" }});
    const fit = (X, T, how) => train(net, mse, sgd(), X, T, {{ epochs: 1, ...how }});
"""
ACTIVATIONS = "Identity, Linear, Heaviside, Step, Sigmoid, Tanh, ReLU, LeakyReLU"


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (
            'network({ layers: [{ kind: "Conv" }] })',
            f'unknown layer "Conv"; it knows Dense, Softmax, {ACTIVATIONS}.',
        ),
        (
            'network({ layers: ["Tanh"] })',
            f'unknown layer "undefined"; it knows Dense, Softmax, {ACTIVATIONS}.',
        ),
        (
            'network({ layers: [{ kind: "Again", layer: 0 }] })',
            f'unknown layer "Again"; it knows Dense, Softmax, {ACTIVATIONS}.',
        ),
        (
            "mlp([2, 3, 1], { rng: defaultRng(0) })",
            f'unknown layer "undefined"; it knows Dense, Softmax, {ACTIVATIONS}.',
        ),
        (
            'loss({ kind: "mse" })',
            'unknown loss "mse"; it knows MSE, HalfMSE, BCE, CE, SigmoidBCE, '
            "SoftmaxCE.",
        ),
        (
            'optimiser({ kind: "constructor", lr: 1 })',
            'unknown optimiser "constructor"; it knows SGD, Momentum, Adagrad, '
            "RMSProp, AdaDelta, Adam, SparseAdam.",
        ),
        (
            'schedule({ kind: "warmup", lr: 1 })',
            'unknown schedule "warmup"; it knows constant, step_decay, inverse_time, '
            "cosine.",
        ),
        ("sgd(-1)", "learning rate must be positive and finite, got -1."),
        ("sgd(0)", "learning rate must be positive and finite, got 0."),
        ("sgd(NaN)", "learning rate must be positive and finite, got NaN."),
        (
            'sgd({ kind: "cosine", lr: Infinity, steps: 3 })',
            "learning rate must be positive and finite, got Infinity.",
        ),
        ('optimiser({ kind: "Adam" })', "Adam needs lr, its learning rate."),
        (
            'optimiser({ kind: "SparseAdam", lr: 1, weight_decay: 0.1 })',
            'SparseAdam has no "weight_decay"; it takes lr, beta1, beta2, eps.',
        ),
        (
            'optimiser({ kind: "AdaDelta", beta: 0.9 })',
            'AdaDelta has no "beta"; it takes lr, rho, eps, weight_decay.',
        ),
        (
            "trainTestSplit([[1], [2]], [[1]], { rng: defaultRng(0) })",
            "X has 2 examples but T has 1.",
        ),
        (
            "trainTestSplit([[1], [2]], [[1], [2]], { rng: defaultRng(0) })",
            "testSize must leave 2 rows two parts, got 0.2.",
        ),
        (
            "trainTestSplit([[1], [2]], [[1], [2]], { testSize: 1, rng: 0 })",
            "testSize must leave 2 rows two parts, got 1.",
        ),
        (
            'const o = sgd({ kind: "inverse_time", lr: 1, rate: -2 });'
            "for (;;) o.step(net.params, net.grads)",
            "learning rate must be positive, got -1.",
        ),
        (
            'network({ layers: [{ kind: "Tanh" }] })',
            "a network needs at least one Dense layer.",
        ),
        (
            f'network({{ layers: [{DENSE}, {{ kind: "Tanh" }}, {DENSE}] }})',
            "Dense(2, 1) cannot follow 1 outputs: 2 ≠ 1.",
        ),
        (
            'network({ layers: [{ kind: "Dense", W: [[1, 2], [3]], b: [0, 0] }] })',
            "Dense needs rows of one length in W, and a bias for each; "
            "got 2 rows and 2 biases.",
        ),
        (
            'network({ layers: [{ kind: "Dense", W: [[1, 2]], b: [0, 0] }] })',
            "Dense needs rows of one length in W, and a bias for each; "
            "got 1 rows and 2 biases.",
        ),
        ("mlp([2], {})", "mlp needs at least an input and an output, got [2]."),
        ("net.forward(new Float64Array(3), 2)", "X has 3 numbers, not 2 rows of 2."),
        ("net.forward(new Float64Array(0))", "X has 0 numbers, not 0 rows of 2."),
        (
            "net.forward(new Float64Array(3), 1.5)",
            "X has 3 numbers, not 1.5 rows of 2.",
        ),
        (
            "mse.value(new Float64Array(2), new Float64Array(3), 1)",
            "MSE: Y has 2 numbers but T has 3.",
        ),
        (
            "mse.value(new Float64Array(3), new Float64Array(3), 2)",
            "MSE: Y has 3 numbers but T has 3.",
        ),
        ("fit([[1, 2], [3]], [[1], [1]])", "X needs rows of 2 numbers."),
        ("fit([], [])", "X needs rows of 2 numbers."),
        ("fit([[1, 2]], [[1], [1]])", "T needs 1 rows of 1 numbers."),
        ("fit([[1, 2]], [[1]], { epochs: 0 })", "epochs must be 1 or more, got 0."),
        ("fit([[1, 2]], [[1]], { epochs: 1.5 })", "epochs must be 1 or more, got 1.5."),
        (
            "fit([[1, 2]], [[1]], { batchSize: 2 })",
            "batchSize must lie in 1..1, got 2.",
        ),
        (
            "fit([[1, 2]], [[1]], { batchSize: 0 })",
            "batchSize must lie in 1..1, got 0.",
        ),
        (
            "fit([[1, 2], [3, 4]], [[1], [1]], { batchSize: 1 })",
            "mini-batches need rng, for example defaultRng(0).",
        ),
        (
            "const o = sgd(); o.bind([new Float64Array(1)]); o.bind(net.params)",
            "this optimiser remembers another model: make one for each.",
        ),
        (
            "const o = sgd(); o.bind(net.params); o.bind(net.params.slice(1))",
            "this optimiser remembers another model: make one for each.",
        ),
        ("defaultRng(-1)", "a seed must be a whole number, 0 or more, got -1."),
        ("defaultRng(0.5)", "a seed must be a whole number, 0 or more, got 0.5."),
        ("defaultRng()", "a seed must be a whole number, 0 or more, got undefined."),
        ("defaultRng(0).integers(3, 3)", "integers needs whole low < high, got 3, 3."),
        (
            "defaultRng(0).integers(-1, 2 ** 53 - 1)",
            "integers needs whole low < high, got -1, 9007199254740991.",
        ),
        (
            "defaultRng(0).integers(0, 2.5)",
            "integers needs whole low < high, got 0, 2.5.",
        ),
    ],
)
def test_what_the_engine_refuses_it_names(page, act, message):
    got = page.evaluate(f"() => {{ {BASE} return refusal(() => {{ {act} }}) }}")
    assert got == f"Error: engine: {message}"
