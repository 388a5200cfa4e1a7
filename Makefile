# Two commands are enough: `make run` serves Kemai CRM, `make test` proves it. Both set up what they need.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
DEMO ?= 1
DEMO_PASSWORD ?= kemai-demo-2026
JOBS ?= 2

BIN := .venv/bin
FLASK := $(BIN)/flask --app run
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard app/translations/*/LC_MESSAGES/messages.po))

export PIP_DISABLE_PIP_VERSION_CHECK := 1

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
	@$(FLASK) crm init
	@case "$(DEMO)-$${HOST:-127.0.0.1}" in \
	0-*) ;; \
	*-127.*|*-localhost|*-::1) $(FLASK) crm demo --if-empty --size small --seed 1 --password "$(DEMO_PASSWORD)" ;; \
	*) echo "Outside loopback no demo company is loaded: its password is known to everybody." ;; \
	esac
	@exec $(BIN)/python run.py

test: .venv/dev frontend $(CATALOGUES)
	$(BIN)/pytest -n $(JOBS) --dist worksteal

soak: .venv/dev frontend $(CATALOGUES)
	$(BIN)/pytest -m soak

coverage: .venv/dev frontend $(CATALOGUES)
	$(BIN)/pytest -n $(JOBS) --dist worksteal --cov --cov-report=term
	$(BIN)/coverage report --fail-under=100 \
		--include='app/kernel/*,app/*/rules.py,app/*/rules/*,app/*/operations.py,app/*/operations/*'

lint: .venv/dev
	$(BIN)/ruff check
	$(BIN)/lint-imports --no-logo

translations: .venv/dev
	$(BIN)/pybabel extract -F pyproject.toml -k _l -k N_ --no-location --sort-output --no-wrap \
		--project='Kemai CRM' --copyright-holder='Kemai CRM contributors' -o app/translations/messages.pot .
	$(BIN)/pybabel update -i app/translations/messages.pot -d app/translations --no-fuzzy-matching --no-wrap \
		--ignore-obsolete --ignore-pot-creation-date
	$(MAKE) $(CATALOGUES)

bench: .venv/dev frontend $(CATALOGUES)
	$(BIN)/python -m bench

frontend: .venv/python
	@$(BIN)/python frontend/build.py

%.mo: %.po .venv/runtime
	@$(BIN)/pybabel compile --use-fuzzy -i $< -o $@  # Babel calls a catalogue fuzzy whose header is incomplete

.venv/python:
	@test -n "$(PYTHON)" || { echo "Kemai CRM needs Python 3.11 or newer on the PATH."; exit 1; }
	@$(PYTHON) -m venv .venv >/dev/null || \
	{ $(PYTHON) -m venv --without-pip .venv && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; } || \
	{ rm -rf .venv; echo "This Python cannot make environments; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@

.venv/runtime: .venv/python requirements.txt
	@echo "Installing what Kemai CRM needs into .venv"
	@$(BIN)/pip install --quiet -r requirements.txt
	@touch $@

.venv/dev: .venv/python requirements.txt requirements-dev.txt
	@echo "Installing what the tests need into .venv"
	@$(BIN)/pip install --quiet -r requirements-dev.txt
	@touch $@ .venv/runtime
