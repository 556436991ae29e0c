# Heli. Needs make, Python 3.11 or newer and a Python package index; everything else is installed into .venv.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
CONTAINER ?= podman
REGISTRY ?= localhost/heli
TAG ?= 0.1.0
STAMP := .venv/.installed
SERVICES := clue-service personnel-pool-service inspection-service notification-service
PROJECTS := pyproject.toml uv.lock $(wildcard */pyproject.toml deploy/*/pyproject.toml)
# A checkout that was moved or copied has an environment that still names the old folder.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
$(shell rm -f $(STAMP))
endif

.PHONY: sdk help install run demo test proof bench clean fmt lint type arch unit docs openapi chart images sbom audit

help: ## Show what can be made
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do printf '  %-10s %s\n' "$$name" "$$what"; done

install: $(STAMP) ## Prepare the environment in .venv

$(STAMP): $(PROJECTS)
	@$(PYTHON) deploy/local/install.py $(STAMP)

run: $(STAMP) ## Run the platform in the foreground (HELI_PORT, HELI_HOME, HELI_DEMO)
	@exec $(BIN)/heli run

demo: $(STAMP) ## Play the story on a stack of its own
	@exec $(BIN)/heli demo

test: $(STAMP) ## Everything that must hold: format, lint, types, dependencies, tests
	@exec deploy/local/gates

proof: $(STAMP) ## The same guarantees at full size, with faults; takes an hour (STAGES="stories stack faults")
	@exec deploy/local/proof $(STAGES)

bench: $(STAMP) ## Measure (ARGS="matching --quick")
	@$(BIN)/uv sync -q --all-packages --group bench && exec $(BIN)/python bench $(ARGS)

clean: ## Delete the data folder (HELI_HOME) and caches; keeps .venv
	@if [ -x $(BIN)/heli ]; then $(BIN)/heli clean; fi
	@find . -path ./.venv -prune -o -type d \( -name __pycache__ -o -name .pytest_cache -o -name .mypy_cache -o -name .ruff_cache -o -name .hypothesis -o -name .import_linter_cache \) -prune -exec rm -rf {} +

sdk: $(STAMP) ## Generate the TypeScript client from the merged API and compile it
	@cd sdk/typescript && PATH="$(CURDIR)/$(BIN):$$PATH" && npm ci --silent --no-audit --no-fund && npm run --silent build

fmt: $(STAMP) ## Format the code and sort imports
	@$(BIN)/ruff check --fix --select I . && $(BIN)/ruff format .

lint: $(STAMP) ## Format and lint, without changing anything
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

type: $(STAMP) ## Check types
	@$(BIN)/mypy $(wildcard */src deploy/local/src)

arch: $(STAMP) ## Check which parts may import which
	@$(BIN)/lint-imports

unit: $(STAMP) ## The tests alone; ARGS="path -k name"
	@exec $(BIN)/pytest $(ARGS)

docs: $(STAMP) ## Write the generated references under docs/
	@$(BIN)/heli docs
	@$(BIN)/gateway guides --write

openapi: $(STAMP) ## Write the OpenAPI documents under docs/reference/openapi
	@mkdir -p docs/reference/openapi
	@for name in $(SERVICES) gateway; do $(BIN)/$$name openapi >docs/reference/openapi/$$name.json; done

chart: $(STAMP) ## Write deploy/rendered from the Helm chart
	@$(BIN)/heli chart

images: ## Build the five images (CONTAINER=docker, REGISTRY=…, TAG=…)
	@for name in $(SERVICES) gateway; do $(CONTAINER) build -f $$name/Dockerfile -t $(REGISTRY)/$$name:$(TAG) . || exit 1; done

sbom: $(STAMP) ## Write what each image holds, and all that is locked, as CycloneDX to build/sbom
	@$(BIN)/heli sbom build/sbom

audit: $(STAMP) ## Ask for known faults of all locked dependencies (ARGS="--service osv"); 3 if nobody could be asked
	@exec $(BIN)/heli audit $(ARGS)
