# How to work with this project; `make help` lists it. The work itself is done by CMake, through the
# presets in CMakePresets.json, each in a folder of its own under build/.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

JOBS ?= $(shell nproc)

# On a terminal one line shows the progress; in a log only what went wrong is worth a line.
NINJA := $(if $(MAKE_TERMOUT),,-- --quiet)
CTEST := ctest -j $(JOBS) --no-label-summary --progress
FAILURES := $(if $(MAKE_TERMOUT),,| grep -vE '^ +Start +[0-9]+: | Passed +[0-9.]+ sec$$')

.PHONY: all
all: deps-test configure-dev  ## build everything, with a little optimization, in build/dev
	@cmake --build --preset dev $(NINJA)

.PHONY: deps
deps:                         ## install what is needed (Debian, Ubuntu; as root or through sudo)
	@tools/install-deps

.PHONY: demo
demo: deps-test configure-release  ## show the main job and the attacks that are refused
	@cmake --build --preset release --target person $(NINJA)
	@tools/demo

.PHONY: test
test: all                     ## run all tests but the long ones
	@$(CTEST) --preset dev $(FAILURES)

.PHONY: check
check: deps                   ## format, lint, two compilers, sanitizers: what a change must pass
	@tools/check

.PHONY: model
model: deps                   ## check the model of the protocol, and that its mutations are caught
	@model/check

.PHONY: bench
bench: deps-test configure-release  ## measure, in build/release; also into build/bench.json
	@cmake --build --preset release --target tidemark-bench $(NINJA)
	@build/release/bench/tidemark-bench -folder build -json build/bench.json

.PHONY: plot
plot: deps                    ## draw docs/performance.svg from what `make bench` measured
	@bench/plot build/bench.json docs/performance.svg

.PHONY: simulate
RUNS ?= 1000000
simulate: deps-test configure-release  ## RUNS random runs of the protocol, with crashes, bad networks and old disks
	@cmake --build --preset release --target simulate $(NINJA)
	@build/release/tests/simulation/simulate -runs $(RUNS)

.PHONY: soak
soak: deps-test configure-release  ## run the long tests
	@cmake --build --preset release $(NINJA)
	@$(CTEST) --preset soak $(FAILURES)

.PHONY: clean
clean:                        ## remove what was built
	@rm -rf build examples/person/main examples/heat/main

.PHONY: help
help:                         ## show this list
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1 \t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 17

# Not for the command line: what the others start with.
.PHONY: deps-test configure-dev configure-release
deps-test:
	@tools/install-deps test
configure-dev configure-release: configure-%: deps-test build/%/build.ninja

# CMake itself knows when it must configure again, but for changes of the presets.
build/%/build.ninja: CMakePresets.json
	@cmake --preset $* >/dev/null
