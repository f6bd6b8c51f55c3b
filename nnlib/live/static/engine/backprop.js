// Every gradient of a network from one walk back, and the training that follows from it.
import { slopeAt } from "./gradient_descent.js";
import { refuse } from "./kinds.js";
import { flat } from "./mlp.js";

/**
 * L(net(X), T), and its gradients in net.grads, in the order of net.params; net.A and
 * net.deltas say how it came about.
 */
export function valueAndGrad(net, loss, X, T) {
  [X, T] = [flat(X), flat(T)];
  const n = X.length / net.dIn;
  const Y = net.forward(X, n);
  const dY = new Float64Array(Y.length);
  const value = loss.valueAndGrad(Y, T, n, dY);
  net.backward(dY);
  return value;
}

/**
 * The entry of a parameter where backprop and central differences agree least: its name,
 * both slopes, and error = |backprop − numerical| / (0.001 + |numerical|), well below
 * 1e-6 where all is right. (A kink, as of ReLU, within h of some z makes a right gradient
 * look wrong.)
 */
export function checkGradients(net, loss, X, T, h) {
  const run = gradientChecks(net, loss, X, T, h);
  let found = run.next();
  while (!found.done) found = run.next();
  return found.value;
}

/** checkGradients in slices: yields the worst so far, returns the worst of all. */
export function gradientChecks(net, loss, X, T, h = 1e-5) {
  return checks(net, loss, flat(X), flat(T), h);
}

function* checks(net, loss, X, T, h) {
  valueAndGrad(net, loss, X, T);
  const n = X.length / net.dIn;
  const grads = net.grads.map((g) => g.slice());
  const value = () => loss.value(net.forward(X, n), T, n);
  let worst = { name: "", backprop: 0, numerical: 0, error: -1 };
  for (const [k, p] of net.params.entries()) {
    for (let i = 0; i < p.length; i++) {
      const backprop = grads[k][i];
      const numerical = slopeAt(value, p, i, h);
      const error = Math.abs(backprop - numerical) / (1e-3 + Math.abs(numerical));
      // a NaN counts as the largest; of two the first
      if (error > worst.error || (Number.isNaN(error) && !Number.isNaN(worst.error))) {
        const name = `${net.names[k]}[${place(i, net.shapes[k])}]`;
        worst = { name, backprop, numerical, error };
      }
      yield worst;
    }
  }
  return worst;
}

/** Entry i of a parameter of this shape, as nnlib counts: "row, column" or "row". */
function place(i, [, width]) {
  return width ? `${Math.floor(i / width)}, ${i % width}` : `${i}`;
}

/** Thrown by a run that cannot go on: its loss became infinite, or is no number. */
export class Diverged extends Error {
  constructor(epoch, step, value, { kind, remedy }) {
    const became = Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    super(`epoch ${epoch}, step ${step}: ${kind}() became ${became}: ${remedy}.`);
    Object.assign(this, { name: "Diverged", epoch, step });
  }
}

/**
 * nnlib's fit: a generator that trains `net` in place and yields {epoch, step, loss}
 * after each step of `opt`, both counted from 1. An epoch takes each row once, batchSize
 * rows a step, in the order that `rng` draws, or all at once without a batchSize. The
 * loss is that of its rows, before the step. X (n, d_in) and T (n, d_out): Float64Arrays,
 * or arrays of rows. All is checked first; a run that diverges throws: epoch and step.
 */
export function train(net, loss, opt, X, T, { epochs, batchSize, rng }) {
  [X, T] = [flat(X), flat(T)];
  const n = X.length / net.dIn;
  const size = batchSize ?? n;
  const counts = (number, most) =>
    Number.isInteger(number) && 0 < number && number <= most;
  if (!counts(n, Infinity)) refuse(`X needs rows of ${net.dIn} numbers.`);
  if (T.length !== n * net.dOut) refuse(`T needs ${n} rows of ${net.dOut} numbers.`);
  if (!counts(epochs, Infinity)) refuse(`epochs must be 1 or more, got ${epochs}.`);
  if (!counts(size, n)) refuse(`batchSize must lie in 1..${n}, got ${size}.`);
  if (size < n && !rng) refuse("mini-batches need rng, for example defaultRng(0).");
  opt.bind(net.params);
  return steps(net, loss, opt, X, T, epochs, size, rng);
}

/** Room for n rows of X and T, and for ∂L/∂Y. */
function room(net, n) {
  const [X, T, dY] = [net.dIn, net.dOut, net.dOut].map((d) => new Float64Array(n * d));
  return { n, X, T, dY };
}

function* steps(net, loss, opt, X, T, epochs, size, rng) {
  const n = X.length / net.dIn;
  const all = size === n;
  const batch = all ? { ...room(net, n), X, T } : room(net, size);
  const rest = n % size ? room(net, n % size) : batch;
  const order = new Uint32Array(n);
  let step = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    if (!all) rng.permutation(n, order);
    for (let start = 0; start < n; start += size) {
      const rows = start + size <= n ? batch : rest;
      if (!all) {
        gather(X, order, start, rows.X, net.dIn);
        gather(T, order, start, rows.T, net.dOut);
      }
      step += 1;
      const Y = net.forward(rows.X, rows.n);
      const value = loss.valueAndGrad(Y, rows.T, rows.n, rows.dY);
      if (!Number.isFinite(value)) throw new Diverged(epoch, step, value, loss);
      net.backward(rows.dY, false);
      opt.step(net.params, net.grads, net.shapes);
      yield { epoch, step, loss: value };
    }
  }
}

/**
 * [XTrain, XTest, TTrain, TTest]: the rows, shuffled by `rng`, and cut in two.
 * @param {number[][]} X  an array of rows; T is another of as many
 */
export function trainTestSplit(X, T, { testSize = 0.2, rng }) {
  const n = X.length;
  const cut = halfEven(n * testSize);
  if (T.length !== n) refuse(`X has ${n} examples but T has ${T.length}.`);
  if (!(cut > 0 && cut < n))
    refuse(`testSize must leave ${n} rows two parts, got ${testSize}.`);
  const rows = Array.from(rng.permutation(n));
  const [test, train] = [rows.slice(0, cut), rows.slice(cut)];
  const part = (M, some) => some.map((i) => M[i]);
  return [part(X, train), part(X, test), part(T, train), part(T, test)];
}

/** x rounded as Python does: a half goes to the even neighbour. */
function halfEven(x) {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 ? low + 1 : low;
}

/** The rows of X that stand in `order` from `start` on, into `out`, which says how many. */
function gather(X, order, start, out, d) {
  for (let i = 0, r = start; i < out.length; r++) {
    for (let j = order[r] * d, end = j + d; j < end; j++) out[i++] = X[j];
  }
}
