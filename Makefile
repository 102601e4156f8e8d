# Every command starts from a bare checkout: git, make and Python >= 3.11.

.PHONY: setup lock check test machine help

help:
	@echo 'make setup   .venv from requirements.lock'
	@echo 'make check   style, types, walls, lock'
	@echo 'make test    every test; as root it installs what they need'
	@echo 'make lock    requirements.lock anew from pyproject.toml'

setup:
	@sh tests/machine/setup.sh

check: setup
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/pyright --warnings
	.venv/bin/lint-imports
	.venv/bin/python -m tests.machine.lock --check
	.venv/bin/python -m tests.machine.hosts
	.venv/bin/python -m sites check sites/examples

# A server that is missing fails here: this is where it is installed.
test: setup machine
	CI=true .venv/bin/python -m pytest $(ARGS)

machine:
	@sh tests/machine/install.sh

lock: setup
	.venv/bin/python -m tests.machine.lock
	@sh tests/machine/setup.sh
