# The targets a newcomer needs: up, down, test. `make help` lists all.
SHELL := /bin/bash
CONFIGURATION ?= Release
STATE_DIR ?=
# Only when it is said with the command: a variable of the environment may name a cluster that is no place for tests.
CONFORMANCE_TARGET = $(if $(filter command line,$(origin KUBECONFIG)),$(abspath $(KUBECONFIG)))
STATE_FLAG = $(if $(STATE_DIR),--state-dir $(STATE_DIR))
export PATH := $(CURDIR)/bin:$(CURDIR)/.tools/bin:$(PATH)
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

# The version that the build gives everything; charts carry it too.
VERSION = $(shell sed -n 's:.*<VersionPrefix>\(.*\)</VersionPrefix>.*:\1:p' Directory.Build.props)

.PHONY: help setup build charts image up down status test conformance conformance-reference golden fmt check bench fuzz crds clean

help: ## lists the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 24

setup: ## installs what is missing (apt, npm)
	@./eng/setup.sh

build: setup charts ## leaves a runnable bin/hortus
	@dotnet publish src/app/Hortus -c $(CONFIGURATION) -o bin -v quiet --nologo

charts: setup ## packages the charts into bin/charts; REGISTRY=host/folder pushes them there as well
	@rm -rf bin/charts && mkdir -p bin/charts
	@for chart in charts/*/Chart.yaml; do \
	  helm package "$$(dirname "$$chart")" --version $(VERSION) --app-version $(VERSION) --destination bin/charts >/dev/null || exit 1; \
	done
	@if [ -n "$(REGISTRY)" ]; then for chart in bin/charts/*.tgz; do bin/hortus oci push "$(REGISTRY)" "$$chart" || exit 1; done; fi

image: setup ## pushes the image IMAGE=registry/name:tag; PUSH=false gives it to the machine's container engine; BASE=image changes its base
	@ref="$(IMAGE)"; name="$${ref%:*}"; tag="$${ref##*:}"; \
	if [ -z "$$ref" ] || [ "$$name" = "$$ref" ] || [ "$${tag#*/}" != "$$tag" ]; then echo "image: want IMAGE=registry/name:tag" >&2; exit 2; fi; \
	if [ "$(PUSH)" = false ]; then to=(-p:ContainerRepository="$$name"); \
	else to=(-p:ContainerRegistry="$${name%%/*}" -p:ContainerRepository="$${name#*/}"); fi; \
	dotnet publish src/app/Hortus -c $(CONFIGURATION) -t:PublishContainer -p:HortusImage=true -p:ContainerImageTag="$$tag" "$${to[@]}" \
	  $(if $(BASE),-p:ContainerBaseImage=$(BASE)) -v quiet --nologo && echo "$$ref"

up: build ## starts the local garden and seed
	@bin/hortus up $(STATE_FLAG)

down: ## stops it and leaves nothing behind
	@if [ -x bin/hortus ]; then bin/hortus down $(STATE_FLAG); else echo "nothing to stop: bin/hortus is not built"; fi

status: ## shows gardens, seeds and shoots
	@bin/hortus status $(STATE_FLAG)

test: build ## builds, checks the format and runs every test
	@dotnet build Hortus.slnx -c $(CONFIGURATION) -v quiet --nologo
	@dotnet run --no-build -c $(CONFIGURATION) --project tools/Hortus.TestRunner -- --configuration $(CONFIGURATION)

conformance: build ## holds KUBECONFIG=file, any cluster, to the suite of API clients; without it one of our own
	@dotnet build test/Hortus.Conformance.Tests -c $(CONFIGURATION) -v quiet --nologo
	@HORTUS_CONFORMANCE_KUBECONFIG=$(CONFORMANCE_TARGET) dotnet test test/Hortus.Conformance.Tests --no-build -c $(CONFIGURATION) --nologo

golden: build ## writes the golden files of the API's answers anew
	@dotnet build test/Hortus.Conformance.Tests -c $(CONFIGURATION) -v quiet --nologo
	@HORTUS_UPDATE_GOLDEN=1 dotnet test test/Hortus.Conformance.Tests --no-build -c $(CONFIGURATION) --nologo --filter FullyQualifiedName~Golden

conformance-reference: build ## compares the API server with the kube-apiserver in KUBEBUILDER_ASSETS
	@dotnet test test/Hortus.Reference.Tests -c $(CONFIGURATION) --nologo -v quiet

fmt: ## formats the sources
	@dotnet format whitespace Hortus.slnx

check: ## fails when the sources are not formatted
	@dotnet format whitespace Hortus.slnx --verify-no-changes

bench: build ## measures and prints the figures of docs/performance.md
	@dotnet run -c Release --project bench/Hortus.Benchmarks -- all

fuzz: ## mutates a million requests against the API server; SEED=n, REQUESTS=n
	@dotnet run -c Release --project test/Hortus.Fuzz -- --seed $(or $(SEED),$(shell date +%s)) --requests $(or $(REQUESTS),1000000)

crds: ## writes charts/crds from the C# types
	@dotnet run --project tools/Hortus.CrdGenerator -- charts/crds

clean: ## removes build output
	@rm -rf bin artifacts && find . -type d \( -name obj -o -name bin \) -not -path './.git/*' -not -path './.tools/*' -prune -exec rm -rf {} +
