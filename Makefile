# `make demo` and `make test` do everything, on a fresh machine too.
PYTHON ?= python3
BIN = .venv/bin
# One thread a test worker: with more, workers would wait for each other.
TEST_WORKERS ?= $(shell nproc)

.PHONY: demo test lint clean

demo: .venv/installed
	$(BIN)/cryoal demo --out runs/demo

test: .venv/test-installed lint
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n $(TEST_WORKERS)

lint: .venv/test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/test-installed: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

clean:
	rm -rf .venv runs/demo
