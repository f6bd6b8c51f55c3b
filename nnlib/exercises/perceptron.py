"""Chapter 1: from one weighted sum to a neuron that learns."""

from itertools import product

import numpy as np

from . import Exercise

GATE_ROWS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
AND, OR, XOR = (np.array(t) for t in ([0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0]))


class weighted_sum(Exercise):
    """z = Σ w[i] x[i] + b, term by term."""

    RETURNS = ("z",)
    PRAISE = (
        "However many inputs, one line of code: this sum is all that a neuron "
        "knows about its input."
    )

    def cases(self, rng):
        yield np.array([0.5, 0.6, 0.1]), np.array([0.2, 0.3, 0.9]), 0.5
        yield np.array([2.0]), np.array([3.0]), -1.0
        yield np.array([1.0, 0.0]), np.array([-1.0, 5.0]), 0.25
        for d in (2, 4, 7):
            yield rng.normal(size=d), rng.normal(size=d), rng.normal()

    def truth(self, x, w, b):
        z = b
        for x_i, w_i in zip(x, w, strict=True):
            z = z + x_i * w_i
        return z

    SLIPS = {
        "The bias is missing: after the sum comes + b.": lambda x, w, b: x @ w,
        "These are the terms one by one. A neuron has one z: add the terms up.": (
            lambda x, w, b: x * w + b
        ),
        "You add b once for every input. It belongs to the neuron: add it once.": (
            lambda x, w, b: (x * w + b).sum()
        ),
        "You subtract b. A threshold is subtracted; a bias is added.": (
            lambda x, w, b: x @ w - b
        ),
        "You add x and w. Each input is multiplied by its weight.": (
            lambda x, w, b: (x + w).sum() + b
        ),
    }


class perceptron_predict(Exercise):
    """1 where z > 0, else 0, one row after the other."""

    RETURNS = ("y",)
    PRAISE = (
        "The same line answers one row or a million, and a point exactly on the "
        "boundary gets 0."
    )

    def cases(self, rng):
        yield GATE_ROWS, np.array([1.0, 1.0]), -1.5
        yield GATE_ROWS, np.array([1.0, 1.0]), -1.0
        yield GATE_ROWS, np.array([0.0, 0.0]), 0.0
        yield np.array([[0.5, 0.6, 0.1]]), np.array([0.2, 0.3, 0.9]), 0.5
        yield np.array([[-1.0], [0.5], [2.0]]), np.array([2.0]), -1.0
        for n, d in ((1, 2), (3, 3), (6, 2), (8, 5)):
            yield rng.normal(size=(n, d)), rng.normal(size=d), rng.normal()

    def truth(self, X, w, b):
        answers = []
        for x in X:
            z = b
            for x_i, w_i in zip(x, w, strict=True):
                z = z + x_i * w_i
            answers.append(1 if z > 0 else 0)
        return np.array(answers)

    SLIPS = {
        "Right, except on the boundary: a perceptron fires only for z > 0, and z = 0 "
        "is answered with 0.": lambda X, w, b: (X @ w + b >= 0).astype(int),
        "The bias is missing, so your boundary always runs through the origin.": (
            lambda X, w, b: (X @ w > 0).astype(int)
        ),
        "These are the sums z. The perceptron answers 1 where z > 0 and 0 elsewhere.": (
            lambda X, w, b: X @ w + b
        ),
        "The two sides are swapped: z > 0 is answered with 1.": (
            lambda X, w, b: (X @ w + b < 0).astype(int)
        ),
        "You add down the columns. Each row is one example: add along the row "
        "(axis=1), or write X @ w.": (
            lambda X, w, b: ((X * w).sum(axis=0) + b > 0).astype(int)
        ),
        "X is transposed. The rows of X are the examples already, so X @ w gives one "
        "sum a row.": lambda X, w, b: (X.T @ w + b > 0).astype(int),
        "You answer −1 on the far side. Here the two answers are 1 and 0.": (
            lambda X, w, b: np.where(X @ w + b > 0, 1, -1)
        ),
    }


class boundary_line(Exercise):
    """The x₂ at which w₁x₁ + w₂x₂ + b = 0, found by bisection."""

    RETURNS = ("x2",)
    PRAISE = (
        "This is how every line on this page is drawn. Change b alone and it moves "
        "without turning: w alone sets the slope."
    )

    def cases(self, rng):
        yield np.array([0.0, 1.0]), np.array([1.0, 1.0]), -1.5
        yield np.array([2.0]), np.array([1.0, -2.0]), 3.0
        yield np.array([-1.0, 0.0, 1.0]), np.array([0.0, 2.0]), 1.0
        for n in (1, 3, 6):
            yield rng.normal(size=n), rng.uniform(0.5, 2, 2), rng.normal()

    def truth(self, x1, w, b):
        heights = []
        for x in x1:
            low, high = -1000.0, 1000.0  # z has different signs at these two ends
            for _ in range(100):
                middle = (low + high) / 2
                above = w[0] * x + w[1] * middle + b > 0
                low, high = (low, middle) if above == (w[1] > 0) else (middle, high)
            heights.append((low + high) / 2)
        return np.array(heights)

    SLIPS = {
        "The sign is lost: moving w₁x₁ + b to the other side of the equation turns "
        "it round.": lambda x1, w, b: (w[0] * x1 + b) / w[1],
        "Only w₁x₁ changed its sign. b moves to the other side as well.": (
            lambda x1, w, b: (-w[0] * x1 + b) / w[1]
        ),
        "The bias is missing: your line runs through the origin.": (
            lambda x1, w, b: -w[0] * x1 / w[1]
        ),
        "w₁ and w₂ are swapped: x₁ belongs to w[0], and you divide by w[1].": (
            lambda x1, w, b: -(w[1] * x1 + b) / w[0]
        ),
        "Only b is divided by w₂. Put brackets around w₁x₁ + b.": (
            lambda x1, w, b: -w[0] * x1 - b / w[1]
        ),
    }


class at_least(Exercise):
    """A neuron that fires when k or more of d binary inputs are 1. Many are right."""

    RETURNS = ("w", "b")
    SEEN = "the answers to 0…00, 0…01, …, 1…11"
    PRAISE = (
        "OR is at_least(1, 2) and AND is at_least(2, 2): one neuron, and only the bias "
        "differs. No bias makes XOR out of it."
    )

    def cases(self, rng):
        yield from ((1, 2), (2, 2), (1, 1), (2, 3), (3, 3), (1, 4), (3, 5))

    def truth(self, k, d):
        return np.ones(d), 0.5 - k

    def seen(self, answer, k, d):
        w, b = answer
        rows = np.array(list(product((0.0, 1.0), repeat=d)))
        return (rows @ w + b > 0).astype(int)

    SLIPS = {
        "With k ones your z is exactly 0, and a perceptron fires only for z > 0. "
        "Raise b a little.": lambda k, d: (np.ones(d), -k),
        "The sign of b is wrong: a high threshold is a low bias, b = −θ.": (
            lambda k, d: (np.ones(d), k - 0.5)
        ),
        "Your neuron waits for all d inputs. k are enough.": (
            lambda k, d: (np.ones(d), 0.5 - d)
        ),
        "Your neuron fires for a single 1. It needs k of them.": (
            lambda k, d: (np.ones(d), -0.5)
        ),
        "Your neuron fires already for k − 1 ones: b is too high.": (
            lambda k, d: (np.ones(d), 1.5 - k)
        ),
    }


class bias_trick(Exercise):
    """The bias as one more weight: its input is always 1."""

    RETURNS = ("X1", "w1")
    PRAISE = (
        "A bias is a weight whose input never changes. Whatever holds for weights now "
        "holds for biases too."
    )

    def cases(self, rng):
        yield np.array([[0.5, 0.6, 0.1]]), np.array([0.2, 0.3, 0.9]), 0.5
        yield GATE_ROWS, np.array([1.0, 1.0]), -1.5
        yield np.array([[2.0]]), np.array([3.0]), -1.0
        for n, d in ((3, 3), (5, 2), (2, 4)):
            yield rng.normal(size=(n, d)), rng.normal(size=d), rng.normal()

    def truth(self, X, w, b):
        rows = [[1.0, *row] for row in X]
        return np.array(rows), np.array([b, *w])

    SLIPS = {
        "It works, but your ones and your b come last. Put them first: x₀ = 1, "
        "w₀ = b.": (
            lambda X, w, b: (np.column_stack([X, np.ones(len(X))]), np.append(w, b))
        ),
        "The ones come first but b comes last: now b is multiplied by an input.": (
            lambda X, w, b: (np.column_stack([np.ones(len(X)), X]), np.append(w, b))
        ),
        "Your new column holds b, and w1 holds b as well: the product has b². The "
        "column is 1.": lambda X, w, b: (
            np.column_stack([np.full(len(X), b), X]),
            np.append(b, w),
        ),
        "You put a row of ones on top: one more example. An input is a column.": (
            lambda X, w, b: (np.vstack([np.ones(X.shape[1]), X]), np.append(b, w))
        ),
        "The weight in front of the column of ones is b, not 1.": lambda X, w, b: (
            np.column_stack([np.ones(len(X)), X]),
            np.append(1.0, w),
        ),
    }


class perceptron_update(Exercise):
    """w + η (t − ŷ) x and b + η (t − ŷ), component by component."""

    RETURNS = ("w", "b")
    PRAISE = (
        "Nothing moves while the answer is right; after a mistake z moves towards the "
        "target, by η (‖x‖² + 1)."
    )

    def cases(self, rng):
        yield np.array([1.0, 1.0]), 1, np.array([0.0, 0.0]), 0.0, 1.0
        yield np.array([0.0, 1.0]), 0, np.array([1.0, 1.0]), 0.5, 0.5
        yield np.array([1.0, 0.0]), 0, np.array([0.0, 0.0]), 0.0, 1.0
        yield np.array([1.0, 1.0]), 1, np.array([0.5, 0.5]), -0.5, 1.0
        yield np.array([2.0]), 1, np.array([3.0]), -1.0, 0.1
        yield np.array([0.0, 0.0]), 1, np.array([1.0, 1.0]), -0.5, 0.25
        for d in (1, 2, 3, 5):
            for t in (0, 1):
                yield rng.normal(size=d), t, rng.normal(size=d), rng.normal(), 0.1

    def truth(self, x, t, w, b, eta):
        fires = sum(x_i * w_i for x_i, w_i in zip(x, w, strict=True)) + b > 0
        step = {(1, False): eta, (0, True): -eta}.get((t, bool(fires)), 0.0)
        return np.array([w_i + step * x_i for x_i, w_i in zip(x, w, strict=True)]), (
            b + step
        )

    SLIPS = {
        "w moves but b stays. The bias learns too: its input is 1.": (
            lambda x, t, w, b, eta: (w + eta * (t - (x @ w + b > 0)) * x, b)
        ),
        "You move away from the target: the error is t − ŷ, not ŷ − t.": (
            lambda x, t, w, b, eta: (
                w - eta * (t - (x @ w + b > 0)) * x,
                b - eta * (t - (x @ w + b > 0)),
            )
        ),
        "The learning rate is missing: every step is scaled by eta.": (
            lambda x, t, w, b, eta: (
                w + (t - (x @ w + b > 0)) * x,
                b + (t - (x @ w + b > 0)),
            )
        ),
        "b moves by t − ŷ in full. Its step is scaled by eta like that of w.": (
            lambda x, t, w, b, eta: (
                w + eta * (t - (x @ w + b > 0)) * x,
                b + (t - (x @ w + b > 0)),
            )
        ),
        "You use t where the error t − ŷ belongs: right answers move the line too.": (
            lambda x, t, w, b, eta: (w + eta * t * x, b + eta * t)
        ),
        "Your error is t − z. The rule compares t with the answer ŷ, 0 or 1.": (
            lambda x, t, w, b, eta: (
                w + eta * (t - (x @ w + b)) * x,
                b + eta * (t - (x @ w + b)),
            )
        ),
        "At z = 0 you count the neuron as firing. It fires only for z > 0.": (
            lambda x, t, w, b, eta: (
                w + eta * (t - (x @ w + b >= 0)) * x,
                b + eta * (t - (x @ w + b >= 0)),
            )
        ),
    }


def training(*, sign=1, bias=1, rate=None, fires=np.greater, count=abs, stale=False):
    """The learning rule with one thing done differently: a maker of wrong answers."""

    def train(X, t, eta, epochs):
        w, b, corrections, step = np.zeros(X.shape[1]), 0.0, 0, rate or eta
        for _ in range(epochs):
            frozen = fires(X @ w + b, 0)
            for i, x in enumerate(X):
                y = frozen[i] if stale else fires(x @ w + b, 0)
                error = sign * (int(t[i]) - int(y))
                w, b = w + step * error * x, b + bias * step * error
                corrections += count(error)
        return w, b, corrections

    return train


class train_perceptron(Exercise):
    """The rule from zero weights, over and over, on one list (b, w) of numbers."""

    RETURNS = ("w", "b", "corrections")
    PRAISE = (
        "Your neuron learns. AND takes 10 corrections whatever eta is, and XOR is "
        "never finished: no line is there to be found."
    )

    def cases(self, rng):
        yield GATE_ROWS, AND, 1.0, 1
        yield GATE_ROWS, AND, 1.0, 10
        yield GATE_ROWS, OR, 0.5, 3
        yield GATE_ROWS, XOR, 1.0, 4
        yield np.array([[2.0]]), np.array([1]), 0.1, 1
        yield np.array([[-1.0], [1.0], [3.0]]), np.array([0, 0, 1]), 0.25, 5
        for n, d in ((5, 2), (6, 3)):
            yield rng.normal(size=(n, d)), rng.integers(0, 2, n), 0.5, 3

    def truth(self, X, t, eta, epochs):
        v, corrections = [0.0] * (X.shape[1] + 1), 0
        for row, target in [*zip(X.tolist(), t.tolist(), strict=True)] * epochs:
            terms = [v_i * x_i for v_i, x_i in zip(v, [1.0, *row], strict=True)]
            answer = 1 if sum(terms) > 0 else 0
            if answer != target:
                step = eta if target == 1 else -eta
                v = [v_i + step * x_i for v_i, x_i in zip(v, [1, *row], strict=True)]
                corrections += 1
        return np.array(v[1:]), v[0], corrections

    SLIPS = {
        "b stays 0 for ever. After a mistake b moves too, by eta times the error.": (
            training(bias=0)
        ),
        "Each correction makes the mistake worse: the error is t − ŷ, not ŷ − t.": (
            training(sign=-1)
        ),
        "The learning rate is missing: every step is scaled by eta.": training(rate=1),
        "At z = 0 you count the neuron as firing. It fires only for z > 0.": (
            training(fires=np.greater_equal)
        ),
        "The weights are right, but you count every row. Only a mistake is a "
        "correction.": training(count=lambda error: 1),
        "You add up the errors, so those of −1 cancel those of +1. Count each as 1.": (
            training(count=int)
        ),
        "You answer a whole epoch with the old weights. Use the new ones from the "
        "next row on.": training(stale=True),
    }
