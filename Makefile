# Two commands are enough: `make run` shows the whole thing on a demo site, `make test` proves it.

GO      ?= go
PKG     ?= ./...
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
PROM    := github.com/prometheus/common/version
LDFLAGS := -X $(PROM).Version=$(VERSION) -X $(PROM).Revision=$(shell git rev-parse HEAD 2>/dev/null || echo unknown) \
           -X $(PROM).Branch=$(shell git rev-parse --abbrev-ref HEAD 2>/dev/null || echo unknown)

# Where setup.sh can install the tools that tests start for real, a missing one is a failure and not a reason to skip.
TOOLS   := $(if $(shell command -v apt-get),GENKAN_TOOLS=required)

.PHONY: help run build test lint bench image clean setup
help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

run: ## build, and start the demo with everything it needs
	@deploy/setup.sh run
	@$(MAKE) --no-print-directory build
	@./bin/genkan demo

build: ## bin/genkan
	@$(GO) build -trimpath -ldflags "$(LDFLAGS)" -o bin/genkan ./cmd/genkan

test: ## install what the tests need, and run all of them with the race detector
	@deploy/setup.sh test
	@unformatted=$$(gofmt -l cmd probes alerting dashboards); test -z "$$unformatted" || { echo "not gofmt-ed: $$unformatted" >&2; exit 1; }
	$(GO) vet $(PKG)
	$(TOOLS) $(GO) test -race -timeout 15m $(PKG)
	$(GO) -C dashboards/grafana/check vet ./...
	$(GO) -C dashboards/grafana/check test ./...

lint: ## staticcheck and govulncheck, at pinned versions
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 $(PKG)
	$(GO) run golang.org/x/vuln/cmd/govulncheck@v1.9.0 $(PKG)

bench: ## what things cost, beside a floor or a peer in the same run
	$(GO) test -run '^$$' -bench . -benchmem $(PKG)

image: ## the container image
	docker build -f deploy/Dockerfile --build-arg VERSION=$(VERSION) --build-arg REVISION=$$(git rev-parse HEAD) -t genkan .

clean: ## what was built
	rm -rf bin
