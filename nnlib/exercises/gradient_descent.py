"""Chapter 5: steps downhill, in small batches, with a memory, and when to stop."""

import numpy as np

from . import Exercise


class step_downhill(Exercise):
    """Each weight against its own slope."""

    RETURNS = ("w",)
    PRAISE = (
        "Where the slope is negative the weight grew, where it is positive it fell."
    )

    def cases(self, rng):
        yield np.array([1.0]), np.array([2.0]), 0.1
        yield np.array([1.0, 2.0]), np.array([-4.0, 0.0]), 0.5
        for n in (1, 3, 5):
            yield rng.normal(size=n), 3 * rng.normal(size=n), float(rng.uniform(0, 1))

    def truth(self, w, g, eta):
        return np.array([a - eta * slope for a, slope in zip(w, g, strict=True)])

    SLIPS = {
        "That goes uphill: a positive slope says that the loss grows with w.": (
            lambda w, g, eta: w + eta * g
        ),
        "The learning rate is missing.": lambda w, g, eta: w - g,
        "You divide by η. A small η is to make small steps.": (
            lambda w, g, eta: w - g / eta
        ),
        "The way is right, but all your steps are equally long. Steep slopes ask for "
        "longer ones.": lambda w, g, eta: w - eta * np.sign(g),
        "That is the step alone. Where does w stand after it?": (
            lambda w, g, eta: -eta * g
        ),
    }


def bowl(w):
    """The slope of (1 − w/2)²."""
    return -(1 - w / 2)


def wave(w):
    """A slope that changes its sign often."""
    return np.sin(3 * w)


def constant_slope(w):
    """A ramp: ½ everywhere."""
    return 0.5


def walk(slope, w, eta, steps, *, at=None, sign=-1):
    """All places of a descent; its slopes taken at one place if `at` is given."""
    places = [w]
    for _ in range(steps):
        w = w + sign * eta * slope(w if at is None else at)
        places.append(w)
    return np.array(places)


class descend(Exercise):
    """The loop, and where it has been."""

    RETURNS = ("path",)
    PRAISE = "Slope here, step, slope there: all learning in this course is that loop."

    def cases(self, rng):
        yield 0.0, bowl, 2.0, 3
        yield 0.0, bowl, 4.0, 4
        yield 1.0, constant_slope, 0.5, 0
        for slope in (bowl, wave, constant_slope):
            steps = int(rng.integers(1, 8))
            yield float(rng.normal()), slope, float(rng.uniform(0.1, 0.5)), steps

    def truth(self, w, slope, eta, steps):
        places = np.zeros(steps + 1)
        places[0] = w
        for k in range(steps):
            places[k + 1] = places[k] - eta * slope(places[k])
        return places

    SLIPS = {
        "You take every slope at the start. After a step the slope is another one.": (
            lambda w, slope, eta, steps: walk(slope, w, eta, steps, at=w)
        ),
        "You walk uphill: the sign of the step is wrong.": (
            lambda w, slope, eta, steps: walk(slope, w, eta, steps, sign=1)
        ),
        "The path lacks its start: k steps visit k + 1 places.": (
            lambda w, slope, eta, steps: walk(slope, w, eta, steps)[1:]
        ),
        "That is only where it ends. Keep every place on the way.": (
            lambda w, slope, eta, steps: walk(slope, w, eta, steps)[-1]
        ),
        "The learning rate is missing.": (
            lambda w, slope, eta, steps: walk(slope, w, 1, steps)
        ),
    }


class batch_slope(Exercise):
    """The mean over the rows chosen, and no others."""

    RETURNS = ("g",)
    PRAISE = "One step costs as much as its batch, however many examples there are."

    def cases(self, rng):
        yield np.array([[2.0]]), np.array([4.0]), np.array([0.0]), np.array([0])
        for n, d, size in ((3, 1, 1), (4, 2, 2), (6, 3, 4), (5, 5, 3)):
            rows = rng.permutation(n)[:size]
            yield rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d), rows

    def truth(self, X, t, w, rows):
        g = np.zeros(len(w))
        for i in rows:
            error = sum(a * b for a, b in zip(X[i], w, strict=True)) - t[i]
            for j in range(len(w)):
                g[j] += 2 * error * X[i, j] / len(rows)
        return g

    SLIPS = {
        "That is the slope over all examples. A step sees only its batch.": (
            lambda X, t, w, rows: 2 / len(X) * X.T @ (X @ w - t)
        ),
        "You divide by the number of all examples. The mean is over the batch.": (
            lambda X, t, w, rows: 2 / len(X) * X[rows].T @ (X[rows] @ w - t[rows])
        ),
        "That is the sum over the batch. A mean keeps η independent of its size.": (
            lambda X, t, w, rows: 2 * X[rows].T @ (X[rows] @ w - t[rows])
        ),
        "The 2 of the square is lost.": (
            lambda X, t, w, rows: X[rows].T @ (X[rows] @ w - t[rows]) / len(rows)
        ),
        "That points downhill. The slope is answer minus target, times the input.": (
            lambda X, t, w, rows: 2 / len(rows) * X[rows].T @ (t[rows] - X[rows] @ w)
        ),
    }


def epoch(w, X, t, batches, eta, total=None):
    """Descent along these batches; `total` instead of a batch's own size."""
    for rows in batches:
        r = X[rows] @ w - t[rows]
        w = w - eta * 2 / (total or len(rows)) * X[rows].T @ r
    return w


class sgd_epoch(Exercise):
    """Every row once, a few at a time, in the order given."""

    RETURNS = ("w",)
    PRAISE = (
        "Every example was seen once: that is an epoch. The next one shuffles anew."
    )

    def cases(self, rng):
        X = np.array([[1.0], [2.0], [1.0]])
        yield np.array([0.0]), X, np.array([1.0, 3.0, 2.0]), np.array([2, 0, 1]), 2, 0.1
        for n, d, size in ((4, 1, 1), (5, 2, 2), (6, 2, 3), (5, 3, 5), (3, 2, 4)):
            X, t = rng.normal(size=(n, d)), rng.normal(size=n)
            yield rng.normal(size=d), X, t, rng.permutation(n), size, 0.1

    def truth(self, w, X, t, order, size, eta):
        waiting, w = list(order), list(w)
        while waiting:
            rows, waiting = waiting[:size], waiting[size:]
            step = [0.0] * len(w)
            for i in rows:
                error = sum(a * b for a, b in zip(X[i], w, strict=True)) - t[i]
                step = [s + 2 * error * x for s, x in zip(step, X[i], strict=True)]
            w = [a - eta * s / len(rows) for a, s in zip(w, step, strict=True)]
        return np.array(w)

    SLIPS = {
        "You lose the last batch when the size does not divide the number of rows.": (
            lambda w, X, t, order, size, eta: epoch(
                w,
                X,
                t,
                [order[k : k + size] for k in range(0, len(t) - size + 1, size)],
                eta,
            )
        ),
        "You take the rows as they stand. `order` has shuffled them.": (
            lambda w, X, t, order, size, eta: epoch(
                w,
                X,
                t,
                [np.arange(len(t))[k : k + size] for k in range(0, len(t), size)],
                eta,
            )
        ),
        "Your batches overlap: the next one starts where the last one ended.": (
            lambda w, X, t, order, size, eta: epoch(
                w, X, t, [order[k : k + size] for k in range(len(t))], eta
            )
        ),
        "That is one step with all rows. An epoch makes one step for each batch.": (
            lambda w, X, t, order, size, eta: epoch(w, X, t, [order], eta)
        ),
        "You always take the same first rows.": (
            lambda w, X, t, order, size, eta: epoch(
                w, X, t, [order[:size] for _ in range(0, len(t), size)], eta
            )
        ),
    }


class best_epoch(Exercise):
    """Stop when nothing better has come for a while; take the best there was."""

    RETURNS = ("epoch",)
    PRAISE = "The weights of that epoch are the ones to keep, not the last ones."

    def cases(self, rng):
        yield np.array([1.0]), 1
        yield np.array([5.0, 4.0, 3.0, 4.0, 5.0, 1.0]), 2
        yield np.array([5.0, 4.0, 3.0, 4.0, 5.0, 1.0]), 3
        yield np.array([2.0, 1.0, 1.0, 1.0, 0.5]), 2
        yield np.array([3.0, 4.0, 4.0, 3.0, 2.0, 1.0]), 1
        yield np.array([3.0, 2.0, 1.0]), 2
        for patience in (1, 2, 3, 4):
            yield rng.integers(1, 9, 12).astype(float), patience

    def truth(self, losses, patience):
        seen = list(losses)
        for end in range(1, len(seen) + 1):
            best = seen.index(min(seen[:end]))
            if end - 1 - best == patience:
                break
        return best

    SLIPS = {
        "That is the best of all epochs. Training had stopped before some of them.": (
            lambda losses, patience: int(np.argmin(losses))
        ),
        "That is the epoch at which you stop. The best one was earlier.": (
            lambda losses, patience: stop_epoch(losses, patience)
        ),
        "You stop at the first epoch that is no better. Patience allows for more.": (
            lambda losses, patience: stop_best(losses, 1)
        ),
        "You wait one epoch too long: `patience` epochs without a better one are "
        "enough.": lambda losses, patience: stop_best(losses, patience + 1),
        "An equal loss is not a better one: of equals take the first.": (
            lambda losses, patience: stop_best(losses, patience, tie=True)
        ),
    }


def stopping(losses, patience, tie=False):
    """(best epoch, epoch at which to stop)."""
    best = 0
    for k, loss in enumerate(losses):
        if loss < losses[best] or (tie and loss == losses[best]):
            best = k
        elif k - best >= patience:
            return best, k
    return best, len(losses) - 1


def stop_best(losses, patience, tie=False):
    """The best epoch among those that were waited for."""
    return stopping(losses, patience, tie)[0]


def stop_epoch(losses, patience):
    """The epoch in which the patience ran out."""
    return stopping(losses, patience)[1]


class momentum_step(Exercise):
    """The velocity first, then the step with the new velocity."""

    RETURNS = ("w", "v")
    PRAISE = "Along the valley the steps add up; across it they cancel."

    def cases(self, rng):
        yield np.array([1.0]), np.array([0.0]), np.array([2.0]), 0.1, 0.9
        yield np.array([1.0]), np.array([2.0]), np.array([2.0]), 0.1, 0.9
        for n in (1, 2, 4):
            w, v, g = rng.normal(size=(3, n))
            yield w, v, g, float(rng.uniform(0, 0.5)), float(rng.uniform(0.1, 0.95))

    def truth(self, w, v, g, eta, beta):
        new_w, new_v = [], []
        for a, velocity, slope in zip(w, v, g, strict=True):
            new_v.append(beta * velocity + slope)
            new_w.append(a - eta * new_v[-1])
        return np.array(new_w), np.array(new_v)

    SLIPS = {
        "The step uses the old velocity. First v, then w with the new v.": (
            lambda w, v, g, eta, beta: (w - eta * v, beta * v + g)
        ),
        "That is plain descent: w must move by η v, not by η g.": (
            lambda w, v, g, eta, beta: (w - eta * g, beta * v + g)
        ),
        "You average: (1 − β) g. Here the new slope counts in full. (Such forms exist; "
        "their η is 1/(1 − β) times as large.)": lambda w, v, g, eta, beta: (
            w - eta * (beta * v + (1 - beta) * g),
            beta * v + (1 - beta) * g,
        ),
        "β belongs to the old velocity, not to the new slope.": (
            lambda w, v, g, eta, beta: (w - eta * (v + beta * g), v + beta * g)
        ),
        "Your w is right, but η has got into v. It belongs to the step.": (
            lambda w, v, g, eta, beta: (w - eta * (beta * v + g), eta * (beta * v + g))
        ),
    }


def adam(w, m, v, g, t, eta, beta1, beta2, *, hat=True, power=2, eps=1e-8, inside=0.0):
    """One step of Adam, and the ways to get it wrong."""
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * np.abs(g) ** power
    m_hat = m / (1 - beta1**t) if hat else m
    v_hat = v / (1 - beta2**t) if hat else v
    return w - eta * m_hat / (np.sqrt(v_hat + inside) + eps), m, v


class adam_step(Exercise):
    """Two averages, both made up for their start at 0."""

    RETURNS = ("w", "m", "v")
    PRAISE = "The first step is η, whatever the size of the slope. Try g = 1000."

    def cases(self, rng):
        none = np.zeros(1)
        yield np.array([1.0]), none, none, np.array([1e-3]), 1, 0.1, 0.9, 0.999
        yield np.array([1.0]), none, none, none, 1, 0.1, 0.9, 0.999
        yield np.array([1.0]), none, none, np.array([1e-8]), 1, 0.1, 0.9, 0.999
        for t, n in ((2, 1), (3, 2), (7, 3), (20, 4)):
            w, m, g = rng.normal(size=(3, n))
            yield w, m, rng.uniform(0, 2, n), g, t, 0.05, 0.8, 0.95

    def truth(self, w, m, v, g, t, eta, beta1, beta2):
        new = []
        for a, first, second, slope in zip(w, m, v, g, strict=True):
            first += (1 - beta1) * (slope - first)
            second += (1 - beta2) * (slope * slope - second)
            root = (second / (1 - beta2**t)) ** 0.5
            step = eta * first / (1 - beta1**t) / (root + 1e-8)
            new.append((a - step, first, second))
        return tuple(np.array(column) for column in zip(*new, strict=True))

    SLIPS = {
        "The hats are missing: m and v start at 0 and are too small at first.": (
            lambda w, m, v, g, t, eta, beta1, beta2: adam(
                w, m, v, g, t, eta, beta1, beta2, hat=False
            )
        ),
        "ε stands outside of the root: √v̂ + ε.": (
            lambda w, m, v, g, t, eta, beta1, beta2: adam(
                w, m, v, g, t, eta, beta1, beta2, eps=0.0, inside=1e-8
            )
        ),
        "v averages the squares of the slopes.": (
            lambda w, m, v, g, t, eta, beta1, beta2: adam(
                w, m, v, g, t, eta, beta1, beta2, power=1
            )
        ),
        "You return m̂ and v̂. The hats are for this step only; m and v are "
        "remembered.": lambda w, m, v, g, t, eta, beta1, beta2: hats(
            adam(w, m, v, g, t, eta, beta1, beta2), 1 - beta1**t, 1 - beta2**t
        ),
        "That goes uphill.": lambda w, m, v, g, t, eta, beta1, beta2: adam(
            w, m, v, g, t, -eta, beta1, beta2
        ),
    }


def hats(stepped, first, second):
    """A step's w, m, v with the two memories divided by what is given."""
    w, m, v = stepped
    return w, m / first, v / second


class both_at_once(Exercise):
    """A bug hunt: the slope of b is taken at the new w."""

    RETURNS = ("w", "b")
    PRAISE = (
        "One point, all its slopes, then one step: the gradient belongs to a place."
    )

    def cases(self, rng):
        yield 0.0, 0.0, np.array([1.0]), np.array([2.0]), 0.5
        yield 2.0, 0.0, np.array([1.0, 3.0]), np.array([2.0, 6.0]), 0.1
        for n in (1, 3, 6):
            w, b = (float(a) for a in rng.normal(size=2))
            yield w, b, rng.normal(size=n), rng.normal(size=n), 0.1

    def truth(self, w, b, x, t, eta):
        down = across = 0.0
        for one, target in zip(x, t, strict=True):
            error = w * one + b - target
            down += 2 * error * one / len(x)
            across += 2 * error / len(x)
        return w - eta * down, b - eta * across

    SLIPS = {
        "Still there: your w is right and your b is not, and the larger η, the more b "
        "is off.": lambda w, b, x, t, eta: one_by_one(w, b, x, t, eta),
        "Now b is right and w is off: each slope belongs to the old w and the old b.": (
            lambda w, b, x, t, eta: one_by_one(w, b, x, t, eta, b_first=True)
        ),
        "The slope of b has no x in it: a bias reaches the answer directly.": (
            lambda w, b, x, t, eta: (
                w - eta * 2 * ((w * x + b - t) * x).mean(),
                b - eta * 2 * ((w * x + b - t) * x).mean(),
            )
        ),
        "You add up over the batch. The loss is the mean.": lambda w, b, x, t, eta: (
            w - eta * 2 * ((w * x + b - t) * x).sum(),
            b - eta * 2 * (w * x + b - t).sum(),
        ),
    }


def one_by_one(w, b, x, t, eta, b_first=False):
    """Each parameter moved before the other one's slope is taken."""
    if b_first:
        b = b - eta * 2 * (w * x + b - t).mean()
    w = w - eta * 2 * ((w * x + b - t) * x).mean()
    if not b_first:
        b = b - eta * 2 * (w * x + b - t).mean()
    return w, b


class adam_path(Exercise):
    """A bug hunt: the hats are put on m and v themselves."""

    RETURNS = ("path",)
    PRAISE = "A correction is for the step. What is remembered stays uncorrected."

    def cases(self, rng):
        yield np.array([3.0]), 0.1
        yield np.array([1.0, 1.0, 1.0]), 0.1
        yield np.array([1.0, -1.0]), 0.5
        for n in (2, 5, 8):
            yield rng.normal(size=n), float(rng.uniform(0.01, 0.5))

    def truth(self, g, eta):
        w, places = 0.0, []
        for t in range(1, len(g) + 1):
            m = sum(0.1 * 0.9 ** (t - k) * g[k - 1] for k in range(1, t + 1))
            v = sum(0.001 * 0.999 ** (t - k) * g[k - 1] ** 2 for k in range(1, t + 1))
            w -= eta * m / (1 - 0.9**t) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8)
            places.append(w)
        return np.array(places)

    SLIPS = {
        "Still there: the first step is right. All later ones are off.": (
            lambda g, eta: adam_walk(g, eta, keep_hats=True)
        ),
        "The hats are gone altogether: now the first steps are too long.": (
            lambda g, eta: adam_walk(g, eta, hat=False)
        ),
        "t counts from 0 in your hats, or always stands at 1.": (
            lambda g, eta: adam_walk(g, eta, stuck=True)
        ),
        "Only m̂ is right now. v has the same fault.": (
            lambda g, eta: adam_walk(g, eta, keep_v=True)
        ),
        "Only v̂ is right now. m has the same fault.": (
            lambda g, eta: adam_walk(g, eta, keep_m=True)
        ),
    }


def adam_walk(
    g, eta, *, keep_hats=False, keep_m=False, keep_v=False, hat=True, stuck=False
):
    """Adam from 0 along given slopes, with the mistakes of the hunt."""
    w = m = v = 0.0
    places = []
    for t, slope in enumerate(g, 1):
        m, v = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * slope**2
        t = 1 if stuck else t
        m_hat, v_hat = (m / (1 - 0.9**t), v / (1 - 0.999**t)) if hat else (m, v)
        w = w - eta * m_hat / (np.sqrt(v_hat) + 1e-8)
        m = m_hat if keep_hats or keep_m else m
        v = v_hat if keep_hats or keep_v else v
        places.append(w)
    return np.array(places)
