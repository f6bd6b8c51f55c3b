// One training run of the playground: it goes forward epoch by epoch, and remembers the
// losses. The same steps as the program that program.js writes.
import { train } from "../engine/backprop.js";
import { optimiser } from "../engine/gradient_descent.js";
import { loss } from "../engine/loss.js";
import { mlp, network } from "../engine/mlp.js";
import { defaultRng } from "../engine/random.js";
import { facts, outKind, triples } from "./program.js";

const KEPT = 4; // runs that need not be trained again

const TARGETS = {
  "two classes": (x1, x2, t) => [t % 2],
  "many classes": (x1, x2, t, k) => Array.from({ length: k }, (_, j) => +(j === t)),
  "one number": (x1, x2) => [x1 * x2],
  "two numbers": (x1, x2) => [x1 * x2, x1 * x1 - x2 * x2],
};

/** The settings of an optimiser beside its learning rate: Nesterov is a momentum. */
const OPTIMISERS = {
  SGD: { kind: "SGD" },
  momentum: { kind: "Momentum" },
  Nesterov: { kind: "Momentum", nesterov: true },
  Adagrad: { kind: "Adagrad" },
  RMSProp: { kind: "RMSProp" },
  AdaDelta: { kind: "AdaDelta" },
  Adam: { kind: "Adam" },
  SparseAdam: { kind: "SparseAdam" },
};

function schedule(name, lr, horizon, perEpoch) {
  return {
    constant: lr,
    steps: {
      kind: "step_decay",
      lr,
      every: Math.floor(horizon / 3) * perEpoch,
      factor: 0.1,
    },
    "1/t": { kind: "inverse_time", lr, rate: 0.02 / perEpoch },
    cosine: { kind: "cosine", lr, steps: horizon * perEpoch, low: 0 },
  }[name];
}

export class Run {
  /** `most`: the last epoch that anybody may ask for. */
  constructor(config, state, most) {
    const f = facts(config, state);
    const rows = Array.from({ length: f.n }, (_, i) => i);
    const order = f.test ? [...defaultRng(0).permutation(f.n)] : rows;
    this.facts = f;
    this.test = this.part(f, state.task, order.slice(0, f.test));
    this.data = this.part(f, state.task, order.slice(f.test));
    this.out = outKind(f.loss, state.task);
    const rng = defaultRng(state.seed);
    this.net = mlp(f.sizes, {
      hidden: config.activations[state.activation],
      out: { kind: this.out },
      rng,
    });
    this.edits = triples(state.edits);
    this.edit(0);
    this.loss = loss({ kind: f.loss });
    const decay = Number(state.decay);
    this.opt = optimiser({
      ...OPTIMISERS[state.optimiser],
      lr: schedule(state.schedule, f.lr, config.horizon, f.perEpoch),
      ...(state.optimiser === "SparseAdam" ? {} : { weight_decay: decay }),
    });
    const { X, T } = this.data;
    const all = f.batch === f.rows;
    const settings = { epochs: most, batchSize: all ? undefined : f.batch, rng };
    this.steps = train(this.net, this.loss, this.opt, X, T, settings);
    this.epoch = 0;
    this.diverged = null; // or the epoch in which the loss lost all bounds
    this.history = [];
    this.kept = []; // the parameters at the end of each epoch
    this.shown = new Map();
    this.remember();
  }

  part({ X, t, classes }, task, order) {
    const target = TARGETS[task];
    return {
      n: order.length,
      order,
      X: Float64Array.from(order.flatMap((i) => [X[2 * i], X[2 * i + 1]])),
      T: Float64Array.from(
        order.flatMap((i) => target(X[2 * i], X[2 * i + 1], t[i], classes)),
      ),
    };
  }

  /** Go on to the end of the next epoch; a run that has diverged stays where it is. */
  advance() {
    if (this.diverged !== null) return;
    try {
      for (let k = 0; k < this.facts.perEpoch; k++) this.steps.next();
    } catch (error) {
      if (error.name !== "Diverged") throw error;
      this.diverged = this.epoch + 1;
      return;
    }
    this.edit(this.epoch + 1);
    this.remember();
    if (this.diverged === null) this.epoch += 1;
  }

  /** Note the loss in training and the weights; an infinite loss is the end of the run. */
  remember() {
    const { X, T, n } = this.data;
    const value = this.loss.value(this.net.forward(X, n), T, n);
    if (Number.isFinite(value)) {
      this.history.push(value);
      this.kept.push(this.net.params.map((p) => p.slice()));
    } else this.diverged = this.history.length;
  }

  /** Write the weights that the reader has changed after this epoch. */
  edit(epoch) {
    for (const [when, place, weight] of this.edits) {
      if (when !== epoch) continue;
      let index = place;
      for (const p of this.net.params) {
        if (index >= 0 && index < p.length) p[index] = weight;
        index -= p.length;
      }
    }
  }

  /** The run as it stood at the end of an epoch; each `name` has a network of its own. */
  at(epoch, name) {
    if (!this.shown.has(name)) this.shown.set(name, network(this.net.spec()));
    const net = this.shown.get(name);
    const last = Math.min(epoch, this.epoch);
    net.params.forEach((p, k) =>
      p.set((this.kept[last] ?? this.kept[0] ?? net.params)[k]),
    );
    const over = this.diverged !== null && epoch >= this.diverged;
    return new Moment(this, net, last, over ? this.diverged : null);
  }
}

/** A run at one epoch: its weights, the losses up to there, and what follows from them. */
export class Moment {
  constructor({ facts, data, test, loss, out, history }, net, epoch, diverged) {
    Object.assign(this, { facts, data, test, loss, out, net, epoch, diverged });
    this.history = history.slice(0, epoch + 1);
  }

  lossOn({ X, T, n }) {
    return this.loss.value(this.net.forward(X, n), T, n);
  }

  /** The gradients at the weights of the moment, over all of the training set. */
  gradients() {
    const { X, T, n } = this.data;
    const Y = this.net.forward(X, n);
    this.net.backward(this.loss.grad(Y, T, n), false);
    return this.net.grads;
  }

  /** How many rows of a part are answered with the class that its target says. */
  right({ X, T, n }) {
    const Y = this.net.forward(X, n);
    const k = this.net.dOut;
    const threshold = this.out === "Identity" ? 0 : 0.5;
    let right = 0;
    for (let i = 0; i < n; i++) {
      const at = i * k;
      right +=
        k === 1
          ? Number(Y[i] > threshold === (T[i] === 1))
          : Number(largest(Y, at, k) === largest(T, at, k));
    }
    return right;
  }
}

/**
 * Steps of a job that leads a run of these settings to `epoch`, whatever its state's own;
 * each is a Moment, with a network of its own for each `name`. `runs` keeps some runs, by
 * their settings: a run remembers its weights, so that going back costs nothing.
 */
export function* reach(runs, name, config, settings, epoch, most) {
  const key = JSON.stringify({ ...settings, epoch: 0 });
  const run = runs.get(key) ?? new Run(config, settings, most);
  runs.delete(key); // and set again: the first of them is the one longest out of use
  if (runs.size >= KEPT) runs.delete(runs.keys().next().value);
  runs.set(key, run);
  while (run.epoch < epoch && run.diverged === null) {
    run.advance();
    yield run.at(epoch, name);
  }
  return run.at(epoch, name);
}

/** The place of the largest of the k numbers from `at` on; the first of equals. */
function largest(values, at, k) {
  let best = 0;
  for (let j = 1; j < k; j++) if (values[at + j] > values[at + best]) best = j;
  return best;
}
