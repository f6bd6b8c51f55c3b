"""The directive {api}: a module's public names, each with its docstring and source.

Public is what the module's package exports. All of it is read from the module's own
file while the book is built, so the page says what the library does.
"""

import ast
import importlib
import inspect
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive, directives

import nnlib

ROOT = Path(nnlib.__file__).parents[1]


class Name:
    """A default that is a function: written by its name, not by its address."""

    def __init__(self, function):
        self.name = function.__name__

    def __repr__(self):
        return self.name


def public(module):
    """(name, statement, docstring) of what the package exports from this module."""
    names = importlib.import_module(module.__name__.rpartition(".")[0]).__all__
    body = ast.parse(inspect.getsource(module)).body
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            name, words = statement.name, ast.get_docstring(statement)
        elif isinstance(statement, ast.Assign):
            name = ast.unparse(statement.targets[0])
            # as Python's own tools read it: a string below an assignment describes it
            words = inspect.cleandoc(after.value.value) if described(after) else None
        else:
            continue
        if name in names:
            yield name, statement, words


def described(statement):
    constant = isinstance(statement, ast.Expr) and statement.value
    return isinstance(constant, ast.Constant) and isinstance(constant.value, str)


def signature(name, thing):
    """How it is called; of a constant the name alone."""
    if not callable(thing):
        return name
    plain = [
        p.replace(
            annotation=p.empty,
            default=Name(p.default) if inspect.isfunction(p.default) else p.default,
        )
        for p in inspect.signature(thing).parameters.values()
    ]
    return name + str(inspect.Signature(plain))


def source(module, statement):
    """Where it is written, and the lines themselves."""
    path = Path(module.__file__).relative_to(ROOT).as_posix()
    first = min([d.lineno for d in getattr(statement, "decorator_list", [])], default=0)
    first = first or statement.lineno
    lines = inspect.getsource(module).splitlines()[first - 1 : statement.end_lineno]
    where = f"{path}, lines {first} to {statement.end_lineno}"
    if len(lines) == 1:
        where = f"{path}, line {first}"
    return where, "\n".join(lines)


def entry(module, name, statement, words):
    """One name as a section: how it is called, its docstring, its source folded."""
    where, lines = source(module, statement)
    code = nodes.literal_block(lines, lines, language="python")
    return nodes.section(
        "",
        nodes.title(text=name),
        block(signature(name, getattr(module, name)), "python", "api-signature"),
        *([block(words, "none", "api-words")] if words else []),
        nodes.raw("", f"<details><summary>{escape(where)}</summary>", format="html"),
        code,
        nodes.raw("", "</details>", format="html"),
        ids=[key(module, name)],
    )


def key(module, name):
    """The anchor of a name: nnlib-Perceptron."""
    return f"{module.__name__.partition('.')[0]}-{name}"


def contents(module, names):
    """Links to the module's names, in a line."""
    line = nodes.paragraph()
    for name in names:
        line += [nodes.Text(" · ")] if len(line) else []
        link = nodes.reference("", "", nodes.literal(text=name), internal=True)
        link["refid"] = key(module, name)
        line += link
    return line


def block(text, language, kind):
    return nodes.literal_block(text, text, language=language, classes=[kind])


class Api(Directive):
    """A section for the module, with what its docstring says, then its public names.

    `:title:` names the section; the content of the directive stands below the title.
    """

    required_arguments = 1
    option_spec = {"title": directives.unchanged_required}  # noqa: RUF012
    has_content = True

    def run(self):
        module = importlib.import_module(self.arguments[0])
        title = self.options.get("title", module.__name__)
        ids = [module.__name__.replace(".", "-")]
        section = nodes.section("", nodes.title(text=title), ids=ids)
        self.state.nested_parse(self.content, self.content_offset, section)
        section += block(inspect.getdoc(module), "none", "api-words")
        found = list(public(module))
        section += contents(module, [name for name, *_ in found])
        section.extend(entry(module, *one) for one in found)
        return [section]


def setup(app):
    app.add_directive("api", Api)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
