# `make demo`, `make label` and `make test` do everything, on a fresh machine too.
PYTHON ?= python3
BIN = .venv/bin
# One thread a test worker: with more, workers would wait for each other.
TEST_WORKERS ?= $(shell nproc)
# The napari plugin's tests need a display: Xvfb where there is no other, else they are skipped.
DISPLAY_FOR_TESTS = $(if $(DISPLAY),,$(if $(shell command -v xvfb-run), \
	xvfb-run -a -s "-screen 0 1920x1200x24"))

.PHONY: demo label test lint clean

demo: .venv/installed
	$(BIN)/cryoal demo --out runs/demo

label: .venv/napari-installed
	$(BIN)/cryoal run --config configs/label.yaml --out runs/label
	$(BIN)/cryoal label runs/label

test: .venv/test-installed lint
	OMP_NUM_THREADS=1 $(DISPLAY_FOR_TESTS) $(BIN)/pytest -q -rs -n $(TEST_WORKERS) --dist loadgroup

lint: .venv/test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/napari-installed: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[napari]'
	touch $@

.venv/test-installed: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[napari,test]'
	touch $@

clean:
	rm -rf .venv runs/demo runs/label
