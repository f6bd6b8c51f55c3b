"""Cut the icon fonts down to the icons that the book shows: a Sphinx extension.

Font Awesome's fonts weigh 270 KB and its script, which draws the same icons, another
530; the book shows some thirty of two thousand. book.css names the cut fonts, so that
a browser asks for a whole one only if an icon is missing here.
"""

import re
from pathlib import Path

from fontTools import subset

FONTS = {"icons.woff": "fa-solid-900.ttf", "brands.woff": "fa-brands-400.ttf"}
PRIVATE_USE = re.compile("[\ue000-\uf8ff]")


def characters(static, pages):
    """The icons' characters: named in pages and scripts, or written in the styles."""
    scripts = [*(static / "scripts").glob("*theme.js")]
    names = set()
    for file in [*pages, *scripts]:
        names |= set(re.findall(r"\bfa-[a-z-]+", file.read_text("utf-8")))
    theme = (static / "styles/pydata-sphinx-theme.css").read_text("utf-8")
    book_theme = (static / "styles/sphinx-book-theme.css").read_text("utf-8")
    rules = re.findall(r'([^{}]*)\{content:"\\([ef][0-9a-f]{3})"\}', theme)
    codes = [
        code
        for selectors, code in rules
        if names & set(re.findall(r"\.(fa-[a-z-]+):before", selectors))
    ]
    codes += re.findall(r'content:"\\([ef][0-9a-f]{3})"', book_theme)
    written = PRIVATE_USE.findall(theme + book_theme)
    return {int(code, 16) for code in codes} | {ord(letter) for letter in written}


def cut_fonts(app, error):
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    wanted = characters(static, Path(app.outdir).rglob("*.html"))
    for small, whole in FONTS.items():
        options = subset.Options(flavor="woff", notdef_outline=True)
        font = subset.load_font(static / "vendor/fontawesome/webfonts" / whole, options)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=wanted)
        cutter.subset(font)
        subset.save_font(font, static / small, options)


def setup(app):
    app.connect("build-finished", cut_fonts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
