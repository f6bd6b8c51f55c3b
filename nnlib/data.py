"""Data to learn from: sixteen gates, five kinds of clouds, 1,797 handwritten digits.
Every set is a pair X, t: X (n, d) float64, one example a row; t (n,) int, its class.
A cloud has n points in the plane, the classes taking turns; `noise` is the standard
deviation of what `rng` adds to each coordinate."""

import hashlib
import io
from pathlib import Path

import numpy as np

from .checks import generator, not_negative, whole

DIGITS = Path(__file__).with_name("digits.npz")
SHA256 = "f61cda7504463ac8b9a0f0c705c21c97b5d04221f85a4e3dd2470228a1be0d99"

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])

# in the order of the four targets read as a binary number
_NAMES = (
    "FALSE, AND, A AND NOT B, A, NOT A AND B, B, XOR, OR, "
    "NOR, XNOR, NOT B, A OR NOT B, NOT A, NOT A OR B, NAND, TRUE"
).split(", ")

GATES = {name: tuple(map(int, f"{k:04b}")) for k, name in enumerate(_NAMES)}
"""Every function of two bits: name → targets for (0,0), (0,1), (1,0), (1,1)."""


def gate(name):
    """The truth table of one of GATES, by its name.                 X (4, 2), t (4,)"""
    if name not in GATES:
        raise ValueError(f"there is no gate {name!r}; choose from {', '.join(GATES)}.")
    return CORNERS.copy(), np.array(GATES[name])


def blobs(*, n, noise, rng, classes=2):
    """One round cloud a class, the centres evenly on the unit circle."""
    t = _turns("blobs", n, noise, rng, whole(classes, "classes", "blobs", low=2))
    return _blur(_circle(2 * np.pi * t / classes + 1.25 * np.pi), noise, rng), t


def moons(*, n, noise, rng):
    """Two half circles of radius 1, hooked together: a line gets most of them."""
    t = _turns("moons", n, noise, rng)
    X = _circle(rng.uniform(0, np.pi, n) + np.pi * t) + np.outer(t, [1, 0.5])
    return _blur(X - [0.5, 0.25], noise, rng), t


def circles(*, n, noise, rng):
    """Class 1 on a circle of radius ½ inside class 0 on one of radius 1: no line."""
    t = _turns("circles", n, noise, rng)
    X = _circle(rng.uniform(0, 2 * np.pi, n)) * (1 - t / 2)[:, None]
    return _blur(X, noise, rng), t


def spirals(*, n, noise, rng):
    """Two arms from the centre to radius 1, one and a half turns each: the hard one."""
    t = _turns("spirals", n, noise, rng)
    r = rng.uniform(0.1, 1, n)
    return _blur(_circle(3 * np.pi * r + np.pi * t) * r[:, None], noise, rng), t


def xor_clouds(*, n, noise, rng):
    """Four clouds at (±1, ±1); class 1 where the signs differ: XOR, blurred."""
    corner = _turns("xor_clouds", n, noise, rng, 4)
    return _blur(2 * CORNERS[corner] - 1, noise, rng), np.array(GATES["XOR"])[corner]


def digits():
    """1,797 handwritten digits of 8 × 8 pixels.         X (1797, 64) in [0, 1], t 0…9
    0 is paper, 1 is ink. ValueError if the file is damaged. Source: Alpaydin & Kaynak,
    UCI Machine Learning Repository (1998), the test set; CC BY 4.0, see digits.txt."""
    content = DIGITS.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise ValueError(
            f"{DIGITS.name} has sha256 {found[:8]}…, expected {SHA256[:8]}…; "
            f"the file is damaged: restore it from the repository."
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return file["X"] / 16, file["t"].astype(int)


def _turns(where, n, noise, rng, classes=2):
    """0, 1, …, classes − 1, 0, 1, …: each class takes its turn. Checks what came in."""
    whole(n, "n", where, low=classes)
    not_negative(noise, "noise")
    generator(rng, where)
    return np.arange(n) % classes


def _circle(angle):
    """The points of the unit circle at these angles.                  (n,) → (n, 2)"""
    return np.column_stack([np.cos(angle), np.sin(angle)])


def _blur(X, noise, rng):
    """X, each coordinate moved by a normal deviate with this standard deviation."""
    return X + noise * rng.standard_normal(X.shape)
