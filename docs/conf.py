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
    "sphinx_gallery.gen_gallery",
]
# What the gallery leaves beside its pages is no page.
exclude_patterns = ["_build", "gallery", "auto_gallery/*.ipynb", "sg_execution_times.rst"]

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "auto_gallery",
    "example_extensions": {".py"},
    "within_subsection_order": "ExampleTitleSortKey",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_signature": False,
    "write_computation_times": False,
    "min_reported_time": 1e9,  # what a machine was busy with does not belong on a page
    "copyfile_regex": "",
    "matplotlib_animations": False,
}

html_theme = "furo"
html_title = f"epicycle {version}"

smartquotes = False  # messages and options are shown letter by letter: --time

myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]

napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # types and shapes are in the docstrings
autosummary_generate = False
