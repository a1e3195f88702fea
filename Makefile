# Everything that is done with this repository. `make help` lists it.
# Needs Python 3.11+, git and make; the rest is installed into .venv, by the machine's own pip settings.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
CODE := provenance tests benchmarks examples cli.py
# Worker processes of the suite: one a core.
JOBS ?= auto

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check lint types deep bench schemas format clean system-packages axe

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | \
		while IFS="$$(printf '\t')" read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

demo: $(STAMPS)/run ## the main job, shown on two drawn pictures
	$(BIN)/provenance demo

test: $(STAMPS)/test system-packages axe ## install what the tests need, and run the suite
	$(BIN)/python -m pytest -n $(JOBS) -m "not deep"

check: lint types test ## what every commit passes: style, types, rooms, the suite

lint: $(STAMPS)/check ## style and rooms only
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/lint-imports

types: $(STAMPS)/check $(STAMPS)/test ## types only
	$(BIN)/mypy --strict

deep: $(STAMPS)/test system-packages ## what takes long: fuzzing, kill -9, large files
	$(BIN)/python -m pytest -n $(JOBS) -m deep

bench: $(STAMPS)/test ## measure against the bare engine and others; rewrites docs/benchmarks.md
	$(BIN)/python -m benchmarks

schemas: $(STAMPS)/run ## write schemas/ anew from the models
	$(BIN)/provenance schema --write-all schemas

format: $(STAMPS)/check ## put the code into shape
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

clean: ## remove what was installed and built here
	rm -rf $(VENV) .cache build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# --- installing ---------------------------------------------------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; say which with PYTHON=..." >&2; exit 1; }
	@# Debian keeps ensurepip in a package of its own.
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(MAKE) --no-print-directory .ensurepip
	$(PYTHON) -m venv $(VENV)

.PHONY: .ensurepip
.ensurepip:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv; \
	else echo "Python has no venv here; install it first (Debian: python3-venv)" >&2; exit 1; fi

$(STAMPS)/run: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@mkdir -p $(STAMPS) && touch $@

# A dependency group, written out: the pip of Python 3.11 cannot read groups.
GROUP = $(BIN)/python -c 'import tomllib, sys; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"][sys.argv[1]], sep="\n")'

$(STAMPS)/test $(STAMPS)/check: $(STAMPS)/%: $(STAMPS)/run
	$(GROUP) $* >$(VENV)/$*.txt
	$(BIN)/python -m pip install --quiet --requirement $(VENV)/$*.txt
	@touch $@

# Tools that tests look at our files with. Without them those tests are skipped, by name.
system-packages:
	@missing=; for pair in exiftool:libimage-exiftool-perl chromium:chromium chromedriver:chromium-driver openssl:openssl git-lfs:git-lfs; do \
		command -v "$${pair%%:*}" >/dev/null || missing="$$missing $${pair##*:}"; done; \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq 2>/dev/null \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null 2>&1; \
	then echo "installed:$$missing"; else echo "not installed, tests that need them are skipped:$$missing" >&2; fi

# What looks for barriers in the pages that we write; without it those tests are skipped, by name.
axe:
	@[ -f .cache/axe/node_modules/axe-core/axe.min.js ] && exit 0; command -v npm >/dev/null && mkdir -p .cache/axe && \
		npm install --prefix .cache/axe --no-audit --no-fund --silent axe-core@4.14.1 </dev/null || \
		echo "axe-core is not installed, tests that need it are skipped" >&2
