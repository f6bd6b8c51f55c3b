// A 2-2-1 network of sigmoids without bias, quantity by quantity: forward, back, the six
// gradients, one update. w₁, w₂ lead to the first hidden neuron, w₃, w₄ to the second,
// w₅, w₆ to the output.
import { logistic } from "./activations.js";
import { numericalGradient } from "./gradient_descent.js";
import { loss } from "./loss.js";

export const LOSSES = {
  "(y − t)²": loss({ kind: "MSE" }),
  "½ (y − t)²": loss({ kind: "HalfMSE" }),
  "cross-entropy": loss({ kind: "BCE" }),
};

const exact = (v) => v;

/** v with so many decimals, halves away from zero, as a reader rounds by hand. */
const rounded = (v, digits) => Math.sign(v) * Number(Math.abs(v).toFixed(digits));

function forward(w, x, keep) {
  const z1 = w[0] * x[0] + w[1] * x[1];
  const z2 = w[2] * x[0] + w[3] * x[1];
  const a1 = keep(logistic(z1), 3);
  const a2 = keep(logistic(z2), 3);
  const z3 = w[4] * a1 + w[5] * a2;
  return { z1, a1, z2, a2, z3, y: keep(logistic(z3), 3) };
}

/** ℓ and ∂ℓ/∂y of one answer. */
function judged(judge, y, t) {
  const slope = new Float64Array(1);
  const value = judge.valueAndGrad([y], [t], 1, slope);
  return { value, slope: slope[0] };
}

/**
 * @param {object} setting examples: [{x, t}, …]; part: what each counts for in L;
 *   weights; eta; judge: one of LOSSES; moved: w₅ and w₆ go first; slides: round
 * @returns {{every, L, grads, factors, check, fresh, after, outer}} of each example its
 *   quantities; of each weight [upstream, local] by example, gradient, central
 *   difference, new value; outer: the w₅ and w₆ that the way back used
 */
export function bench({ examples, part, weights, eta, judge, moved, slides }) {
  const keep = slides ? rounded : exact;
  const total = (w, round) => {
    const losses = examples.map(
      ({ x, t }) => judged(judge, forward(w, x, round).y, t).value,
    );
    return round(losses.reduce((sum, one) => sum + one, 0) * part, 3);
  };
  const every = examples.map(({ x, t }) => {
    const q = { x, t, ...forward(weights, x, keep) };
    const { value, slope } = judged(judge, q.y, t);
    const [s1, s2, s3] = [q.a1, q.a2, q.y].map((a) => keep(a * (1 - a), 2));
    return { ...q, s1, s2, s3, loss: keep(value, 3), dy: slope, d3: slope * s3 };
  });
  const gradient = (pairs) =>
    keep(part * pairs.reduce((sum, [up, local]) => sum + up * local, 0), 3);
  const last = [every.map((q) => [q.d3, q.a1]), every.map((q) => [q.d3, q.a2])];
  const outer = last.map((pairs, k) =>
    moved ? weights[4 + k] - eta * gradient(pairs) : weights[4 + k],
  );
  for (const q of every) {
    q.e1 = q.d3 * outer[0];
    q.e2 = q.d3 * outer[1];
    q.d1 = q.e1 * q.s1;
    q.d2 = q.e2 * q.s2;
  }
  const first = [
    ["d1", 0],
    ["d1", 1],
    ["d2", 0],
    ["d2", 1],
  ].map(([delta, i]) => every.map((q) => [q[delta], q.x[i]]));
  const factors = [...first, ...last];
  const grads = factors.map(gradient);
  const fresh = weights.map((w, k) => w - eta * grads[k]);
  return {
    every,
    factors,
    grads,
    fresh,
    outer,
    L: total(weights, keep),
    after: total(fresh, keep),
    check: numericalGradient((w) => total(w, exact), Float64Array.from(weights)),
  };
}
