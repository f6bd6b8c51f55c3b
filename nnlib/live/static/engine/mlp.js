// Layers, and networks made of them, on Float64Arrays: rows are examples, row after row.
// A batch x (n, d) is n·d numbers, W (d_out, d_in) is d_out·d_in. Nothing is allocated
// while a network runs: each batch size gets its arrays once, and they are used again.
import { ACTIVATIONS, activation, softmaxRow } from "./activations.js";
import { need, ofKind } from "./kinds.js";

/** Rows of numbers as one Float64Array; one that is flat already is returned as it is. */
export function flat(rows) {
  return rows instanceof Float64Array ? rows : Float64Array.from(rows.flat());
}

/**
 * C[r, c] = Σ_k A[r, k] B[k, c] for r < rows, c < columns, k < inner. C is row-major; in
 * A and B the next r, k or c is so many places on. Four columns are summed at a time:
 * four sums that do not wait for each other take little longer than one.
 */
function multiply(C, rows, columns, inner, A, aRow, aInner, B, bColumn, bInner) {
  const whole = columns - (columns % 4);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < whole; c += 4) {
      let a = r * aRow;
      let b0 = c * bColumn;
      let b1 = b0 + bColumn;
      let b2 = b1 + bColumn;
      let b3 = b2 + bColumn;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let k = 0; k < inner; k++) {
        const factor = A[a];
        s0 += factor * B[b0];
        s1 += factor * B[b1];
        s2 += factor * B[b2];
        s3 += factor * B[b3];
        a += aInner;
        b0 += bInner;
        b1 += bInner;
        b2 += bInner;
        b3 += bInner;
      }
      const at = r * columns + c;
      C[at] = s0;
      C[at + 1] = s1;
      C[at + 2] = s2;
      C[at + 3] = s3;
    }
    for (let c = whole; c < columns; c++) {
      let sum = 0;
      for (let k = 0, a = r * aRow, b = c * bColumn; k < inner; k++) {
        sum += A[a] * B[b];
        a += aInner;
        b += bInner;
      }
      C[r * columns + c] = sum;
    }
  }
}

/**
 * z = W x + b.
 *   ∂L/∂x = Wᵀ δ,  ∂L/∂W = Σ δ xᵀ,  ∂L/∂b = Σ δ    with δ = ∂L/∂z, Σ over the batch
 */
class Dense {
  constructor({ W, b }) {
    this.dOut = W.length;
    this.dIn = W[0]?.length ?? 0;
    const fits = this.dIn && b.length === this.dOut;
    const given = `got ${this.dOut} rows and ${b.length} biases`;
    need(
      fits && W.every((row) => row.length === this.dIn),
      `Dense needs rows of one length in W, and a bias for each; ${given}.`,
    );
    this.W = flat(W);
    this.b = Float64Array.from(b);
    this.params = [this.W, this.b];
    this.grads = this.params.map((p) => new Float64Array(p.length));
    this.shapes = [[this.dOut, this.dIn], [this.dOut]];
    this.names = ["W", "b"];
  }

  forward(x, y, n) {
    const { W, b, dIn, dOut } = this;
    multiply(y, n, dOut, dIn, x, dIn, 1, W, dIn, 1);
    for (let i = 0; i < y.length; i += dOut) {
      for (let j = 0; j < dOut; j++) y[i + j] += b[j];
    }
  }

  vjp(x, y, dy, dx, n) {
    multiply(dx, n, this.dIn, this.dOut, dy, this.dOut, 1, this.W, 1, this.dIn);
  }

  /** Writes `grads`. */
  gradients(x, dy, n) {
    const { dIn, dOut } = this;
    const [dW, db] = this.grads;
    multiply(dW, dOut, dIn, n, dy, 1, dOut, x, 1, dIn);
    db.fill(0);
    for (let i = 0; i < dy.length; i += dOut) {
      for (let j = 0; j < dOut; j++) db[j] += dy[i + j];
    }
  }

  spec() {
    const row = (_, j) =>
      Array.from(this.W.subarray(j * this.dIn, (j + 1) * this.dIn));
    const W = Array.from({ length: this.dOut }, row);
    return { kind: "Dense", W, b: Array.from(this.b) };
  }

  toString() {
    return `Dense(${this.dIn}, ${this.dOut})`;
  }
}

/** What has no parameters: as many numbers come out as go in. */
class Bare {
  params = [];
  grads = [];
  shapes = [];
  names = [];

  constructor(spec) {
    this.given = spec;
  }

  gradients() {}

  spec() {
    return { ...this.given };
  }
}

/** a[i] = g(z[i]), each number by itself;   ∂L/∂z = ∂L/∂a ⊙ g'(z). */
class Elementwise extends Bare {
  constructor(spec) {
    super(spec);
    Object.assign(this, activation(spec));
  }

  forward(x, y) {
    const { g } = this;
    for (let i = 0; i < y.length; i++) y[i] = g(x[i]);
  }

  vjp(x, y, dy, dx) {
    const { slope } = this;
    for (let i = 0; i < dx.length; i++) dx[i] = dy[i] * slope(x[i], y[i]);
  }
}

/** p[i] = exp z[i] / Σ_j exp z[j], row by row;   ∂L/∂z = p ⊙ (dp − ⟨dp, p⟩). */
class Softmax extends Bare {
  forward(x, y, n) {
    const k = y.length / n;
    for (let at = 0; at < y.length; at += k) softmaxRow(x, y, at, k);
  }

  vjp(x, y, dy, dx, n) {
    const k = y.length / n;
    for (let at = 0; at < y.length; at += k) {
      let inner = 0;
      for (let i = at; i < at + k; i++) inner += dy[i] * y[i];
      for (let i = at; i < at + k; i++) dx[i] = y[i] * (dy[i] - inner);
    }
  }
}

const layers = { Dense, Softmax };
for (const kind of ACTIVATIONS) layers[kind] = Elementwise;

function layer(spec) {
  const Kind = ofKind(layers, spec, "layer");
  return new Kind(spec);
}

/** ŷ = f_L(… f_2(f_1(x))): layers in a row, as nnlib's Network.    (n, d_in) → (n, d_out) */
class Network {
  #workspaces = new Map();
  #probe;

  constructor(specs) {
    this.layers = specs.map(layer);
    this.sizes = widths(this.layers);
    this.dIn = this.sizes[0];
    this.dOut = this.sizes.at(-1);
    const own = (key) => this.layers.flatMap((f) => f[key]);
    this.params = own("params");
    this.grads = own("grads");
    this.shapes = own("shapes");
    this.names = this.layers.flatMap((f, k) =>
      f.names.map((name) => `layers[${k}].${name}`),
    );
    this.first = this.layers.findIndex((f) => f.params.length);
    this.#probe = this.#arrays(1);
    this.A = [];
    this.deltas = [];
  }

  /** One array a layer's input or output, from the input on. */
  #arrays(n) {
    return this.sizes.map((d) => new Float64Array(n * d));
  }

  #workspace(n) {
    if (!this.#workspaces.has(n)) {
      // a figure whose data grow point by point leaves many sizes behind
      if (this.#workspaces.size > 8) this.#workspaces.clear();
      this.#workspaces.set(n, { A: this.#arrays(n), deltas: this.#arrays(n) });
    }
    return this.#workspaces.get(n);
  }

  #run(A, n) {
    for (let k = 0; k < this.layers.length; k++) {
      this.layers[k].forward(A[k], A[k + 1], n);
    }
    return A[this.layers.length];
  }

  /**
   * ŷ (n, d_out) of X (n, d_in). `A` then holds X and what each layer made of it, until
   * the next forward.
   */
  forward(X, n = X.length / this.dIn) {
    const fits = n >= 1 && X.length === n * this.dIn;
    need(fits, `X has ${X.length} numbers, not ${n} rows of ${this.dIn}.`);
    this.n = n;
    ({ A: this.A, deltas: this.deltas } = this.#workspace(n));
    this.A[0] = X;
    return this.#run(this.A, n);
  }

  /**
   * Fills `grads` and `deltas`, deltas[k] = ∂L/∂A[k], for dY = ∂L/∂A[L] after a forward.
   * Returns ∂L/∂X = deltas[0]; with `toInput` false the walk ends at the first layer that
   * has parameters, as the data do not learn.
   */
  backward(dY, toInput = true) {
    const { A, deltas, n } = this;
    const last = this.layers.length;
    const end = toInput ? 0 : this.first + 1;
    deltas[last] = dY;
    for (let k = last - 1; k >= 0; k--) {
      this.layers[k].gradients(A[k], deltas[k + 1], n);
      if (k >= end) this.layers[k].vjp(A[k], A[k + 1], deltas[k + 1], deltas[k], n);
      else break;
    }
    return deltas[0];
  }

  /** ŷ of one example, as a plain array; leaves `A` as it is. */
  at(x) {
    this.#probe[0].set(x);
    return Array.from(this.#run(this.#probe, 1));
  }

  /** What `network` would make this very network of. */
  spec() {
    return { layers: this.layers.map((f) => f.spec()) };
  }
}

/** How many numbers stand between the layers: [d_in, …, d_out]. */
function widths(layers) {
  const wide = layers.filter((f) => f.dIn);
  need(wide.length, "a network needs at least one Dense layer.");
  const sizes = [wide[0].dIn];
  for (const f of layers) {
    const d = sizes.at(-1);
    need(!f.dIn || f.dIn === d, `${f} cannot follow ${d} outputs: ${f.dIn} ≠ ${d}.`);
    sizes.push(f.dOut ?? d);
  }
  return sizes;
}

/** The network that Python describes: { layers: [{ kind: "Dense", W, b }, …] }. */
export function network(spec) {
  return new Network(spec.layers);
}

/** The limit l of W ~ U(−l, l): √(6 / (d_in + d_out)). Glorot & Bengio (2010). */
export const glorot = (dOut, dIn) => Math.sqrt(6 / (dIn + dOut));

/** The limit l of W ~ U(−l, l): √(6 / d_in), for ReLU. He, Zhang, Ren & Sun (2015). */
export const he = (dOut, dIn) => Math.sqrt(6 / dIn);

const limits = { ReLU: he, LeakyReLU: he };

/**
 * Network.mlp(sizes, hidden=…, out=…, rng=…): the same first weights from the same seed.
 * `hidden` after each Dense layer but the last, then `out`; biases start at 0.
 */
export function mlp(sizes, { hidden, out = { kind: "Identity" }, rng }) {
  need(sizes.length > 1, `mlp needs at least an input and an output, got [${sizes}].`);
  const specs = [];
  for (let k = 1; k < sizes.length; k++) {
    const [dIn, dOut] = [sizes[k - 1], sizes[k]];
    const behind = k < sizes.length - 1 ? hidden : out;
    const limit = (limits[behind?.kind] ?? glorot)(dOut, dIn);
    const row = () => Array.from(rng.uniform(-limit, limit, dIn));
    const W = Array.from({ length: dOut }, row);
    specs.push({ kind: "Dense", W, b: Array(dOut).fill(0) }, behind);
  }
  return network({ layers: specs });
}
