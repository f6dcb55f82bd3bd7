# One word a chore; `make setup` is done by each that needs it.

PYTHON ?= python3
BIN := .venv/bin
NATIVE := CMakeLists.txt $(shell find native -type f -not -path 'native/tests/*' 2>/dev/null)
LOCALE := src/bptt/messages/locale
CATALOGUE := $(LOCALE)/vi/LC_MESSAGES/bptt

.PHONY: setup demo test test-all sanitize lint format bench peers wheel messages lock clean

setup: .venv/built  ## .venv, the locked dependencies, the package with its compiled kernel

.venv/locked: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "bptt needs Python 3.11 or newer: make PYTHON=python3.11 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement requirements.lock
	touch $@

.venv/built: .venv/locked pyproject.toml $(NATIVE)
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: setup  ## train on 4,000 real reviews, judge on 1,000 others, write a report
	$(BIN)/bptt train examples/foods.toml

test: setup  ## XLA in haste: tests/haste.py
	JAX_DISABLE_MOST_OPTIMIZATIONS=1 $(BIN)/pytest -m "not slow" --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-all: setup
	$(BIN)/pytest

sanitize: setup  ## the kernels under address, undefined-behaviour and thread sanitizers, every instruction-set level
	$(BIN)/pytest tests/kernels/test_native.py -k sanitizer

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: setup
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: setup
	$(BIN)/python -m benchmarks

wheel: setup  ## dist/: for this Python on this Linux and newer ones; it needs no compiler
	rm -rf build/wheel dist
	BPTT_REQUIRE_NATIVE=1 $(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build/wheel .
	PATH=$(BIN):$$PATH $(BIN)/auditwheel repair --wheel-dir dist build/wheel/*.whl

PEERS := benchmarks/peers/requirements.txt

.venv-peers/locked: $(PEERS)  # 2.5 GB: TensorFlow, PyTorch, ONNX Runtime, oneDNN
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --requirement $(PEERS)
	touch $@

peers: setup .venv-peers/locked  ## our layers beside other libraries' -> benchmarks/peers.md
	$(BIN)/python -m benchmarks.peers

messages: setup  ## collect the sentences of src/ into the Vietnamese catalogue and compile it
	$(BIN)/python tools/messages.py

lock: .venv/locked  ## resolve pyproject.toml anew; no index address may stand in the lock
	$(BIN)/pip-compile --quiet --upgrade --strip-extras --allow-unsafe --generate-hashes --extra demo --extra parquet --extra tensorboard --extra vi --extra dev --all-build-deps \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --no-emit-options --no-config --annotation-style line \
	    --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv .venv-peers build dist .pytest_cache .mypy_cache .ruff_cache
