// Losses over two weights, by the names of nnlib.live.views.surface, and ways down them.
import { optimiser } from "../engine/gradient_descent.js";
import { loss } from "../engine/loss.js";
import { network } from "../engine/mlp.js";
import { NUDGE, parted } from "./scientific.js";

const FAR = 1e6; // a weight beyond this has diverged

const kinds = {
  Bowl: ({ a, b }) => ({
    f: (w1, w2) => 0.5 * (a * w1 * w1 + b * w2 * w2),
    slope: (w1, w2) => [a * w1, b * w2],
  }),
  Saddle: () => ({
    f: (w1, w2) => 0.5 * w1 * w1 - 0.5 * w2 * w2 + 0.25 * w2 * w2 * w2 * w2,
    slope: (w1, w2) => [w1, w2 * w2 * w2 - w2],
  }),
  Ravine: ({ k }) => ({
    f(w1, w2) {
      const [u, v] = [1 - w1, w2 - w1 * w1];
      return u * u + k * v * v;
    },
    slope(w1, w2) {
      const v = w2 - w1 * w1;
      return [-2 * (1 - w1) - 4 * k * w1 * v, 2 * k * v];
    },
  }),
  NetworkLoss({ network: layers, loss: kind, X, T, which }) {
    const net = network(layers);
    const objective = loss(kind);
    const [inputs, targets] = [X, T].map((rows) => Float64Array.from(rows.flat()));
    const dY = new Float64Array(targets.length);
    const forward = (...w) => {
      which.forEach(([param, entry], i) => {
        net.params[param][entry] = w[i];
      });
      return net.forward(inputs, X.length);
    };
    return {
      f: (w1, w2) => objective.value(forward(w1, w2), targets, X.length),
      slope(w1, w2) {
        objective.grad(forward(w1, w2), targets, X.length, dY);
        net.backward(dY, false);
        return which.map(([param, entry]) => net.grads[param][entry]);
      },
    };
  },
};

/** The surface that Python describes: f, slope, place(start), and its window. */
export function surfaceOf({ kind, centre, half, levels, ...settings }) {
  const place = (start) => start.map((at, i) => centre[i] + half[i] * at);
  return { ...kinds[kind](settings), centre, half, levels, place };
}

/** Point after point of an optimiser on its way from w, without an end. */
function* walk(surface, spec, from, nudge) {
  const w = Float64Array.from(from);
  const opt = optimiser(spec);
  opt.bind([w]);
  for (;;) {
    const g = surface.slope(...w);
    const memory = Object.entries(opt.state).map(([name, [m]]) => [name, ...m]);
    yield { w: Array.from(w), g, loss: surface.f(...w), memory };
    opt.step([w], [Float64Array.from(g)]);
    for (const i of [0, 1]) w[i] *= 1 + nudge;
  }
}

/**
 * So many steps of the optimiser `spec` down from the weights `from`: the points, the
 * step where doubt begins, the step that left all bounds, nnlib.live.views.surface.way_down.
 */
export function walked(surface, spec, from, steps) {
  const [one, twin] = [0, NUDGE].map((nudge) => walk(surface, spec, from, nudge));
  const points = [];
  let doubtful = null;
  for (let step = 0; step <= steps; step++) {
    const [here, beside] = [one.next().value, twin.next().value];
    if (!here.w.every((w) => Math.abs(w) <= FAR))
      return { points, doubtful, off: step };
    if (doubtful === null && here.w.some((w, i) => parted(w, beside.w[i])))
      doubtful = step;
    points.push(here);
  }
  return { points, doubtful, off: null };
}
