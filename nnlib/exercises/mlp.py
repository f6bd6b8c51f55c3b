"""Chapter 2: layers, what they can draw, and what they come to when nothing bends."""

from itertools import pairwise

import numpy as np

from ..activations import logistic
from . import Exercise

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def product(A, B):
    """A B, number by number."""
    n, k = len(A), len(B[0])
    C = np.zeros((n, k))
    for i in range(n):
        for j in range(k):
            for m in range(len(B)):
                C[i, j] += A[i][m] * B[m][j]
    return C


def layer(rng, n, d_in, d_out):
    """X (n, d_in), W (d_out, d_in), b (d_out,)."""
    return (
        rng.normal(size=(n, d_in)),
        rng.normal(size=(d_out, d_in)),
        rng.normal(size=d_out),
    )


class count_yes(Exercise):
    """How many neurons fire, example by example."""

    RETURNS = ("votes",)
    PRAISE = "A fifth neuron with weights 1 does this sum; its threshold does the rest."

    def cases(self, rng):
        yield (
            np.array([[0.5, 0.5]]),
            np.array([[1.0, 0.0], [0, 1]]),
            np.array([0, -0.5]),
        )
        yield CORNERS, np.array([[1.0, 1.0], [-1, -1]]), np.array([-0.5, 1.5])
        for n, d_in, d_out in ((1, 1, 2), (3, 3, 3), (6, 2, 4), (2, 4, 3)):
            yield layer(rng, n, d_in, d_out)

    def truth(self, X, W, b):
        Z = product(X, np.transpose(W))
        return np.array(
            [sum(z + c > 0 for z, c in zip(row, b, strict=True)) for row in Z]
        )

    SLIPS = {
        "You count for each line how many examples it says yes to. Count along the "
        "row, axis=1.": lambda X, W, b: (X @ W.T + b > 0).sum(axis=0),
        "A tie is a 0: count where z > 0, not where z ≥ 0.": (
            lambda X, W, b: (X @ W.T + b >= 0).sum(axis=1)
        ),
        "You add up the z. Each line has one vote: count where z > 0.": (
            lambda X, W, b: (X @ W.T + b).sum(axis=1)
        ),
        "The bias is missing: z = x Wᵀ + b.": lambda X, W, b: (X @ W.T > 0).sum(axis=1),
        "You say whether any line says yes. Count how many do.": (
            lambda X, W, b: (X @ W.T + b > 0).any(axis=1).astype(int)
        ),
    }


class dense(Exercise):
    """z[i, j] = Σ_k W[j, k] x[i, k] + b[j], sum by sum."""

    RETURNS = ("Z",)
    PRAISE = "One line for a whole layer and a whole batch: this is nnlib's Dense."

    def cases(self, rng):
        yield (
            np.array([[1.0, 2.0, 3.0]]),
            np.array([[1.0, 0, 1], [0, 1, 0]]),
            np.ones(2),
        )
        yield CORNERS, np.array([[1.0, 1.0], [-1.0, 2.0]]), np.array([-1.5, 0.5])
        for n, d_in, d_out in ((1, 1, 1), (3, 3, 3), (5, 2, 4), (2, 4, 3)):
            yield layer(rng, n, d_in, d_out)

    def truth(self, X, W, b):
        return product(X, np.transpose(W)) + np.outer(np.ones(len(X)), b)

    SLIPS = {
        "The bias is missing: after the product comes + b.": lambda X, W, b: X @ W.T,
        "X @ W multiplies rows of X with columns of W. A neuron's weights are a row of "
        "W: transpose it.": lambda X, W, b: X @ W + b,
        "You have one column for each example: your Z is transposed.": (
            lambda X, W, b: W @ X.T + b[:, None]
        ),
        "You subtract b. A threshold is subtracted; a bias is added.": (
            lambda X, W, b: X @ W.T - b
        ),
    }


def two_layers(inner=logistic, outer=logistic, first=1, second=1):
    """Wrong answers to `forward`: other activations, a bias left out."""

    def answer(X, W1, b1, W2, b2):
        return outer(inner(X @ W1.T + first * b1) @ W2.T + second * b2)

    return answer


def none(z):
    """An activation that leaves everything as it is."""
    return z


class forward(Exercise):
    """σ(W₂ σ(W₁ x + b₁) + b₂), one example after the other."""

    RETURNS = ("Y",)
    PRAISE = (
        "The output of a layer is the input of the next: that is all there is to it."
    )

    def cases(self, rng):
        XNOR = np.array([[4.0, 4.0], [-4.0, -4.0]]), np.array([-6.0, 2.0])
        yield CORNERS[:1], *XNOR, np.array([[1.0, 1.0]]), np.array([-0.5])
        yield CORNERS, *XNOR, np.array([[1.0, 1.0]]), np.array([-0.5])
        for n, d, m, k in ((1, 1, 1, 1), (3, 2, 2, 2), (4, 3, 2, 3), (2, 2, 5, 1)):
            X, W1, b1 = layer(rng, n, d, m)
            yield X, W1, b1, rng.normal(size=(k, m)), rng.normal(size=k)

    def truth(self, X, W1, b1, W2, b2):
        A = 1 / (1 + np.exp(-product(X, np.transpose(W1)) - b1))
        return 1 / (1 + np.exp(-product(A, np.transpose(W2)) - b2))

    SLIPS = {
        "Nothing bends in between: σ comes before the next product, too.": (
            two_layers(inner=none)
        ),
        "The last layer has its σ too: these are its sums z.": two_layers(outer=none),
        "b1 is missing.": two_layers(first=0),
        "b2 is missing.": two_layers(second=0),
        "The second layer must see what the first one answered, not X: this fits only "
        "by accident of shapes.": (
            lambda X, W1, b1, W2, b2: logistic(
                X @ W2.T[: X.shape[1]] + b2 if W2.shape[1] >= X.shape[1] else X
            )
        ),
    }


class strip(Exercise):
    """Two step neurons and a third: 1 exactly where low < x₁ + x₂ < high."""

    RETURNS = ("W", "b", "v", "c")
    SEEN = "the answers to points from x₁ + x₂ = −3 to 5"
    PRAISE = (
        "strip(0.5, 1.5) is XOR. Each hidden neuron alone is a line; the strip is "
        "where they disagree."
    )

    def cases(self, rng):
        yield 0.5, 1.5
        yield -1.0, 1.0
        for _ in range(4):
            low = rng.uniform(-2, 2)
            yield low, low + rng.uniform(0.5, 2)

    def truth(self, low, high):
        return (
            np.array([[1.0, 1], [1, 1]]),
            np.array([-low, -high]),
            np.array([1.0, -1]),
            -0.5,
        )

    def seen(self, answer, low, high):
        W, b, v, c = answer
        sums = np.linspace(-3, 5, 97) + 0.013
        X = np.stack([sums * 0.3, sums * 0.7], axis=1)
        hidden = (X @ np.asarray(W).T + b > 0).astype(float)
        return (hidden @ v + c > 0).astype(int)

    SLIPS = {
        "Your network fires outside the strip and is silent in it: turn the signs of v "
        "and c round.": lambda low, high: (
            np.ones((2, 2)),
            np.array([-low, -high]),
            np.array([-1.0, 1.0]),
            0.5,
        ),
        "It fires from low on, and never stops: the second neuron must speak against "
        "the first.": lambda low, high: (
            np.ones((2, 2)),
            np.array([-low, -high]),
            np.array([1.0, 1.0]),
            -0.5,
        ),
        "It never fires: with both steps weighing against each other at most 1 is "
        "left, and c takes it away.": lambda low, high: (
            np.ones((2, 2)),
            np.array([-low, -high]),
            np.array([1.0, -1.0]),
            -1.0,
        ),
        "You compare the mean of x₁ and x₂. It is their sum: both weights 1.": (
            lambda low, high: (
                np.full((2, 2), 0.5),
                np.array([-low, -high]),
                np.array([1.0, -1.0]),
                -0.5,
            )
        ),
    }


class count_parameters(Exercise):
    """Σ (inputs + 1) · neurons over the layers."""

    RETURNS = ("count",)
    PRAISE = "Hand it [64, 64, 10]: a network that reads digits has 4,810 numbers."

    def cases(self, rng):
        yield ([2, 1],)
        yield ([1, 1],)
        yield ([2, 2, 1],)
        yield ([4, 3, 3],)
        yield ([64, 64, 10],)
        for length in (2, 3, 5):
            yield (rng.integers(1, 9, length).tolist(),)
        yield ([3],)

    def truth(self, sizes):
        count = 0
        for k in range(len(sizes) - 1):
            for _ in range(sizes[k + 1]):
                count += sizes[k] + 1
        return count

    SLIPS = {
        "These are the weights alone. Every neuron has a bias too.": (
            lambda sizes: sum(a * b for a, b in pairwise(sizes))
        ),
        "You give the inputs a bias as well. They compute nothing: they have none.": (
            lambda sizes: sum(a * b for a, b in pairwise(sizes)) + sum(sizes)
        ),
        "You count the bias of the layer before: a layer has one bias for each of its "
        "own neurons.": (lambda sizes: sum(a * (b + 1) for a, b in pairwise(sizes))),
        "You count the neurons. Each of them has one weight for each input, and a "
        "bias.": lambda sizes: sum(sizes[1:]),
    }


class bump(Exercise):
    """Up at `left`, down at `right`."""

    RETURNS = ("y",)
    PRAISE = (
        "Add up enough of these and you have any curve you like, as near as you like."
    )

    def cases(self, rng):
        yield np.array([0.5]), 0.0, 1.0, 2.0, 10.0
        yield np.array([-1.0, 0.0, 0.5, 1.0, 2.0]), 0.0, 1.0, 1.0, 5.0
        for n in (1, 4, 7):
            left = rng.normal()
            yield (
                rng.normal(size=n),
                left,
                left + rng.uniform(0.2, 2),
                rng.normal(),
                3.0,
            )

    def truth(self, x, left, right, height, k):
        up = np.array([1 / (1 + np.exp(k * (left - v))) for v in x])
        down = np.array([1 / (1 + np.exp(k * (right - v))) for v in x])
        return height * up - height * down

    SLIPS = {
        "It goes up and stays up: the second neuron must take it down again.": (
            lambda x, left, right, height, k: height * logistic(k * (x - left))
        ),
        "It goes up twice: subtract the second neuron.": (
            lambda x, left, right, height, k: (
                height * (logistic(k * (x - left)) + logistic(k * (x - right)))
            )
        ),
        "The height is missing.": (
            lambda x, left, right, height, k: (
                logistic(k * (x - left)) - logistic(k * (x - right))
            )
        ),
        "k belongs to both, x and the edge: k (x − edge).": (
            lambda x, left, right, height, k: (
                height * (logistic(k * x - left) - logistic(k * x - right))
            )
        ),
        "It is a dip: up comes at the left edge, down at the right one.": (
            lambda x, left, right, height, k: (
                height * (logistic(k * (x - right)) - logistic(k * (x - left)))
            )
        ),
    }


class collapse(Exercise):
    """The W and b with W x + b = W₂ (W₁ x + b₁) + b₂."""

    RETURNS = ("W", "b")
    PRAISE = (
        "Fold a stack of a hundred linear layers like this, and one layer is left: one "
        "line."
    )

    def cases(self, rng):
        yield np.array([[3.0]]), np.array([1.0]), np.array([[2.0]]), np.array([-1.0])
        for d, m, k in ((2, 2, 2), (2, 3, 1), (3, 1, 2), (1, 4, 3)):
            _, W1, b1 = layer(rng, 1, d, m)
            _, W2, b2 = layer(rng, 1, m, k)
            yield W1, b1, W2, b2

    def truth(self, W1, b1, W2, b2):
        def both(x):
            return product(W2, product(W1, x[:, None]) + b1[:, None])[:, 0] + b2

        zero = both(np.zeros(W1.shape[1]))
        columns = [both(one) - zero for one in np.eye(W1.shape[1])]
        return np.array(columns).T, zero

    SLIPS = {
        "b1 goes through the second layer as well: W₂ b₁ + b₂.": (
            lambda W1, b1, W2, b2: (
                W2 @ W1,
                b2 + (b1 if b1.shape == b2.shape else 0),
            )
        ),
        "b2 is missing: it is added at the end.": (
            lambda W1, b1, W2, b2: (W2 @ W1, W2 @ b1)
        ),
        "The first layer acts first, so it stands on the right: W₂ W₁.": (
            lambda W1, b1, W2, b2: (
                W1 @ W2 if W1.shape[1] == W2.shape[0] else W2 @ W1,
                W2 @ b1 + b2,
            )
        ),
        "Layers are multiplied, not added.": (
            lambda W1, b1, W2, b2: (
                W1 + W2 if W1.shape == W2.shape else W2 @ W1,
                W2 @ b1 + b2,
            )
        ),
    }


def chain(activation=logistic, last=logistic, turn=True):
    """Wrong answers to `deep_forward`: σ left out here or there, W not transposed."""

    def answer(X, weights, biases):
        A = X
        for k, (W, b) in enumerate(zip(weights, biases, strict=True)):
            g = last if k == len(weights) - 1 else activation
            A = g(A @ (W.T if turn else W) + b)
        return A

    return answer


class deep_forward(Exercise):
    """A bug hunt: σ after every layer, not only after the last."""

    RETURNS = ("Y",)
    PRAISE = (
        "One indent too few, and a deep network was one neuron. It trained, too, and "
        "never learnt XOR."
    )

    def cases(self, rng):
        for n, layers, d in ((1, 1, 1), (1, 3, 1), (3, 2, 2), (4, 4, 3)):
            X, _, _ = layer(rng, n, d, d)
            yield X, rng.normal(size=(layers, d, d)), rng.normal(size=(layers, d))

    def truth(self, X, weights, biases):
        if not len(weights):
            return X
        A = 1 / (1 + np.exp(-product(X, weights[0].T) - biases[0]))
        return self.truth(A, weights[1:], biases[1:])

    SLIPS = {
        "Still there: with one layer your answers are right, with more of them the "
        "network draws one straight line.": chain(activation=none),
        "Now the last layer gives its sums z instead of σ(z).": chain(last=none),
        "There is no σ left at all.": chain(activation=none, last=none),
        "You apply σ to the input, too. It has not been added up yet.": (
            lambda X, weights, biases: chain()(logistic(X), weights, biases)
        ),
    }


class square_luck(Exercise):
    """A bug hunt: X @ W where X @ W.T is meant."""

    RETURNS = ("A",)
    PRAISE = (
        "Two by two, and the shapes could not object. Test a layer with sizes that "
        "are all different."
    )

    def cases(self, rng):
        yield np.array([[1.0, -1.0]]), np.array([[2.0, 0.0], [1.0, 1.0]]), np.zeros(2)
        yield np.array([[1.0, 2.0]]), np.array([[0.0, 1.0], [1.0, 0.0]]), np.ones(2)
        for n in (1, 3, 5):
            yield layer(rng, n, 2, 2)

    def truth(self, X, W, b):
        return np.maximum(product(X, np.transpose(W)) + b, 0)

    SLIPS = {
        "Still there: for W = [[0, 1], [1, 0]] you are right, for W = [[2, 0], [1, 1]] "
        "the neurons seem to have swapped weights.": (
            lambda X, W, b: np.maximum(X @ W + b, 0)
        ),
        "The sums are right, but max(z, 0) is gone.": lambda X, W, b: X @ W.T + b,
        "max(z, 0) comes after the bias: now b can make it negative.": (
            lambda X, W, b: np.maximum(X @ W.T, 0) + b
        ),
        "The bias is gone.": lambda X, W, b: np.maximum(X @ W.T, 0),
    }
