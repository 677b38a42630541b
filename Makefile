# Everything in one word. Each target first makes .venv where it is missing or older than the pinned dependencies.
#
#   make run        serve with a demo client, on this machine only
#   make test       all tests, on SQLite and on PostgreSQL (brought along: nothing to install)
#   make check      style, rooms, types, dependencies
#   make bench      speed and memory, as ratios within one run
#   make lock       pin the newest dependencies that pyproject.toml allows
#   make migration name=what_changes    write the next migration from what the tables say

PYTHON ?= python3
BIN := .venv/bin
PYTEST_FLAGS ?= -n 2
unexport PYTHONDONTWRITEBYTECODE # tests start hundreds of processes; each would compile the program anew

.PHONY: run test check bench lock migration terms

run: .venv/ready
	$(BIN)/gateway serve --demo

test: .venv/ready
	$(BIN)/pytest $(PYTEST_FLAGS)

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/deptry .

bench: .venv/ready
	$(BIN)/python -m tests.bench

lock: .venv/ready
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --no-strip-extras --upgrade --generate-hashes \
	  --custom-compile-command "make lock" --quiet --output-file requirements.txt

migration: .venv/ready
	$(BIN)/python -m tests.new_migration $(name)

terms: .venv/ready
	$(BIN)/python -m tests.terms_coverage

.venv/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12"; exit 1; }
	@echo "Setting up .venv with what requirements.txt pins: once, and it takes a minute or two."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --quiet --require-hashes --requirement requirements.txt
	@$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@
