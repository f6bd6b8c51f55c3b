"""Figures that any page may show, one module a kind of picture."""
