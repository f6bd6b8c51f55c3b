// Downhill by the slope: the rules that turn gradients into better weights. Each is the
// recurrence of nnlib's class of that name, entry by entry: g = ∂L/∂p, η the learning
// rate, t = 1, 2, … the step, all memory 0 at first.
import { need, ofKind } from "./kinds.js";

const schedules = {
  constant: ({ lr }) => () => lr,
  step_decay: ({ lr, every, factor = 0.1 }) => {
    return (t) => lr * factor ** Math.floor(t / every);
  },
  inverse_time: ({ lr, rate }) => {
    return (t) => lr / (1 + rate * t);
  },
  cosine: ({ lr, steps, low = 0 }) => {
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
  for (const [name, value] of Object.entries(spec)) {
    if (name === "kind") continue;
    const good = Number.isFinite(value) && (name !== "lr" || value > 0);
    const rule = name === "lr" ? "positive and finite" : "a number";
    need(good, `${spec.kind}: ${name} must be ${rule}, got ${value}.`);
  }
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
    const { lr, ...settings } = { ...this.#rule.defaults, ...given };
    this.given = spec;
    this.lr = schedule(lr);
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
    need(known, "this optimiser remembers another model: make one for each.");
  }

  /**
   * Moves `params` by their gradients. `shapes`, of each parameter, matter to SparseAdam
   * alone: a parameter without one is a vector, each entry a row.
   */
  step(params, grads, shapes) {
    this.bind(params);
    const eta = this.lr(this.settings.t);
    const good = eta >= 0 && eta < Infinity;
    need(good, `learning rate must be positive, got ${eta}.`);
    this.settings.t += 1;
    for (let k = 0; k < params.length; k++) {
      this.settings.width = shapes?.[k][1] ?? 1;
      const [first, second] = this.#memory[k];
      this.#rule.move(params[k], grads[k], eta, this.settings, first, second);
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
