"""The data: truth tables, the shapes of the clouds, the digits as published."""

import re

import numpy as np
import pytest

import nnlib.data
from nnlib import GATES, blobs, circles, digits, gate, moons, spirals, xor_clouds

CLOUDS = [blobs, moons, circles, spirals, xor_clouds]
every_cloud = pytest.mark.parametrize("cloud", CLOUDS)


def rng(seed=0):
    return np.random.default_rng(seed)


# --- gates ------------------------------------------------------------------------

FORMULAS = {
    "FALSE": lambda a, b: False,
    "AND": lambda a, b: a and b,
    "A AND NOT B": lambda a, b: a and not b,
    "A": lambda a, b: a,
    "NOT A AND B": lambda a, b: not a and b,
    "B": lambda a, b: b,
    "XOR": lambda a, b: a != b,
    "OR": lambda a, b: a or b,
    "NOR": lambda a, b: not (a or b),
    "XNOR": lambda a, b: a == b,
    "NOT B": lambda a, b: not b,
    "A OR NOT B": lambda a, b: a or not b,
    "NOT A": lambda a, b: not a,
    "NOT A OR B": lambda a, b: not a or b,
    "NAND": lambda a, b: not (a and b),
    "TRUE": lambda a, b: True,
}


def test_the_gates_are_the_sixteen_functions_of_two_bits():
    assert list(GATES) == list(FORMULAS)
    assert len(set(GATES.values())) == 16


@pytest.mark.parametrize("name", FORMULAS)
def test_each_gate_computes_what_its_name_says(name):
    X, t = gate(name)
    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert X.dtype == np.float64
    assert t.dtype.kind == "i"
    assert t.tolist() == [FORMULAS[name](bool(a), bool(b)) for a, b in X]
    assert tuple(t) == GATES[name]


def test_a_gate_is_the_caller_s_own():
    gate("AND")[0][0] = 9
    assert gate("AND")[0][0].tolist() == [0, 0]


# --- clouds -----------------------------------------------------------------------


@every_cloud
@pytest.mark.parametrize("n", [4, 5, 100])
def test_shape_type_and_balance(cloud, n):
    X, t = cloud(n=n, noise=0.1, rng=rng())
    assert X.shape == (n, 2)
    assert X.dtype == np.float64
    assert t.shape == (n,)
    assert t.dtype.kind == "i"
    ones = t.sum()
    assert set(t) == {0, 1}
    assert abs(ones - n / 2) <= 1


@every_cloud
def test_a_cloud_repeats_with_its_seed(cloud):
    first, again, other = (cloud(n=20, noise=0.1, rng=rng(s)) for s in (1, 1, 2))
    assert np.array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])


@every_cloud
def test_noise_is_the_standard_deviation_of_each_coordinate(cloud):
    """The same seed draws the same shape: only the noise, drawn last, differs."""
    still, moved = (cloud(n=4000, noise=s, rng=rng())[0] for s in (0, 0.3))
    off = moved - still
    assert off.std(0) == pytest.approx([0.3, 0.3], rel=0.05)
    assert off.mean(0) == pytest.approx([0, 0], abs=0.02)
    assert abs(np.corrcoef(off.T)[0, 1]) < 0.05


@pytest.mark.parametrize("classes", [2, 3, 4, 10])
def test_blobs_sit_evenly_on_the_unit_circle(classes):
    X, t = blobs(n=2 * classes, noise=0, rng=rng(), classes=classes)
    assert t.tolist() == [*range(classes)] * 2
    assert np.array_equal(X[:classes], X[classes:])
    np.testing.assert_allclose(np.linalg.norm(X, axis=1), 1)
    turns = (X * np.roll(X, 1, axis=0)).sum(1)
    np.testing.assert_allclose(turns, np.cos(2 * np.pi / classes), atol=1e-12)


def test_moons_are_two_halves_of_circles():
    X, t = moons(n=200, noise=0, rng=rng())
    for k, centre in enumerate([(-0.5, -0.25), (0.5, 0.25)]):
        arm = X[t == k] - centre
        np.testing.assert_allclose(np.linalg.norm(arm, axis=1), 1)
        assert (arm[:, 1] * (1 - 2 * k) >= -1e-12).all()
        assert np.ptp(arm[:, 0]) > 1.8


def test_circles_have_radius_one_and_one_half():
    X, t = circles(n=200, noise=0, rng=rng())
    np.testing.assert_allclose(np.linalg.norm(X, axis=1), 1 - t / 2)
    assert (X[t == 1].min(0) < -0.4).all()
    assert (X[t == 1].max(0) > 0.4).all()


def test_spirals_turn_one_and_a_half_times():
    X, t = spirals(n=400, noise=0, rng=rng())
    r = np.linalg.norm(X, axis=1)
    assert 0.1 <= r.min() < 0.12
    assert 0.98 < r.max() <= 1
    angle = 3 * np.pi * r + np.pi * t
    np.testing.assert_allclose(
        X, r[:, None] * np.array([np.cos(angle), np.sin(angle)]).T
    )


def test_xor_clouds_have_the_signs_of_xor():
    X, t = xor_clouds(n=8, noise=0, rng=rng())
    assert X.tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]] * 2
    assert t.tolist() == list(GATES["XOR"]) * 2


# --- digits -----------------------------------------------------------------------


def test_the_digits_as_they_were_published():
    """The counts a class are those of the published description of the test set."""
    X, t = digits()
    assert (X.shape, X.dtype, t.shape, t.dtype.kind) == (
        (1797, 64),
        float,
        (1797,),
        "i",
    )
    assert np.bincount(t).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (X.min(), X.max()) == (0, 1)
    assert np.array_equal(16 * X, np.round(16 * X))
    assert 16 * X.sum() == 561718
    assert t[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]


def test_the_first_digit_reads_as_a_zero():
    ring = (digits()[0][0].reshape(8, 8) > 0.4).astype(int)
    assert ring[3:5, 3:5].sum() == 0
    assert ring[3, 2] == ring[3, 5] == ring[0, 3] == ring[7, 3] == 1


def test_the_digits_come_with_their_licence():
    note = nnlib.data.DIGITS.with_suffix(".txt").read_text("utf-8")
    for words in ("Alpaydin", "Kaynak", "1998", "CC BY 4.0", "licenses/by/4.0"):
        assert words in note


def test_a_damaged_file_is_refused(tmp_path, monkeypatch):
    content = bytearray(nnlib.data.DIGITS.read_bytes())
    content[5000] ^= 1
    monkeypatch.setattr(nnlib.data, "DIGITS", tmp_path / "digits.npz")
    nnlib.data.DIGITS.write_bytes(content)
    with pytest.raises(
        ValueError, match=r"^digits\.npz has sha256 .{8}…, expected f61cd"
    ):
        digits()


# --- what is refused --------------------------------------------------------------

FINE = {"n": 10, "noise": 0.1}


@every_cloud
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"n": 0}, ValueError, "{name}: n must be at least {least}, got 0."),
        ({"n": 1}, ValueError, "{name}: n must be at least {least}, got 1."),
        (
            {"n": 2.0},
            TypeError,
            "{name}: n must be a whole number, got 2.0 (float).",
        ),
        (
            {"n": True},
            TypeError,
            "{name}: n must be a whole number, got True (bool).",
        ),
        ({"noise": -0.1}, ValueError, "noise must be 0 or more and finite, got -0.1."),
        (
            {"noise": float("nan")},
            ValueError,
            "noise must be 0 or more and finite, got nan.",
        ),
        ({"noise": np.inf}, ValueError, "noise must be 0 or more and finite, got inf."),
        ({"noise": "much"}, TypeError, "noise must be a number, got 'much'."),
        ({"noise": False}, TypeError, "noise must be a number, got False."),
        (
            {"rng": 0},
            TypeError,
            "{name}: rng must be a numpy Generator, got 0; write "
            "rng=np.random.default_rng(0), so that the run can be repeated.",
        ),
    ],
)
def test_a_cloud_refuses_bad_input_before_it_draws(cloud, change, error, message):
    draw = rng()
    least = 4 if cloud is xor_clouds else 2
    wanted = message.format(name=cloud.__name__, least=least)
    with pytest.raises(error, match=f"^{re.escape(wanted)}$"):
        cloud(**(FINE | {"rng": draw} | change))
    assert draw.bit_generator.state == rng().bit_generator.state


@every_cloud
@pytest.mark.parametrize("missing", ["n", "noise", "rng"])
def test_nothing_is_assumed(cloud, missing):
    given = FINE | {"rng": rng()}
    del given[missing]
    with pytest.raises(TypeError, match=f"missing 1 required.*'{missing}'"):
        cloud(**given)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: blobs(n=10, noise=0.1, rng=rng(), classes=1),
            ValueError,
            "blobs: classes must be at least 2, got 1.",
        ),
        (
            lambda: blobs(n=3, noise=0.1, rng=rng(), classes=4),
            ValueError,
            "blobs: n must be at least 4, got 3.",
        ),
        (
            lambda: gate("and"),
            ValueError,
            "there is no gate 'and'; choose from FALSE, AND, A AND NOT B, A, "
            "NOT A AND B, B, XOR, OR, NOR, XNOR, NOT B, A OR NOT B, NOT A, "
            "NOT A OR B, NAND, TRUE.",
        ),
    ],
)
def test_other_bad_input(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
