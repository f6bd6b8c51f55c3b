"""A figure alone on an empty page, moved by its model: it must say what Python says."""

import pytest

from nnlib.live import modules

# a figure with a model of plain values; globalThis.shown holds what it says
MOUNT = """([view, config, values]) => {
    const listeners = {};
    const model = {
        get: name => name === 'config' ? config : values[name],
        set: (name, value) => {
            values[name] = value;
            listeners[`change:${name}`]?.forEach(tell => tell());
        },
        save_changes: () => {},
        on: (name, tell) => (listeners[name] ??= []).push(tell),
        off: () => {},
    };
    document.body.replaceChildren();
    nnlibModules[view].default.render({ model, el: document.body });
    const named = name => [...document.querySelectorAll('button')]
        .find(button => button.textContent === name);
    named('Show the numbers').click();
    Object.assign(globalThis, { model, values });
}"""
READ = """async raw => {
    for (const [name, value] of Object.entries(raw)) model.set(name, value);
    const frame = () => new Promise(done => requestAnimationFrame(done));
    await frame();
    do await frame();
    while (document.querySelector('[aria-busy=true]'));
    return [
        document.querySelector('figcaption').textContent,
        [...document.querySelectorAll('.nn-tables table')].map(table => ({
            title: table.caption.textContent,
            columns: [...table.tHead.rows[0].cells].map(cell => cell.textContent),
            rows: [...table.tBodies[0].rows].map(row => [...row.cells].map(cell =>
                cell.dataset.value === undefined ? cell.textContent
                    : cell.dataset.value)),
        })),
    ];
}"""


def same(shown, wanted):
    if isinstance(wanted, str):
        return shown == wanted
    return float(shown) == pytest.approx(wanted, rel=1e-9, abs=1e-9, nan_ok=True)


def agree(shown, wanted):
    """Whether the page's tables are Python's: words exactly, numbers to 1e-9."""
    assert [t["title"] for t in shown] == [t["title"] for t in wanted]
    for one, other in zip(shown, wanted, strict=True):
        assert one["columns"] == other["columns"]
        assert len(one["rows"]) == len(other["rows"]), other["title"]
        for row, right in zip(one["rows"], other["rows"], strict=True):
            assert len(row) == len(right) == len(one["columns"])
            assert all(map(same, row, right)), (other["title"], row, right)


def mount(page, figure):
    """Show `figure` on the page."""
    for part in modules.needs(figure.view):
        page.add_script_tag(content=modules.as_script(part))
    values = {c.name: getattr(figure.canvas, c.name) for c in figure.controls}
    page.evaluate(MOUNT, [figure.view, figure.canvas.config, values])


def raw(figure, state):
    """State as the model holds it: an option by its place in the menu."""
    controls = {c.name: c for c in figure.controls}
    return {
        name: list(controls[name].options).index(value)
        if hasattr(controls[name], "options")
        else value
        for name, value in vars(state).items()
    }


def reads(page, figure, state):
    """Move the figure to `state`: its caption and its tables must be Python's."""
    said, tables = page.evaluate(READ, raw(figure, state))
    assert said == f"{figure.title}. {figure.caption(state)}"
    agree(tables, figure.numbers(state))
