PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# requirements.txt names everything with its hash, so nothing is left to resolve.
INSTALL := $(if $(shell command -v uv),uv pip install -q --python $(BIN)/python,$(BIN)/python -m pip install -q --disable-pip-version-check)

# Where it is set, every process compiles all libraries anew, which takes seconds each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: dataset serve test lint bench soak clean requirements

dataset: $(INSTALLED)
	$(BIN)/casebook build --sample
	$(BIN)/casebook status --home data/build/sample

serve: $(INSTALLED)
	$(BIN)/casebook serve

test: $(INSTALLED)
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(INSTALLED)
	$(BIN)/python -m tests.bench

soak: $(INSTALLED)
	$(BIN)/python -m tests.soak

# Homes and stores are never cleaned away: what they hold was downloaded or paid for.
clean:
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The exact working set, for every Python that is supported; and of it what the image needs.
COMPILE := uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --extra dask pyproject.toml
requirements: $(INSTALLED)
	$(COMPILE) --extra dev --upgrade -o requirements.txt
	$(COMPILE) --no-annotate --constraint requirements.txt -o requirements-run.txt

$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Casebook needs Python 3.11 or newer; name one with make PYTHON=...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV), about 900 MB ..."
	$(INSTALL) --no-deps --require-hashes -r requirements.txt
	$(INSTALL) --no-deps -e .
	@touch $@
