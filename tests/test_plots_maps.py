"""The still picture of a map of the plane."""

import numpy as np

from nnlib import plots


def test_the_grid_has_lines_both_ways_over_one_and_the_same_range():
    _, [ax] = plots.canvas()
    ends = (-1.0, 1.0)
    plots.bent_grid(lambda X: X, ax=ax, x=ends, y=ends, lines=5)
    upright = [np.ptp(one.get_xdata()) == 0 for one in ax.lines]
    level = [np.ptp(one.get_ydata()) == 0 for one in ax.lines]
    assert (sum(upright), sum(level)) == (5, 5)
