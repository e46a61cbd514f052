# Everything a person types in this repository. `make` alone lists it.
#
# The environment is .venv and nothing else: no command here writes outside the checkout.
# The stamps under .venv/.done say what has been installed for which pyproject.toml and
# constraints.txt. They form a chain, so that `make -j` never runs two installations at once.

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
DONE := .venv/.done
PINS := pyproject.toml constraints.txt tools/environment

# What two cores gain on the tests; `make test WORKERS=0` runs them in one process.
WORKERS ?= 2
# Further words for pytest: `make test ARGS="tests/tables -k subtotal"`.
ARGS ?=

# Those named here run first and in this order, whatever else lies in benchmarks/ after them.
BENCH_FIRST := benchmarks/causes.py benchmarks/nulls.py benchmarks/scale.py
BENCH_ALL := $(wildcard benchmarks/*.py)
BENCHMARKS := $(filter $(BENCH_ALL),$(BENCH_FIRST)) $(filter-out $(BENCH_FIRST),$(sort $(BENCH_ALL)))

# The report that the first `make up` shows and keeps.
DEMO_REPORT := $(or $(DEUNGDAE_HOME),.deungdae)/demo/report.html

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(DONE)/dev ## make the environment in .venv (commands in .venv/bin), nothing else
	@echo "The environment is ready: .venv (commands in $(BIN))."

.PHONY: edge
edge: ## install the agent alone, without the server (for a PC near the machines)
	@$(or $(PYTHON),python3) tools/edge.py

.PHONY: up
up: $(DONE)/runtime ## install what is missing, show the report of a demo table once, then serve the pages
	@if [ -f "$(DEMO_REPORT)" ]; then echo "The report of the demo table is in $(DEMO_REPORT)"; \
	else $(BIN)/deungdae demo; fi
	@$(BIN)/deungdae up

.PHONY: test
test: $(DONE)/dev ## run all tests (ARGS="tests/tables -k name" for some, WORKERS=0 for one process)
	@$(BIN)/python -m compileall -q src # once, not in each process that a test starts
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --durations 30 --durations-min 4 $(ARGS)

.PHONY: check
check: check-format check-lint check-types check-imports check-house ## format, lint, types, import contracts, house rules
	@echo "All checks passed."

.PHONY: check-format
check-format: $(DONE)/dev
	@$(BIN)/ruff format --check --output-format concise .

.PHONY: check-lint
check-lint: $(DONE)/dev
	@$(BIN)/ruff check --output-format concise .

.PHONY: check-types
check-types: $(DONE)/dev
	@$(BIN)/mypy

.PHONY: check-imports
check-imports: $(DONE)/dev
	@$(BIN)/lint-imports --no-logo

.PHONY: check-house
check-house: $(DONE)/dev
	@$(BIN)/python -m pytest tests/house

.PHONY: format
format: $(DONE)/dev ## rewrite the code in the house's format, and mend what the linter can
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

.PHONY: bench
bench: $(DONE)/bench ## run the benchmarks one after another (long)
	@test -n "$(strip $(BENCHMARKS))" || { echo "benchmarks/ holds no script to run." >&2; exit 1; }
	@set -e; for script in $(BENCHMARKS); do echo "== $$script"; $(BIN)/python $$script; done

.PHONY: pins
pins: ## resolve all dependencies anew and write constraints.txt (needs Python 3.11)
	@tools/pins

.PHONY: clean
clean: ## remove the environment and every cache; data in .deungdae stays
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find src tests benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Clean. Your data in .deungdae was left alone."

$(DONE)/runtime: $(PINS)
	@tools/environment runtime

$(DONE)/dev: $(DONE)/runtime
	@tools/environment dev

$(DONE)/bench: $(DONE)/dev
	@tools/environment bench
