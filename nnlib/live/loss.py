"""The live figures of chapter 4: squares, softmax, being sure and wrong, four tasks."""

from functools import cache

import numpy as np

from .. import plots
from ..activations import Sigmoid, Softmax, Tanh, logistic, softmax
from ..backprop import fit
from ..data import xor_clouds
from ..gradient_descent import SGD, Adam
from ..loss import MSE, SigmoidBCE, SoftmaxCE, one_hot
from ..mlp import Dense, Identity, Network
from .figure import Figure, Menu, Slider, Switch
from .spec import to_spec
from .text import num, table
from .views.bars import ProbabilityBars

# --- squares on residuals -----------------------------------------------------------

XS = (-1.8, -1.3, -0.8, -0.2, 0.3, 0.9, 1.4, 1.9)
TS = (-1.3, -0.4, -0.7, 0.3, 0.2, 1.2, 1.0, 2.0)
POINTS = np.column_stack([XS, TS])
CONSTANTS = {
    "their mean (MSE)": 1 / len(POINTS),
    "half their mean": 0.5 / len(POINTS),
    "their sum": 1.0,
}
REACH = 2.4  # of both axes


class SquaresOnResiduals(Figure):
    """A line through points: every residual's square, and the loss they make."""

    title, view = "Squares on residuals", "views/squares"
    controls = (
        Slider("w", -0.5, -2.0, 2.0, 0.05, "w"),
        Slider("b", 0.0, -1.5, 1.5, 0.05, "b"),
        Menu("constant", "their mean (MSE)", tuple(CONSTANTS), "the loss is"),
    )

    def config(self):
        return {"points": POINTS.tolist(), "constants": CONSTANTS, "reach": REACH}

    def loss(self, s, w):
        """The loss of the line w x + b for each w of an array."""
        x, t = POINTS.T
        r = np.multiply.outer(w, x) + s.b - t
        return CONSTANTS[s.constant] * (r * r).sum(-1)

    def steepest(self, s):
        """η below which gradient descent on w and b converges: 2 / the largest L''."""
        x = np.column_stack([POINTS[:, 0], np.ones(len(POINTS))])
        return 2 / np.linalg.eigvalsh(2 * CONSTANTS[s.constant] * x.T @ x)[-1]

    def slopes(self, s):
        x, t = POINTS.T
        r = s.w * x + s.b - t
        # one term after the other, as the page adds: a tie must round alike on both
        return 2 * CONSTANTS[s.constant] * np.cumsum([r * x, r], axis=1)[:, -1]

    def caption(self, s):
        x, t = POINTS.T
        squares = np.cumsum((s.w * x + s.b - t) ** 2)[-1]
        value = num(CONSTANTS[s.constant] * squares, 3)
        dw, db = self.slopes(s)
        return (
            f"{len(POINTS)} squares, {num(squares, 2)} in all. With the loss as "
            f"{s.constant}: {value}, slopes {num(dw, 2)} for w and "
            f"{num(db, 2)} for b; gradient descent converges for η below "
            f"{num(self.steepest(s), 3)}."
        )

    def numbers(self, s):
        rows = [[x, t, s.w * x + s.b, s.w * x + s.b - t] for x, t in POINTS]
        rows = [[*row, row[-1] ** 2] for row in rows]
        columns = ["x", "target t", "answer y", "residual y − t", "square"]
        return [table("The residuals", columns, rows)]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2, height=4.0)
        p = plots.palette_of(left)
        x, t = POINTS.T
        ends = np.array([-REACH, REACH])
        for at, target in POINTS:
            off = s.w * at + s.b - target
            corner = at - abs(off) * (at > 0), min(target, target + off)
            look = {"fc": p["accent"], "ec": p["accent"], "alpha": 0.25}
            left.add_patch(plots.square(corner, abs(off), **look))
        left.plot(ends, s.w * ends + s.b, color=p["ink"])
        left.plot(x, t, "o", color=p["accent"])
        left.set(xlim=ends, ylim=ends, xlabel="x", ylabel="t", aspect="equal")
        w = np.linspace(-2, 2, 161)
        plots.curve(lambda w: self.loss(s, w), ax=right, x=(-2, 2), at=s.w)
        right.set(xlabel="w", ylabel="loss", ylim=(0, 1.05 * self.loss(s, w).max()))
        return fig


# --- softmax, mixed by hand ---------------------------------------------------------


class SoftmaxMixer(ProbabilityBars):
    """The lectures' three scores, with a temperature and a shift."""

    title = "Softmax, mixed by hand"
    logits = (2.0, -1.99, -0.01)
    names = ("positive", "negative", "neutral")


# --- sure and wrong -----------------------------------------------------------------

STEPS = 250
LIMIT = 20_000


def slopes(z):
    """∂ℓ/∂z for target 1: of the cross-entropy, σ(z) − 1, and of (σ(z) − 1)²."""
    a = logistic(z)
    return a - 1, 2 * (a - 1) * a * (1 - a)


@cache
def steps_to_half(z, kind, eta=1.0):
    """How many steps with η take z to where σ(z) ≥ ½; kind 0 or 1 as in slopes."""
    for step in range(LIMIT):
        if z >= 0:
            return step
        z -= eta * slopes(z)[kind]
    raise AssertionError("never")


def path(z, kind):
    """σ(z) before each of STEPS steps, and after the last."""
    answers = [logistic(z)]
    for _ in range(STEPS):
        z = z - slopes(z)[kind]
        answers.append(logistic(z))
    return np.array(answers)


class ConfidentlyWrong(Figure):
    """One sigmoid neuron, target 1: the slope that two losses give it, and the way."""

    title, view = "Sure, and wrong", "views/sure"
    controls = (Slider("z", -6.0, -8.0, 8.0, 0.1, "z"),)

    def config(self):
        return {"steps": STEPS, "limit": LIMIT}

    def caption(self, s):
        ce, se = slopes(s.z)
        said = (
            f"z = {num(s.z, 1)}, so the neuron says {num(logistic(s.z), 4)} where 1 is "
            f"right. Slopes: cross-entropy {num(ce, 5)}, squared error {num(se, 5)}, "
            f"{num(ce / se, 1)} to 1."
        )
        if s.z >= 0:
            return f"{said} It is past ½ already."
        first, second = (steps_to_half(s.z, kind) for kind in (0, 1))
        return f"{said} To reach ½ it takes {first} steps against {second}."

    def numbers(self, s):
        first, second = path(s.z, 0), path(s.z, 1)
        marks = (0, 1, 2, 5, 10, 20, 50, 100, 200, STEPS)
        rows = [[k, first[k], second[k]] for k in marks]
        columns = ["step", "p, cross-entropy", "p, squared error"]
        return [table("The way to the target, η = 1", columns, rows)]

    def still(self, s):
        fig, (left, right) = plots.canvas(2)
        p = plots.palette_of(left)
        z = np.linspace(-8, 8, 321)
        for f, name, look in (
            (lambda z: np.logaddexp(0, -z), "cross-entropy", {"color": p["accent"]}),
            (lambda z: (1 - logistic(z)) ** 2, "squared error", {"color": p["wrong"]}),
        ):
            left.plot(z, f(z), label=name, **look)
            left.plot([s.z], [f(np.array(s.z))], "D", ms=8, **look)
        left.set(xlabel="z", ylabel="loss, target 1", ylim=(0, 8.2))
        plots.legend(ax=left)
        right.plot(path(s.z, 0), color=p["accent"])
        right.plot(path(s.z, 1), color=p["wrong"])
        right.set(xlabel="step", ylabel="p", ylim=(0, 1.02))
        return fig


# --- four tasks, four heads ---------------------------------------------------------

EPOCHS, HIDDEN, RATE, SPAN, CELLS = 200, 8, 0.03, (-1.6, 1.6), 48
RINGS = np.array([[0.7, 1.0], [1.2, 1.5], [0.0, 0.5]])  # radii of class 0, 1 and 2
TASKS = ("two classes", "three classes", "one number", "two numbers")
NUMBERS = ("first number", "second number")
HEAD_WORDS = {
    ("two classes", True): "sigmoid and cross-entropy",
    ("two classes", False): "softmax of its single output",
    ("three classes", True): "softmax and cross-entropy",
    ("three classes", False): "the class's number as a target",
    ("one number", True): "identity and squared error",
    ("one number", False): "sigmoid and squared error",
    ("two numbers", True): "identity and squared error",
    ("two numbers", False): "softmax and squared error",
}


def rings(rng):
    """Class 0 lies between 2, in the middle, and 1, outside: X (60, 2), t (60,)."""
    t = np.arange(60) % 3
    r = np.sqrt(rng.uniform(*(RINGS[t] ** 2).T))
    turn = rng.uniform(0, 2 * np.pi, 60)
    return (r * np.array([np.cos(turn), np.sin(turn)])).T.round(2), t


def reach(task):
    """The ends of both axes, target and answer, of a task whose targets are numbers."""
    most = np.ceil(11 * np.abs(examples(task)[2]).max()) / 10
    return [-most, most]


@cache
def examples(task):
    """X (60, 2), the labels or None, and T (60, k) of a task's matched head."""
    rng = np.random.default_rng(2)
    if task == "two classes":
        X, t = xor_clouds(n=60, noise=0.25, rng=rng)
        return X.round(2), t, t[:, None].astype(float)
    if task == "three classes":
        X, t = rings(rng)
        return X, t, one_hot(t, 3)
    X = rng.uniform(*SPAN, (60, 2)).round(2)
    x1, x2 = X.T
    both = np.column_stack([x1 * x2, x1 + x2])
    return X, None, both if task == "two numbers" else both[:, :1]


def head(task, fits):
    """(output layer, loss, targets) of a head that fits the task or does not."""
    _, t, T = examples(task)
    if fits:
        loss = {"two classes": SigmoidBCE(), "three classes": SoftmaxCE()}.get(task)
        return Identity(), loss or MSE(), T
    if task == "three classes":
        return Identity(), MSE(), t[:, None].astype(float)
    return (Sigmoid() if task == "one number" else Softmax()), MSE(), T


@cache
def trained(task, fits, epochs):
    """A network after so many epochs, and its loss before each and at the end."""
    out, loss, T = head(task, fits)
    X = examples(task)[0]
    rng = np.random.default_rng(0)
    net = Network.mlp([2, HIDDEN, T.shape[1]], hidden=Tanh(), out=out, rng=rng)
    run = fit(net, loss, Adam(RATE), X, T, epochs=epochs) if epochs else ()
    losses = [value for _, _, value in run]
    return net, [*losses, loss(net(X), T)]


class FourTasks(Figure):
    """One hidden layer, four tasks, each with the head that fits and with another."""

    title, view = "Four tasks, four heads", "views/heads"
    controls = (
        Menu("task", "two classes", TASKS, "task"),
        Switch("fits", True, "the head that fits"),
        Slider("epoch", EPOCHS, 0, EPOCHS, 1, "epoch"),
    )

    def config(self):
        tasks = {}
        for task in TASKS:
            X, t, _ = examples(task)
            tasks[task] = {"X": X.tolist(), "t": None if t is None else t.tolist()}
            tasks[task]["ends"] = reach(task) if t is None else None
            for name, fits in (("yes", True), ("no", False)):
                out, loss, T = head(task, fits)
                tasks[task][name] = {
                    "out": to_spec(out),
                    "loss": to_spec(loss),
                    "T": T.tolist(),
                    "words": HEAD_WORDS[task, fits],
                }
        look = {"hidden": to_spec(Tanh()), "units": HIDDEN, "span": SPAN}
        return {
            "tasks": tasks,
            **look,
            "cells": CELLS,
            "optimiser": to_spec(Adam(RATE)),
            "epochs": EPOCHS,
        }

    def classes(self, s, Y):
        """The class that the head's answer stands for, row by row."""
        if s.task == "two classes":
            return ((Y[:, 0] > 0) if s.fits else (Y[:, 0] > 0.5)).astype(int)
        if s.fits:
            return Y.argmax(axis=1)
        return np.clip(np.floor(Y[:, 0] + 0.5), 0, 2).astype(int)

    def caption(self, s):
        net, losses = trained(s.task, s.fits, s.epoch)
        X, t, T = examples(s.task)
        Y = net(X)
        words = HEAD_WORDS[s.task, s.fits]
        said = f"{s.task}, {words}, epoch {s.epoch}: loss {num(losses[-1], 3)}"
        if t is not None:
            right = int((self.classes(s, Y) == t).sum())
            return f"{said}, {right} of {len(t)} right."
        off = num(np.abs(Y - T).max(), 2)
        ends = [f"{num(A.min(), 2)} to {num(A.max(), 2)}" for A in (T, Y)]
        return (
            f"{said}, the worst answer is off by {off}. "
            f"Targets from {ends[0]}, answers from {ends[1]}."
        )

    def numbers(self, s):
        net, losses = trained(s.task, s.fits, s.epoch)
        X = examples(s.task)[0]
        T = head(s.task, s.fits)[2]
        k = T.shape[1]
        columns = ["x₁", "x₂", *(f"target {j + 1}" for j in range(k))]
        columns += [f"answer {j + 1}" for j in range(k)]
        rows = [[*x, *t, *y] for x, t, y in zip(X, T, net(X), strict=True)][:12]
        every = [[e, losses[e]] for e in range(0, s.epoch + 1, 20)]
        return [
            table("The first examples", columns, rows),
            table("The loss", ["epoch", "loss"], every),
        ]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2, height=4.0)
        net, losses = trained(s.task, s.fits, s.epoch)
        right.plot(losses, color=plots.palette_of(right)["accent"])
        right.set(xlabel="epoch", ylabel="loss", ylim=(0, None), xlim=(0, EPOCHS))
        X, t, T = examples(s.task)
        if t is None:
            p, ends = plots.palette_of(left), reach(s.task)
            left.plot(ends, ends, "--", color=p["muted"])
            for k, (target, answer) in enumerate(zip(T.T, net(X).T, strict=True)):
                look = {"color": p["accent"], "mfc": "none" if k else p["accent"]}
                left.plot(target, answer, "os"[k], label=NUMBERS[k], **look)
            left.set(xlabel="target", ylabel="answer", xlim=ends, ylim=ends)
            plots.legend(ax=left)
            return fig
        if s.task == "three classes":
            plots.regions(
                lambda P: 40 * np.eye(3)[self.classes(s, net(P))],
                ax=left,
                x=SPAN,
                y=SPAN,
            )
        else:
            middle = 0.0 if s.fits else 0.5
            plots.field(lambda P: net(P)[:, 0] - middle, ax=left, x=SPAN, y=SPAN)
        plots.points(X, t, ax=left)
        left.set(xlabel="x₁", ylabel="x₂")
        return fig


# --- the mood of a sentence ---------------------------------------------------------

MOODS = ("positive", "negative", "neutral")
TRAINING = {
    "a warm and funny film": 0,
    "I loved every minute": 0,
    "good music and good jokes": 0,
    "warm, funny, good": 0,
    "a dull and cold film": 1,
    "I hated every minute": 1,
    "bad music and bad jokes": 1,
    "dull, cold, bad": 1,
    "a film of ninety minutes": 2,
    "it has music and jokes": 2,
    "the film opens on Friday": 2,
    "I saw it on Friday": 2,
}
NOT = {"it is not good": 1, "it is good": 0, "it is bad": 1, "it is not bad": 0}
SENTENCES = (
    "I loved every minute",
    "a dull and cold film",
    "the film opens on Friday",
    "a good and warm film on Friday",
    "I hated the music",
    *NOT,
)
LESSONS = {
    "the twelve": len(TRAINING),
    "and “it is not good”": len(TRAINING) + 1,
    "and all four of good and bad": len(TRAINING) + len(NOT),
}
ROUNDS = 100


def words_of(sentence):
    """The words of a sentence, in lower case, without commas."""
    return sentence.lower().replace(",", "").split()


def taught(lesson):
    """The sentences of a lesson, each with its mood: {sentence: mood}."""
    return dict([*TRAINING.items(), *NOT.items()][: LESSONS[lesson]])


FIRST, SECOND, LAST = LESSONS
VOCABULARY = sorted({word for sentence in taught(LAST) for word in words_of(sentence)})


def features(sentence):
    """How often each word of the vocabulary stands in the sentence.           (V,)"""
    said = words_of(sentence)
    return np.array([said.count(word) for word in VOCABULARY], float)


@cache
def reader(rounds, lesson=FIRST):
    """Weights W (3, V) and biases b (3,) after so many epochs, all zero at first."""
    X = np.array([features(sentence) for sentence in taught(lesson)])
    T = one_hot(np.array([*taught(lesson).values()]), 3)
    net = Network([Dense.of(np.zeros((3, len(VOCABULARY))), np.zeros(3))])
    for _ in fit(net, SoftmaxCE(), SGD(1.0), X, T, epochs=rounds) if rounds else ():
        pass
    return net.params


class Sentiment(Figure):
    """A dozen sentences teach a softmax which words speak for which mood."""

    title, view = "The mood of a sentence", "views/sentiment"
    controls = (
        Menu("sentence", SENTENCES[0], SENTENCES, "sentence"),
        Menu("lesson", FIRST, tuple(LESSONS), "taught with"),
        Slider("rounds", 40, 0, ROUNDS, 5, "epochs"),
    )

    def config(self):
        return {
            "moods": MOODS,
            "vocabulary": VOCABULARY,
            "X": [features(sentence).tolist() for sentence in taught(LAST)],
            "T": one_hot(np.array([*taught(LAST).values()]), 3).tolist(),
            "lessons": LESSONS,
            "words": {sentence: words_of(sentence) for sentence in SENTENCES},
            "rounds": ROUNDS,
        }

    def parts(self, s):
        """The words, what each adds to the three scores (n, 3), the biases, and p."""
        W, b = reader(s.rounds, s.lesson)
        said = words_of(s.sentence)
        place = {word: k for k, word in enumerate(VOCABULARY)}
        nothing = np.zeros(3)
        terms = [W[:, place[word]] if word in place else nothing for word in said]
        z = np.sum(terms, axis=0) + b
        return said, np.array(terms), b, softmax(z[None])[0]

    def caption(self, s):
        said, _, _, p = self.parts(s)
        best = int(p.argmax())
        known = {word for sentence in taught(s.lesson) for word in words_of(sentence)}
        new = [word for word in said if word not in known]
        unknown = f" It has never seen {' and '.join(new)}." if new else ""
        shares = ", ".join(num(q, 3) for q in p)
        verdict = MOODS[best] if s.rounds else "it cannot say"
        return (
            f"“{s.sentence}” after {s.rounds} epochs: p = ({shares}), "
            f"{verdict}.{unknown}"
        )

    def numbers(self, s):
        said, terms, b, p = self.parts(s)
        rows = [[word, *term] for word, term in zip(said, terms, strict=True)]
        rows += [["bias", *b], ["sum z", *(terms.sum(0) + b)], ["p", *p]]
        return [table("What each word adds", ["word", *MOODS], rows)]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.4, height=3.8)
        said, terms, b, p = self.parts(s)
        plots.heat_map(
            np.vstack([terms, b]), ax=left, rows=[*said, "bias"], columns=MOODS
        )
        plots.probability_bars(p, ax=right, names=MOODS)
        return fig
