"""Live figures and questions: what moves on the page. One module a chapter."""

from .explore import explore
from .figure import Figure, Menu, Slider, Switch, Values
from .questions import ChoiceQuestion, NumberQuestion
from .text import glue, num, percent, table, term

__all__ = [
    "ChoiceQuestion",
    "Figure",
    "Menu",
    "NumberQuestion",
    "Slider",
    "Switch",
    "Values",
    "explore",
    "glue",
    "num",
    "percent",
    "table",
    "term",
]
