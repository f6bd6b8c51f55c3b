// Every gradient of a network from one walk back, and the training that follows from it.
import { need } from "./kinds.js";
import { flat } from "./mlp.js";

/** A run that can go on no longer: its loss became infinite, or what is no number. */
class Diverged extends Error {
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
  need(Number.isInteger(n) && n > 0, `X needs rows of ${net.dIn} numbers.`);
  need(T.length === n * net.dOut, `T needs ${n} rows of ${net.dOut} numbers.`);
  need(Number.isInteger(epochs) && epochs > 0, `epochs must be 1 or more: ${epochs}.`);
  const whole = Number.isInteger(size) && size > 0 && size <= n;
  need(whole, `batchSize must lie in 1..${n}, got ${size}.`);
  need(rng || size === n, "mini-batches need rng, for example defaultRng(0).");
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

/** The rows of X that stand in `order` from `start` on, into `out`, which says how many. */
function gather(X, order, start, out, d) {
  for (let i = 0, r = start; i < out.length; r++) {
    for (let j = order[r] * d, end = j + d; j < end; j++) out[i++] = X[j];
  }
}
