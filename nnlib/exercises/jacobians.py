"""Chapter 7: Jacobians made by nudging, by formula, as products, and never made."""

import math

import numpy as np

from . import Exercise


def lens(x):
    """Two inputs, two outputs: the map of the chapter."""
    return np.array([x[0] ** 2 * x[1], 5 * x[0] + np.sin(x[1])])


def polar(x):
    """Two inputs, three outputs."""
    return np.array([x[0] * np.cos(x[1]), x[0] * np.sin(x[1]), x[0] + x[1]])


def total(x):
    """Any number of inputs, one output."""
    return np.array([np.sum(x**3)])


def columns(move, axis=1):
    """A maker of Jacobians: `move(f, x, e, h)` for each direction e, side by side."""
    return lambda f, x, h: np.stack(
        [move(f, x, e, h) for e in np.eye(len(x))], axis=axis
    )


def both(f, x, e, h):
    """The central difference in the direction e."""
    return (f(x + h * e) - f(x - h * e)) / (2 * h)


class nudged_jacobian(Exercise):
    """J[i, j]: input j goes up and down by h, and output i answers."""

    RETURNS = ("J",)
    PRAISE = (
        "One column for each input, two calls of f for each column. With a small h "
        "this is nnlib's numerical_jacobian."
    )

    def cases(self, rng):
        yield total, np.array([2.0]), 0.25
        yield lens, np.array([0.7, -0.4]), 0.1
        yield polar, np.array([1.0, 0.5]), 0.25
        yield total, np.array([1.0, -2.0, 3.0]), 0.5
        yield lens, rng.normal(size=2), 0.01

    def truth(self, f, x, h):
        J = np.zeros((len(f(x)), len(x)))
        for j in range(len(x)):
            up, down = x.copy(), x.copy()
            up[j] += h
            down[j] -= h
            for i in range(len(J)):
                J[i, j] = (f(up)[i] - f(down)[i]) / (2 * h)
        return J

    SLIPS = {
        "You have a row for each input. ∂f[i]/∂x[j] belongs in row i, column j: a "
        "column for each input.": columns(both, axis=0),
        "From one side to the other it is 2h: divide by that.": columns(
            lambda f, x, e, h: (f(x + h * e) - f(x - h * e)) / h
        ),
        "You nudge upwards only. Take the difference of both sides; its error is much "
        "smaller.": columns(lambda f, x, e, h: (f(x + h * e) - f(x)) / h),
        "All inputs move at once. Move one at a time: h · e has a single entry that is "
        "not 0.": columns(lambda f, x, e, h: both(f, x, np.ones_like(e), h)),
        "The sign is turned: what x + h e gives comes first.": columns(
            lambda f, x, e, h: -both(f, x, e, h)
        ),
    }


class softmax_jacobian(Exercise):
    """p[i] (1[i = j] − p[j]), entry by entry."""

    RETURNS = ("J",)
    PRAISE = (
        "Every row adds up to 0, and every column: the same push on all scores moves "
        "nothing, and what one share gains the others lose."
    )

    def cases(self, rng):
        yield (np.array([1.0]),)
        yield (np.array([0.5, 0.5]),)
        yield (np.array([0.7, 0.2, 0.1]),)
        for k in (2, 4, 5):
            p = rng.random(k)
            yield (p / p.sum(),)

    def truth(self, p):
        k = len(p)
        J = np.zeros((k, k))
        for i in range(k):
            for j in range(k):
                J[i, j] = p[i] * (1 - p[i]) if i == j else -p[i] * p[j]
        return J

    SLIPS = {
        "That is diagonal, as for an elementwise layer. But every score moves every "
        "share: −p[i] p[j] beside the diagonal.": lambda p: np.diag(p * (1 - p)),
        "Beside the diagonal the sign is turned: what one gains the others lose.": (
            lambda p: np.outer(p, p) + np.diag(p - 2 * p * p)
        ),
        "The diagonal is only p[i]: from diag(p) the whole of p pᵀ is to be "
        "subtracted, its diagonal too.": (
            lambda p: np.diag(p) - np.outer(p, p) + np.diag(p * p)
        ),
        "That is p pᵀ − diag(p): all signs are turned.": (
            lambda p: np.outer(p, p) - np.diag(p)
        ),
        "1 where p belongs: it is diag(p) − p pᵀ, not I − p pᵀ.": (
            lambda p: np.eye(len(p)) - np.outer(p, p)
        ),
    }


def bent(W1, b1, W2, x, *, slope=lambda z, a: 1 - a * a):
    """W2 diag(slope) W1 for the two-layer net of the exercise."""
    z = W1 @ x + b1
    return W2 @ (slope(z, np.tanh(z))[:, None] * W1)


class tanh_net_jacobian(Exercise):
    """Σ_k W2[i, k] tanh'(z[k]) W1[k, j]: over all paths from x[j] to y[i]."""

    RETURNS = ("J",)
    PRAISE = (
        "One factor a layer, the last layer leftmost. Each entry is a sum over the "
        "paths through the hidden layer."
    )

    def cases(self, rng):
        yield np.array([0.5]), np.array([[2.0]]), np.array([-1.0]), np.array([[3.0]])
        yield (
            np.array([1.0, -1.0]),
            np.array([[1.0, 0.5], [0.0, 2.0], [-1.0, 1.0]]),
            np.array([0.5, 1.0, 0.0]),
            np.array([[1.0, 2.0, -1.0]]),
        )
        for d_in, hidden, d_out in ((1, 4, 1), (2, 2, 2), (3, 4, 2), (2, 5, 3)):
            yield (
                rng.normal(size=d_in),
                rng.normal(size=(hidden, d_in)),
                rng.normal(size=hidden),
                rng.normal(size=(d_out, hidden)),
            )

    def truth(self, x, W1, b1, W2):
        J = np.zeros((len(W2), len(x)))
        for k in range(len(W1)):
            z = sum(w * v for w, v in zip(W1[k], x, strict=True)) + b1[k]
            for i in range(len(J)):
                for j in range(len(x)):
                    J[i, j] += W2[i, k] * W1[k, j] / math.cosh(z) ** 2
        return J

    SLIPS = {
        "The slope of the tanh is missing between the two matrices.": (
            lambda x, W1, b1, W2: W2 @ W1
        ),
        "That is Jᵀ: the denominator layout, with the factors the other way round.": (
            lambda x, W1, b1, W2: bent(W1, b1, W2, x).T
        ),
        "a (1 − a) is the slope of the sigmoid; these neurons are tanh.": (
            lambda x, W1, b1, W2: bent(W1, b1, W2, x, slope=lambda z, a: a * (1 - a))
        ),
        "The slope is 1 − a² with a = tanh z. You took z itself.": (
            lambda x, W1, b1, W2: bent(W1, b1, W2, x, slope=lambda z, a: 1 - z * z)
        ),
        "The diagonal holds a, the answers. It is their slopes that multiply.": (
            lambda x, W1, b1, W2: bent(W1, b1, W2, x, slope=lambda z, a: a)
        ),
        "The bias is missing. It has no slope by x, but it says where on the tanh "
        "you are.": lambda x, W1, b1, W2: bent(W1, 0 * b1, W2, x),
    }


def walks(slope=lambda a: 1 - a * a, *, order=(0, 1)):
    """Both walks with another slope, or returned in another order."""

    def answer(u, v, W1, a, W2):
        s = slope(a)
        both = (s * (u @ W2)) @ W1, W2 @ (s * (W1 @ v))
        return both[order[0]], both[order[1]]

    return answer


class two_walks(Exercise):
    """u J and J v with J = W2 diag(1 − a²) W1 written out."""

    RETURNS = ("pulled", "pushed")
    PRAISE = (
        "No step multiplied two matrices. A walk back is what backpropagation does; "
        "for a loss, u is the single number 1."
    )

    def cases(self, rng):
        yield (
            np.array([1.0]),
            np.array([1.0, 0.0]),
            np.array([[1.0, 2.0], [3.0, -1.0]]),
            np.array([0.0, 0.5]),
            np.array([[2.0, 4.0]]),
        )
        for d_in, hidden, d_out in ((1, 1, 1), (3, 3, 3), (4, 2, 3), (2, 5, 1)):
            yield (
                rng.normal(size=d_out),
                rng.normal(size=d_in),
                rng.normal(size=(hidden, d_in)),
                np.tanh(rng.normal(size=hidden)),
                rng.normal(size=(d_out, hidden)),
            )

    def truth(self, u, v, W1, a, W2):
        J = np.zeros((len(u), len(v)))
        for k in range(len(a)):
            J += (1 - a[k] * a[k]) * np.outer(W2[:, k], W1[k])
        return u @ J, J @ v

    SLIPS = {
        "The slopes of the tanh are missing: in the middle of both walks multiply by "
        "1 − a², number by number.": walks(np.ones_like),
        "You return the walk forward first. First comes u J, the walk back.": walks(
            order=(1, 0)
        ),
        "a is tanh z already, and its slope is 1 − a², not 1 − a.": walks(
            lambda a: 1 - a
        ),
        "You multiply by the answers a. Their slopes are 1 − a².": walks(lambda a: a),
        "a is tanh z already. You take its tanh once more before the slope.": walks(
            lambda a: 1 - np.tanh(a) ** 2
        ),
    }


def along(widths):
    """The multiplications of one walk."""
    return int((widths[:-1] * widths[1:]).sum())


class count_multiplications(Exercise):
    """Layer by layer, row by row: one multiplication for each weight passed."""

    RETURNS = ("walk", "rows", "columns")
    PRAISE = (
        "A walk costs one multiplication for each weight. A loss has one output, so "
        "its whole gradient costs one walk back, whatever the number of inputs."
    )

    def cases(self, rng):
        yield (np.array([4]),)
        yield (np.array([3, 1]),)
        yield (np.array([2, 3, 5]),)
        yield (np.array([64, 32, 16, 1]),)
        for layers in (1, 3, 5):
            yield (rng.integers(1, 9, layers + 1),)

    def truth(self, widths):
        walk = rows = columns = 0
        for k in range(1, len(widths)):
            for _ in range(widths[k]):
                walk += int(widths[k - 1])
        for _ in range(widths[-1]):
            rows += walk
        for _ in range(widths[0]):
            columns += walk
        return walk, rows, columns

    SLIPS = {
        "Rows and columns have changed places. J has a row for each output, and a "
        "walk back makes one of them.": (
            lambda widths: (
                along(widths),
                int(widths[0]) * along(widths),
                int(widths[-1]) * along(widths),
            )
        ),
        "The walk adds up numbers of neurons. A layer with m inputs and n outputs "
        "takes m · n multiplications.": (
            lambda widths: (
                int(widths.sum()),
                int(widths[-1] * widths.sum()),
                int(widths[0] * widths.sum()),
            )
        ),
        "You multiply all widths with one another. One layer after the other: the "
        "costs add up.": (
            lambda widths: (
                int(widths.prod()),
                int(widths[-1] * widths.prod()),
                int(widths[0] * widths.prod()),
            )
        ),
        "One walk makes one row. J has as many rows as there are outputs, and as many "
        "columns as inputs.": lambda widths: (along(widths),) * 3,
        "Your walk leaves out the last layer.": (
            lambda widths: (
                along(widths[:-1]),
                int(widths[-1]) * along(widths[:-1]),
                int(widths[0]) * along(widths[:-1]),
            )
        ),
    }


def every_row(delta, x):
    """T as if every z depended on every row of W."""
    return np.ones((len(delta), len(delta), 1)) * x


class three_indices(Exercise):
    """T[i, k, l] = 1[i = k] x[l] and G[k, l] = Σ_i δ[i] T[i, k, l], one by one."""

    RETURNS = ("T", "G")
    PRAISE = (
        "Of all the numbers in T only those with i = k are not 0, and each row repeats "
        "x. G is δ xᵀ: nobody needs to build T."
    )

    def cases(self, rng):
        yield np.array([2.0]), np.array([3.0, -1.0])
        yield np.array([1.0, -2.0]), np.array([0.5, 1.0, 3.0])
        yield np.array([1.0, 2.0, -1.0]), np.array([1.0, 0.0, 4.0])
        for m, d in ((1, 1), (4, 2), (3, 5)):
            yield rng.normal(size=m), rng.normal(size=d)

    def truth(self, delta, x):
        m, d = len(delta), len(x)
        T, G = np.zeros((m, m, d)), np.zeros((m, d))
        for i in range(m):
            for k in range(m):
                for j in range(d):
                    T[i, k, j] = x[j] if i == k else 0.0
                    G[k, j] += delta[i] * T[i, k, j]
        return T, G

    SLIPS = {
        "In your T every z[i] depends on every row of W. It has one row of its own, "
        "row i; by all others its slope is 0.": (
            lambda delta, x: (every_row(delta, x), delta.sum() * every_row(delta, x)[0])
        ),
        "T is right. In G each T[i] must first be multiplied by its δ[i].": (
            lambda delta, x: (
                np.eye(len(delta))[:, :, None] * x,
                np.ones((len(delta), 1)) * x,
            )
        ),
        "T is right, but your G is transposed: it needs the shape of W, a row for each "
        "δ.": lambda delta, x: (
            np.eye(len(delta))[:, :, None] * x,
            np.outer(x, delta),
        ),
        "G is right. In T there is a 1 where x belongs: the slope of w · x by w is "
        "x.": (
            lambda delta, x: (
                np.eye(len(delta))[:, :, None] * np.ones_like(x),
                np.outer(delta, x),
            )
        ),
        "In T each row has one number only. The slope of z[i] by row i of W is all of "
        "x.": lambda delta, x: (
            np.eye(len(delta))[:, :, None] * x[:1] * np.eye(1, len(x))[0],
            np.outer(delta, x[:1]) * np.eye(1, len(x))[0],
        ),
    }


def chained(link, *, before=False):
    """J of square tanh layers, its factors put together by `link(J, factor)`."""

    def answer(x, weights):
        J = np.eye(len(x))
        for W in weights:
            old, x = x, np.tanh(W @ x)
            slope = 1 - (old if before else x) ** 2
            J = link(J, slope[:, None] * W)
        return J

    return answer


class chain_in_order(Exercise):
    """A bug hunt: the factors of a chain multiplied from the wrong side."""

    RETURNS = ("J",)
    PRAISE = (
        "A new layer multiplies from the left. With layers of different widths numpy "
        "would have told you; square ones keep silent."
    )

    def cases(self, rng):
        yield np.array([0.5]), np.array([[[2.0]], [[-1.0]]])
        yield np.array([1.0, -1.0]), np.array([[[1.0, 2.0], [0.0, 1.0]]])
        yield (
            np.array([0.5, 0.2]),
            np.array([[[0.0, 1.0], [-1.0, 0.0]], [[2.0, 0.0], [0.0, 1.0]]]),
        )
        for layers, d in ((2, 2), (3, 2), (1, 3), (2, 4)):
            yield rng.normal(size=d), rng.normal(size=(layers, d, d))

    def truth(self, x, weights):
        W, d = weights[0], len(x)
        a = np.array(
            [math.tanh(sum(W[i, j] * x[j] for j in range(d))) for i in range(d)]
        )
        J = np.array([[(1 - a[i] ** 2) * W[i, j] for j in range(d)] for i in range(d)])
        return J if len(weights) == 1 else self.truth(a, weights[1:]) @ J

    SLIPS = {
        "Still there: for one layer you are right, and for two with a single neuron "
        "each. For two layers of two neurons numerical_jacobian disagrees.": chained(
            lambda J, factor: J @ factor
        ),
        "That is Jᵀ: the rows should be the outputs.": lambda x, weights: (
            chained(lambda J, factor: factor @ J)(x, weights).T
        ),
        "You multiply entry by entry. Jacobians multiply as matrices, with @.": chained(
            lambda J, factor: J * factor
        ),
        "Only the last layer is left of your J.": chained(lambda J, factor: factor),
        "The slope is that of the layer before: take 1 − a² of what came out, not of "
        "what went in.": chained(lambda J, factor: factor @ J, before=True),
    }


class competing_outputs(Exercise):
    """A bug hunt: a softmax walked back as if it were elementwise."""

    RETURNS = ("pulled",)
    PRAISE = (
        "p ⊙ (u − ⟨u, p⟩): all of diag(p) − p pᵀ, with k numbers a row instead of k². "
        "nnlib's Softmax has this line."
    )

    def cases(self, rng):
        yield np.array([[0.7, 0.2, 0.1]]), np.array([[1.0, 1.0, 1.0]])
        yield np.array([[0.5, 0.5], [0.9, 0.1]]), np.array([[1.0, 0.0], [0.0, 2.0]])
        for n, k in ((1, 4), (3, 3), (4, 2)):
            P = rng.random((n, k))
            yield P / P.sum(axis=1, keepdims=True), rng.normal(size=(n, k))

    def truth(self, P, U):
        pulled = np.zeros(P.shape)
        for row, p in enumerate(P):
            for j in range(len(p)):
                for i in range(len(p)):
                    slope = p[i] * (1 - p[i]) if i == j else -p[i] * p[j]
                    pulled[row, j] += U[row, i] * slope
        return pulled

    SLIPS = {
        "Still there: for p = [0.7, 0.2, 0.1] and u = [1, 1, 1] the result is not 0. "
        "But with these u it is the slope of the sum of all shares, which is always "
        "1.": lambda P, U: U * P * (1 - P),
        "You add up over the whole table. Every row is an example of its own.": (
            lambda P, U: P * (U - (U * P).sum())
        ),
        "You add up the columns. The shares of one example stand in a row: axis=1.": (
            lambda P, U: P * (U - (U * P).sum(axis=0))
        ),
        "The sum is to be weighted with p: ⟨u, p⟩, not the sum of u.": (
            lambda P, U: P * (U - U.sum(axis=1, keepdims=True))
        ),
        "The factor p in front is missing.": (
            lambda P, U: U - (U * P).sum(axis=1, keepdims=True)
        ),
    }
