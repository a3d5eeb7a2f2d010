# The targets are the README's commands. PIP_ARGS reaches every install: an index or a wheel folder of your own.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt $(PIP_ARGS)
SOURCES := crawlers flows tasks sportslm_model

.PHONY: run test lint up clean

run: $(VENV)/.pipeline
	$(BIN)/sportslm run --profile demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

up: $(VENV)/.pipeline
	$(BIN)/sportslm up

# State and environment go; the sources stay.
clean:
	rm -rf $(VENV) .sportslm build *.egg-info

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.pipeline: $(VENV)/bin/python pyproject.toml constraints.txt sportslm_model/requirements.txt
	@echo "installing what the demo needs into $(VENV) (about 2 GB, a few minutes)"
	$(PIP) -e '.[pipeline]'
	@touch $@

$(VENV)/.dev: $(VENV)/.pipeline
	@echo "installing the development extras"
	$(PIP) -e '.[dev]'
	@touch $@
