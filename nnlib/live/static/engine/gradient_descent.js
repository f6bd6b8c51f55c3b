// Downhill by the slope: the rules that turn gradients into better weights. Each is the
// recurrence of nnlib's class of that name, entry by entry: g = ∂L/∂p, η the learning
// rate, t = 1, 2, … the step, all memory 0 at first.
import { ofKind, refuse } from "./kinds.js";

/**
 * ∂f/∂x[i] ≈ (f(x + h e_i) − f(x − h e_i)) / 2h for one i, for f: array → number. x[i]
 * itself is moved, and put back.
 */
export function slopeAt(f, x, i, h = 1e-5) {
  const here = x[i];
  let slope = 0;
  for (const sign of [1, -1]) {
    x[i] = here + sign * h;
    slope += (sign * f(x)) / (2 * h);
  }
  x[i] = here;
  return slope;
}

/** ∂f/∂x, entry by entry. */
export function numericalGradient(f, x, h = 1e-5) {
  return Float64Array.from(x, (_, i) => slopeAt(f, x, i, h));
}

/** ‖v‖. */
const norm = (v) => Math.sqrt(v.reduce((sum, entry) => sum + entry * entry, 0));

/** Stop now? If ‖Δw‖ < smallChange, or ‖∂L/∂w‖ < smallGradient, or step ≥ limit. */
export function stopped(
  step,
  dw,
  g,
  { smallChange = 0, smallGradient = 0, limit = Infinity } = {},
) {
  return norm(dw) < smallChange || norm(g) < smallGradient || step >= limit;
}

const schedules = {
  constant({ lr }) {
    return () => lr;
  },
  step_decay({ lr, every, factor = 0.1 }) {
    return (t) => lr * factor ** Math.floor(t / every);
  },
  inverse_time({ lr, rate }) {
    return (t) => lr / (1 + rate * t);
  },
  cosine({ lr, steps, low = 0 }) {
    const wave = (t) => 1 + Math.cos(Math.PI * Math.min(t / steps, 1));
    return (t) => low + ((lr - low) * wave(t)) / 2;
  },
};

/**
 * η as a function of the steps done, t = 0, 1, 2, …, from a number or from what Python
 * describes: { kind: "cosine", lr: 0.1, steps: 300 }.
 */
export function schedule(lr) {
  const spec = typeof lr === "number" ? { kind: "constant", lr } : lr;
  const eta = ofKind(schedules, spec, "schedule")(spec);
  if (!(spec.lr > 0 && spec.lr < Infinity))
    refuse(`learning rate must be positive and finite, got ${spec.lr}.`);
  return eta;
}

/** Δ = η g. */
const SGD = {
  defaults: { weight_decay: 0 },
  memory: [],
  move(p, grad, eta, { weight_decay }) {
    for (let i = 0; i < p.length; i++) p[i] -= eta * (grad[i] + weight_decay * p[i]);
  },
};

/** v ← β v + g,   Δ = η v, or with `nesterov` Δ = η (g + β v). */
const Momentum = {
  defaults: { beta: 0.9, nesterov: false, weight_decay: 0 },
  memory: ["v"],
  move(p, grad, eta, { beta, nesterov, weight_decay }, v) {
    for (let i = 0; i < p.length; i++) {
      const g = grad[i] + weight_decay * p[i];
      v[i] = v[i] * beta + g;
      p[i] -= eta * (nesterov ? g + beta * v[i] : v[i]);
    }
  },
};

/** s ← s + g²,   Δ = η g / (√s + ε). */
const Adagrad = {
  defaults: { eps: 1e-10, weight_decay: 0 },
  memory: ["s"],
  move(p, grad, eta, { eps, weight_decay }, s) {
    for (let i = 0; i < p.length; i++) {
      const g = grad[i] + weight_decay * p[i];
      s[i] += g * g;
      p[i] -= (eta * g) / (Math.sqrt(s[i]) + eps);
    }
  },
};

/** s ← ρ s + (1 − ρ) g²,   Δ = η g / (√s + ε). */
const RMSProp = {
  defaults: { rho: 0.99, eps: 1e-8, weight_decay: 0 },
  memory: ["s"],
  move(p, grad, eta, { rho, eps, weight_decay }, s) {
    for (let i = 0; i < p.length; i++) {
      const g = grad[i] + weight_decay * p[i];
      s[i] += (1 - rho) * (g * g - s[i]);
      p[i] -= (eta * g) / (Math.sqrt(s[i]) + eps);
    }
  },
};

/** s ← ρ s + (1 − ρ) g²,  d = g √(u + ε) / √(s + ε),  u ← ρ u + (1 − ρ) d²,  Δ = η d. */
const AdaDelta = {
  defaults: { lr: 1, rho: 0.9, eps: 1e-6, weight_decay: 0 },
  memory: ["s", "u"],
  move(p, grad, eta, { rho, eps, weight_decay }, s, u) {
    for (let i = 0; i < p.length; i++) {
      const g = grad[i] + weight_decay * p[i];
      s[i] += (1 - rho) * (g * g - s[i]);
      const d = g * Math.sqrt((u[i] + eps) / (s[i] + eps));
      u[i] += (1 - rho) * (d * d - u[i]);
      p[i] -= eta * d;
    }
  },
};

/** m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  Δ = η m̂ / (√v̂ + ε). */
const Adam = {
  defaults: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0 },
  memory: ["m", "v"],
  move(p, grad, eta, { t, beta1, beta2, eps, weight_decay }, m, v) {
    const mShare = 1 - beta1 ** t;
    const vShare = 1 - beta2 ** t;
    for (let i = 0; i < p.length; i++) {
      const g = grad[i] + weight_decay * p[i];
      m[i] += (1 - beta1) * (g - m[i]);
      v[i] += (1 - beta2) * (g * g - v[i]);
      p[i] -= (eta * (m[i] / mShare)) / (Math.sqrt(v[i] / vShare) + eps);
    }
  },
};

/** Adam for the rows of p whose g is not all 0; Δ = η √(1 − β₂^t) m̂ / (√v + ε). */
const SparseAdam = {
  defaults: { beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  memory: ["m", "v"],
  move(p, grad, eta, { t, beta1, beta2, eps, width }, m, v) {
    const rate = eta * (Math.sqrt(1 - beta2 ** t) / (1 - beta1 ** t));
    for (let row = 0; row < p.length; row += width) {
      const end = row + width;
      let i = row;
      while (i < end && grad[i] === 0) i++;
      if (i === end) continue;
      for (i = row; i < end; i++) {
        const g = grad[i];
        m[i] += (1 - beta1) * (g - m[i]);
        v[i] += (1 - beta2) * (g * g - v[i]);
        p[i] -= (rate * m[i]) / (Math.sqrt(v[i]) + eps);
      }
    }
  },
};

const optimisers = {
  SGD,
  Momentum,
  Adagrad,
  RMSProp,
  AdaDelta,
  Adam,
  SparseAdam,
};

/** p ← p − Δ in place, for every parameter; what it remembers belongs to one model. */
class Optimiser {
  #rule;
  #params = [];
  #memory = [];

  constructor(spec) {
    this.#rule = ofKind(optimisers, spec, "optimiser");
    const { kind, ...given } = spec;
    const { defaults } = this.#rule;
    for (const name of Object.keys(given)) {
      if (name === "lr" || Object.hasOwn(defaults, name)) continue;
      const known = Object.keys({ lr: 0, ...defaults }).join(", ");
      refuse(`${kind} has no "${name}"; it takes ${known}.`);
    }
    const { lr, ...settings } = { ...defaults, ...given };
    if (lr === undefined) refuse(`${kind} needs lr, its learning rate.`);
    this.given = spec;
    this.lr = schedule(lr);
    // t, the steps done, and width, of a row of the parameter at hand, will change
    this.settings = { ...settings, t: 0, width: 1 };
    this.state = Object.fromEntries(this.#rule.memory.map((name) => [name, []]));
  }

  /** How many steps are done. */
  get t() {
    return this.settings.t;
  }

  /** Remember these arrays, all memory 0; an Error if others are remembered already. */
  bind(params) {
    if (!this.#params.length) {
      this.#params = [...params];
      for (const name of this.#rule.memory) {
        this.state[name] = params.map((p) => new Float64Array(p.length));
      }
      const { state } = this;
      this.#memory = params.map((_, k) => this.#rule.memory.map((m) => state[m][k]));
    }
    const known =
      params.length === this.#params.length &&
      params.every((p, k) => p === this.#params[k]);
    if (!known) refuse("this optimiser remembers another model: make one for each.");
  }

  /**
   * Moves `params` by their gradients. `shapes`, of each parameter, matter to SparseAdam
   * alone: a parameter without one is a vector, each entry a row.
   */
  step(params, grads, shapes) {
    this.bind(params);
    const eta = this.lr(this.settings.t);
    if (!(eta >= 0 && eta < Infinity))
      refuse(`learning rate must be positive, got ${eta}.`);
    this.settings.t += 1;
    for (let k = 0; k < params.length; k++) {
      this.settings.width = shapes?.[k][1] ?? 1;
      const memory = this.#memory[k];
      this.#rule.move(params[k], grads[k], eta, this.settings, memory[0], memory[1]);
    }
  }

  spec() {
    return { ...this.given };
  }
}

/**
 * The optimiser that Python describes: { kind: "Adam", lr: 0.01, weight_decay: 0.001 }.
 * A setting that is not given has nnlib's default. `state` holds what it remembers, a
 * list of arrays under each letter of its recurrence: state.v[k] belongs to params[k].
 */
export function optimiser(spec) {
  return new Optimiser(spec);
}
