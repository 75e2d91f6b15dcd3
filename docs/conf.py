"""How the documentation is built: `make docs`."""

from importlib.metadata import version as _version

project = "epicycle"
author = "The epicycle developers"
project_copyright = "The epicycle developers, BSD-3-Clause"
version = release = _version("epicycle")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = f"epicycle {version}"

myst_heading_anchors = 3

napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # types and shapes are in the docstrings
autosummary_generate = False
