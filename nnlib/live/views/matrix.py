"""The product of two matrices, row by column, and why some products do not exist."""

import numpy as np

from ... import plots
from ...checks import finite, numeric
from ..figure import Figure, Slider, Switch, Values
from ..text import num, table

INPUTS = ((0.5, -1.0), (1.5, 0.4), (-0.7, 0.8), (0.0, -0.3))
WEIGHTS = ((1.2, 0.4), (-0.6, 0.9), (0.3, -1.1))
BIAS = (0.1, -0.2, 0.5)
REACH = 9.9  # of an entry that the reader may edit


class MatrixProduct(Figure):
    """A B cell by cell: row × column, its sum in symbols, in numbers, and its value.

    Without arguments Z = X Wᵀ + b, a layer of 2 inputs and 3 outputs on 4 examples,
    its entries to be edited. `A` (n, d) and `B` (d, k) are shown as they are given,
    `names` are theirs and the product's. Where the inner sizes differ the picture
    says so; the switch transposes B. A subclass sets A, B, bias and names once for all.
    """

    title, view = "Row times column", "views/matrix"
    A, B, bias, names = INPUTS, WEIGHTS, BIAS, ("X", "W", "Z", "b")
    transpose, editable = True, True

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.controls = _controls(cls)

    def __init__(self, A=None, B=None, *, names=None, id=None, **starts):
        if (A is None) != (B is None):
            raise TypeError("MatrixProduct needs both A and B, or neither.")
        if A is not None:
            self.A, self.B, self.bias = _matrix(A, "A"), _matrix(B, "B"), None
            self.names, self.transpose, self.editable = ("A", "B", "C"), False, False
            self.controls = _controls(self)
        if names is not None:
            self.names = tuple(names)
        super().__init__(id=id, **starts)

    def config(self):
        n, d = np.shape(self.A)
        rows, columns = np.shape(self.B)
        return {
            "A": {"shape": [n, d], "entries": _entries(self.A)},
            "B": {"shape": [rows, columns], "entries": _entries(self.B)},
            "bias": _entries(self.bias) if self.bias is not None else None,
            "names": self.names,
            "digits": self.digits,
            "editable": self.editable,
        }

    @property
    def digits(self):
        """Decimals of the entries, and of the product's."""
        return (1, 2) if self.editable else (2, 2)

    def matrices(self, s):
        """A, B as the switch turns it, bias or None, and A B + bias or None."""
        A, B, bias = np.array(self.A), np.array(self.B), self.bias
        if self.editable:
            A, B = np.reshape(s.left, A.shape), np.reshape(s.right, B.shape)
            bias = np.array(s.bias) if bias is not None else None
        B = B.T if s.transpose else B
        if A.shape[1] != B.shape[0] or (bias is not None and len(bias) != B.shape[1]):
            return A, B, None, None
        return A, B, bias, A @ B + (0 if bias is None else bias)

    def at(self, s, C):
        """The cell (i, j) of the product that step `s.step` computes, or None."""
        return divmod(min(s.step, C.size) - 1, C.shape[1]) if s.step else None

    def called(self, s):
        """The names of A, of B as the switch turns it, of the product, of the bias."""
        a, b, *rest = self.names
        return [a, f"{b}ᵀ" if s.transpose else b, *rest]

    def caption(self, s):
        A, B, _, C = self.matrices(s)
        a, b, c, *_ = self.called(s)
        (n, d), (inner, k) = A.shape, B.shape
        shapes = f"{a} is {n}×{d}, {b} is {inner}×{k}"
        if C is None:
            return f"{shapes}: {self.refusal(s, d, inner)}."
        formula = self.formula(s)
        if not s.step:
            return f"{shapes}, so {formula} is {n}×{k}; no cell is computed yet."
        i, j = self.at(s, C)
        symbols, figures = self.sum(s)
        where = f"cell {min(s.step, C.size)} of {C.size}"
        sum_ = f"{entry(c, i, j)} = {symbols} = {figures} = {num(C[i, j], 2)}"
        return f"{shapes}, so {formula} is {n}×{k}; {where}: {sum_}."

    def formula(self, s):
        """Z = X Wᵀ + b, with the names of this figure."""
        a, b, c, *rest = self.called(s)
        return f"{c} = {a} {b}" + (f" + {rest[0]}" if self.bias is not None else "")

    def refusal(self, s, d, inner):
        """Why there is no product, and what helps."""
        other = np.shape(self.B)[0 if s.transpose else 1]
        if d == inner:
            return f"the bias has {len(self.bias)} numbers, the product's rows differ"
        reason = f"inner sizes {d} and {inner} differ"
        if other != d:
            return f"{reason}, and transposing {self.names[1]} does not help"
        undo = "do not transpose" if s.transpose else "transpose"
        return f"{reason}: {undo} {self.names[1]}"

    def sum(self, s):
        """The sum of the cell in symbols and in numbers."""
        A, B, bias, C = self.matrices(s)
        i, j = self.at(s, C)
        a, b, *_ = self.called(s)
        digits = self.digits[0]
        inner = range(A.shape[1])
        symbols = [f"{entry(a, i, m)} {entry(b, m, j)}" for m in inner]
        figures = [
            f"{factor(A[i, m], digits)}·{factor(B[m, j], digits)}" for m in inner
        ]
        if bias is not None:
            symbols.append(f"{self.names[3]}{subscript(j)}")
            figures.append(factor(bias[j], digits))
        return " + ".join(symbols), " + ".join(figures)

    def numbers(self, s):
        A, B, bias, C = self.matrices(s)
        a, b, c, *rest = self.called(s)
        tables = [matrix_table(a, A), matrix_table(b, B)]
        if bias is not None:
            tables.append(matrix_table(rest[0], np.array(bias)[None]))
        if C is not None:
            tables.append(matrix_table(c, C, known=s.step))
        return tables

    def still(self, s):
        fig, [ax] = plots.canvas(width=5.6, height=4.8)
        A, B, bias, C = self.matrices(s)
        a, b, c, *_ = self.called(s)
        shown = None
        if C is not None:
            shown = np.where(np.arange(C.size).reshape(C.shape) < s.step, C, np.nan)
        digits = (self.digits[0], *self.digits)
        cell = (0, 0) if C is None else self.at(s, C) or ()
        look = {"names": (a, b, c), "digits": digits, "bias": bias, "cell": cell}
        plots.product(A, B, shown, ax=ax, **look)
        fig.suptitle(self.formula(s), fontsize=12)
        return fig


SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉"


def entry(name, i, j):
    """W₁₂ for row 0 and column 1 of W, but W₁[1,2] and W[10,1]."""
    if max(i, j) > 8 or name[-1] in SUBSCRIPTS:
        return f"{name}[{i + 1},{j + 1}]"
    return f"{name}{subscript(i)}{subscript(j)}"


def subscript(index):
    """₁ for index 0."""
    return str(index + 1).translate(str.maketrans("0123456789", SUBSCRIPTS))


def factor(x, digits):
    """A number in a sum of products; a negative one in brackets."""
    text = num(x, digits)
    return f"({text})" if text.startswith("−") else text


def matrix_table(name, M, known=None):
    """Matrix M as a table; with `known`, only so many cells of it, row by row."""
    n, d = M.shape
    cells = list(M.ravel())
    if known is not None:
        cells[known:] = [""] * len(cells[known:])
    columns = ["row", *(f"column {j + 1}" for j in range(d))]
    rows = [[i + 1, *cells[i * d : (i + 1) * d]] for i in range(n)]
    return table(f"{name}, {n}×{d}", columns, rows)


def _matrix(M, name):
    M = finite(numeric(M, name), name)
    if M.ndim != 2 or not M.size:
        raise ValueError(f"MatrixProduct: {name} needs shape (n, d), got {M.shape}.")
    return M


def _entries(M):
    return [float(v) for v in np.ravel(M)]


def _controls(of):
    (n, d), sizes = np.shape(of.A), np.shape(of.B)
    cells = [n * k for inner, k in (sizes, sizes[::-1]) if inner == d]
    controls = [Switch("transpose", of.transpose, f"transpose {of.names[1]}")]
    if cells:
        start = min(cells) // 2
        step = Slider("step", start, 0, max(cells), 1, "cells")
        controls.insert(0, step)
    if of.editable:
        given = [("left", of.A, 0), ("right", of.B, 1)]
        given += [("bias", of.bias, 3)] if of.bias is not None else []
        for name, M, at in given:
            label = f"entries of {of.names[at]}"
            start = tuple(_entries(M))
            controls.append(Values(name, start, -REACH, REACH, 0.1, label))
    return tuple(controls)


MatrixProduct.controls = _controls(MatrixProduct)
