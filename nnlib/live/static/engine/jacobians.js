// The derivative of a whole row of numbers by another: the Jacobian of one example.
// J[i][j] = ∂y[i]/∂x[j], numerator layout, as an array of rows. `A` is net.trace(x).

const zeros = (n) => new Float64Array(n);

/** e_i: a 1 among n − 1 zeros. */
function unit(n, i) {
  const e = zeros(n);
  e[i] = 1;
  return e;
}

/** Jᵀ u of layer k, without J. */
function back(net, A, k, u) {
  const dx = zeros(A[k].length);
  net.layers[k].vjp(A[k], A[k + 1], u, dx, 1);
  return dx;
}

/** The Jacobian of each layer at x, first to last: row i is Jᵀ e_i. */
export function layerJacobians(net, x) {
  const A = net.trace(x);
  return net.layers.map((_, k) => {
    const d = A[k + 1].length;
    return Array.from({ length: d }, (_, i) => Array.from(back(net, A, k, unit(d, i))));
  });
}

/** A B, for arrays of rows. */
export function product(A, B) {
  const columns = B[0].map((_, j) => B.map((row) => row[j]));
  const dot = (u, v) => u.reduce((sum, value, k) => sum + value * v[k], 0);
  return A.map((row) => columns.map((column) => dot(row, column)));
}

/** J = J_L … J_2 J_1 at x, the product of the layers' Jacobians, from the input on. */
export function jacobian(net, x) {
  return layerJacobians(net, x).reduce((J, layer) => product(layer, J));
}

/** Jᵀ u at x, without J: one walk back.                                        (d_in) */
export function vjp(net, x, u) {
  const A = net.trace(x);
  let delta = Float64Array.from(u);
  for (let k = net.layers.length - 1; k >= 0; k--) delta = back(net, A, k, delta);
  return Array.from(delta);
}

/** J v at x, layer by layer: one walk forward.                                (d_out) */
export function jvp(net, x, v) {
  const column = Array.from(v, (value) => [value]);
  const J = layerJacobians(net, x);
  return J.reduce((ahead, layer) => product(layer, ahead), column).flat();
}

/** J[i][j] ≈ (f(x + h e_j) − f(x − h e_j))[i] / 2h, for f: array → array. */
export function numericalJacobian(f, x, h = 1e-5) {
  const moved = (j, by) => f(x.map((value, k) => (k === j ? value + by : value)));
  const slopes = x.map((_, j) => {
    const [there, here] = [moved(j, h), moved(j, -h)];
    return there.map((y, i) => (y - here[i]) / (2 * h));
  });
  return slopes[0].map((_, i) => slopes.map((column) => column[i]));
}
