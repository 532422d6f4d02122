# make app: start the app.  make test: every test.  make check: lint, types, contracts.
# make docs: the pages of docs/ as a site.
# Each of them makes the environment first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

.PHONY: app test check docs pictures gpu setup setup-dev browser clean

setup: $(VENV)/.app

setup-dev: $(VENV)/.dev

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "fusionviz needs Python 3.11 or newer, got " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.app: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m fusionviz warm
	touch $@

$(VENV)/.dev: requirements-dev.txt requirements-docs.txt $(VENV)/.app
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

app: setup
	$(BIN)/python -m fusionviz app --port $(PORT)

# Those that start a server and browsers have the cores to themselves.
SERVED := tests/ui/shared/test_cold_server.py tests/serving tests/browser tests/docker

test: setup-dev browser
	$(BIN)/python -m pytest -n auto --dist loadfile $(SERVED:%=--ignore=%)
	$(BIN)/python -m pytest $(SERVED)

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Opens from disk: site/index.html.
docs: setup-dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build

# The pages of the app as docs/ shows them, anew.
pictures: setup-dev browser
	$(BIN)/python -m docs.pictures

# Chromium for the browser tests: one that is here, else Playwright's, else apt's.
browser: setup-dev
	$(BIN)/python -m tests.helpers.browser.find_chromium --install

# What the project does on a CUDA device, in at most eight minutes: results/gpu.json.
gpu: setup
	$(BIN)/python -m benchmarks.gpu

clean:
	rm -rf $(VENV) site .mypy_cache .pytest_cache .ruff_cache .hypothesis
