"""Chapter 5. Downhill by the slope: the rules that turn gradients into better weights.
An optimiser's docstring is its exact recurrence: g = ∂L/∂p at the old p, η the learning
rate, t = 1, 2, … the step, all memory 0 at first, all arithmetic entry by entry, ε just
where it stands. Forms and defaults are PyTorch's; where a paper's differ, it says."""

from operator import is_

import numpy as np

from .checks import finite, fraction, not_negative, numeric, positive, require, whole


def numerical_gradient(f, x, *, h=1e-5):
    """∂f/∂x[i] ≈ (f(x + h e_i) − f(x − h e_i)) / 2h, for f: array → number.  x's shape
    Off by about h² (the curve) and 1e-16/h (rounding): the sum is least near h = 1e-5.
    x itself is moved, one entry at a time, and put back."""
    x, h = numeric(x, "x"), positive(h, "h")
    slope = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        here = x[i]
        for sign in (1, -1):
            x[i] = here + sign * h
            slope[i] += sign * f(x) / (2 * h)
        x[i] = here
    return slope


def constant(lr):
    """η(t) = lr. A schedule is such a function of the steps done, t = 0, 1, 2, …"""
    lr = positive(lr, "learning rate")
    return lambda t: lr


def step_decay(lr, *, every, factor=0.1):
    """η(t) = lr · factor^⌊t / every⌋: a sudden drop after every so many steps."""
    every = whole(every, "every", "step_decay")
    return lambda t: lr * factor ** (t // every)


def inverse_time(lr, *, rate):
    """η(t) = lr / (1 + rate · t): 1/t in the long run, as the theory of SGD asks."""
    return lambda t: lr / (1 + rate * t)


def cosine(lr, *, steps, low=0.0):
    """η(t) = low + ½ (lr − low) (1 + cos(π t / steps)), and low for t > steps."""
    steps = whole(steps, "steps", "cosine")
    return lambda t: low + (lr - low) * (1 + np.cos(np.pi * min(t / steps, 1))) / 2


def stopped(step, dw, g, *, small_change=0.0, small_gradient=0.0, limit=np.inf):
    """Stop now? If ‖Δw‖ < small_change, or ‖∂L/∂w‖ < small_gradient, or step ≥ limit.
    On a plateau Δw is small, the minimum far; at a maximum too the gradient is 0."""
    still = np.linalg.norm(dw) < small_change
    flat = np.linalg.norm(g) < small_gradient
    return bool(still or flat or step >= limit)


class Optimiser:
    """p ← p − Δ in place, for every parameter, all gradients taken at the old ones.
    `lr` is a number or a schedule. A weight_decay λ adds λ p to g before all else. What
    the `memory` arrays keep belongs to one p: each model needs its own optimiser."""

    def __init__(self, lr, weight_decay, memory, eps=1.0):
        self.lr = lr if callable(lr) else constant(lr)
        self.weight_decay = not_negative(weight_decay, "weight_decay")
        self.memory = memory
        self.eps = positive(eps, "eps")
        self.t = 0
        self.params = []
        self.state = []

    def bind(self, params):
        """Remember these arrays; ValueError if others are remembered already."""
        require(params, "there is nothing to train: the list of params is empty.")
        if not self.params:
            for p in params:
                if getattr(p, "dtype", None) != np.float64:
                    raise TypeError(f"a parameter is no float64 array: {p!r:.60}")
                finite(p, "a parameter")
            self.params = list(params)
            self.state = [[p * 0 for _ in range(self.memory)] for p in params]
        known = len(params) == len(self.params) and all(map(is_, params, self.params))
        require(known, "this optimiser remembers another model: make one for each.")

    def step(self, params, grads):
        """Move `params` by their gradients. ValueError, and no move, if any is off."""
        self.bind(params)
        grads = [np.asarray(g) for g in grads]
        require(len(params) == len(grads), f"{len(params)} params, {len(grads)} grads.")
        for p, g in zip(params, grads, strict=True):
            shapes = f"a parameter has shape {p.shape} but its gradient {g.shape}"
            require(p.shape == g.shape, f"{shapes}: was the batch summed over?")
            require(np.isfinite(g).all(), "a gradient holds nan or inf.")
        self.advance(grads)

    def advance(self, grads):
        """`step` without its checks, for loops that call `bind`."""
        eta = self.lr(self.t)
        if not 0 <= eta < np.inf:
            raise ValueError(f"learning rate must be positive, got {eta}.")
        self.t += 1
        for p, g, state in zip(self.params, grads, self.state, strict=True):
            g = g + self.weight_decay * p if self.weight_decay else g
            self.move(p, g, eta, *state)

    def move(self, p, g, eta, *state):
        """p ← p − Δ, and the new state, both in place."""
        raise NotImplementedError


class SGD(Optimiser):
    """Δ = η g.              On a parabola of curvature c it diverges once η > 2 / c."""

    def __init__(self, lr, *, weight_decay=0.0):
        super().__init__(lr, weight_decay, memory=0)

    def move(self, p, g, eta):
        p -= eta * g


class Momentum(Optimiser):
    """v ← β v + g,   Δ = η v, or with `nesterov` Δ = η (g + β v).            β = `beta`
    η stays outside of v: the usual v ← β v − η g is the same while η is constant."""

    def __init__(self, lr, beta=0.9, nesterov=False, *, weight_decay=0.0):
        super().__init__(lr, weight_decay, memory=1)
        self.beta = fraction(beta, "beta")
        self.nesterov = nesterov

    def move(self, p, g, eta, v):
        v *= self.beta
        v += g
        p -= eta * (g + self.beta * v if self.nesterov else v)


class Adagrad(Optimiser):
    """s ← s + g²,   Δ = η g / (√s + ε).           Duchi, Hazan & Singer, JMLR (2011)"""

    def __init__(self, lr, *, eps=1e-10, weight_decay=0.0):
        super().__init__(lr, weight_decay, memory=1, eps=eps)

    def move(self, p, g, eta, s):
        s += g * g
        p -= eta * g / (np.sqrt(s) + self.eps)


class RMSProp(Optimiser):
    """s ← ρ s + (1 − ρ) g²,   Δ = η g / (√s + ε).  Tieleman & Hinton (2012): ρ = 0.9"""

    def __init__(self, lr, rho=0.99, *, eps=1e-8, weight_decay=0.0):
        super().__init__(lr, weight_decay, memory=1, eps=eps)
        self.rho = fraction(rho, "rho")

    def move(self, p, g, eta, s):
        s += (1 - self.rho) * (g * g - s)
        p -= eta * g / (np.sqrt(s) + self.eps)


class AdaDelta(Optimiser):
    """s ← ρ s + (1 − ρ) g²,  d = g √(u + ε) / √(s + ε),  u ← ρ u + (1 − ρ) d², Δ = η d.
    d has the unit of p, so η = 1. Zeiler, arXiv:1212.5701 (2012): no η, ρ = 0.95."""

    def __init__(self, lr=1.0, rho=0.9, *, eps=1e-6, weight_decay=0.0):
        super().__init__(lr, weight_decay, memory=2, eps=eps)
        self.rho = fraction(rho, "rho")

    def move(self, p, g, eta, s, u):
        s += (1 - self.rho) * (g * g - s)
        d = g * np.sqrt((u + self.eps) / (s + self.eps))
        u += (1 - self.rho) * (d * d - u)
        p -= eta * d


class Adam(Optimiser):
    """m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²,   Δ = η m̂ / (√v̂ + ε).
    m̂ = m / (1 − β₁^t), v̂ = v / (1 − β₂^t) make up for the start at 0: the first Δ is
    η sign g. Kingma & Ba, ICLR (2015); β₁, β₂ and ε are theirs too."""

    def __init__(self, lr, beta1=0.9, beta2=0.999, *, eps=1e-8, weight_decay=0.0):
        super().__init__(lr, weight_decay, memory=2, eps=eps)
        self.beta1 = fraction(beta1, "beta1")
        self.beta2 = fraction(beta2, "beta2")

    def move(self, p, g, eta, m, v):
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        p -= eta * m_hat / (np.sqrt(v_hat) + self.eps)


class SparseAdam(Optimiser):
    """Adam for the rows of p whose g is not all 0; the others keep p, m and v.
    For embeddings. t counts all steps, and ε joins the root before it is corrected:
    Δ = η √(1 − β₂^t) m̂ / (√v + ε). (PyTorch reads the rows off a sparse gradient.)"""

    def __init__(self, lr, beta1=0.9, beta2=0.999, *, eps=1e-8):
        super().__init__(lr, 0.0, memory=2, eps=eps)
        self.beta1 = fraction(beta1, "beta1")
        self.beta2 = fraction(beta2, "beta2")

    def move(self, p, g, eta, m, v):
        rows = g.reshape(len(g), -1).any(axis=1)
        m[rows] += (1 - self.beta1) * (g[rows] - m[rows])
        v[rows] += (1 - self.beta2) * (g[rows] ** 2 - v[rows])
        eta *= np.sqrt(1 - self.beta2**self.t) / (1 - self.beta1**self.t)
        p[rows] -= eta * m[rows] / (np.sqrt(v[rows]) + self.eps)
