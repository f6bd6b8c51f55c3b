// How wrong a prediction is, as one number, and which way would be better. Only here is
// anything divided by n: a loss sums over the k outputs of a row, averages over the rows.
import { ofKind, refuse } from "./kinds.js";

const TENTH = "try a tenth of the learning rate";
const LOGITS =
  "what was ruled out has happened; train on logits (SigmoidBCE, SoftmaxCE)";

/** ln(1 + e^s), without overflow. */
const softplus = (s) => Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s)));

/** ℓ = Σ (y − t)²,   ∂ℓ/∂y = 2 (y − t). */
function mse(Y, T, slope) {
  let total = 0;
  for (let i = 0; i < Y.length; i++) {
    const d = Y[i] - T[i];
    total += d * d;
    slope[i] = 2 * d;
  }
  return total;
}

/** ℓ = ½ Σ (y − t)²,   ∂ℓ/∂y = y − t. */
function halfMSE(Y, T, slope) {
  let total = 0;
  for (let i = 0; i < Y.length; i++) {
    const d = Y[i] - T[i];
    total += d * d;
    slope[i] = d;
  }
  return total / 2;
}

/** ℓ = −Σ [t ln y + (1 − t) ln(1 − y)],   ∂ℓ/∂y = (y − t) / (y (1 − y)). */
function bce(Y, T, slope) {
  let total = 0;
  for (let i = 0; i < Y.length; i++) {
    const p = T[i] === 1 ? Y[i] : 1 - Y[i];
    total -= Math.log(p);
    slope[i] = (1 - 2 * T[i]) / p;
  }
  return total;
}

/** ℓ = −ln p,   ∂ℓ/∂y[c] = −t[c] / p,   p = y at the target; T one-hot. */
function ce(Y, T, slope, k) {
  let total = 0;
  for (let at = 0; at < Y.length; at += k) {
    let p = 0;
    for (let i = at; i < at + k; i++) p += Y[i] * T[i];
    total -= Math.log(p);
    for (let i = at; i < at + k; i++) slope[i] = -T[i] / p;
  }
  return total;
}

/** BCE of y = σ(z), from z: ℓ = Σ ln(1 + e^s), s = (1 − 2t) z;   ∂ℓ/∂z = y − t. */
function sigmoidBCE(Z, T, slope) {
  let total = 0;
  for (let i = 0; i < Z.length; i++) {
    const sign = 1 - 2 * T[i];
    const s = sign * Z[i];
    const loss = softplus(s);
    total += loss;
    slope[i] = sign * Math.exp(s - loss);
  }
  return total;
}

/** CE of y = softmax(z), from z: ℓ = ln Σ_j e^z[j] − Σ t z;   ∂ℓ/∂z = y − t. */
function softmaxCE(Z, T, slope, k) {
  let total = 0;
  for (let at = 0; at < Z.length; at += k) {
    let largest = Z[at];
    for (let i = at + 1; i < at + k; i++) largest = Math.max(largest, Z[i]);
    let sum = 0;
    let target = 0;
    for (let i = at; i < at + k; i++) {
      sum += slope[i] = Math.exp(Z[i] - largest);
      target += (Z[i] - largest) * T[i];
    }
    total += Math.log(sum) - target;
    for (let i = at; i < at + k; i++) slope[i] = slope[i] / sum - T[i];
  }
  return total;
}

/** Σ ℓ over the rows, its slopes written beside; and what to do if it is infinite. */
const losses = {
  MSE: { equations: mse, remedy: TENTH },
  HalfMSE: { equations: halfMSE, remedy: TENTH },
  BCE: { equations: bce, remedy: LOGITS },
  CE: { equations: ce, remedy: LOGITS },
  SigmoidBCE: { equations: sigmoidBCE, remedy: TENTH },
  SoftmaxCE: { equations: softmaxCE, remedy: TENTH },
};

/** L = (1/n) Σ ℓ(y, t) over the rows of Y and T (n, k). */
class Loss {
  #scratch = new Float64Array(0);

  constructor(spec) {
    Object.assign(this, ofKind(losses, spec, "loss"));
    this.kind = spec.kind;
  }

  /** L, and ∂L/∂Y in `out`. Infinity or NaN if what was ruled out has happened. */
  valueAndGrad(Y, T, n, out) {
    if (Y.length !== T.length || Y.length % n)
      refuse(`${this.kind}: Y has ${Y.length} numbers but T has ${T.length}.`);
    const total = this.equations(Y, T, out, Y.length / n);
    for (let i = 0; i < Y.length; i++) out[i] /= n;
    return total / n;
  }

  /** L. */
  value(Y, T, n) {
    if (this.#scratch.length < Y.length) this.#scratch = new Float64Array(Y.length);
    return this.valueAndGrad(Y, T, n, this.#scratch);
  }

  /** ∂L/∂Y (n, k), in `out`. */
  grad(Y, T, n, out = new Float64Array(Y.length)) {
    this.valueAndGrad(Y, T, n, out);
    return out;
  }

  spec() {
    return { kind: this.kind };
  }
}

/** The loss that Python describes: { kind: "SigmoidBCE" }. */
export function loss(spec) {
  return new Loss(spec);
}

const one = (y) => y[0];
const largest = (y) => y.indexOf(Math.max(...y));

/**
 * What each kind of task asks of the end of a network: ŷ = out(z), its loss, the same
 * loss of z (to train with), a row of T, and the answer that a row of ŷ stands for.
 */
export const HEADS = {
  binary: {
    out: { kind: "Sigmoid" },
    loss: { kind: "BCE" },
    onLogits: { kind: "SigmoidBCE" },
    target: "0 or 1",
    predict: (y) => (y[0] > 0.5 ? 1 : 0),
  },
  "multi-class": {
    out: { kind: "Softmax" },
    loss: { kind: "CE" },
    onLogits: { kind: "SoftmaxCE" },
    target: "one-hot",
    predict: largest,
  },
  "single-output regression": {
    out: { kind: "Identity" },
    loss: { kind: "MSE" },
    onLogits: { kind: "MSE" },
    target: "a number",
    predict: one,
  },
  "multi-output regression": {
    out: { kind: "Identity" },
    loss: { kind: "MSE" },
    onLogits: { kind: "MSE" },
    target: "k numbers",
    predict: (y) => y,
  },
};
