// What bends the plane: the functions g that stand between two Dense layers.
import { ofKind } from "./kinds.js";

/** σ(z) = 1 / (1 + e^−z), without overflow for any z. */
export function logistic(z) {
  const e = Math.exp(-Math.abs(z));
  return (z >= 0 ? 1 : e) / (1 + e);
}

/** p[i] = exp z[i] / Σ_j exp z[j], without overflow.              array (k) → array (k) */
export function softmax(z) {
  const p = new Float64Array(z.length);
  softmaxRow(z, p, 0, z.length);
  return Array.from(p);
}

/** softmax of the k numbers of z from `at` on, into p at the same place. */
export function softmaxRow(z, p, at, k) {
  let largest = z[at];
  for (let i = at + 1; i < at + k; i++) largest = Math.max(largest, z[i]);
  let total = 0;
  for (let i = at; i < at + k; i++) total += p[i] = Math.exp(z[i] - largest);
  for (let i = at; i < at + k; i++) p[i] /= total;
}

// a = g(z) and ∂L/∂z = ∂L/∂a ⊙ g'(z), number by number. Each kind has loops of its own:
// one pair for all, that is handed g, runs at half the speed once a page has used a few.
const elementwise = {
  Identity: () => ({
    forward: (z, a) => a.set(z),
    vjp: (z, a, da, dz) => dz.set(da),
  }),
  Linear: ({ a: slope = 1, b = 0 }) => ({
    forward(z, a) {
      for (let i = 0; i < a.length; i++) a[i] = slope * z[i] + b;
    },
    vjp(z, a, da, dz) {
      for (let i = 0; i < dz.length; i++) dz[i] = da[i] * slope;
    },
  }),
  Heaviside: () => ({
    forward(z, a) {
      for (let i = 0; i < a.length; i++) a[i] = z[i] > 0 ? 1 : z[i] < 0 ? 0 : 0.5;
    },
    vjp: (z, a, da, dz) => dz.fill(0),
  }),
  Step: ({ threshold = 0 }) => ({
    forward(z, a) {
      for (let i = 0; i < a.length; i++) a[i] = z[i] > threshold ? 1 : 0;
    },
    vjp: (z, a, da, dz) => dz.fill(0),
  }),
  Sigmoid: () => ({
    forward(z, a) {
      for (let i = 0; i < a.length; i++) a[i] = logistic(z[i]);
    },
    vjp(z, a, da, dz) {
      for (let i = 0; i < dz.length; i++) dz[i] = da[i] * (a[i] * (1 - a[i]));
    },
  }),
  Tanh: () => ({
    forward(z, a) {
      for (let i = 0; i < a.length; i++) a[i] = Math.tanh(z[i]);
    },
    vjp(z, a, da, dz) {
      for (let i = 0; i < dz.length; i++) dz[i] = da[i] * (1 - a[i] * a[i]);
    },
  }),
  ReLU: () => ({
    forward(z, a) {
      for (let i = 0; i < a.length; i++) a[i] = Math.max(z[i], 0);
    },
    vjp(z, a, da, dz) {
      for (let i = 0; i < dz.length; i++) dz[i] = z[i] > 0 ? da[i] : 0;
    },
  }),
  LeakyReLU: ({ slope = 0.01 }) => ({
    forward(z, a) {
      for (let i = 0; i < a.length; i++) a[i] = z[i] > 0 ? z[i] : slope * z[i];
    },
    vjp(z, a, da, dz) {
      for (let i = 0; i < dz.length; i++) dz[i] = z[i] > 0 ? da[i] : da[i] * slope;
    },
  }),
};

/** The kinds of elementwise activations: nnlib's names. */
export const ACTIVATIONS = Object.keys(elementwise);

/**
 * The elementwise activation that Python describes, {kind: "LeakyReLU", slope: 0.01}, for
 * whole arrays: forward(z, a) writes a = g(z), vjp(z, a, da, dz) writes da ⊙ g'(z).
 */
export function loops(spec) {
  return ofKind(elementwise, spec, "activation")(spec);
}

/** The same for one number: @returns {{g(z), slope(z, a)}} a = g(z), g'(z). */
export function activation(spec) {
  const { forward, vjp } = loops(spec);
  const [z, a, da, dz] = [0, 0, 1, 0].map((value) => Float64Array.of(value));
  return {
    g(value) {
      z[0] = value;
      forward(z, a);
      return a[0];
    },
    slope(value, output) {
      z[0] = value;
      a[0] = output;
      vjp(z, a, da, dz);
      return dz[0];
    },
  };
}
