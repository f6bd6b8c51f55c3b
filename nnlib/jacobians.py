"""Chapter 7. The derivative of a whole row of numbers by another: the Jacobian.
J[i, j] = ∂y[i]/∂x[j], numerator layout; for a batch one J a row, (n, d_out, d_in).
In what follows A = net.trace(X), u is (n, d_out) and v is (n, d_in)."""

import numpy as np

from .checks import batch, generator, numeric


def numerical_jacobian(f, x, *, h=1e-5):
    """J[…, j] ≈ (f(x + h e_j) − f(x − h e_j)) / 2h.  x (d_in,), or a batch (n, d_in)"""
    x = numeric(x, "x")
    moves = h * np.eye(x.shape[-1])
    return np.stack([(f(x + e) - f(x - e)) / (2 * h) for e in moves], axis=-1)


def network_jacobian(net, X):
    """J = J_L … J_2 J_1, the product of the layers' Jacobians, from the input on."""
    J = np.eye(net.d_in)
    for f, x in zip(net.layers, _trace(net, X)[:-1], strict=True):
        J = f.jacobian(x) @ J
    return J


def vjp(net, A, u):
    """Jᵀ u in each row, without J: one walk back.                          (n, d_in)"""
    for k in reversed(range(len(net.layers))):
        u = net.layers[k].vjp(A[k], A[k + 1], u)
    return u


def jvp(net, A, v):
    """J v in each row, layer by layer: one walk forward.                  (n, d_out)"""
    for f, x in zip(net.layers, A[:-1], strict=True):
        v = (f.jacobian(x) @ v[:, :, None])[:, :, 0]
    return v


def jacobian_by_rows(net, X):
    """J by d_out walks back: row i is Jᵀ e_i. Cheap for a loss, where d_out is 1."""
    A = _trace(net, X)
    rows = [vjp(net, A, e + 0 * A[-1]) for e in np.eye(net.d_out)]
    return np.stack(rows, axis=1)


def jacobian_by_columns(net, X):
    """J by d_in walks forward: column j is J e_j. Cheap where there are few inputs."""
    A = _trace(net, X)
    columns = [jvp(net, A, e + 0 * A[0]) for e in np.eye(net.d_in)]
    return np.stack(columns, axis=2)


def denominator_layout(J):
    """Jᵀ, a view: ∂y[j]/∂x[i] at [i, j]. Here products run from the input on."""
    return np.swapaxes(J, -1, -2)


def inner_product_check(net, X, *, rng):
    """⟨u, J v⟩ and ⟨Jᵀ u, v⟩ for random u and v: equal, and no step h blurs it."""
    A = _trace(net, X)
    u = generator(rng, "inner_product_check").normal(size=A[-1].shape)
    v = rng.normal(size=A[0].shape)
    return np.vdot(u, jvp(net, A, v)), np.vdot(vjp(net, A, u), v)


def _trace(net, X):
    return net.trace(batch(X, net.d_in, "this Jacobian", "X"))
