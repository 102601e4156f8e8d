# Every command starts from a bare checkout: git, make and Python >= 3.11.

.PHONY: setup demo check test chaos bench screenshots pi lock sbom advisories machine help

help:
	@echo 'make demo         everything at once on this machine; ARGS="--for 60 --json"'
	@echo 'make test         every test; as root it installs what they need'
	@echo 'make chaos        everything is killed, cut, filled: MINUTES=10 SEED=7'
	@echo 'make bench        what is promised, measured: PART=camera, collector or pages (QUICK=1, ONLY=...)'
	@echo 'make check        style, types, walls, lock'
	@echo 'make setup        .venv from requirements.lock'
	@echo 'make screenshots  each page in both languages, into build/screenshots'
	@echo 'make pi           what a device is given: the wheel and its lock, into dist'
	@echo 'make lock         requirements.lock anew from pyproject.toml'
	@echo 'make sbom         every part that others made (CycloneDX), into build/sbom.json'
	@echo 'make advisories   known weaknesses of those parts, where the indexes answer'

setup:
	@sh tests/machine/setup.sh

# exec: Ctrl-C is the demo's own, and make waits for it to end.
demo: setup
	@exec .venv/bin/wachtpost demo $(ARGS)

check: setup
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/pyright --warnings
	.venv/bin/lint-imports
	.venv/bin/python -m tests.machine.lock --check
	.venv/bin/python -m tests.machine.hosts
	.venv/bin/python -m sites check sites/examples

# A server that is missing fails here: this is where it is installed. In their order
# the files that take long come early, and no process waits for the last one.
test: setup machine
	CI=true .venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

# The seed of a run is printed; SEED repeats it. `make test` has a short form.
chaos: setup machine
	CI=true WACHTPOST_CHAOS_SEED=$(SEED) WACHTPOST_CHAOS_MINUTES=$(or $(MINUTES),10) \
		.venv/bin/python -m pytest tests/chaos/test_chaos.py -s

# Installs nothing: what is missing is said, and the rest is measured.
# QUICK=1 takes a few minutes; ONLY=attacks,cost measures some sections alone.
bench: setup
	.venv/bin/python -m tests.bench $(PART) $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick)

screenshots: setup machine
	CI=true .venv/bin/python -m tests.browser.screenshots

pi: setup
	@mkdir -p dist
	.venv/bin/python -m hatchling build -t wheel -d dist
	.venv/bin/uv pip compile -q pyproject.toml --extra edge --universal --generate-hashes \
		--no-header --no-annotate -c requirements.lock -o dist/edge.lock

machine:
	@sh tests/machine/install.sh

lock: setup
	.venv/bin/python -m tests.machine.lock
	@sh tests/machine/setup.sh

sbom: setup
	.venv/bin/python -m tests.machine.sbom build/sbom.json

advisories: setup
	.venv/bin/python -m tests.machine.advisories
