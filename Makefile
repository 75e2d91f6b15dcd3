# Needs python3.11, pip and make; everything else is installed into .venv on first use.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
CONSTRAINTS := constraints-dev.txt

# Two processes suit the test suite on two cores and cost nothing on more; `make test WORKERS=0`
# runs it in one process. Each worker keeps to one thread, so that they do not fight for cores.
WORKERS ?= 2
PYTEST_ARGS ?=

# Each folder of benchmarks/ answers one question and has a runner that needs no arguments.
# One of them: make bench BENCH=benchmarks/speed/run.py
BENCH ?= $(sort $(wildcard benchmarks/*/run.py))

# Processor time for each target of fuzz/, and which of them: make fuzz SECONDS=60 TARGETS="csv find"
SECONDS ?= 600
TARGETS ?=

# Wings, places of each and seed of the sample: make mutants WING="spectra fit" SAMPLE=200 SEED=1
# MUTANTS_ARGS=--again shows the survivors to new tests, --resume goes on with a run cut off.
WING ?= samples spectra search fit evidence pursuit
SAMPLE ?= 60
SEED ?= 0

# Stamps: an environment is brought up to date when its requirements change, and only then.
CREATED := $(VENV)/.stamp-created
CORE := $(VENV)/.stamp-core
TORCH := $(VENV)/.stamp-torch
DEV := $(VENV)/.stamp-dev
FUZZ := $(VENV)/.stamp-fuzz
MUTANTS := $(VENV)/.stamp-mutants
AUDIT := $(VENV)/.stamp-audit

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run moon pictures test lint types contracts docs packages audit licences matrix lowest rooms changelog bench fuzz mutants clean distclean

help:
	@echo "make run        learn the Clock Problem beside networks that fail: a table, and clock.png"
	@echo "make moon       find the months in the Moon's motion: tables, and a picture in moon.png"
	@echo "make test       run all tests"
	@echo "make lint       style: ruff check and ruff format --check"
	@echo "make types      types: mypy --strict"
	@echo "make contracts  architecture: which module may import which"
	@echo "make docs       build the documentation into docs/_build/html; warnings are errors"
	@echo "make matrix     run the tests under each of python 3.11, 3.12, 3.13 that is installed"
	@echo "make lowest     run the tests under the lowest versions that pyproject.toml claims"
	@echo "make packages   build sdist and wheel, install the wheel by itself and try it"
	@echo "make audit      known flaws of the packages that are installed (needs the network)"
	@echo "make licences   renew the table of licences in docs/licences.md"
	@echo "make rooms      renew the table of rooms in CONTRIBUTING.md"
	@echo "make changelog  gather the fragments of changelog.d/ into CHANGELOG.md"
	@echo "make bench      run all benchmarks"
	@echo "make fuzz       look for input that breaks a promise, SECONDS=600 for each target of fuzz/"
	@echo "make mutants    which small errors in a sample of the code the tests of its wing notice"
	@echo "make pictures   draw the pictures of README.md anew, into docs/images"
	@echo "make clean      remove caches, build products and generated pictures"
	@echo "make distclean  the same, and the environment in $(VENV)"

run: $(TORCH)
	@$(BIN)/epicycle clock --against siren,mlp,snake --plot clock.png

moon: $(CORE)
	@$(BIN)/python examples/moon.py

pictures: $(DEV)
	@$(BIN)/python examples/moon.py --output docs/images/moon.png
	@$(BIN)/epicycle sin --plot docs/images/sin.png
	@$(BIN)/epicycle clock --against siren,mlp,snake --plot docs/images/clocks.png

test: $(DEV)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 \
		$(BIN)/python -m pytest -n $(WORKERS) $(PYTEST_ARGS)

lint: $(DEV)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(DEV)
	@$(BIN)/mypy

contracts: $(DEV)
	@$(BIN)/lint-imports --no-logo

docs: $(DEV)
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html" >&2

# sdist and wheel, the wheel installed into an environment of its own and tried; in CI.
packages: $(DEV)
	@VENV=$(VENV) scripts/packages.sh

# Known flaws of the packages that are installed here; asks a service on the network.
audit: $(AUDIT)
	@$(BIN)/pip-audit --skip-editable

licences: $(DEV)
	@$(BIN)/python scripts/licences.py --docs

rooms: $(DEV)
	@$(BIN)/python scripts/rooms.py

changelog: $(DEV)
	@$(BIN)/towncrier build --yes --version "$$($(BIN)/python -c 'from epicycle import __version__; print(__version__)')"

# Environments of their own under build/. Without WITH_TORCH=yes, tests that need torch are left
# out, and named.
matrix:
	@scripts/matrix.sh

lowest:
	@scripts/lowest.sh

bench: $(DEV)
	@if [ -z "$(BENCH)" ]; then echo "no benchmarks/*/run.py found" >&2; exit 1; fi
	@set -e; for runner in $(BENCH); do \
		echo "--- $$runner" >&2; $(BIN)/python "$$runner"; done

fuzz: $(FUZZ)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 \
		$(BIN)/python fuzz/run.py --seconds $(SECONDS) $(TARGETS)

mutants: $(MUTANTS)
	@$(BIN)/python scripts/mutants.py --wing $(WING) --sample $(SAMPLE) --seed $(SEED) $(MUTANTS_ARGS)

clean:
	rm -rf build dist docs/_build docs/auto_gallery .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -f *.png *.svg *.pdf
	find . -path ./$(VENV) -prune -o -type d -name __pycache__ -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV)

$(CREATED):
	@echo "Creating $(VENV) with $(PYTHON) ..." >&2
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# Enough for `make moon`: the core and matplotlib.
$(CORE): pyproject.toml $(CONSTRAINTS) | $(CREATED)
	@echo "Installing epicycle with its core requirements ..." >&2
	@$(PIP) install --quiet --constraint $(CONSTRAINTS) --editable '.[plot]' >&2
	@touch $@

# Enough for `make run`: the same and torch, which comes first and alone: see constraints-dev.txt.
$(TORCH): pyproject.toml $(CONSTRAINTS) | $(CREATED)
	@echo "Installing torch (the largest download) ..." >&2
	@$(PIP) install --quiet "$$(grep '^torch==' $(CONSTRAINTS))" >&2
	@echo "Installing epicycle ..." >&2
	@$(PIP) install --quiet --constraint $(CONSTRAINTS) --editable '.[plot,torch]' >&2
	@touch $(CORE) $@

# Everything, for tests and development. torch comes first and alone: see constraints-dev.txt.
$(DEV): pyproject.toml $(CONSTRAINTS) | $(CREATED)
	@echo "Installing torch (the largest download) ..." >&2
	@$(PIP) install --quiet "$$(grep '^torch==' $(CONSTRAINTS))" >&2
	@echo "Installing epicycle with all development requirements ..." >&2
	@$(PIP) install --quiet --constraint $(CONSTRAINTS) --editable '.[dev]' >&2
	@touch $(CORE) $(TORCH) $@

# atheris has no builds for every platform: it is installed where it is asked for.
$(FUZZ): $(DEV)
	@echo "Installing atheris ..." >&2
	@$(PIP) install --quiet --constraint $(CONSTRAINTS) --editable '.[fuzz]' >&2
	@touch $@

# Only for `make mutants`, which takes hours for all places.
$(AUDIT): $(DEV)
	@echo "Installing pip-audit ..." >&2
	@$(PIP) install --quiet --constraint $(CONSTRAINTS) --editable '.[audit]' >&2
	@touch $@

$(MUTANTS): $(DEV)
	@echo "Installing Cosmic Ray ..." >&2
	@$(PIP) install --quiet --constraint $(CONSTRAINTS) --editable '.[mutants]' >&2
	@touch $@
