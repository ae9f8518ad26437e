# One word for each job. The words the developers, the hooks and CI use are the same.
#   make run     set up what is missing and start a demonstration
#   make test    set up what is missing and run every test
#   make check   formatting, lint, types, import law, templates, translations
#   make fix     let the tools put right what they can
#   make bench   measure speed and write docs/performance.md
#   make bench-estimates  estimates at size, beside reading and beside R, into the same page
#   make bench-web  the web application at 100,000 people, into the same page
#   make endure  kill the server at work, fill its disk, and look what is left (minutes)
#   make attack  turn tools for attackers on the code and on a running demonstration (a quarter of an hour)
#   make docs    build the documentation into site/
#   make lock    write the locked requirements again
# Each piece of set-up is a file, so nothing is done twice.

.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# The first Python of at least 3.11 on this machine; `make PYTHON=... run` chooses another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$python; break; }; done)

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
SOURCES := src tests bench scripts
STATIC := src/sojourn/web/static/dist
CATALOGUES := $(shell find src/sojourn/web/locale -name '*.po' 2>/dev/null)
# The locked Node lands in `.venv` only where the machine has none that is new enough.
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
ARGS ?=

ATTACKERS := .venv-attack

.PHONY: help run test check fix bench bench-estimates bench-web endure attack docs lock assets translations clean

help:
	@sed -n 's/^#   //p' Makefile

# Working words ------------------------------------------------------------------------------

run: $(VENV)/.base assets translations
	@exec $(BIN)/sojourn serve --demo $(ARGS)

test: $(VENV)/.dev assets translations
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.dev translations
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint src/sojourn/web --lint --quiet
	$(BIN)/python scripts/check_translations.py

# Templates are linted, not reformatted: djlint moves text onto lines of its own, which adds spaces
# that readers see, and a second run moves it again.
fix: $(VENV)/.dev
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

bench: $(VENV)/.dev
	$(BIN)/python -m bench $(ARGS)

bench-estimates: $(VENV)/.dev
	$(BIN)/python -m bench.estimates $(ARGS)

# The web application at size, on SQLite and on PostgreSQL; both take a while to fill.
bench-web: $(VENV)/.dev assets translations
	$(BIN)/python -m bench.web $(ARGS)
	scripts/with_postgres.sh $(BIN)/python -m bench.web $(ARGS)

endure: $(VENV)/.dev assets translations
	scripts/endure.sh $(ARGS)

attack: $(VENV)/.dev $(ATTACKERS)/.done assets translations
	$(BIN)/python -m scripts.attack $(ARGS)

docs: $(VENV)/.dev
	$(BIN)/python -m tests.spec.render
	$(BIN)/python -m tests.catalogue.render
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "The documentation is in site/index.html"

lock: $(VENV)/.dev
	scripts/lock.sh $(ARGS)

assets: $(STATIC)/app.js

translations: $(CATALOGUES:.po=.mo)

clean:
	rm -rf $(VENV) $(ATTACKERS) site frontend/node_modules $(STATIC)
	find src/sojourn/web/locale -name '*.mo' -delete

# Set-up -------------------------------------------------------------------------------------

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Sojourn needs Python 3.11 or newer; none was found." >&2; exit 1; }
	@echo "Making .venv with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian and Ubuntu: \
	apt-get install python3-venv" >&2; exit 1; }

# The project itself is installed in place, so an edited file is at work at once.
$(VENV)/.base: requirements/base.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Sojourn needs to run"
	@$(PIP) --require-hashes -r requirements/base.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	@echo "Installing what developing Sojourn needs"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# These tools need other versions of packages than we do, so they live apart. The lock is whole;
# pip is not asked to solve it again.
$(ATTACKERS)/.done: requirements/attack.txt | $(VENV)/bin/python
	@echo "Installing what attacks Sojourn"
	@$(VENV)/bin/python -m venv $(ATTACKERS)
	@$(ATTACKERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
		--no-deps --require-hashes -r requirements/attack.txt
	@touch $@

$(VENV)/.node: requirements/node.txt $(VENV)/.base
	@if ! scripts/node_is_new_enough.sh; then \
		echo "Installing Node into .venv"; \
		$(PIP) --require-hashes -r requirements/node.txt; \
	fi
	@touch $@

frontend/node_modules/.package-lock.json: frontend/package-lock.json $(VENV)/.node
	@echo "Installing what the frontend is built from"
	@cd frontend && $(WITH_NODE) npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

$(STATIC)/app.js: $(shell find frontend/src frontend/build -type f 2>/dev/null) \
		frontend/vite.config.js frontend/node_modules/.package-lock.json
	@echo "Building the frontend"
	@cd frontend && $(WITH_NODE) npm run --silent build -- --logLevel warn
	@touch $@

%.mo: %.po | $(VENV)/.base
	@$(BIN)/python -m sojourn.web.translations
	@touch $@
