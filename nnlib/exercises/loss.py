"""Chapter 4: how wrong a prediction is, in numbers that a computer can bear."""

import numpy as np

from . import Exercise


class mean_squared_error(Exercise):
    """Square, add, divide: one example after the other."""

    RETURNS = ("loss",)
    PRAISE = (
        "Squares, because signs must not cancel; the mean, so that n does not count."
    )

    def cases(self, rng):
        yield np.array([3.0]), np.array([1.0])
        yield np.array([1.0, 2.0, 4.0]), np.array([1.0, 4.0, 3.0])
        for n in (2, 5, 8):
            yield rng.normal(size=n), rng.normal(size=n)

    def truth(self, y, t):
        total = 0.0
        for answer, target in zip(y, t, strict=True):
            total += (answer - target) * (answer - target)
        return total / len(y)

    SLIPS = {
        "That is the sum of the squares. The mean divides it by the number of "
        "examples.": lambda y, t: ((y - t) ** 2).sum(),
        "Without the square, errors of opposite sign cancel.": (
            lambda y, t: (y - t).mean()
        ),
        "The half is not part of the mean squared error. (Some notes put it there; the "
        "slope then loses its 2.)": lambda y, t: ((y - t) ** 2).mean() / 2,
        "That is the mean of the distances, not of their squares.": (
            lambda y, t: np.abs(y - t).mean()
        ),
        "You square the mean error. First square each error, then take the mean.": (
            lambda y, t: (y - t).mean() ** 2
        ),
    }


class one_hot_targets(Exercise):
    """A 1 in column t[i] of row i."""

    RETURNS = ("T",)
    PRAISE = "A label became a row of probabilities: all of it on the right class."

    def cases(self, rng):
        yield np.array([0]), 3
        yield np.array([2, 0, 1]), 3
        yield np.array([1, 1]), 2
        for n, k in ((1, 5), (4, 4), (6, 3)):
            yield rng.integers(0, k, n), k

    def truth(self, t, k):
        T = np.zeros((len(t), k))
        for i, label in enumerate(t):
            T[i, label] = 1.0
        return T

    SLIPS = {
        "Your labels count from 1. The first class is 0.": (
            lambda t, k: np.eye(k + 1)[t + 1][:, :-1]
        ),
        "The 1s stand in the right rows, but the columns are turned round.": (
            lambda t, k: np.eye(k)[:, ::-1][t]
        ),
        "You mark every class up to the label. Only the label's own column gets a 1.": (
            lambda t, k: (np.arange(k) <= np.asarray(t)[:, None]).astype(float)
        ),
        "The right class has the 0 and the others have the 1s.": (
            lambda t, k: 1 - np.eye(k)[t]
        ),
    }


class log_sum_exp(Exercise):
    """ln Σ e^z, the largest z taken out first."""

    RETURNS = ("result",)
    PRAISE = "No exponential above e⁰ = 1 was ever computed, whatever the scores are."

    def cases(self, rng):
        yield (np.array([0.0]),)
        yield (np.array([1.0, 2.0, 3.0]),)
        yield (np.array([1000.0, 1001.0]),)
        yield (np.array([-1000.0, -1000.0, -1000.0]),)
        for n in (2, 4, 6):
            yield (3 * rng.normal(size=n),)

    def truth(self, z):
        largest = max(z)
        rest = sum(np.exp(float(v - largest)) for v in z)
        return float(largest + np.log(rest))

    SLIPS = {
        "The largest score must come back after the logarithm: add it.": (
            lambda z: np.log(np.exp(z - z.max()).sum())
        ),
        "Taken out of the exponent means subtracted; you added it.": (
            lambda z: np.log(np.exp(z - z.max()).sum()) - z.max()
        ),
        "A mean is not a sum: ln Σ, not ln of the mean.": (
            lambda z: np.log(np.exp(z - z.max()).mean()) + z.max()
        ),
        "That is the largest score alone. The others count a little, too.": (
            lambda z: z.max()
        ),
    }


def shares(Z):
    """The softmax of each row."""
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class cross_entropy(Exercise):
    """The mean of −ln p of the right class, from the scores."""

    RETURNS = ("loss",)
    PRAISE = (
        "−ln of the probability that was given to what happened: nothing else counts."
    )

    def cases(self, rng):
        yield np.array([[2.0, -1.99, -0.01]]), np.array([0])
        yield np.array([[2.0, -1.99, -0.01]]), np.array([1])
        yield np.array([[1000.0, 0.0], [0.0, 5.0]]), np.array([0, 1])
        for n, k in ((1, 3), (3, 3), (5, 4)):
            yield 2 * rng.normal(size=(n, k)), rng.integers(0, k, n)

    def truth(self, Z, t):
        losses = []
        for z, label in zip(Z, t, strict=True):
            rest = sum(np.exp(float(v - max(z))) for v in z)
            losses.append(float(max(z)) + np.log(rest) - z[label])
        return sum(losses) / len(losses)

    SLIPS = {
        "The sign is lost: a logarithm of a probability is negative, a loss is not.": (
            lambda Z, t: np.log(shares(Z)[np.arange(len(t)), t]).mean()
        ),
        "That is the mean probability of the right class. The loss is −ln of it, row "
        "by row.": lambda Z, t: shares(Z)[np.arange(len(t)), t].mean(),
        "You add up over the batch. The loss is the mean: divide by n.": (
            lambda Z, t: -np.log(shares(Z)[np.arange(len(t)), t]).sum()
        ),
        "You take the logarithm of the mean. First the logarithm, row by row, then the "
        "mean.": lambda Z, t: -np.log(shares(Z)[np.arange(len(t)), t].mean()),
    }


class logits_slope(Exercise):
    """∂L/∂Z of the mean cross-entropy: (softmax(Z) − T) / n."""

    RETURNS = ("slope",)
    PRAISE = "Answer minus target, as with a sigmoid. No σ' anywhere: it has cancelled."

    def cases(self, rng):
        yield np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]])
        yield np.array([[1.0]]), np.array([[1.0]])
        for n, k in ((1, 3), (3, 3), (4, 2)):
            P = rng.random((n, k))
            yield P / P.sum(axis=1, keepdims=True), np.eye(k)[rng.integers(0, k, n)]

    def truth(self, Y, T):
        n, k = Y.shape
        slope = np.zeros((n, k))
        for i in range(n):
            for j in range(k):
                slope[i, j] = Y[i, j] / n - T[i, j] / n
        return slope

    SLIPS = {
        "The 1/n is missing: the loss is a mean over the rows.": lambda Y, T: Y - T,
        "That is the way down. The slope is answer minus target.": (
            lambda Y, T: (T - Y) / len(Y)
        ),
        "σ' has cancelled against the loss. It must not be multiplied in again.": (
            lambda Y, T: (Y - T) * Y * (1 - Y) / len(Y)
        ),
        "A mean over the entries divides by n·k. Here it is a mean over the rows.": (
            lambda Y, T: (Y - T) / Y.size
        ),
        "That is the slope by the probabilities, −t/y. The softmax is still to come.": (
            lambda Y, T: -T / Y / len(Y)
        ),
    }


class sure_and_wrong(Exercise):
    """A bug hunt: 1 − p taken before the logarithm of both terms."""

    RETURNS = ("loss",)
    PRAISE = "ln(1 + e^s) for s far above 0 is s itself: `np.logaddexp` knows that."

    def cases(self, rng):
        yield np.array([0.0]), np.array([1.0])
        yield np.array([-40.0, 40.0]), np.array([1.0, 0.0])
        yield np.array([800.0]), np.array([0.0])
        for n in (1, 4, 6):
            yield 3 * rng.normal(size=n), rng.integers(0, 2, n).astype(float)

    def truth(self, z, t):
        losses = []
        for one, target in zip(z, t, strict=True):
            s = float(one) if target == 0 else -float(one)
            losses.append(s + np.log1p(np.exp(-s)) if s > 0 else np.log1p(np.exp(s)))
        return sum(losses) / len(losses)

    SLIPS = {
        "Still there: for z = 0 you are right, and for an answer that is sure and "
        "wrong numpy divides by zero or overflows.": (
            lambda z, t: (
                -np.mean(
                    t * np.log(1 / (1 + np.exp(-z)))
                    + (1 - t) * np.log(1 - 1 / (1 + np.exp(-z)))
                )
            )
        ),
        "Nothing overflows, but the two targets have changed places.": (
            lambda z, t: np.mean(np.logaddexp(0, (2 * t - 1) * z))
        ),
        "You add up over the batch. The loss is the mean.": (
            lambda z, t: np.sum(np.logaddexp(0, (1 - 2 * t) * z))
        ),
        "Clipping the probabilities hides it: a neuron that is sure and wrong is told "
        "less than it should be.": (
            lambda z, t: (
                -np.mean(
                    t * np.log(np.clip(1 / (1 + np.exp(-np.clip(z, -30, 30))), 1e-7, 1))
                    + (1 - t)
                    * np.log(
                        np.clip(1 - 1 / (1 + np.exp(-np.clip(z, -30, 30))), 1e-7, 1)
                    )
                )
            )
        ),
    }


class shapes_agree(Exercise):
    """A bug hunt: a column against a row broadcasts to a square."""

    RETURNS = ("loss",)
    PRAISE = (
        "(n, 1) minus (n,) is (n, n): every answer met every target. nnlib refuses it."
    )

    def cases(self, rng):
        yield np.array([[3.0]]), np.array([1.0])
        yield np.array([[1.0], [2.0]]), np.array([1.0, 2.0])
        yield np.array([[2.0], [2.0]]), np.array([0.0, 4.0])
        for n in (3, 5):
            yield rng.normal(size=(n, 1)), rng.normal(size=n)

    def truth(self, Y, t):
        total = 0.0
        for row, target in zip(Y, t, strict=True):
            total += (row[0] - target) * (row[0] - target)
        return total / len(t)

    SLIPS = {
        "Still there: with one example you are right, and with perfect answers to two "
        "your loss is not 0.": lambda Y, t: ((Y - t) ** 2).mean(),
        "The shapes agree now, but it is a sum.": lambda Y, t: (
            (Y[:, 0] - t) ** 2
        ).sum(),
        "You take the mean before you square.": (
            lambda Y, t: (Y.mean() - t.mean()) ** 2
        ),
        "Without the square, errors of opposite sign cancel.": (
            lambda Y, t: (Y[:, 0] - t).mean()
        ),
    }
