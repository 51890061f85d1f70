# Where `make run` listens and keeps its data.
ADDR ?= 127.0.0.1:8080
DATA ?= .cache/demo

.PHONY: help build assets run test lint bench mongo

help: ## list the targets
	@awk -F ': .*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: assets ## bin/regulars and bin/phonesim
	go build -o bin/ ./cmd/regulars ./cmd/phonesim

assets: templates/dist/.built ## the scripts of the pages, where Node is installed

templates/dist/.built: $(wildcard templates/scanner/*.*)
	@if ! command -v npm >/dev/null; then \
		echo "assets: no Node here: the till scans without the camera (hand scanner, typing)"; \
		[ "$$CI" != true ]; \
	elif templates/scanner/build.sh; then touch $@; \
	else \
		echo "assets: not built: the till scans without the camera (hand scanner, typing)"; \
		[ "$$CI" != true ]; \
	fi

run: build ## the demo, at ADDR with its data in DATA
	bin/regulars demo --addr $(ADDR) --data $(DATA)

test: assets ## every test, unit to browser; installs what they need
	.ci/test

lint: ## form and likely mistakes
	.ci/lint

bench: ## the figures of docs/performance.md
	.ci/bench

mongo: ## a local server that speaks MongoDB's protocol
	.ci/mongo
