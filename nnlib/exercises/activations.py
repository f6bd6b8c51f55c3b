"""Chapter 3: slopes, safe exponentials, a good start, and two bugs to find."""

import math

import numpy as np

from . import Exercise


def logistic(z):
    """σ(z), good for the moderate z of the slips below."""
    return 1 / (1 + np.exp(-z))


def spread(rng):
    """Arrays of z on both sides of 0, the first of size one and the second with a 0."""
    yield np.array([2.0])
    yield np.array([-3.0, -0.5, 0.0, 0.5, 3.0])
    for n in (1, 4, 9):
        yield rng.normal(scale=2, size=n)


class sigmoid_slope(Exercise):
    """σ'(z) = 1 / (2 cosh(z/2))², number by number."""

    RETURNS = ("slope",)
    PRAISE = (
        "Never above ¼, and the same for z and −z: a sigmoid that is very sure hardly "
        "reacts, whichever way it is sure."
    )

    def cases(self, rng):
        for z in spread(rng):
            yield (z,)

    def truth(self, z):
        return np.array([1 / (2 * math.cosh(z_i / 2)) ** 2 for z_i in z])

    SLIPS = {
        "This is σ itself. Its slope is σ (1 − σ).": logistic,
        "You put z where σ(z) belongs: the slope is a (1 − a) with a = σ(z).": (
            lambda z: z * (1 - z)
        ),
        "Your slope is negative, but σ rises everywhere. Where does the minus come "
        "from?": lambda z: -np.exp(-z) / (1 + np.exp(-z)) ** 2,
        "1 − a² is the slope of tanh. The sigmoid's is a (1 − a).": (
            lambda z: 1 - logistic(z) ** 2
        ),
        "Your a is 1 / (1 − e⁻ᶻ), which leaves (0, 1). The sigmoid has a plus there.": (
            lambda z: 1 / (1 - np.exp(-z)) * (1 - 1 / (1 - np.exp(-z)))
        ),
        "You took the slope of the slope: σ goes in once.": (
            lambda z: logistic(logistic(z)) * (1 - logistic(logistic(z)))
        ),
    }


class tanh_slope(Exercise):
    """tanh'(z) = 1 / cosh² z, with z won back from a."""

    RETURNS = ("slope",)
    PRAISE = (
        "No z needed: whoever kept a has the slope for one product. Backpropagation "
        "lives on this."
    )

    def cases(self, rng):
        for z in spread(rng):
            yield (np.tanh(z),)

    def truth(self, a):
        return np.array([1 / math.cosh(math.atanh(a_i)) ** 2 for a_i in a])

    SLIPS = {
        "You took the tanh once more. What comes in is a = tanh z already.": (
            lambda a: 1 - np.tanh(a) ** 2
        ),
        "a (1 − a) is the slope of the sigmoid. That of tanh is 1 − a².": (
            lambda a: a * (1 - a)
        ),
        "The square is missing: the slope is 1 − a².": lambda a: 1 - a,
        "The sign: where a = 0 tanh is steepest, and its slope there is +1.": (
            lambda a: a**2 - 1
        ),
    }


class relu_slope(Exercise):
    """1 for z > 0, else 0, number by number."""

    RETURNS = ("slope",)
    PRAISE = (
        "All or nothing: the gradient passes whole, or not at all. At 0 the kink has "
        "no slope; 0 is a choice, the same that nnlib makes."
    )

    def cases(self, rng):
        for z in spread(rng):
            yield (z,)

    def truth(self, z):
        return np.array([1.0 if z_i > 0 else 0.0 for z_i in z])

    SLIPS = {
        "Right, except at z = 0: the kink has no slope, and we choose 0 there.": (
            lambda z: (z >= 0).astype(float)
        ),
        "This is ReLU itself. Its slope is 1 or 0.": lambda z: np.maximum(z, 0.0),
        "The sides are swapped: the slope is 1 where z is positive.": (
            lambda z: (z < 0).astype(float)
        ),
        "On the left you give −1: that is the slope of |z|. ReLU is flat there.": (
            lambda z: np.sign(z)
        ),
        "1 everywhere is the slope of the identity. ReLU is flat for z < 0.": (
            lambda z: np.ones_like(z)
        ),
        "½ at 0 is a choice one could make; here it is 0, as in nnlib.": (
            lambda z: np.heaviside(z, 0.5)
        ),
    }


class leaky_relu(Exercise):
    """z and 1 for z > 0, else s z and s, for any s."""

    RETURNS = ("a", "slope")
    PRAISE = (
        "With s = 0 this is ReLU, with s = 1 the identity. Any s > 0 keeps a way open "
        "for the gradient."
    )

    def cases(self, rng):
        yield np.array([2.0]), 0.1
        yield np.array([-3.0, -0.5, 0.0, 0.5, 3.0]), 0.01
        yield np.array([-1.0, 0.0, 2.0]), 2.0
        for n, s in ((1, 0.2), (4, 0.0), (7, 0.3)):
            yield rng.normal(scale=2, size=n), s

    def truth(self, z, s):
        pairs = [(z_i, 1.0) if z_i > 0 else (s * z_i, s) for z_i in z]
        return tuple(np.array([pair[k] for pair in pairs]) for k in (0, 1))

    SLIPS = {
        "max(s z, z) is right up to s = 1. For a larger s the maximum picks the wrong "
        "branch: ask for the sign of z instead.": (
            lambda z, s: (np.maximum(s * z, z), np.where(z > 0, 1.0, s))
        ),
        "Right, except that the slope at z = 0 is s here: the right side is z > 0.": (
            lambda z, s: (np.where(z > 0, z, s * z), np.where(z >= 0, 1.0, s))
        ),
        "a is right. On the left the slope is s, the factor of z, not 0.": (
            lambda z, s: (np.where(z > 0, z, s * z), np.where(z > 0, 1.0, 0.0))
        ),
        "On the left you return s. The line there is s z; s is its slope.": (
            lambda z, s: (np.where(z > 0, z, s), np.where(z > 0, 1.0, s))
        ),
        "The two sides are swapped: the small slope belongs to the negative z.": (
            lambda z, s: (np.where(z > 0, s * z, z), np.where(z > 0, s, 1.0))
        ),
        "a is right. The slope is 1 or s, not z or s: what multiplies z?": (
            lambda z, s: (np.where(z > 0, z, s * z), np.where(z > 0, z, s))
        ),
    }


class stable_logistic(Exercise):
    """σ(z) with the exponent that is never positive, number by number.

    The tolerance is relative: e^−30 and 0 are different answers. Only what no clipping
    at ±500 or beyond can avoid is let pass.
    """

    RETURNS = ("a",)
    PRAISE = (
        "e^−|z| never exceeds 1, so nothing can overflow, and even e^−30 keeps all its "
        "digits."
    )
    atol = 1e-200

    def cases(self, rng):
        yield (np.array([0.0]),)
        yield (np.array([-30.0, -1.0, -0.5, 0.5, 1.0, 30.0]),)
        yield (np.array([-1000.0, -2.0]),)
        yield (np.array([1000.0, 2.0]),)
        for n in (1, 5):
            yield (rng.normal(scale=3, size=n),)

    def truth(self, z):
        answers = []
        for z_i in z:
            if z_i < 0:
                answers.append(math.exp(z_i) / (1 + math.exp(z_i)))
            else:
                answers.append(1 / (1 + math.exp(-z_i)))
        return np.array(answers)

    SLIPS = {
        "For z = −1000 this asks for e¹⁰⁰⁰, which no float can hold. Use the other "
        "form where z is negative.": logistic,
        "For z = 1000 this asks for e¹⁰⁰⁰, which no float can hold. Use the other "
        "form where z is positive.": lambda z: np.exp(z) / (1 + np.exp(z)),
        "np.where computes both forms everywhere and chooses afterwards: one of them "
        "overflows. Let both share e = e^−|z|.": (
            lambda z: np.where(
                z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z))
            )
        ),
        "Your answer is the same for z and −z. For z < 0 the numerator is e, for "
        "z ≥ 0 it is 1.": (lambda z: np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z)))),
        "Your answer never falls below ½. For z < 0 the numerator is e, not 1.": (
            lambda z: 1 / (1 + np.exp(-np.abs(z)))
        ),
        "The two sides are swapped: σ(1000) is 1.": (
            lambda z: np.where(z >= 0, np.exp(-np.abs(z)), 1) / (1 + np.exp(-np.abs(z)))
        ),
        "You cut z off at ±10, so σ(−30) comes out as large as σ(−10).": (
            lambda z: logistic(np.clip(z, -10, 10))
        ),
    }


def shares(E, axis=1):
    """E, and each of its numbers as a share of the sum along `axis`."""
    return E, E / E.sum(axis=axis, keepdims=True)


class softmax_of_rows(Exercise):
    """p_i = 1 / Σ_j e^(z_j − z_i): no exponential stands alone."""

    RETURNS = ("E", "P")
    PRAISE = (
        "Every row of E has a 1 and nothing above it: nothing overflows, and no row "
        "adds up to 0."
    )

    def cases(self, rng):
        yield (np.array([[0.0, 0.0]]),)
        yield (np.array([[1.0, 2.0, 3.0]]),)
        yield (np.array([[2.0], [-1.0]]),)
        yield (np.array([[1000.0, 1001.0, 1002.0], [0.0, 1.0, -1.0]]),)
        yield (np.array([[-1000.0, -1002.0], [1.0, 0.5]]),)
        for n, k in ((1, 4), (3, 3), (4, 2)):
            yield (rng.normal(scale=2, size=(n, k)),)

    def truth(self, Z):
        E = [[math.exp(z - max(row)) for z in row] for row in Z]
        P = [[1 / sum(math.exp(y - z) for y in row) for z in row] for row in Z]
        return np.array(E), np.array(P)

    SLIPS = {
        "For z = 1000 this asks for e¹⁰⁰⁰, which no float can hold. Make the largest "
        "of each row 0 first.": lambda Z: shares(np.exp(Z)),
        "You make the largest of the whole table 0. A row far below it becomes all "
        "zeros: each row needs its own.": lambda Z: shares(np.exp(Z - Z.max())),
        "You divide by the sums of the columns. Rows are examples: each row is to add "
        "up to 1.": lambda Z: shares(np.exp(Z - Z.max(axis=1, keepdims=True)), axis=0),
        "You take the largest of each column. Rows are examples: axis=1.": (
            lambda Z: shares(np.exp(Z - Z.max(axis=0, keepdims=True)))
        ),
        "The sign is turned: the largest z is to get the largest share.": (
            lambda Z: shares(np.exp(Z.max(axis=1, keepdims=True) - Z))
        ),
        "You divide by the sum of the whole table: then it adds up to 1, and not each "
        "row.": lambda Z: shares(np.exp(Z - Z.max(axis=1, keepdims=True)), axis=(0, 1)),
    }


class dead_units(Exercise):
    """How many neurons have z ≤ 0 for every single example, asked one by one."""

    RETURNS = ("count",)
    PRAISE = (
        "One example that wakes it is enough to keep a neuron alive. Count the dead "
        "when a ReLU network stops learning."
    )

    def cases(self, rng):
        yield np.array([[1.0]]), np.array([[-1.0]]), np.array([0.0])
        yield (
            np.array([[1.0, 2.0], [3.0, 1.0], [2.0, 2.0]]),
            np.array([[-1.0, -1.0], [-2.0, 0.0]]),
            np.array([0.5, 1.0]),
        )
        yield np.array([[1.0], [2.0]]), np.array([[1.0], [-1.0]]), np.array([-2.0, 3.0])
        yield np.array([[1.0], [2.0]]), np.array([[1.0], [0.0]]), np.array([-3.0, 0.0])
        for n, d, units in ((6, 2, 8), (4, 3, 5), (3, 2, 9), (2, 2, 2), (1, 3, 4)):
            X, W = rng.normal(size=(n, d)), rng.normal(size=(units, d))
            yield X, W, rng.normal(size=units) - 1

    def truth(self, X, W, b):
        dead = 0
        for row, b_i in zip(W, b, strict=True):
            z = [sum(u * v for u, v in zip(row, x, strict=True)) + b_i for x in X]
            dead += all(z_i <= 0 for z_i in z)
        return dead

    SLIPS = {
        "No error, but a layer of two neurons that sees three examples has, you say, "
        "three dead ones. What have you counted?": (
            lambda X, W, b: int((X @ W.T + b <= 0).all(axis=1).sum())
        ),
        "You count every neuron that is ever silent. A dead one is silent for all the "
        "examples.": lambda X, W, b: int((X @ W.T + b <= 0).any(axis=0).sum()),
        "A neuron with z = 0 is silent too, and has slope 0: it counts as dead.": (
            lambda X, W, b: int((X @ W.T + b < 0).all(axis=0).sum())
        ),
        "The bias is missing: it is what buries most of the dead.": (
            lambda X, W, b: int((X @ W.T <= 0).all(axis=0).sum())
        ),
        "You count silences, one for each neuron and example. Ask each neuron first "
        "whether it is silent for all.": lambda X, W, b: int((X @ W.T + b <= 0).sum()),
        "These are the neurons that are alive for all examples. A dead one is silent "
        "for all.": lambda X, W, b: int((X @ W.T + b > 0).all(axis=0).sum()),
    }


def chain(x, w, *, before=False, last=False, bare=False, weights=True, slope=None):
    """The slope of a chain of tanh neurons with one thing done differently."""
    slope_of = slope or (lambda a: 1 - a * a)
    a, total = x, 1.0
    for w_k in w:
        old, a = a, np.tanh(w_k * a)
        here = slope_of(old if before else np.tanh(a) if bare else a)
        here = here * (w_k if weights else 1)
        total = here if last else total * here
    return total


class chain_slope(Exercise):
    """f'(x) of a chain of tanh neurons: the first factor, then that of the rest."""

    RETURNS = ("slope",)
    PRAISE = (
        "Each layer multiplies by its own weight and by the slope at its own a. Ten "
        "factors below 1 leave next to nothing."
    )

    def cases(self, rng):
        yield 2.0, np.array([1.0])
        yield 0.5, np.array([1.0, 2.0])
        yield -1.0, np.array([0.5, -1.5, 2.0])
        yield 0.0, np.array([3.0, 0.5])
        for n in (1, 4, 10):
            yield rng.normal(), rng.normal(scale=1.5, size=n)

    def truth(self, x, w):
        if not len(w):
            return 1.0
        z = w[0] * x
        return w[0] / math.cosh(z) ** 2 * self.truth(math.tanh(z), w[1:])

    SLIPS = {
        "No error, but look at one neuron: w = [1], x = 2. Your slope is −3, and tanh "
        "rises everywhere. At x = 0 it is right.": (
            lambda x, w: chain(x, w, before=True)
        ),
        "For one neuron it is right. For two you give the slope of the last alone: "
        "the earlier factors are lost.": lambda x, w: chain(x, w, last=True),
        "The weights do not count. z = w a, so each layer brings a factor w too.": (
            lambda x, w: chain(x, w, weights=False)
        ),
        "a is tanh z already. You take its tanh once more before the slope.": (
            lambda x, w: chain(x, w, bare=True)
        ),
        "a (1 − a) is the slope of the sigmoid; these neurons are tanh.": (
            lambda x, w: chain(x, w, slope=lambda a: a * (1 - a))
        ),
    }


def even(limit, *, low=-1, turned=False):
    """A maker of weights that lie evenly between low · limit and limit."""

    def weights(d_out, d_in, seed):
        reach = limit(d_out, d_in)
        size = (d_in, d_out) if turned else (d_out, d_in)
        return np.random.default_rng(seed).uniform(low * reach, reach, size)

    return weights


class he_weights(Exercise):
    """Even numbers from −√(6/d_in) to √(6/d_in), stretched from [0, 1) by hand."""

    RETURNS = ("W",)
    PRAISE = (
        "Their mean square is 2 / d_in. ReLU drops half of a signal, and the 2 makes "
        "up for it."
    )

    def cases(self, rng):
        yield 1, 1, 0
        yield 3, 2, 0
        yield 2, 6, 1
        yield 5, 1, 2
        yield 1, 4, 3
        yield 4, 4, 4

    def truth(self, d_out, d_in, seed):
        rng, limit = np.random.default_rng(seed), math.sqrt(6 / d_in)
        rows = [[rng.random() for _ in range(d_in)] for _ in range(d_out)]
        return np.array([[(2 * u - 1) * limit for u in row] for row in rows])

    SLIPS = {
        "The shape is turned round: W has one row for each neuron, so (d_out, d_in).": (
            even(lambda d_out, d_in: np.sqrt(6 / d_in), turned=True)
        ),
        "You divide by d_out. What a neuron adds up are its d_in inputs.": (
            even(lambda d_out, d_in: np.sqrt(6 / d_out))
        ),
        "√(2/d_in) is how large the weights are typically. Evenly spread ones must "
        "reach further, to √(6/d_in).": even(lambda d_out, d_in: np.sqrt(2 / d_in)),
        "The root is missing: the square of a weight is to be about 2/d_in.": (
            even(lambda d_out, d_in: 6 / d_in)
        ),
        "This is Glorot's limit, √(6/(d_in + d_out)). He's has d_in alone.": (
            even(lambda d_out, d_in: np.sqrt(6 / (d_in + d_out)))
        ),
        "All your weights are positive. Start the interval at −limit.": (
            even(lambda d_out, d_in: np.sqrt(6 / d_in), low=0)
        ),
        "These are normal numbers of the right size. They would do, but here they are "
        "to be evenly spread: rng.uniform(low, high, shape).": (
            lambda d_out, d_in, seed: np.random.default_rng(seed).normal(
                0, np.sqrt(2 / d_in), (d_out, d_in)
            )
        ),
    }
