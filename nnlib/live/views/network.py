"""A small network as a diagram: every number on the way forward and on the way back."""

import numpy as np

from ... import plots
from ...activations import Sigmoid
from ...checks import batch
from ...loss import MSE
from ...mlp import Dense, Network
from ..figure import Figure, Menu, Slider, Values
from ..spec import to_spec
from ..text import num, table


def lecture():
    """The lectures' 2-2-1 network, with numbers that fit its slides; no biases."""
    hidden = Dense.of(np.array([[0.1, 0.7], [0.4, 0.2]]), np.zeros(2))
    output = Dense.of(np.array([[0.55, 0.45]]), np.zeros(1))
    return Network([hidden, Sigmoid(), output, Sigmoid()])


class NetworkDiagram(Figure):
    """Activations, the loss, and δ = ∂L/∂z, layer by layer; the weights can be edited.

    `net` alternates Dense and one activation; X (n, d) and T (n, k) are examples to
    choose from, `loss` judges the output. Without arguments: the lectures' network.
    ValueError for weights beyond ±9.99 or a network of another form.
    """

    title, view = "A network, number by number", "views/network"
    controls = (
        Slider("step", 5, 0, 5, 1, "step"),
        Menu("example", "1", ("1", "2"), "example"),
        Values(
            "weights",
            (0.1, 0.7, 0.4, 0.2, 0.0, 0.0, 0.55, 0.45, 0.0),
            *(-9.99, 9.99, 0.01),
            "weights",
        ),
    )

    def __init__(self, net=None, X=None, T=None, loss=None, *, id=None, **starts):
        self.net = net or lecture()
        X = [[0.5, 0.6], [0.9, 0.4]] if X is None else X
        self.X = batch(X, self.net.d_in, "NetworkDiagram", "X")
        self.T = np.array([[1.0], [0.0]]) if T is None else np.asarray(T, float)
        self.loss = loss or MSE()
        kinds = [isinstance(f, Dense) for f in self.net.layers]
        if kinds != [True, False] * (len(kinds) // 2):
            raise ValueError(
                "NetworkDiagram draws Dense and one activation in turn; this network "
                f"is {', '.join(type(f).__name__ for f in self.net.layers)}."
            )
        flat = np.concatenate([p.ravel() for p in self.net.params]).round(2).tolist()
        last = len(kinds) + 1
        examples = tuple(str(k + 1) for k in range(len(self.X)))
        self.controls = (
            Slider("step", last, 0, last, 1, "step"),
            Menu("example", "1", examples, "example"),
            Values("weights", tuple(flat), -9.99, 9.99, 0.01, "weights"),
        )
        super().__init__(id=id, **starts)

    def config(self):
        return {
            "net": to_spec(self.net),
            "loss": to_spec(self.loss),
            "X": self.X.tolist(),
            "T": self.T.tolist(),
        }

    def run(self, s):
        """The network, its trace, the loss, each layer's δ, and all gradients."""
        ends = np.cumsum([p.size for p in self.net.params])[:-1]
        parts = np.split(np.array(s.weights), ends)
        shaped = [
            v.reshape(p.shape) for v, p in zip(parts, self.net.params, strict=True)
        ]
        layers = [
            Dense.of(shaped.pop(0), shaped.pop(0)) if isinstance(f, Dense) else f
            for f in self.net.layers
        ]
        net = Network(layers)
        row = int(s.example) - 1
        A = net.trace(self.X[row : row + 1])
        value, delta = self.loss.value_and_grad(A[-1], self.T[row : row + 1])
        deltas, grads = [], []
        for k in range(len(layers) - 1, -1, -1):
            if isinstance(layers[k], Dense):
                deltas.insert(0, delta[0])
                grads = [*layers[k].grads(A[k], delta), *grads]
            delta = layers[k].vjp(A[k], A[k + 1], delta)
        return net, [a[0] for a in A], value, deltas, grads

    def caption(self, s):
        _, A, value, deltas, grads = self.run(s)
        depth = len(deltas)
        if s.step == 0:
            return f"The input: x = {row(A[0], 2)}."
        if s.step <= depth:
            z, a = A[2 * s.step - 1], A[2 * s.step]
            return f"Forward, layer {s.step}: z = {row(z)}, a = {row(a)}."
        if s.step == depth + 1:
            target = row(self.T[int(s.example) - 1], 2)
            return f"The loss of {row(A[-1])} against {target}: L = {num(value, 4)}."
        k = 2 * depth + 1 - s.step
        W = grads[2 * k]
        j, i = np.unravel_index(np.argmax(np.abs(W)), W.shape)
        return (
            f"Backward, layer {k + 1}: δ = {row(deltas[k])}; its steepest weight, from "
            f"{i + 1} to {j + 1}, has the gradient {num(W[j, i], 4)}."
        )

    def numbers(self, s):
        net, A, value, deltas, grads = self.run(s)
        depth = len(deltas)
        units = [
            [
                k + 1,
                j + 1,
                *(
                    [A[2 * k + 1][j], A[2 * k + 2][j]]
                    if s.step > k
                    else ["not yet", "not yet"]
                ),
                deltas[k][j] if s.step > 2 * depth - k else "not yet",
            ]
            for k in range(depth)
            for j in range(len(deltas[k]))
        ]
        weights = [
            [
                name,
                p,
                g if s.step > 2 * depth - k // 2 else "not yet",
            ]
            for k, (param, grad) in enumerate(zip(net.params, grads, strict=True))
            for name, p, g in zip(
                names(k, param.shape), param.flat, grad.flat, strict=True
            )
        ]
        columns = ["layer", "unit", "z", "a", "δ = ∂L/∂z"]
        return [
            table("Units", columns, units),
            table("Weights", ["weight", "value", "∂L/∂weight"], weights),
            table("The loss", ["L"], [[value if s.step > depth else "not yet"]]),
        ]

    def still(self, s):
        net, A, value, deltas, _ = self.run(s)
        fig, [ax] = plots.canvas(width=8.4, height=3.8)
        depth = len(deltas)
        shown = [
            [
                f"{num(a, 3)}" if s.step >= k else "",
                f"δ {num(d, 3)}" if k and s.step > 2 * depth + 1 - k else "",
            ]
            for k in range(depth + 1)
            for a, d in zip(A[2 * k], deltas[k - 1] if k else A[0], strict=True)
        ]
        words = ["\n".join(filter(None, lines)) for lines in shown]
        plots.network(net.params, words, ax=ax)
        if s.step > depth:
            ax.set_title(f"L = {num(value, 4)}", fontsize=10)
        return fig


def row(values, digits=4):
    """(0.47, 0.32): a row of numbers; one number stands without brackets."""
    words = [num(value, digits) for value in values]
    return words[0] if len(words) == 1 else f"({', '.join(words)})"


def names(k, shape):
    """What the entries of parameter k are called: w2(1→1), b2(1)."""
    if len(shape) == 1:
        return [f"b{k // 2 + 1}({j + 1})" for j in range(shape[0])]
    rows, columns = map(range, shape)
    return [f"w{k // 2 + 1}({i + 1}→{j + 1})" for j in rows for i in columns]
