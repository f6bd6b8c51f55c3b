"""A small network: units in columns, weights by width, colour and dash."""

import numpy as np

from .frame import palette_of


def network(params, words, *, ax):
    """Circles with `words` (a text for each unit, inputs first), lines for the weights.

    `params` is W, b, W, b, …, each W (d_out, d_in). Positive weights are drawn whole in
    class 1's colour, negative ones dashed in class 0's; the width grows with |w|.
    """
    p = palette_of(ax)
    matrices = params[::2]
    sizes = [matrices[0].shape[1], *(len(W) for W in matrices)]
    tall = max(sizes)
    place = [
        [(2.2 * k, (units - 1) / 2 - i + (tall - 1) / 2) for i in range(units)]
        for k, units in enumerate(sizes)
    ]
    for k, W in enumerate(matrices):
        for (j, i), w in np.ndenumerate(W):
            (x0, y0), (x1, y1) = place[k][i], place[k + 1][j]
            look = {"color": p["class0" if w < 0 else "class1"], "zorder": 1}
            look |= {"ls": "--" if w < 0 else "-", "lw": min(0.5 + 2.2 * abs(w), 7)}
            ax.plot([x0, x1], [y0, y1], **look)
            at = 0.32 if (i + j) % 2 else 0.22
            spot = (x0 + at * (x1 - x0), y0 + at * (y1 - y0))
            box = {"facecolor": p["background"], "edgecolor": "none", "pad": 0.8}
            text = f"{w:.2f}".replace("-", "−")
            ax.text(*spot, text, ha="center", va="center", fontsize=8, bbox=box)
    texts = iter(words)
    for column in place:
        for x, y in column:
            box = {"boxstyle": "circle,pad=0.35", "fc": p["background"], "ec": p["ink"]}
            look = {"ha": "center", "va": "center", "fontsize": 9, "zorder": 3}
            ax.text(x, y, next(texts) or " ", bbox=box, color=p["ink"], **look)
    ax.set(xlim=(-0.7, 2.2 * (len(sizes) - 1) + 0.7), ylim=(-0.7, tall - 0.3))
    ax.axis("off")
    return ax
