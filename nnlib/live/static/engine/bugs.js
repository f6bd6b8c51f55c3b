// A network's way back with a bug in it, run line by line, and the check that finds out:
// nnlib/live/bugs.py. Matrices are arrays of rows here, three by three.
import { logistic, softmax } from "./activations.js";
import { slopeAt } from "./gradient_descent.js";

const transposed = (M) => M[0].map((_, j) => M.map((row) => row[j]));
const product = (A, B) =>
  A.map((row) => B[0].map((_, j) => row.reduce((sum, a, k) => sum + a * B[k][j], 0)));
const cells = (f, ...matrices) =>
  matrices[0].map((row, i) => row.map((_, j) => f(...matrices.map((M) => M[i][j]))));
const sums = (rows) => rows.map((row) => row.reduce((sum, x) => sum + x, 0));
const plus = (a, b) => (Array.isArray(a) ? a.map((x, i) => plus(x, b[i])) : a + b);
const nothing = (a) => (Array.isArray(a) ? a.map(nothing) : 0);

/** softmax's VJP, row by row: p ⊙ (d − ⟨d, p⟩). */
function throughSoftmax(p, d) {
  const inner = sums(cells((a, b) => a * b, d, p));
  return p.map((row, i) => row.map((q, j) => q * (d[i][j] - inner[i])));
}

/** The lines of the way back as they should be. */
const RIGHT = {
  activations: (trace, W, b, X) => trace(W, b, X),
  start: (p, T) => cells((q, t) => (q - t) / p.length, p, T),
  weights: (delta, x) => product(transposed(delta), x),
  bias: (delta) => sums(transposed(delta)),
  collect: plus,
  update: (W) => W,
  back: (delta, W) => product(delta, W),
  sigmoid: (da, z, a) => cells((d, y) => d * y * (1 - y), da, a),
  relu: (da, z) => cells((d, s) => (s > 0 ? d : 0), da, z),
  decay: (dW, W, decay) => cells((d, w) => d + decay * w, dW, W),
};

/** The one line that each bug replaces. */
const BUGS = {
  mean: { start: (p, T) => cells((q, t) => q - t, p, T) },
  axis: { bias: sums },
  sign: { start: (p, T) => cells((q, t) => (t - q) / p.length, p, T) },
  decay: { decay: (dW) => dW },
  layer: { weights: (delta, x, y) => product(transposed(delta), y) },
  assign: { collect: (soFar, now) => now },
  slope: {
    sigmoid: (da, z, a) => cells((d, y) => d * logistic(y) * (1 - logistic(y)), da, a),
  },
  transpose: { back: (delta, W) => product(delta, transposed(W)) },
  softmax: { start: (p, T) => throughSoftmax(p, RIGHT.start(p, T)) },
  stale: { activations: (trace, W, b, X, before) => trace(W, b, before) },
  mask: { relu: (da) => cells((d) => (d > 0 ? d : 0), da) },
  early: { update: (W, dW, rate) => cells((w, d) => w - rate * d, W, dW) },
};

const LAYERS = [0, 1, 1, 2]; // whose W and b each step takes
const bend = (g) => (Z) => Z.map((row) => row.map(g));
const relu = bend((z) => Math.max(z, 0));
const ACTIVATIONS = [bend(logistic), relu, relu, (Z) => Z.map(softmax)];

function trace(W, b, X) {
  const [Z, A] = [[], [X]];
  LAYERS.forEach((k, step) => {
    Z.push(product(A.at(-1), transposed(W[k])).map((row) => plus(row, b[k])));
    A.push(ACTIVATIONS[step](Z.at(-1)));
  });
  return { Z, A };
}

/** Slopes by W and by b in a row: W₁, b₁, W₂, …, each row by row. */
const inARow = ([W, b]) => W.flatMap((w, k) => [...w.flat(), ...b[k]]);

/**
 * All slopes as the code computes them with this bug, one of BUGS, or with none (null).
 * `given`: W, b, X, T, the batch `before`, `decay` and `rate`, as Python has them.
 */
export function buggedSlopes({ W, b, X, T, before, decay, rate }, bug) {
  const code = { ...RIGHT, ...(bug ? BUGS[bug] : {}) };
  const p = trace(W, b, X).A.at(-1);
  const { Z, A } = code.activations(trace, W, b, X, before);
  const [now, dW, db] = [[...W], nothing(W), nothing(b)];
  let delta = code.start(p, T);
  for (let step = 3; step >= 0; step--) {
    const k = LAYERS[step];
    const more = code.weights(delta, A[step], A[step + 1]);
    dW[k] = code.collect(dW[k], more);
    db[k] = code.collect(db[k], code.bias(delta));
    now[k] = code.update(now[k], more, rate);
    if (step === 0) break;
    const slope = step === 1 ? code.sigmoid : code.relu;
    delta = slope(code.back(delta, now[k]), Z[step - 1], A[step]);
  }
  return inARow([dW.map((d, k) => code.decay(d, W[k], decay)), db]);
}

/** The central differences of the cost, in the order of buggedSlopes. */
export function costDifferences({ W, b, X, T, decay }) {
  const cost = () => {
    const p = trace(W, b, X).A.at(-1);
    const losses = sums(cells((q, t) => q * t, p, T)).map((q) => -Math.log(q));
    const squares = W.flat(2).reduce((sum, w) => sum + w * w, 0);
    return losses.reduce((sum, l) => sum + l, 0) / X.length + (decay / 2) * squares;
  };
  const slopes = (row) => row.map((_, i) => slopeAt(cost, row, i));
  return inARow([W.map((w) => w.map(slopes)), b.map(slopes)]);
}
