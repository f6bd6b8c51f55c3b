"""The front-end modules under static/, linked without a bundler.

A page loads each module once, as a plain script; JupyterLab gets one text for each
view, as anywidget wants it. Both are made here from the same ES modules: every module
becomes a function that returns its exports, and `import` looks them up. The linker
knows just what our modules use and refuses anything else.
"""

import json
import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).with_name("static")
PALETTE = Path(__file__).parents[1] / "palette.json"

_NAMES = r"\s*\w+(?:\s*,\s*\w+)*,?\s*"
_IMPORT = re.compile(rf'^import \{{({_NAMES})\}} from "([^"]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.M)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_CONST = re.compile(r"^export const ", re.MULTILINE)
_OPAQUE = re.compile(  # what may hold brackets, commas and semicolons that mean nothing
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`""",
    re.S,
)


@cache
def linked(name):
    """Module `name` ("views/line") as a script that adds itself to `nnlib`."""
    source = _text(name)
    for const in _CONST.finditer(source):
        if _declares_several(source[const.end() :]):
            line = source[const.start() :].partition("\n")[0]
            raise ValueError(f"static/{name}.js: the linker cannot read {line!r}.")
    exports = _EXPORT.findall(source)
    source = _IMPORT.sub(lambda m: _look_up(name, m[1], _resolve(name, m[2])), source)
    source = _EXPORT.sub("", source)
    if _DEFAULT.search(source):
        source = _DEFAULT.sub("const $default = ", source)
        exports.append("default: $default")
    stray = re.search(r"^(?:import|export)\b.*", source, re.MULTILINE)
    if stray:
        raise ValueError(f"static/{name}.js: the linker cannot read {stray[0]!r}.")
    body = f"{source}return {{ {', '.join(exports)} }};"
    return f'nnlib["{name}"] = (() => {{\n{body}\n}})();\n'


@cache
def needs(name):
    """The modules that `name` is made of, itself last, each after what it imports."""
    order = [
        module
        for _, path in _IMPORT.findall(_text(name))
        for module in needs(_resolve(name, path))
    ]
    return tuple(dict.fromkeys([*order, name]))


def _declares_several(code):
    """Whether a comma, outside all brackets, comes before the end of the statement."""
    depth = 0
    for character in re.findall(r"[][(){},;]", _OPAQUE.sub("", code)):
        if depth == 0 and character in ",;":
            return character == ","
        depth += (character in "([{") - (character in ")]}")
    return False


def _text(name):
    return (STATIC / f"{name}.js").read_text(encoding="utf-8")


def _look_up(name, names, module):
    """The import of `names` from `module`, checked as a browser would check it."""
    missing = set(re.findall(r"\w+", names)) - set(_EXPORT.findall(_text(module)))
    if missing:
        raise ValueError(
            f"static/{name}.js: {module}.js exports no {', '.join(sorted(missing))}."
        )
    return f'const {{{names}}} = nnlib["{module}"];\n'


def _resolve(name, path):
    return ((STATIC / name).parent / path).resolve().relative_to(STATIC).as_posix()


@cache
def as_module(view):
    """The text of one ES module that renders `view`: what anywidget calls _esm."""
    parts = "".join(linked(name) for name in needs(view))
    return f'const nnlib = {{}};\n{parts}export default nnlib["{view}"].default;\n'


def as_script(name):
    """Module `name` as a classic script: works from file:// and under a CSP."""
    return f"((nnlib) => {{\n{linked(name)}}})((globalThis.nnlibModules ??= {{}}));\n"


@cache
def style():
    """All style sheets, the palette first as --nn-…: light, dark, light in print."""
    palette = json.loads(PALETTE.read_text(encoding="utf-8"))

    def variables(theme):
        colours = palette[theme].items()
        return "".join(f"--nn-{name}:{colour};" for name, colour in colours)

    sheets = [STATIC / "figure.css", *sorted(STATIC.glob("pieces/*.css"))]
    dark = 'html[data-theme="dark"], body[data-jp-theme-light="false"]'
    return (
        f":root {{{variables('light')}}}\n{dark} {{{variables('dark')}}}\n"
        f"@media print {{ :root, {dark} {{{variables('light')}}} }}\n"
        + "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    )
