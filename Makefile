# One door in. `make run` and `make test` make the environment they need; everything lives in .venv.

PYTHON ?= python3
BIN := .venv/bin
TESTS ?= tests
# One more than the processors that the tests are meant for: each waits at times, for a server, a browser or a clock.
JOBS ?= 3

# The set for tests holds the set for running, so where the first is laid out the second is not asked for.
RUN_SET := $(if $(wildcard .venv/.test-stamp),.venv/.test-stamp,.venv/.run-stamp)

# Folders of pages, browsers and processes: to read them takes as long as all that `quick` runs.
SLOW := web journey commands health

.DEFAULT_GOAL := help

.PHONY: help env run test quick nightly check bench seed lock uv

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 16

env: .venv/.test-stamp ## everything that running and testing need, a browser included
	@$(BIN)/python -m tests.parts.browser

run: $(RUN_SET) ## Convene with a demonstration programme at http://127.0.0.1:8000 (PORT=9000 moves it)
	@exec $(BIN)/convene run --demo

test: .venv/.test-stamp ## all tests, on SQLite and PostgreSQL and in a browser (TESTS=tests/groups for some)
	@$(BIN)/python -m tests.parts.browser > /dev/null
	@exec $(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(TESTS)

# What pytest makes of a test file is kept for the next time: a third of the time went there.
quick: export PYTHONDONTWRITEBYTECODE :=
quick: .venv/.test-stamp ## the rules and the main job in half a minute: SQLite, no browser, no servers (TESTS=tests/groups for some)
	@exec $(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal --hypothesis-profile=quick $(SLOW:%=--ignore=tests/%) -m "not heavy and not long and (quick or not database)" $(TESTS)

nightly: .venv/.test-stamp ## what the day takes by turns or in small: the deal's drawn problems fifty times as far, a season of small asks, all pages on both databases (TESTS=tests/events for others)
	@exec $(BIN)/python -m pytest -n $(JOBS) --dist worksteal --hypothesis-profile=nightly $(if $(filter-out tests,$(TESTS)),$(TESTS),tests/groups tests/mail tests/nudges/test_simulation.py tests/test_seed.py tests/web)

check: .venv/.test-stamp ## style, types, direction of imports, templates, migrations
	@echo "-- ruff check";   $(BIN)/ruff check .
	@echo "-- ruff format";  $(BIN)/ruff format --check .
	@echo "-- mypy";         $(BIN)/mypy
	@echo "-- lint-imports"; $(BIN)/lint-imports
	@echo "-- djlint";       $(BIN)/djlint templates --lint --quiet
	@echo "-- convene db check"; $(BIN)/convene db check

bench: .venv/.test-stamp ## how fast it is
	@exec $(BIN)/python -m bench

seed: $(RUN_SET) ## put the demonstration programme into the database
	@exec $(BIN)/convene seed

lock: uv ## work the two lists of locked packages out anew from pyproject.toml
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --group test pyproject.toml -o requirements-test.lock

# The environment. uv is taken from PATH, or put into a folder of its own, where laying out a set does not remove it.

UV := $(or $(shell command -v uv),.venv/uv/bin/uv)
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header

# $(call lay-out,LOCK): exactly what the lock names, by its hashes, and Convene itself, editable. Bytecode is made
# now because some machines forbid Python to make it later, and every start would take seconds.
define lay-out
	@echo "Laying out $(1) in .venv ..."
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode $(1)
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q config.py convene migrations
	@touch $@
endef

.venv/.run-stamp: requirements.lock pyproject.toml | uv
	$(call lay-out,requirements.lock)

.venv/.test-stamp: requirements-test.lock pyproject.toml | uv
	$(call lay-out,requirements-test.lock)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || { \
	  echo "Convene needs Python 3.11 or newer, and \`$(PYTHON)\` is $$($(PYTHON) --version 2>&1 | head -n 1): try \`make PYTHON=python3.12\`." >&2; \
	  exit 1; }
	@if command -v uv > /dev/null; then uv venv --quiet --python "$$(command -v $(PYTHON))" .venv; \
	else $(PYTHON) -m venv .venv; fi

# Asked each time: uv may have left PATH since. Made by uv, an environment has no pip.
uv: | $(BIN)/python
	@command -v uv > /dev/null || [ -x .venv/uv/bin/uv ] || { \
	  $(BIN)/python -m pip --version > /dev/null 2>&1 || $(BIN)/python -m ensurepip > /dev/null; \
	  $(BIN)/python -m pip install -qq --disable-pip-version-check --prefix .venv/uv 'uv>=0.9'; }
