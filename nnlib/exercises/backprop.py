"""Chapter 6: every slope of a network, from one neuron to a network that reads."""

from math import exp, tanh

import numpy as np

from . import Exercise


def sigmoid(z):
    """1 / (1 + e^−z): the exercises' numbers are small."""
    return 1 / (1 + np.exp(-z))


def one_neuron(*, factor=2.0, slope=lambda z, a: a * (1 - a), bias=None):
    """The slopes of (σ(w x + b) − t)² with one thing done differently."""

    def slopes(x, w, b, t):
        z = x @ w + b
        a = sigmoid(z)
        delta = factor * (a - t) * slope(z, a)
        return delta * x, delta if bias is None else bias(delta, b)

    return slopes


class neuron_gradient(Exercise):
    """∂ℓ/∂w = δ x and ∂ℓ/∂b = δ, with δ = 2 (a − t) σ'(z)."""

    RETURNS = ("dw", "db")
    PRAISE = (
        "One number, delta, serves all the weights; each takes it times its own input. "
        "The bias has the input 1."
    )

    def cases(self, rng):
        yield np.array([2.0]), np.array([0.0]), 0.0, 1.0
        yield np.array([1.0, 0.0]), np.array([0.5, -1.0]), 0.25, 0.0
        yield np.array([0.5, 0.6, 0.1]), np.array([0.2, 0.3, 0.9]), 0.5, 1.0
        for d in (1, 2, 4):
            yield rng.normal(size=d), rng.normal(size=d), rng.normal(), rng.random()

    def truth(self, x, w, b, t):
        z = float(b) + sum(float(x_i * w_i) for x_i, w_i in zip(x, w, strict=True))
        e = exp(-z)
        along_the_path = [2 * (1 / (1 + e) - t), e / (1 + e) ** 2]
        db = along_the_path[0] * along_the_path[1]
        return np.array([db * x_i for x_i in x]), db

    SLIPS = {
        "The 2 is missing: the slope of (a − t)² by a is 2 (a − t).": (
            one_neuron(factor=1.0)
        ),
        "The sign is turned round: ℓ = (a − t)² has the slope 2 (a − t).": (
            one_neuron(factor=-2.0)
        ),
        "You stop at a. From a back to z there is one more factor, σ'(z).": (
            one_neuron(slope=lambda z, a: 1.0)
        ),
        "You take σ' at a. It is taken at z, and there it is a (1 − a).": (
            one_neuron(slope=lambda z, a: sigmoid(a) * (1 - sigmoid(a)))
        ),
        "∂z/∂b is 1, not b: however large the bias is, z follows it one to one.": (
            one_neuron(bias=lambda delta, b: delta * b)
        ),
        "Each weight needs its own input as a last factor, ∂z/∂w[i] = x[i].": (
            lambda x, w, b, t: (
                np.full(len(x), one_neuron()(x, w, b, t)[1]),
                one_neuron()(x, w, b, t)[1],
            )
        ),
    }


def reversed_graph(S, *, seed=1.0, add=True, order=reversed):
    """Hand slopes on along the rows of S, with one thing done differently."""
    grad = np.zeros(len(S))
    grad[-1] = seed
    for i in order(range(len(S))):
        for j in np.flatnonzero(S[i]):
            grad[j] = S[i, j] * grad[i] + (grad[j] if add else 0)
    return grad


def impatient(S):
    """Hand a slope on whenever an arrow arrives, with all that came before it."""
    grad, waiting = np.zeros(len(S)), [len(S) - 1]
    grad[-1] = 1.0
    while waiting:
        i = waiting.pop()
        for j in np.flatnonzero(S[i]):
            grad[j] += S[i, j] * grad[i]
            waiting.append(j)
    return grad


class graph_gradients(Exercise):
    """∂last/∂j: the products along all paths from the last node down to j, added."""

    RETURNS = ("grad",)
    PRAISE = (
        "Multiply along an arrow, add where arrows meet, last node first. That is all "
        "of backpropagation."
    )

    def cases(self, rng):
        yield (np.zeros((1, 1)),)
        yield (np.array([[0.0, 0.0], [3.0, 0.0]]),)
        yield (np.array([[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]),)
        yield (np.array([[0.0, 0.0, 0.0], [5.0, 0.0, 0.0], [-1.0, 4.0, 0.0]]),)
        for n in (4, 5, 6):
            slopes = rng.integers(-3, 4, (n, n)) * 1.0
            yield (np.tril(slopes, -1) + np.eye(n, k=-1) * 0.5,)

    def truth(self, S):
        def paths(i, j):
            if i == j:
                return 1.0
            return sum(S[i, k] * paths(k, j) for k in range(j, i) if S[i, k])

        return np.array([float(paths(len(S) - 1, j)) for j in range(len(S))])

    SLIPS = {
        "A node keeps only the last arrow that reached it. Where arrows meet, add: "
        "`+=`, not `=`.": lambda S: reversed_graph(S, add=False),
        "Only the last node hands anything on. Go from the last to the first: each can "
        "hand on its slope when all that come after it have.": (
            lambda S: reversed_graph(S, order=iter)
        ),
        "All your slopes are 0: somebody has to start. The last node's slope by itself "
        "is 1.": lambda S: reversed_graph(S, seed=0.0),
        "A node hands on what it has each time that an arrow reaches it, so some of it "
        "goes on twice. Wait until all its arrows have come.": impatient,
        "Nothing is handed on: only the last node has a slope. The arrows that lead "
        "back from node i stand in row i of S.": lambda S: reversed_graph(S.T),
    }


class hidden_delta(Exercise):
    """δ of a hidden layer: what all the neurons behind it send back, times σ'."""

    RETURNS = ("delta",)
    PRAISE = "Going forward a layer multiplies by W, going back by its transpose."

    def cases(self, rng):
        yield np.array([[2.0]]), np.array([3.0]), np.array([0.5])
        yield (
            np.array([[1.0, 2.0], [0.0, 1.0]]),
            np.array([1.0, -1.0]),
            np.array([0.5, 0.25]),
        )
        yield np.array([[0.55, 0.45]]), np.array([-0.1623]), np.array([0.615, 0.579])
        for k, m in ((2, 3), (3, 3), (4, 2)):
            yield rng.normal(size=(k, m)), rng.normal(size=k), rng.random(m)

    def truth(self, W, delta, a):
        result = np.zeros(len(a))
        for i in range(len(a)):
            for k in range(len(delta)):
                result[i] += delta[k] * W[k, i] * a[i] * (1 - a[i])
        return result

    SLIPS = {
        "Where W is square you get numbers, and they are wrong; elsewhere the shapes "
        "do not fit. Going back it is the transpose, Wᵀ δ.": (
            lambda W, delta, a: W @ delta * a * (1 - a)
        ),
        "That is ∂ℓ/∂a. From a back to z there is one more factor, a (1 − a).": (
            lambda W, delta, a: W.T @ delta
        ),
        "You take σ' at a. It is taken at z, and there it is a (1 − a).": (
            lambda W, delta, a: W.T @ delta * sigmoid(a) * (1 - sigmoid(a))
        ),
        "That is a table: one number for each weight. Add up what arrives at each "
        "neuron of the hidden layer.": (
            lambda W, delta, a: W.T * delta * (a * (1 - a))[:, None]
        ),
        "Only the weights, and no delta: how wrong the neurons behind are is lost.": (
            lambda W, delta, a: W.sum(axis=0) * a * (1 - a)
        ),
    }


class layer_gradients(Exercise):
    """∂L/∂W = Σ δ xᵀ and ∂L/∂b = Σ δ, one example after the other."""

    RETURNS = ("dW", "db")
    PRAISE = "One product adds up the tables δ xᵀ of all the examples."

    def cases(self, rng):
        yield np.array([[2.0]]), np.array([[3.0]])
        yield np.array([[1.0, 2.0]]), np.array([[10.0, -1.0]])
        yield np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.5, 2.0]])
        for n, d, k in ((1, 3, 2), (4, 2, 3), (3, 3, 3), (5, 4, 1)):
            yield rng.normal(size=(n, d)), rng.normal(size=(n, k))

    def truth(self, X, delta):
        dW, db = np.zeros((delta.shape[1], X.shape[1])), np.zeros(delta.shape[1])
        for x, d in zip(X, delta, strict=True):
            for k in range(len(d)):
                db[k] += d[k]
                for j in range(len(x)):
                    dW[k, j] += d[k] * x[j]
        return dW, db

    SLIPS = {
        "Your dW is the transpose of the right one. A gradient has the shape of its "
        "parameter: a row for each neuron.": (
            lambda X, delta: (X.T @ delta, delta.sum(axis=0))
        ),
        "You divide by n a second time. The loss has done it: 1/n is in delta.": (
            lambda X, delta: (delta.T @ X / len(X), delta.mean(axis=0))
        ),
        "dW is right. In db you add over the neurons; add over the examples, down the "
        "columns.": lambda X, delta: (delta.T @ X, delta.sum(axis=1)),
        "dW is right. In db you add up everything; each neuron has its own bias.": (
            lambda X, delta: (delta.T @ X, delta.sum())
        ),
        "dW is right. Your db still has a row for each example: add them up.": (
            lambda X, delta: (delta.T @ X, delta)
        ),
    }


class pull_back(Exercise):
    """One step of the recursion for a batch, through the weights and through tanh."""

    RETURNS = ("result",)
    PRAISE = "Whatever the depth, it is this line again and again."

    def cases(self, rng):
        yield np.array([[2.0]]), np.array([[3.0]]), np.array([[0.5]])
        yield (
            np.array([[1.0, 2.0], [0.0, 1.0]]),
            np.array([[1.0, -1.0]]),
            np.array([[0.5, -0.25]]),
        )
        for n, k, m in ((1, 2, 3), (4, 3, 3), (3, 1, 2), (2, 4, 2)):
            yield (
                rng.normal(size=(k, m)),
                rng.normal(size=(n, k)),
                np.tanh(rng.normal(size=(n, m))),
            )

    def truth(self, W, delta, A):
        result = np.zeros(A.shape)
        for i in range(A.shape[0]):
            for j in range(A.shape[1]):
                arrives = sum(delta[i, k] * W[k, j] for k in range(len(W)))
                result[i, j] = arrives * (1 - A[i, j] ** 2)
        return result

    SLIPS = {
        "Where W is square you get numbers, and they are wrong. Rows are examples now: "
        "(Wᵀ δ)ᵀ is δᵀ W, so no transpose is left to write.": (
            lambda W, delta, A: delta @ W.T * (1 - A * A)
        ),
        "The slope of tanh is missing: 1 − a².": lambda W, delta, A: delta @ W,
        "That is the slope of a sigmoid. These neurons have a tanh: 1 − a².": (
            lambda W, delta, A: delta @ W * A * (1 - A)
        ),
        "You apply tanh a second time. A holds the answers tanh z already: 1 − a².": (
            lambda W, delta, A: delta @ W * (1 - np.tanh(A) ** 2)
        ),
        "1 − a is not the slope of tanh: square a.": (
            lambda W, delta, A: delta @ W * (1 - A)
        ),
    }


def two_layers(*, mean=True, slope=lambda A: 1 - A * A, back=None, total=np.mean):
    """The loss and the slopes of a two-layer net, with one thing done differently."""

    def slopes(X, T, W1, b1, W2, b2):
        A = np.tanh(X @ W1.T + b1)
        Z = A @ W2.T + b2
        loss = total(np.logaddexp(0, (1 - 2 * T) * Z).sum(axis=1))
        delta = (sigmoid(Z) - T) / (len(X) if mean else 1)
        hidden = (back or (lambda d: d @ W2))(delta) * slope(A)
        return loss, hidden.T @ X, hidden.sum(axis=0), delta.T @ A, delta.sum(axis=0)

    return slopes


def swapped_rows(X, T, W1, b1, W2, b2):
    """All slopes right, those of the second layer before those of the first."""
    loss, dW1, db1, dW2, db2 = two_layers()(X, T, W1, b1, W2, b2)
    return loss, dW2, db2, dW1, db1


class own_value_and_grad(Exercise):
    """The loss and all slopes of X → tanh → sigmoid, row by row, neuron by neuron."""

    RETURNS = ("loss", "dW1", "db1", "dW2", "db2")
    PRAISE = (
        "One pass there, one pass back, and every slope of the network is known. Below "
        "it learns to read with this function of yours."
    )

    def cases(self, rng):
        yield (
            np.array([[1.0]]),
            np.array([[1.0]]),
            np.array([[0.5]]),
            np.array([0.0]),
            np.array([[2.0]]),
            np.array([0.5]),
        )
        for n, d, m, k in ((1, 2, 3, 2), (4, 2, 4, 1), (3, 3, 3, 3), (5, 4, 2, 3)):
            yield (
                rng.normal(size=(n, d)),
                rng.integers(0, 2, (n, k)) * 1.0,
                rng.normal(size=(m, d)),
                rng.normal(size=m),
                rng.normal(size=(k, m)),
                rng.normal(size=k),
            )

    def truth(self, X, T, W1, b1, W2, b2):
        dW1, db1, dW2, db2 = (np.zeros(p.shape) for p in (W1, b1, W2, b2))
        n, loss = len(X), 0.0
        for x, t in zip(X, T, strict=True):
            a = [tanh(row @ x + b) for row, b in zip(W1, b1, strict=True)]
            for k in range(len(b2)):
                z = b2[k] + sum(w * a_i for w, a_i in zip(W2[k], a, strict=True))
                p = 1 / (1 + exp(-z))
                loss -= np.log(p if t[k] else 1 - p) / n
                db2[k] += (p - t[k]) / n
                for i, a_i in enumerate(a):
                    dW2[k, i] += (p - t[k]) / n * a_i
                    through = (p - t[k]) / n * W2[k, i] * (1 - a_i**2)
                    db1[i] += through
                    dW1[i] += through * x
        return float(loss), dW1, db1, dW2, db2

    SLIPS = {
        "The loss is right, your slopes are n times as large: it is a mean, so its "
        "slope by Z has 1/n.": two_layers(mean=False),
        "The loss must be a mean over the rows, as its slopes are. Yours is the sum.": (
            two_layers(total=np.sum)
        ),
        "dW2 and db2 are right. On the way to the first layer the slope of tanh is "
        "missing: 1 − a².": two_layers(slope=np.ones_like),
        "dW2 and db2 are right. The first layer's neurons have a tanh, and you take "
        "the slope of a sigmoid.": two_layers(slope=lambda A: A * (1 - A)),
        "All five are right, and in another order: the first layer's come first.": (
            swapped_rows
        ),
        "The signs are turned round: at Z the slope is answer minus target.": (
            lambda X, T, W1, b1, W2, b2: tuple(
                part if i == 0 else -part
                for i, part in enumerate(two_layers()(X, T, W1, b1, W2, b2))
            )
        ),
    }


def cubes(W):
    """Σ W³, whose slope is 3 W²."""
    return float((W**3).sum())


def neighbours(W):
    """Each entry times the next one: no entry's slope can be had without the others."""
    w = W.ravel()
    return float((w * w * np.roll(w, 1)).sum())


class nudged(Exercise):
    """(f(W + h) − f(W − h)) / 2h for each entry, on a copy."""

    RETURNS = ("slopes",)
    PRAISE = "It knows nothing of layers, so it can judge all of them."

    # with such numbers every sum and product is exact, in whatever order it is taken
    def cases(self, rng):
        yield cubes, np.array([[2.0]]), 0.5
        yield cubes, np.array([1.0, -2.0]), 0.25
        yield neighbours, np.array([[1.0, 2.0], [3.0, 0.5]]), 0.5
        for shape in ((1, 3), (2, 2), (3, 2)):
            yield neighbours, rng.integers(-8, 9, shape) / 4, 0.125

    def truth(self, f, W, h):
        slopes = []
        for i in range(W.size):
            values = []
            for sign in (1, -1):
                copy = W.ravel().copy()
                copy[i] += sign * h
                values.append(f(copy.reshape(W.shape)))
            slopes.append((values[0] - values[1]) / (2 * h))
        return np.array(slopes).reshape(W.shape)

    SLIPS = {
        "You nudge to one side only. Its error shrinks like h, that of both sides like "
        "h².": lambda f, W, h: each_entry(W, lambda s: (f(W + s) - f(W)) / h, h),
        "From −h to +h the way is 2h: your slopes are twice too large.": (
            lambda f, W, h: each_entry(W, lambda s: (f(W + s) - f(W - s)) / h, h)
        ),
        "The sign is turned round: above minus below.": (
            lambda f, W, h: each_entry(W, lambda s: (f(W - s) - f(W + s)) / 2 / h, h)
        ),
        "You nudge all the entries together. That gives one number, the sum of all "
        "slopes; nudge one entry at a time.": (
            lambda f, W, h: np.full(W.shape, (f(W + h) - f(W - h)) / (2 * h))
        ),
        "You never take a nudge back, so each entry is judged with the ones before it "
        "still moved.": lambda f, W, h: each_entry(
            W, lambda s: (f(W + s) - f(W - s)) / (2 * h), h, keep=True
        ),
    }


def each_entry(W, slope, h, *, keep=False):
    """`slope` of a step at each entry of W; `keep` forgets to take back the last."""
    slopes, step = np.zeros(W.shape), np.zeros(W.shape)
    for at in np.ndindex(W.shape):
        step[at] = h
        slopes[at] = slope(step)
        step[at] = h if keep else 0
    return slopes


def twice(X, W, delta, *, first=1.0, second=1.0, stop=False):
    """∂L/∂W of Y = tanh(X Wᵀ) Wᵀ with its two parts weighted."""
    A = np.tanh(X @ W.T)
    back = delta @ W * (1 if stop else 1 - A * A)
    return second * delta.T @ A + first * back.T @ X


class shared_weights(Exercise):
    """A bug hunt: a layer that stands twice gets only one of its two slopes."""

    RETURNS = ("dW",)
    PRAISE = (
        "Two arrows meet at W, so their slopes are added: one letter, `+=` for `=`."
    )

    def cases(self, rng):
        yield np.array([[1.0]]), np.array([[0.5]]), np.array([[1.0]])
        yield np.array([[1.0, 2.0]]), np.zeros((2, 2)), np.array([[1.0, -1.0]])
        for n, d in ((1, 2), (3, 2), (4, 3)):
            yield (
                rng.normal(size=(n, d)),
                rng.normal(size=(d, d)),
                rng.normal(size=(n, d)),
            )

    def truth(self, X, W, delta):
        dW = np.zeros(W.shape)
        for x, dy in zip(X, delta, strict=True):
            a = [tanh(row @ x) for row in W]
            for i, j in np.ndindex(W.shape):
                arrives = sum(dy[k] * W[k, i] for k in range(len(W)))
                dW[i, j] += dy[i] * a[j] + arrives * (1 - a[i] ** 2) * x[j]
        return dW

    SLIPS = {
        "Still there: for a single small weight you get half of the slope that nudging "
        "finds.": lambda X, W, delta: twice(X, W, delta, second=0),
        "Now it is the other half that is missing.": (
            lambda X, W, delta: twice(X, W, delta, first=0)
        ),
        "Both parts are there, but this is their mean. Slopes of two paths add up.": (
            lambda X, W, delta: twice(X, W, delta, first=0.5, second=0.5)
        ),
        "Both parts are there. In one of them tanh has lost its slope.": (
            lambda X, W, delta: twice(X, W, delta, stop=True)
        ),
    }


def stepped(*, new=False, factor=2.0, eta_twice=False):
    """One step of the net with weights W, u, with one thing done differently."""

    def step(x, t, W, u, eta):
        a = sigmoid(W @ x)
        y = sigmoid(u @ a)
        delta = factor * (y - t) * y * (1 - y)
        moved = u - eta * delta * a
        hidden = delta * (moved if new else u) * a * (1 - a)
        rate = eta * (eta if eta_twice else 1)
        return W - rate * np.outer(hidden, x), moved

    return step


class update_at_once(Exercise):
    """A bug hunt: the first layer is given the new weights of the second."""

    RETURNS = ("W", "u")
    PRAISE = (
        "First all the slopes, at the old weights; then all the steps. A gradient is "
        "taken at one point."
    )

    def cases(self, rng):
        yield np.array([1.0]), 1.0, np.array([[0.5]]), np.array([1.0]), 5.0
        yield (
            np.array([0.5, 0.6]),
            1.0,
            np.array([[0.1, 0.7], [0.4, 0.2]]),
            np.array([0.55, 0.45]),
            5.0,
        )
        for d, m in ((2, 2), (3, 2), (1, 4)):
            yield (
                rng.normal(size=d),
                rng.random(),
                rng.normal(size=(m, d)),
                rng.normal(size=m),
                0.5,
            )

    def truth(self, x, t, W, u, eta):
        a = [1 / (1 + exp(-float(row @ x))) for row in W]
        y = 1 / (1 + exp(-sum(u_i * a_i for u_i, a_i in zip(u, a, strict=True))))
        out = 2 * (y - t) * y * (1 - y)
        new_W, new_u = W.copy(), u.copy()
        for i, a_i in enumerate(a):
            new_u[i] = u[i] - eta * out * a_i
            for j, x_j in enumerate(x):
                new_W[i, j] = W[i, j] - eta * out * u[i] * a_i * (1 - a_i) * x_j
        return new_W, new_u

    SLIPS = {
        "Still there: with a tiny eta you are right to many digits, with eta = 5 your "
        "W is off. Your u is right.": stepped(new=True),
        "Now the 2 of the squared error is lost.": stepped(factor=1.0),
        "You go uphill: the step is against the slope.": stepped(factor=-2.0),
        "eta stands twice in the step of W.": stepped(eta_twice=True),
    }
