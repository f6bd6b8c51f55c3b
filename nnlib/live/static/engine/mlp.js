// Layers, and networks made of them, on Float64Arrays: rows are examples, row after row.
// A batch x (n, d) is n·d numbers, W (d_out, d_in) is d_out·d_in. Nothing is allocated
// while a network runs: each batch size gets its arrays once, and they are used again.
//
// A layer writes where it is told to, and keeps nothing but its parameters:
//   forward(x, y, n)       y = f(x), n rows
//   vjp(x, y, dy, dx, n)   dx = ∂L/∂x = Jᵀ ∂L/∂y in each row
//   gradients(x, dy, n)    grads[k] = ∂L/∂params[k], summed over the rows
import { ACTIVATIONS, loops, softmaxRow } from "./activations.js";
import { ofKind, refuse } from "./kinds.js";

/** Rows of numbers, or numbers, as one Float64Array; what is one already stays itself. */
export function flat(rows) {
  if (rows instanceof Float64Array) return rows;
  const numbers = (row) => (typeof row === "number" ? row : Array.from(row));
  return Float64Array.from(rows.flatMap(numbers));
}

/**
 * C[r, c] = Σ_k A[r, k] B[k, c] for r < rows, c < columns, k < inner. C is row-major; in
 * A and B the next r, k or c is so many places on. Two rows and four columns are summed at
 * a time: eight sums that do not wait for each other take hardly longer than two. Past the
 * edge the last row or column is summed once more, so that there is one loop for all.
 */
function multiply(C, rows, columns, inner, A, aRow, aInner, B, bColumn, bInner) {
  for (let r0 = 0; r0 < rows; r0 += 2) {
    const r1 = Math.min(r0 + 1, rows - 1);
    for (let c0 = 0; c0 < columns; c0 += 4) {
      const c1 = Math.min(c0 + 1, columns - 1);
      const c2 = Math.min(c0 + 2, columns - 1);
      const c3 = Math.min(c0 + 3, columns - 1);
      let a0 = r0 * aRow;
      let a1 = r1 * aRow;
      let b0 = c0 * bColumn;
      let b1 = c1 * bColumn;
      let b2 = c2 * bColumn;
      let b3 = c3 * bColumn;
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      for (let k = 0; k < inner; k++) {
        const x0 = A[a0];
        const x1 = A[a1];
        s00 += x0 * B[b0];
        s01 += x0 * B[b1];
        s02 += x0 * B[b2];
        s03 += x0 * B[b3];
        s10 += x1 * B[b0];
        s11 += x1 * B[b1];
        s12 += x1 * B[b2];
        s13 += x1 * B[b3];
        a0 += aInner;
        a1 += aInner;
        b0 += bInner;
        b1 += bInner;
        b2 += bInner;
        b3 += bInner;
      }
      const upper = r0 * columns;
      const lower = r1 * columns;
      C[upper + c0] = s00;
      C[upper + c1] = s01;
      C[upper + c2] = s02;
      C[upper + c3] = s03;
      C[lower + c0] = s10;
      C[lower + c1] = s11;
      C[lower + c2] = s12;
      C[lower + c3] = s13;
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
    const even = this.dIn && W.every((row) => row.length === this.dIn);
    if (!even || b.length !== this.dOut) {
      const given = `got ${this.dOut} rows and ${b.length} biases`;
      refuse(`Dense needs rows of one length in W, and a bias for each; ${given}.`);
    }
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
    const row = (_, j) => Array.from(this.W.subarray(j * this.dIn, (j + 1) * this.dIn));
    const W = Array.from({ length: this.dOut }, row);
    return { kind: "Dense", W, b: Array.from(this.b) };
  }

  toString() {
    return `Dense(${this.dIn}, ${this.dOut})`;
  }
}

/** A layer without parameters: as many numbers come out as go in. */
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
    Object.assign(this, loops(spec));
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

/** The layers of `specs`; { kind: "Again", layer: 0 } is the first of them once more. */
function stack(specs) {
  const found = [];
  for (const spec of specs) {
    const again = spec?.kind === "Again" ? found[spec.layer] : undefined;
    found.push(again ?? new (ofKind(layers, spec, "layer"))(spec));
  }
  return found;
}

/** ŷ = f_L(… f_2(f_1(x))): layers in a row, as nnlib's Network.    (n, d_in) → (n, d_out) */
class Network {
  #workspaces = new Map();
  #again;
  #first;
  #n = 0;

  constructor(specs) {
    this.layers = stack(specs);
    this.sizes = widths(this.layers);
    this.dIn = this.sizes[0];
    this.dOut = this.sizes.at(-1);
    const once = [...new Set(this.layers)];
    this.params = once.flatMap((f) => f.params);
    this.grads = once.flatMap((f) => f.grads);
    this.shapes = once.flatMap((f) => f.shapes);
    const name = (f) => (letter) => `layers[${this.layers.indexOf(f)}].${letter}`;
    this.names = once.flatMap((f) => f.names.map(name(f)));
    // a layer that stands again further on already has gradients when its turn comes
    this.#again = this.layers.map((f, k) => this.layers.lastIndexOf(f) > k);
    this.#first = this.layers.findIndex((f) => f.params.length);
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
    if (!(Number.isInteger(n) && n > 0 && X.length === n * this.dIn))
      refuse(`X has ${X.length} numbers, not ${n} rows of ${this.dIn}.`);
    this.#n = n;
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
    const { A, deltas, layers } = this;
    const end = toInput ? -1 : this.#first;
    deltas[layers.length] = dY;
    for (let k = layers.length - 1; k >= 0; k--) {
      const f = layers[k];
      const others = this.#again[k] && f.grads.map((g) => g.slice());
      f.gradients(A[k], deltas[k + 1], this.#n);
      if (others) f.grads.forEach((g, p) => add(g, others[p]));
      if (k === end) break;
      f.vjp(A[k], A[k + 1], deltas[k + 1], deltas[k], this.#n);
    }
    return deltas[0];
  }

  /** [A0, A1, …, AL] of one example x, in new arrays: leaves `A` as it is. */
  trace(x) {
    const A = this.#arrays(1);
    A[0].set(x);
    this.#run(A, 1);
    return A;
  }

  /** ŷ of one example, as a plain array; leaves `A` as it is. */
  at(x) {
    return Array.from(this.trace(x).at(-1));
  }

  /** What `network` would make this very network of. */
  spec() {
    const described = (f, k) => {
      const layer = this.layers.indexOf(f);
      return layer < k ? { kind: "Again", layer } : f.spec();
    };
    return { layers: this.layers.map(described) };
  }
}

/** g ← g + more. */
function add(g, more) {
  for (let i = 0; i < g.length; i++) g[i] += more[i];
}

/** How many numbers stand between the layers: [d_in, …, d_out]. */
function widths(layers) {
  const wide = layers.filter((f) => f.dIn);
  if (!wide.length) refuse("a network needs at least one Dense layer.");
  const sizes = [wide[0].dIn];
  for (const f of layers) {
    const d = sizes.at(-1);
    if (f.dIn && f.dIn !== d)
      refuse(`${f} cannot follow ${d} outputs: ${f.dIn} ≠ ${d}.`);
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
  if (sizes.length < 2)
    refuse(`mlp needs at least an input and an output, got [${sizes}].`);
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
