"""Chapter 6's figures on checking: really run bugs, real rounding, printed formulas."""

import json
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest

from nnlib import Dense, Network, ReLU, Sigmoid, SoftmaxCE, value_and_grad
from nnlib.live import modules
from nnlib.live.bugs import (
    BUGS,
    DECAY,
    DIAGNOSES,
    GROUPS,
    SLOPES,
    STEPS,
    UNDECIDED,
    BugZoo,
    backprop,
    differences,
    in_a_row,
    program,
    setting,
    slopes,
    trace,
    wrong,
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
