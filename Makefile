# Everything a developer or a newcomer asks for; `make` alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
WORKERS ?= 3# of the tests, many of which wait for servers: one more than the two cores that CI has

.DEFAULT_GOAL := help
.PHONY: help install demo test check format docs clean

help: ## list what can be asked for
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 10

install: $(VENV)/.installed ## make .venv with the default set

demo: install ## crawl, assess and show the practice market; ARGS=--once ends after the summary
	@$(BIN)/headstamp demo $(ARGS)

test: $(VENV)/.tested ## install what the tests need, then run all checks
	@$(MAKE) --no-print-directory check

check: ## format, lint, types, import rules, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	MYPY_NUM_WORKERS=2 $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

format: ## put the code in its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: ## write the pages of docs/ and the files for Kibana that are made from the code
	$(BIN)/python docs/make.py

clean: ## remove .venv and caches; a home is never touched
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/pip:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Headstamp needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear $(VENV) || { echo "no virtual environment: apt-get install python3-venv, then make again"; exit 1; }

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.tested: pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --editable '.[test]'
	@$(BIN)/python -W ignore -m compileall -qq -j 0 $(VENV)/lib || true # on every core, where pip compiles on one; some files are for other Pythons
	@touch $@ $(VENV)/.installed
