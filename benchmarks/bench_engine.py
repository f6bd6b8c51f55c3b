"""How fast the page's engine learns, next to two other ways of writing it.

    python -m benchmarks.bench_engine

One epoch of the same network, 2-16-16-1, on the same 200 points in batches of 10:

* the engine as the figures use it, with a random order of the rows and the losses;
* the way of TensorFlow Playground (rivals/playground.js): an object for each unit and
  each weight, one example after the other;
* the plain way (rivals/plain.js): typed arrays and three nested loops.

All three take the same steps, which is checked first. Their turns are interleaved in
one page, so that a busy moment of the machine slows all alike, and the least time of
each counts. Then runs of 300 epochs in slices, as a figure makes them between two
frames: how long until there is a first piece to draw, how long until the whole. The
exit code is 1 if a target is missed.
"""

import json
import sys
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from nnlib import Network, Tanh
from nnlib.data import moons
from nnlib.live import modules
from nnlib.live.spec import to_spec
from tests.browser import launch

RIVALS = Path(__file__).with_name("rivals")
TURNS = 60
EPOCHS = 20  # a turn: a page's clock moves in tenths of a millisecond
TARGETS = {"playground": 0.5, "plain": 1.0}  # the engine's time, divided by theirs
FIRST, WHOLE = 33, 500  # ms
RUNS = {
    "2-16-16-1": {"sizes": [2, 16, 16, 1], "opt": {"kind": "SGD", "lr": 0.03}},
    "six layers of 8": {
        "sizes": [2, 8, 8, 8, 8, 8, 8, 1],
        "opt": {"kind": "Adam", "lr": 0.01},
    },
}

RACE = """({ spec, X, T, rate, batchSize, turns, epochs }) => {
    const { network } = nnlibModules["engine/mlp"];
    const { loss } = nnlibModules["engine/loss"];
    const { optimiser } = nnlibModules["engine/gradient_descent"];
    const { train } = nnlibModules["engine/backprop"];
    const { defaultRng } = nnlibModules["engine/random"];

    const weights = spec.layers.filter(f => f.W).map(({ W, b }) => [W, b]);
    const flat = [X, T].map(rows => Float64Array.from(rows.flat()));
    const points = X.map((x, i) => ({ x, label: T[i][0] }));
    const steps = Math.ceil(X.length / batchSize);

    // as they come, or in a random order that the engine has to draw
    const inOrder = { permutation: (n, order) => order.map((_, i) => order[i] = i) };
    function engine(rng) {
        const net = network(spec);
        const half = loss({ kind: "HalfMSE" });
        const sgd = optimiser({ kind: "SGD", lr: rate });
        const how = { epochs: 1e9, batchSize, rng };
        const run = train(net, half, sgd, ...flat, how);
        return {
            epoch() { for (let step = 0; step < steps; step++) run.next() },
            predict: x => net.at(x)[0],
        };
    }
    const others = {
        playground: () => playground(weights, points, rate, batchSize),
        plain: () => plain(weights, ...flat, rate, batchSize),
    };

    function answers(contender) {
        for (let epoch = 0; epoch < epochs; epoch++) contender.epoch();
        return X.map(x => contender.predict(x));
    }
    const answered = { engine: answers(engine(inOrder)) };
    for (const [name, make] of Object.entries(others)) answered[name] = answers(make());

    const racers = { engine: engine(defaultRng(0)) };
    for (const [name, make] of Object.entries(others)) racers[name] = make();
    const least = {};
    for (let turn = 0; turn < turns; turn++) {
        for (const [name, { epoch }] of Object.entries(racers)) {
            const start = performance.now();
            for (let i = 0; i < epochs; i++) epoch();
            const time = (performance.now() - start) / epochs;
            least[name] = Math.min(least[name] ?? Infinity, time);
        }
    }
    return { answered, least };
}"""

SLICES = """async ({ sizes, opt, X, T, batchSize }) => {
    const { ALONE, Job, SLICE } = nnlibModules.job;
    const { mlp } = nnlibModules["engine/mlp"];
    const { loss } = nnlibModules["engine/loss"];
    const { optimiser } = nnlibModules["engine/gradient_descent"];
    const { train } = nnlibModules["engine/backprop"];
    const { defaultRng } = nnlibModules["engine/random"];
    const frame = () => new Promise(requestAnimationFrame);

    const times = [];
    for (let round = 0; round < 5; round++) {
        await frame();
        const start = performance.now();
        const net = mlp(sizes, { hidden: { kind: "Tanh" }, rng: defaultRng(round) });
        const half = loss({ kind: "HalfMSE" }), rng = defaultRng(1);
        const how = { epochs: 300, batchSize, rng };
        const job = new Job("", train(net, half, optimiser(opt), X, T, how));
        job.advance(performance.now() + SLICE);
        await frame();
        const first = performance.now() - start;
        while (!job.done) {
            job.advance(performance.now() + ALONE);
            await frame();
        }
        times.push([first, performance.now() - start]);
    }
    return times;
}"""


def data():
    """200 points, their classes as −1 and 1: what tanh at the end can say."""
    X, t = moons(n=200, noise=0.15, rng=np.random.default_rng(0))
    return X, 2.0 * t[:, None] - 1


def opened(browser):
    """A page with the engine, the figures' slices of work, and the rivals."""
    page = browser.new_page()
    names = ["engine/backprop", "engine/loss", "engine/random", "job"]
    parts = [part for name in names for part in modules.needs(name)]
    for part in dict.fromkeys(parts):
        page.add_script_tag(content=modules.as_script(part))
    for path in sorted(RIVALS.glob("*.js")):
        page.add_script_tag(content=path.read_text("utf-8").replace("export ", ""))
    return page


def race(page):
    """Milliseconds for an epoch, by name. AssertionError if the three part."""
    X, T = data()
    rng = np.random.default_rng(0)
    net = Network.mlp([2, 16, 16, 1], hidden=Tanh(), out=Tanh(), rng=rng)
    setting = {
        "spec": to_spec(net),
        "X": X.tolist(),
        "T": T.tolist(),
        "rate": 0.03,
        "batchSize": 10,
        "turns": TURNS,
        "epochs": EPOCHS,
    }
    result = page.evaluate(f"text => ({RACE})(JSON.parse(text))", json.dumps(setting))
    for name, answers in result["answered"].items():
        same = np.allclose(answers, result["answered"]["engine"], rtol=0, atol=1e-12)
        assert same, f"{name} takes other steps than the engine"
    return result["least"]


def measure(browser):
    """(what, value, target, unit) of every target; the value should not exceed it."""
    page = opened(browser)
    least = race(page)
    mine = least["engine"]
    for name, target in TARGETS.items():
        times = f"{1000 * mine:.0f} of {1000 * least[name]:.0f} µs an epoch"
        yield f"engine against {name}: {times}", mine / least[name], target, "×"
    X, T = (rows.tolist() for rows in data())
    for name, settings in RUNS.items():
        for size in (10, 200):
            times = page.evaluate(
                SLICES, {**settings, "X": X, "T": T, "batchSize": size}
            )
            first, whole = np.median(times, axis=0)
            run = f"300 epochs of {name}, batches of {size}"
            yield f"{run}: first piece", first, FIRST, "ms"
            yield f"{run}: whole", whole, WHOLE, "ms"
    page.close()


def main():
    missed = 0
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for what, value, target, unit in measure(browser):
            verdict = "pass" if value <= target else "FAIL"
            missed += value > target
            print(f"{what:72} {value:6.2f} ≤ {target:4} {unit:3}  {verdict}")
        browser.close()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
