"""Loss curves of a training run."""

import numpy as np

from .frame import legend, palette_of


def loss_curves(train, test, *, ax, steps=None, per_epoch=1, epochs=None, log=True):
    """Training and test loss after each epoch, epoch 0 first.

    With `steps`, the loss of each step's rows, all is drawn against steps instead, of
    which an epoch has `per_epoch`. What rises above ten times the first loss (twice on
    a linear axis) leaves the picture. The axis reaches to `epochs`.
    """
    p = palette_of(ax)
    each = 1 if steps is None else per_epoch
    x = np.arange(len(train)) * each
    if steps is not None and per_epoch > 1:
        place = {"lw": 0.6, "zorder": 1, "label": "rows of the step"}
        ax.plot(np.arange(1, len(steps) + 1), steps, color=p["muted"], **place)
    with np.errstate(all="ignore"):
        ax.plot(x, train, color=p["accent"], label="training")
        ax.plot(x, test, color=p["good"], ls=(0, (5, 2)), label="test")
    both = np.concatenate([train, test])
    limit = (10 if log else 2) * max(train[0], test[0])
    most = min(np.where(np.isfinite(both), both, np.inf).max(), limit)
    if log:
        steps_of, least = np.array([1, 2, 5]), both[both > 0].min()
        low = steps_of * 10 ** np.floor(np.log10(least / steps_of))
        high = steps_of * 10 ** np.ceil(np.log10(most / steps_of))
        ax.set(yscale="log", ylim=(low.max(), high.min()))
    else:
        ax.set_ylim(0, 1.15 * most)
    ax.set(xlim=(0, epochs * each if epochs else None))
    ax.set(xlabel="epoch" if steps is None else "step", ylabel="loss")
    return legend(ax=ax, loc="upper right")
