# Two commands are enough: `make run` serves Kemai CRM, `make test` proves it. Both set up what they need.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
DEMO ?= 1
DEMO_PASSWORD ?= kemai-demo-2026
JOBS ?= 2

# Always as modules: the scripts of an environment break when its folder is moved.
PY := .venv/bin/python
BABEL := $(PY) -m babel.messages.frontend
FLASK := $(PY) -m flask --app run
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard app/translations/*/LC_MESSAGES/messages.po))

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Compiled code is kept whatever the caller's environment says: every process of a test run would compile all of it anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test soak coverage lint translations bench frontend

help:
	@echo "make run           set up and serve on http://127.0.0.1:8080 with the demo company; DEMO=0 starts empty"
	@echo "make test          the whole test suite, on SQLite and PostgreSQL"
	@echo "make soak          the long proofs"
	@echo "make coverage      the test suite with its coverage of lines and branches"
	@echo "make lint          style, floors and import cycles"
	@echo "make translations  collect the texts of the product into the catalogues"
	@echo "make bench         the measurements of bench/"

run: .venv/runtime frontend $(CATALOGUES)
	@$(FLASK) crm init $(if $(filter 0,$(DEMO)),--starter)
	@case "$(DEMO)-$${HOST:-127.0.0.1}" in \
	0-*) ;; \
	*-127.*|*-localhost|*-::1|*-[[]::1[]]) $(FLASK) crm demo --if-empty --size small --seed 1 --password "$(DEMO_PASSWORD)" ;; \
	*) echo "Outside loopback no demo company is loaded: its password is known to everybody." ;; \
	esac
	@exec $(PY) run.py

test: .venv/dev frontend $(CATALOGUES)
	$(PY) -m pytest -n $(JOBS) --dist worksteal

soak: .venv/dev frontend $(CATALOGUES)
	$(PY) -m pytest -m soak

coverage: .venv/dev frontend $(CATALOGUES)
	$(PY) -m pytest -n $(JOBS) --dist worksteal --cov --cov-report=term
	$(PY) -m coverage report --fail-under=100 \
		--include='app/kernel/*,app/*/rules.py,app/*/rules/*,app/*/operations.py,app/*/operations/*'

lint: .venv/dev
	$(PY) -m ruff check
	.venv/bin/lint-imports --no-logo

translations: .venv/dev
	$(BABEL) extract -F pyproject.toml -k _l -k N_ --no-location --sort-output --no-wrap \
		--project='Kemai CRM' --copyright-holder='Kemai CRM contributors' -o app/translations/messages.pot .
	$(BABEL) update -i app/translations/messages.pot -d app/translations --no-fuzzy-matching --no-wrap \
		--ignore-obsolete --ignore-pot-creation-date
	$(MAKE) $(CATALOGUES)

bench: .venv/dev frontend $(CATALOGUES)
	$(PY) -m bench

frontend: .venv/python
	@$(PY) frontend/build.py

# Babel takes a whole catalogue for fuzzy whose header is incomplete; fuzzy texts themselves are never made here.
%.mo: %.po .venv/runtime
	@$(BABEL) compile --use-fuzzy -i $< -o $@

.venv/python:
	@test -n "$(PYTHON)" || { echo "Kemai CRM needs Python 3.11 or newer on the PATH."; exit 1; }
	@$(PYTHON) -m venv .venv >/dev/null || \
	{ $(PYTHON) -m venv --without-pip .venv && $(PYTHON) -m pip --python $(PY) install --quiet pip; } || \
	{ rm -rf .venv; echo "This Python cannot make environments; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@

.venv/runtime: .venv/python requirements.txt
	@echo "Installing what Kemai CRM needs into .venv"
	@$(PY) -m pip install --quiet -r requirements.txt
	@touch $@

.venv/dev: .venv/python requirements.txt requirements-dev.txt
	@echo "Installing what the tests need into .venv"
	@$(PY) -m pip install --quiet -r requirements-dev.txt
	@touch $@ .venv/runtime
