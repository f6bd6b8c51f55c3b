"""Questions to answer before looking: each wrong answer is a known misconception.

The reply depends on the answer; what was answered stays in the reader's own browser.
Without JavaScript, and in print, the question stands with its answer folded away.
Texts are plain, with Unicode for mathematics; `backticks` make code.
"""

import html
import math
import re

import ipywidgets as widgets

from .figure import View


class Question(widgets.VBox):
    """Abstract: `id` in kebab-case, unique on its page; `text`, the question itself."""

    def __init__(self, id, text, config):
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id):
            raise ValueError(
                f"a question's id is in kebab-case, for example line-moves: {id!r}."
            )
        self.text = text
        super().__init__([View("views/question", {"id": id, "text": text, **config})])

    def __repr__(self):
        return f"Question: {self.text}"

    def _repr_mimebundle_(self, **kwargs):
        live = super()._repr_mimebundle_(**kwargs)
        return {**live, "text/plain": repr(self), "text/html": self.on_paper()}

    def on_paper(self):
        """The question as plain HTML, its answer in a closed <details>."""
        raise NotImplementedError


class ChoiceQuestion(Question):
    """One of several `options`, pairs (answer, reply); `answer` is the right index.

    ValueError unless there are at least two different options and `answer` is one.
    """

    def __init__(self, id, text, options, *, answer):
        if len(dict(options)) != len(options) or len(options) < 2:
            raise ValueError(f"question {id}: give two or more different options.")
        if answer not in range(len(options)):
            last = len(options) - 1
            raise ValueError(
                f"question {id}: answer must lie in 0..{last}, got {answer!r}."
            )
        self.options, self.answer = options, answer
        super().__init__(id, text, {"options": options, "answer": answer})

    def on_paper(self):
        items = "".join(f"<li>{inline(option)}</li>" for option, _ in self.options)
        right, why = self.options[self.answer]
        return folded(self.text, f"<ol>{items}</ol>", f"{inline(right)} {inline(why)}")


class NumberQuestion(Question):
    """A number, right when it rounds to `answer` at `digits` decimals.

    `slips` maps wrong numbers to the reply that names the mistake, `hint` answers all
    other wrong numbers, `praise` the right one. ValueError if `answer` is not finite,
    or if a slip rounds to the answer or to another slip.
    """

    def __init__(self, id, text, *, answer, digits, praise, hint, slips=None):
        slips = {float(wrong): reply for wrong, reply in (slips or {}).items()}
        numbers = [float(answer), *slips]
        if not all(map(math.isfinite, numbers)):
            raise ValueError(f"question {id}: numbers must be finite, got {numbers}.")
        if len({round(n, digits) for n in numbers}) != len(numbers):
            raise ValueError(
                f"question {id}: with {digits} decimals the answer and the slips must "
                f"differ, got {numbers}."
            )
        self.answer, self.digits, self.praise = float(answer), digits, praise
        config = {
            "answer": self.answer,
            "digits": digits,
            "praise": praise,
            "hint": hint,
        }
        super().__init__(id, text, {**config, "slips": list(slips.items())})

    def on_paper(self):
        return folded(
            self.text, "", f"{self.answer:.{self.digits}f}. {inline(self.praise)}"
        )


def inline(text):
    """`text` as HTML, with `code` for backticks."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text, quote=False))


def folded(question, body, answer):
    """A question on paper, as HTML: its text, its `body`, its answer folded away."""
    return (
        '<div class="nn-question">'
        f'<p class="nn-question-text">{inline(question)}</p>{body}'
        f"<details><summary>Answer</summary><p>{answer}</p></details></div>"
    )
