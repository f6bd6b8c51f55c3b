"""Chapter 6's figures on checking: really run bugs, real rounding, printed formulas."""

import json
from itertools import combinations, product
from types import SimpleNamespace

import numpy as np
import pytest
from figures import grid

from nnlib import (
    MSE,
    Dense,
    HalfMSE,
    Network,
    ReLU,
    Sigmoid,
    SoftmaxCE,
    numerical_gradient,
    value_and_grad,
)
from nnlib.live import modules
from nnlib.live.bugs import (
    A_JANG,
    BIAS,
    BUGS,
    CARDS,
    DECAY,
    DIAGNOSES,
    GROUPS,
    PLACES,
    ROW_JANG,
    SLOPES,
    STEP_SIZES,
    STEPS,
    T1,
    T_JANG,
    TARGET,
    UNDECIDED,
    W1,
    W2,
    X1,
    BugZoo,
    CheckMicroscope,
    PrintedFormula,
    agrees,
    backprop,
    differences,
    estimates,
    impostor,
    in_a_row,
    mistakes,
    program,
    setting,
    slopes,
    tied_loss,
    tied_slope,
    trace,
    wrong,
    xnor_sum,
)


def state(kind, **changes):
    start = {c.name: c.start for c in kind.controls}
    return SimpleNamespace(**{**start, **changes})


def parts(row):
    """36 numbers by parameter: W₁ … b₃."""
    named = zip(SLOPES, row, strict=True)
    found = {group: [] for group in GROUPS}
    for name, number in named:
        found[name[:2]].append(number)
    return {group: np.array(numbers) for group, numbers in found.items()}


def ratios(bug):
    return parts(slopes(bug) / differences())


def right_groups(bug):
    return "".join(g for g, flags in parts(wrong(bug)).items() if not flags.any())


# --- the zoo: the right code ------------------------------------------------------


def as_nnlib():
    W, b, *_ = setting()
    first, twice, last = map(Dense.of, W, b)
    net = Network([first, Sigmoid(), twice, ReLU(), twice, ReLU(), last])
    return net, [first, twice, last]


def test_without_a_bug_the_slopes_are_nnlibs():
    W, _, X, T, _ = setting()
    net, layers = as_nnlib()
    _, grads = value_and_grad(net, SoftmaxCE(), X, T)
    at = {id(p): g for p, g in zip(net.params, grads, strict=True)}
    dW = [at[id(f.W)] + DECAY * w for f, w in zip(layers, W, strict=True)]
    wanted = in_a_row(dW, [at[id(f.b)] for f in layers])
    np.testing.assert_allclose(slopes(None), wanted, rtol=1e-12, atol=1e-15)


def test_without_a_bug_every_slope_passes_the_check():
    assert not wrong(None).any()
    np.testing.assert_allclose(slopes(None), differences(), atol=1e-9)


def test_the_setting_leaves_room_for_the_check():
    """No slope so small that a ratio blows up, no z near the kink, no unit dead."""
    W, b, X, _, _ = setting()
    assert np.abs(differences()).min() > 0.015
    for z in trace(W, b, X)[0][1:3]:
        assert np.abs(z).min() > 0.05
        assert (z > 0).any(axis=0).all()
        assert not (z > 0).all()


def test_no_shape_gives_a_bug_away():
    for bug in BUGS:
        for found, right in zip(backprop(bug, *setting()), setting()[:2], strict=True):
            assert [part.shape for part in found] == [part.shape for part in right]


def test_running_a_bug_leaves_the_setting_alone():
    before = json.dumps([np.asarray(part).tolist() for part in setting()])
    for bug in BUGS:
        backprop(bug, *setting())
    assert json.dumps([np.asarray(part).tolist() for part in setting()]) == before


# --- the zoo: the bugs ------------------------------------------------------------


def test_there_are_twelve_bugs_and_each_can_be_diagnosed():
    assert len(BUGS) == len(DIAGNOSES) == 12
    assert {bug.name for bug in BUGS.values()} == set(DIAGNOSES)
    menu = [bug.name for bug in BUGS.values()]
    assert not [k for k in range(12) if menu[k] == DIAGNOSES[k]]  # no order to guess by


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_is_one_line_of_the_code_that_runs(bug):
    planted, right = program(bug), program(None)
    other = [step for step in STEPS if not same_code(planted[step], right[step])]
    assert other == [BUGS[bug].step]
    assert BUGS[bug].code != STEPS[BUGS[bug].step].code


def same_code(one, other):
    (one, other) = (f.__code__ for f in (one, other))
    return (one.co_code, one.co_names, one.co_consts, one.co_varnames) == (
        *(other.co_code, other.co_names, other.co_consts, other.co_varnames),
    )


@pytest.mark.parametrize("bug", BUGS)
def test_the_check_finds_every_bug(bug):
    assert wrong(bug).any()
    shown = BugZoo().caption(state(BugZoo, bug=number(bug)))
    assert f"{wrong(bug).sum()} of 36 slopes are wrong" in shown


def number(bug):
    return f"#{[*BUGS].index(bug) + 1}"


@pytest.mark.parametrize(("one", "other"), [*combinations([None, *BUGS], 2)])
def test_fingerprints_differ_pairwise(one, other):
    """By enough to be seen: a ratio that is another in the second decimal."""
    apart = np.abs(slopes(one) - slopes(other)) / np.abs(differences())
    assert apart.max() > 0.5


def test_where_each_bug_leaves_all_right():
    assert {bug: right_groups(bug) for bug in BUGS} == {
        "axis": "W₁W₂W₃",
        "layer": "b₁b₂b₃",
        "mean": "",
        "assign": "W₁b₁W₃b₃",
        "sign": "",
        "slope": "W₂b₂W₃b₃",
        "decay": "b₁b₂b₃",
        "transpose": "W₃b₃",
        "softmax": "",
        "stale": "b₃",
        "early": "W₃b₃",
        "mask": "W₃b₃",
    }


def test_the_ratios_that_tell_a_bug():
    for group in ("b₁", "b₂", "b₃"):
        np.testing.assert_allclose(ratios("mean")[group], 3, rtol=1e-6)
        np.testing.assert_allclose(ratios("sign")[group], -1, rtol=1e-6)
    np.testing.assert_allclose(ratios("axis")["b₃"], 0, atol=1e-9)  # Σ (p − t) = 0
    off = parts(differences() - slopes("decay"))
    for k, W in zip("₁₂₃", setting().W, strict=True):
        np.testing.assert_allclose(off[f"W{k}"], DECAY * W.ravel(), atol=1e-9)


# --- the zoo: the diagnosis -------------------------------------------------------


@pytest.mark.parametrize("bug", BUGS)
def test_the_check_tells_the_right_diagnosis_from_the_eleven_wrong_ones(bug):
    figure = BugZoo()
    verdicts = {}
    for name in DIAGNOSES:
        s = state(BugZoo, bug=number(bug), diagnosis=name, check=True)
        verdicts[name] = figure.caption(s).partition(" Right, “")[2]
        assert bool(verdicts[name]) != (f" Not “{name}”: it would" in figure.caption(s))
    [right] = [name for name, said in verdicts.items() if said]
    assert right == BUGS[bug].name
    line = f"“{BUGS[bug].code}” where “{STEPS[BUGS[bug].step].code}” belongs."
    assert verdicts[right].endswith(line)


@pytest.mark.parametrize("bug", BUGS)
def test_nothing_is_given_away_before_the_check(bug):
    figure = BugZoo()
    s = state(BugZoo, bug=number(bug))
    bare = figure.caption(s)
    assert BUGS[bug].name not in bare
    for name in DIAGNOSES:
        s.diagnosis = name
        assert figure.caption(s) == f"{bare} Diagnosis, not yet checked: “{name}”."
        assert figure.numbers(s) == figure.numbers(state(BugZoo, bug=s.bug))
    s = state(BugZoo, bug=number(bug), diagnosis=UNDECIDED, check=True)
    assert figure.caption(s) == f"{bare} There is no diagnosis to check."


# --- the zoo on the page ----------------------------------------------------------


@pytest.fixture(scope="module")
def page(browser):
    """An empty page with the engine's bugs."""
    page = browser.new_page()
    for name in modules.needs("engine/bugs"):
        page.add_script_tag(content=modules.as_script(name))
    page.evaluate("globalThis.bugs = nnlibModules['engine/bugs']")
    yield page
    page.close()


@pytest.mark.parametrize("bug", [None, *BUGS])
def test_the_page_runs_the_bug_too(page, bug):
    given = BugZoo().config()
    found = page.evaluate("([g, bug]) => bugs.buggedSlopes(g, bug)", [given, bug])
    np.testing.assert_allclose(found, slopes(bug), rtol=1e-12, atol=1e-15)


def test_the_page_checks_by_differences_too(page):
    found = page.evaluate("given => bugs.costDifferences(given)", BugZoo().config())
    np.testing.assert_allclose(found, differences(), rtol=0, atol=3e-10)


def test_checking_leaves_what_is_given_alone(page):
    given = BugZoo().config()
    after = page.evaluate(
        """given => {
            bugs.costDifferences(given);
            for (const [key] of given.bugs) bugs.buggedSlopes(given, key);
            return given;
        }""",
        given,
    )
    assert after == json.loads(json.dumps(given))


# --- the microscope ---------------------------------------------------------------


def off(where="on a smooth stretch", precision="64 bits"):
    """h → (one-sided, central): how far off they are."""
    found = mistakes(where, precision)
    return dict(zip(STEP_SIZES, found.tolist(), strict=True))


def test_steps_go_from_a_tenth_to_1e_16():
    assert STEP_SIZES[0] == 0.1
    assert STEP_SIZES[-1] == 1e-16
    assert sorted(STEP_SIZES, reverse=True) == STEP_SIZES
    assert {float(f"1e{e}") for e in range(-16, 0)} <= set(STEP_SIZES)


@pytest.mark.parametrize("w", [1.3, 0.503, 0.9, -0.4, 0.5])
def test_the_slope_and_the_loss_are_nnlibs(w):
    """The weight stands twice: the gradients at both places add up."""
    net = Network([Dense.of([[1.0]], [BIAS]), ReLU(), Dense.of([[w]], [0.0])])
    x, t = np.array([[w]]), np.array([[TARGET]])
    value, grads = value_and_grad(net, MSE(), x, t)
    assert tied_loss(w) == value
    [to_input] = vjp_of_input(net, x, t)
    assert tied_slope(w) == pytest.approx(to_input + grads[2].item(), abs=1e-15)


def vjp_of_input(net, x, t):
    A = net.trace(x)
    delta = MSE().grad(A[-1], t)
    for k in (2, 1, 0):
        delta = net.layers[k].vjp(A[k], A[k + 1], delta)
    return delta[0]


def test_the_central_difference_is_nnlibs():
    for place, h in product(PLACES, (1e-2, 1e-4)):
        w = PLACES[place]
        told = numerical_gradient(lambda v: tied_loss(v[0]), np.array([w]), h=h)
        said = estimates(w, h, np.float64)
        assert said.central == pytest.approx(told[0], rel=1e-9, abs=1e-11)


def test_errors_fall_with_h_and_with_its_square():
    errors = off()
    for h, tenth in ((1e-1, 1e-2), (1e-2, 1e-3), (1e-3, 1e-4)):
        one, two = errors[h], errors[tenth]
        assert one[0] / two[0] == pytest.approx(10, rel=0.08)
        assert one[1] / two[1] == pytest.approx(100, rel=0.01)


def test_rounding_wins_in_the_end():
    errors = off()
    assert min(errors, key=lambda h: errors[h][1]) == pytest.approx(5e-6, rel=0.7)
    assert min(errors, key=lambda h: errors[h][0]) == pytest.approx(1e-8, rel=0.7)
    slope = tied_slope(1.3)
    assert errors[1e-16] == [slope, slope]  # w + h is w: no rise at all
    assert errors[1e-5][1] < 1e-9 < errors[1e-8][1] < errors[1e-12][1]


def test_32_bits_want_a_larger_step_and_make_the_check_coarser():
    errors, fine = off(precision="32 bits"), off()
    best, finest = (min(both[1] for both in all_.values()) for all_ in (errors, fine))
    assert best > 1e4 * finest
    assert min(errors, key=lambda h: errors[h][1]) >= 1e-3
    assert errors[1e-5][1] > 1e6 * fine[1e-5][1]


def test_beside_the_kink_only_a_small_h_is_right():
    errors = off("0.003 beside the kink")
    assert errors[1e-2][1] > 0.05
    assert errors[1e-3][1] < 1e-5


def test_on_the_kink_no_h_is_right():
    errors = off("on the kink")
    assert all(both[1] > 0.1 for h, both in errors.items() if h > 1e-15)
    assert errors[1e-6][0] == pytest.approx(0.25, rel=1e-4)  # the slope on the right
    assert errors[1e-6][1] == pytest.approx(0.125, rel=1e-4)  # the mean of both
    said = CheckMicroscope().caption(state(CheckMicroscope, where="on the kink"))
    assert "No h helps" in said
    assert "0.00 on the left of the kink, −0.25 on its right" in said


def test_the_caption_names_the_best_steps():
    said = CheckMicroscope().caption(state(CheckMicroscope))
    assert said.endswith("They are best with h = 5·10⁻⁹ and h = 2·10⁻⁶.")
    coarse = CheckMicroscope().caption(state(CheckMicroscope, precision="32 bits"))
    assert coarse.endswith("They are best with h = 0.0001 and h = 0.002.")


# --- printed formulas -------------------------------------------------------------

POINTS = PrintedFormula.grid.tolist()


def judged(name):
    """(point, central difference, printed, right) at every point of the slider."""
    card = CARDS[name]
    central = PrintedFormula().central(state(PrintedFormula, card=name), POINTS)
    for p, difference in zip(POINTS, central, strict=True):
        yield p, difference, float(card.printed(p)), float(card.right(p))


def test_there_are_seven_cards_and_their_point_is_never_the_pole():
    assert len(CARDS) == 7
    slider = next(c for c in PrintedFormula.controls if c.name == "p")
    assert POINTS == pytest.approx(grid(slider))
    assert 0 not in POINTS


@pytest.mark.parametrize("name", CARDS)
def test_the_check_flags_what_is_printed_and_passes_what_is_right(name):
    for p, difference, printed, right in judged(name):
        assert right == pytest.approx(difference, rel=1e-7, abs=1e-10)
        assert agrees(right, difference)
        assert not agrees(printed, difference), p


def test_the_lectures_numbers():
    assert CARDS["COMP0087: the slope of σ"].printed(0.7) == pytest.approx(
        -0.2217, abs=5e-5
    )
    assert impostor(0.7) == pytest.approx(1.986, abs=5e-4)
    for _, difference, printed, _ in judged("handwritten notes: update of layer 2"):
        assert difference / printed == pytest.approx(2, rel=1e-6)


def test_the_impostor_passes_its_own_check():
    card = CARDS["COMP0087: σ itself"]
    for p in POINTS:
        own = numerical_gradient(lambda x: impostor(x[0]), np.array([p]))[0]
        assert card.printed(p) == pytest.approx(own, rel=1e-6)
        assert not 0 < impostor(p) < 1


def test_the_net_of_the_notes_is_nnlibs():
    net = Network([Dense.of(W1, [0] * 3), Sigmoid(), Dense.of([W2], [0]), Sigmoid()])
    _, (dW1, _, dW2, _) = value_and_grad(net, MSE(), X1[None], [[T1]])
    second = CARDS["handwritten notes: update of layer 2"]
    hidden = CARDS["handwritten notes: the hidden index"]
    assert second.right(W2[0]) == pytest.approx(dW2[0, 0])
    assert hidden.right(W1[1, 0]) == pytest.approx(dW1[1, 0])


def test_jangs_product_takes_another_entry():
    """∂L/∂W = δ aᵀ: [1, 2] is δ₁ a₂, and element by element, as columns, δ₁ a₁."""
    card, p = CARDS["H. Jang: δ times a"], 0.7
    net = Network([Dense.of([[ROW_JANG, p], [0.3, -0.2]], [0, 0]), Sigmoid()])
    A = net.trace(np.array([A_JANG]))
    T = np.array([[T_JANG, 0.9]])
    _, (dW, _) = value_and_grad(net, HalfMSE(), A[0], T)
    assert card.right(p) == pytest.approx(dW[0, 1])
    delta = ((A[2] - T) * A[2] * (1 - A[2])).T
    printed = np.broadcast_to(delta * A[0].T, (2, 2))  # no error: numpy repeats it
    assert card.printed(p) == pytest.approx(printed[0, 1])


def test_the_xnor_output_is_the_lectures():
    for x, z in ((0, 0.383270), (1, -0.261594)):
        assert xnor_sum(x) == pytest.approx(z, abs=5e-7)
    assert CARDS["CS2109S: the output of XNOR"].printed(0.3) == 1


def test_a_caption_says_who_printed_it_and_what_the_check_says():
    figure = PrintedFormula()
    for name, card in CARDS.items():
        s = state(PrintedFormula, card=name)
        assert figure.caption(s).startswith(f"As printed: {card.as_printed}. At ")
        assert "The check fails." in figure.caption(s)
        s.corrected = True
        assert figure.caption(s).startswith(f"Corrected: {card.corrected}. At ")
        assert figure.caption(s).endswith("The check passes.")
