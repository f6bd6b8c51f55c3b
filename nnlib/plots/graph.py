"""A computation graph: boxes from left to right, an arrow from each argument."""

from .frame import palette_of


def graph(words, steps, labels=None, *, ax):
    """Boxes with up to three lines of `words`, {name: [line, …]}, in columns.

    `steps` are (name, operation, argument, …), each after what it needs; `labels`
    {(argument, name): text} stand on the arrows.
    """
    p, labels = palette_of(ax), labels or {}
    place = positions(list(words), steps)
    for name, _, *args in steps:
        for arg in dict.fromkeys(args):
            (x0, y0), (x1, y1) = place[arg], place[name]
            look = {"arrowstyle": "-|>", "color": p["muted"], "lw": 1.5}
            look |= {"shrinkA": 34, "shrinkB": 34}
            ax.annotate("", (x1, y1), (x0, y0), arrowprops=look)
            middle = ((x0 + x1) / 2, (y0 + y1) / 2 + 0.06)
            text = labels.get((arg, name), "")
            ax.text(*middle, text, color=p["accent"], ha="center", fontsize=9)
    box = {"boxstyle": "round", "facecolor": p["background"], "edgecolor": p["ink"]}
    for name, lines in words.items():
        text = "\n".join(line for line in lines if line)
        look = {"ha": "center", "va": "center", "fontsize": 9, "color": p["ink"]}
        ax.text(*place[name], text, bbox=box, zorder=3, **look)
    xs, ys = zip(*place.values(), strict=True)
    ax.set(xlim=(min(xs) - 0.6, max(xs) + 0.6), ylim=(min(ys) - 0.7, max(ys) + 0.7))
    ax.axis("off")
    return ax


def positions(names, steps):
    """{name: (column, height)}: each step a column behind its latest argument."""
    column = dict.fromkeys(names, 0)
    for name, _, *args in steps:
        column[name] = 1 + max(column[arg] for arg in args)
    first_use = {arg: name for name, _, *args in reversed(steps) for arg in args}
    made = {name for name, *_ in steps}
    for name in names:
        if name not in made:
            column[name] = column[first_use[name]] - 1
    height, taken = {}, {}
    for name in sorted(names, key=lambda n: (column[n], n not in made)):
        k = taken[column[name]] = taken.get(column[name], -1) + 1
        height[name] = (name, k)
    return {name: (column[name], -height[name][1]) for name in names}
