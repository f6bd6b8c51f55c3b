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

const elementwise = {
  Identity: () => ({ g: (z) => z, slope: () => 1 }),
  Linear: ({ a = 1, b = 0 }) => ({ g: (z) => a * z + b, slope: () => a }),
  Heaviside: () => ({ g: (z) => (z > 0 ? 1 : z < 0 ? 0 : 0.5), slope: () => 0 }),
  Step: ({ threshold = 0 }) => ({ g: (z) => (z > threshold ? 1 : 0), slope: () => 0 }),
  Sigmoid: () => ({ g: logistic, slope: (z, a) => a * (1 - a) }),
  Tanh: () => ({ g: Math.tanh, slope: (z, a) => 1 - a * a }),
  ReLU: () => ({ g: (z) => Math.max(z, 0), slope: (z) => (z > 0 ? 1 : 0) }),
  LeakyReLU: ({ slope = 0.01 }) => ({
    g: (z) => (z > 0 ? z : slope * z),
    slope: (z) => (z > 0 ? 1 : slope),
  }),
};

/** The kinds of elementwise activations: nnlib's names. */
export const ACTIVATIONS = Object.keys(elementwise);

/**
 * The elementwise activation that Python describes, for example
 * {kind: "LeakyReLU", slope: 0.01}. @returns {{g(z), slope(z, a)}} a = g(z), g'(z).
 */
export function activation(spec) {
  return ofKind(elementwise, spec, "activation")(spec);
}
