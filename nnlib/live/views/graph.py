"""A computation graph: forward with numbers, backward with upstream × local."""

from ... import plots
from ...activations import ReLU, Sigmoid, Tanh
from ...backprop import Value
from ..figure import Figure, Slider
from ..text import num, table

NEURON = (
    ("p", "×", "w", "x"),
    ("z", "+", "p", "b"),
    ("a", "σ", "z"),
    ("e", "−", "a", "t"),
    ("L", "²", "e"),
)
"""The squared error of one neuron, L = (σ(w x + b) − t)², an operation a step."""

OPERATIONS = {
    "+": lambda a, b: a + b,
    "−": lambda a, b: a + Value(-1.0) * b,
    "×": lambda a, b: a * b,
    "²": lambda a: a * a,
    "σ": lambda a: a.through(Sigmoid()),
    "tanh": lambda a: a.through(Tanh()),
    "ReLU": lambda a: a.through(ReLU()),
}
SLOPES = {"+": lambda a, b: (1.0, 1.0), "−": lambda a, b: (1.0, -1.0)}
SLOPES |= {"×": lambda a, b: (b, a), "²": lambda a: (2 * a,)}


class ComputationGraph(Figure):
    """Symbols, numbers, result at each node; upstream × local along each arrow.

    `steps` are (name, operation, argument, …) in an order in which each stands after
    what it needs, operations among + − × ² σ tanh ReLU; the last is the result.
    `inputs` gives each its first value. ValueError for a step that cannot be read.
    """

    title, view = "Forward and backward, step by step", "views/graph"
    inputs = {"w": 0.5, "x": 1.5, "b": -0.25, "t": 1.0}  # noqa: RUF012
    steps = NEURON
    controls = (
        *(Slider(name, at, -2.0, 2.0, 0.05, name) for name, at in inputs.items()),
        Slider("step", 10, 0, 10, 1, "step"),
    )

    def __init__(self, steps=None, inputs=None, *, id=None, **starts):
        if steps is not None:
            self.steps, self.inputs = tuple(steps), dict(inputs)
            checked(self.steps, self.inputs)
            last = 2 * len(self.steps)
            self.controls = (
                *(Slider(n, at, -2.0, 2.0, 0.05, n) for n, at in self.inputs.items()),
                Slider("step", last, 0, last, 1, "step"),
            )
        super().__init__(id=id, **starts)

    def config(self):
        steps = [{"name": n, "op": op, "args": a} for n, op, *a in self.steps]
        return {"graph": {"inputs": list(self.inputs), "steps": steps}}

    def run(self, s):
        """Every node's Value, and each arrow with what the way back hands along it.

        The gradients are those of the whole way back; `grad` holds what has arrived by
        step `s.step`: {name: ∂result/∂name so far}.
        """
        nodes = {name: Value(getattr(s, name)) for name in self.inputs}
        for name, op, *args in self.steps:
            nodes[name] = OPERATIONS[op](*(nodes[arg] for arg in args))
        result = self.steps[-1][0]
        nodes[result].backward()
        back = max(0, s.step - len(self.steps))
        grad, handed = {result: 1.0} if back else {}, []
        for name, op, *args in self.steps[::-1][:back]:
            values = [nodes[arg].data for arg in args]
            for arg, local in zip(args, slopes(op, values), strict=True):
                share = grad.get(name, 0.0) * local
                grad[arg] = grad.get(arg, 0.0) + share
                handed.append((name, arg, grad.get(name, 0.0), local, share))
        return nodes, grad, handed

    def caption(self, s):
        nodes, _, handed = self.run(s)
        n = len(self.steps)
        if s.step == 0:
            known = ", ".join(f"{x} = {num(nodes[x].data, 2)}" for x in self.inputs)
            return f"The inputs: {known}."
        result = self.steps[-1][0]
        if s.step <= n:
            name, op, *args = self.steps[s.step - 1]
            numbers = [num(nodes[arg].data, 4) for arg in args]
            return (
                f"Forward, {s.step} of {n}: {name} = {formula(op, args)} = "
                f"{formula(op, numbers)} = {num(nodes[name].data, 4)}."
            )
        name = self.steps[2 * n - s.step][0]
        ways = [
            f"∂{result}/∂{to} gets {num(up, 4)} × {num(local, 4)} = {num(share, 4)}"
            for of, to, up, local, share in handed
            if of == name
        ]
        return f"Backward, {s.step - n} of {n}, from {name}: {'; '.join(ways)}."

    def numbers(self, s):
        nodes, grad, handed = self.run(s)
        n, result = len(self.steps), self.steps[-1][0]
        formulas = {name: formula(op, args) for name, op, *args in self.steps}
        known = [*self.inputs, *[step[0] for step in self.steps[: s.step]]]
        rows = [
            [
                name,
                formulas.get(name, "input"),
                nodes[name].data if name in known else "not yet",
                grad.get(name, "not yet"),
            ]
            for name in nodes
        ]
        ways = [[f"{of} → {to}", *rest] for of, to, *rest in handed]
        tables = [table("Nodes", ["node", "is", "value", f"∂{result}/∂node"], rows)]
        if s.step > n:
            columns = ["arrow", "upstream", "local", "product"]
            tables.append(table("The way back", columns, ways))
        return tables

    def still(self, s):
        nodes, grad, handed = self.run(s)
        formulas = {name: formula(op, args) for name, op, *args in self.steps}
        known = {*self.inputs, *[step[0] for step in self.steps[: s.step]]}
        words = {
            name: [
                f"{name} = {formulas[name]}" if name in formulas else name,
                num(node.data, 4) if name in known else "",
                f"∂ {num(grad[name], 4)}" if name in grad else "",
            ]
            for name, node in nodes.items()
        }
        passed = {(to, of): f"× {num(local, 3)}" for of, to, _, local, _ in handed}
        fig, [ax] = plots.canvas(width=8.4, height=3.6)
        plots.graph(words, self.steps, passed, ax=ax)
        return fig


def formula(op, args):
    """The operation written out: a + b, σ(z), e²."""
    if op == "²":
        return f"{args[0]}²" if args[0].isalpha() else f"({args[0]})²"
    return f" {op} ".join(args) if len(args) == 2 else f"{op}({args[0]})"


def slopes(op, values):
    """∂result/∂argument for each argument of an operation."""
    if op in SLOPES:
        return SLOPES[op](*values)
    [(_, slope)] = OPERATIONS[op](Value(values[0])).edges
    return (slope,)


def checked(steps, inputs):
    """Refuse, by name, a step that no page could draw."""
    known = dict.fromkeys(inputs)
    for name, op, *args in steps:
        if op not in OPERATIONS:
            raise ValueError(
                f"ComputationGraph: {name} asks for {op!r}; it knows "
                f"{' '.join(OPERATIONS)}."
            )
        if len(args) != (2 if op in "+−×" else 1):
            raise ValueError(
                f"ComputationGraph: {name} gives {op} {len(args)} numbers."
            )
        for arg in args:
            if arg not in known:
                raise ValueError(
                    f"ComputationGraph: {name} needs {arg!r}, which stands nowhere "
                    "before it."
                )
        if name in known:
            raise ValueError(f"ComputationGraph: {name} is there twice.")
        known[name] = None
